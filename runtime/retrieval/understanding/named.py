"""Categories and attribute values that a question names, where they are plain enough for a hard condition. Pure.

No condition is better than a wrong one. A word with two meanings is none. A category is one only where it is what the
question is about: a "jacket hanger" is no jacket, and a "sleeping bag" no bag, so every word around it must be known to
leave a thing what it is.

A value is one beside its label, beside a known category, behind "in", "from" or "by", or where it stands apart ("phone
case, black"). With an unknown noun it may make a name ("olive oil", "apple cider vinegar", «золотая рыбка»): it stays a
word, but for a colour or a material of a known thing with one word more ("beige thermos bottle") in a shop where nearly
everything has one. It stays a word alone, too, and where its preposition compares ("like silver").
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from runtime.retrieval.understanding.asking import asked
from runtime.retrieval.understanding.catalogue import Meaning, Vocabulary, codes_of, sole
from runtime.retrieval.understanding.findings import Finding, Named
from runtime.retrieval.understanding.known import JOINING, Phrase, compound_things, known_phrases
from runtime.retrieval.understanding.money_words import AFTERWARDS, BOUNDS
from runtime.retrieval.understanding.refusals import read_refusals, refuse, unrefused
from runtime.retrieval.understanding.scene import AWAY, MAKERS, Scene
from runtime.retrieval.understanding.tokens import Tokens, at, hide
from runtime.retrieval.understanding.words import DETAIL_OPENERS, FUNCTION_WORDS

_TELLING: Final = frozenset({"in", "from", "в", "во", "из"})
"""Behind one of these a value is one of whatever stands before: "case in black". Of the other openers of a detail,
"heart of gold" and «варенье на зиму» tell otherwise unless what stands before is known.
"""
_OF: Final = frozenset({"of", "из"})
"""Behind one of these a value may begin the thing itself: "a set of white mugs"."""
_LOOKS: Final = ("color", "material")
"""Of these a value is one of the whole thing, whatever words name it."""
_NOT_ALL: Final = frozenset(
    {("not", "only"), ("not", "just"), ("not", "necessarily"), ("не", "только"), ("не", "обязательно")}
)
_RATHER: Final = frozenset(
    {
        "preferably",
        "ideally",
        "perhaps",
        "maybe",
        "almost",
        "nearly",
        "желательно",
        "предпочтительно",
        "возможно",
        "необязательно",
        "почти",
    }
)
"""Right before a value they tell that others will do as well, or that it is another one."""
_LONGEST_BOUND: Final = 3
"""Words of a bound before a value: "no more than"."""
_SORTED: Final = ("color", "material", "brand")
"""What names a sort of some things: see SORTS."""


def read_named(tokens: Tokens, vocabulary: Vocabulary) -> list[Finding]:
    """Every category and value that is meant beyond doubt, in the order of the question, refused ones among them."""
    if not vocabulary.phrases:
        return []
    # What only asks has prepositions of its own, and says nothing of the thing: «есть ли у вас куртки».
    tokens = hide(tokens, [(0, asked(tokens)[0])])
    refusals = read_refusals(tokens)
    if not refusals:
        return _meant(tokens, vocabulary)
    refused = refuse(_meant(hide(tokens, [one.verb for one in refusals]), vocabulary), refusals)
    return refused or unrefused(_meant(tokens, vocabulary), refusals)


def _meant(tokens: Tokens, vocabulary: Vocabulary) -> list[Finding]:
    phrases = known_phrases(tokens, vocabulary)
    scene = Scene(
        tokens,
        phrases,
        _indices(phrases),
        _indices(phrase for phrase in phrases if not phrase.is_thing),
        codes_of(vocabulary, "brand"),
        codes_of(vocabulary, *_SORTED),
        codes_of(vocabulary, *_LOOKS),
        codes_of(vocabulary, "gender"),
    )
    heads = _heads(scene, [*phrases, *compound_things(tokens, vocabulary)])
    meant = [
        (phrase, meaning)
        for phrase in phrases
        if (meaning := sole(phrase.meanings)) and meaning.filters
        if _is_meant(phrase, meaning, scene=scene, heads=heads)
    ]
    halves = _halves(meant, scene)
    return [Finding((one.start, one.end), Named(meaning)) for one, meaning in meant if meaning.code not in halves]


def _indices(phrases: Iterable[Phrase]) -> frozenset[int]:
    return frozenset(index for phrase in phrases for index in range(phrase.start, phrase.end))


def _halves(meant: Sequence[tuple[Phrase, Meaning]], scene: Scene) -> set[str]:
    """Codes of the attributes of which one value is meant, and one joined to it is not or is unknown."""
    sure = {phrase.start for phrase, _ in meant}
    halves = {
        meaning.code
        for phrase, meaning in meant
        if meaning.kind == "attribute" and not phrase.labelled and scene.is_half(phrase)
    }
    for one, other in pairwise(scene.phrases):
        joined = other.start == one.end + 1 and at(scene.tokens, one.end).key in JOINING
        if joined and (one.start in sure) != (other.start in sure):
            codes = [{meaning.code for meaning in phrase.meanings} for phrase in (one, other)]
            halves |= (codes[0] & codes[1]) - {""}
    return halves


def _is_meant(phrase: Phrase, meaning: Meaning, *, scene: Scene, heads: Sequence[Phrase]) -> bool:
    if meaning.kind == "category":
        if scene.becomes_another(phrase):
            return False
        return phrase in heads and scene.plain_before(phrase.start) and scene.plain_behind(phrase.end)
    if phrase.labelled:
        return not _is_bound(phrase, scene) and (phrase.label_first or scene.plain_behind(phrase.end))
    if (
        scene.is_what_it_is_for(phrase, meaning)
        or _is_not_all(phrase, scene)
        or _is_another_thing(phrase, meaning, scene)
    ):
        return False
    opener = scene.tokens[phrase.start].key
    if opener in DETAIL_OPENERS and scene.ends_plainly(phrase.end):
        of_kind = scene.looks(meaning) and _is_of_kind(phrase, scene, heads)
        return of_kind or _tells(phrase, scene) or _follows(phrase, scene, heads)
    if opener in DETAIL_OPENERS:
        return opener in _OF and _precedes(phrase, scene, heads)
    if at(scene.tokens, phrase.start - 1).key in MAKERS:
        return meaning.code in scene.makers and scene.plain_behind(phrase.end)
    if _precedes(phrase, scene, heads) or _follows(phrase, scene, heads) or _stands_apart(phrase, scene, heads):
        return True
    return scene.looks(meaning) and _is_of_kind(phrase, scene, heads)


def _is_bound(phrase: Phrase, scene: Scene) -> bool:
    """Whether a value is where others begin or end: "up to size 42", «от 42 размера», "size 42 and up"."""
    tokens, start = scene.tokens, phrase.start
    if AFTERWARDS.match(tokens, phrase.end) or at(tokens, start - 1).key in ("than", "чем"):
        return True
    first = start + 1 if tokens[start].key == "from" else start
    bounds = (BOUNDS.match(tokens, place) for place in range(max(first - _LONGEST_BOUND, 0), first))
    return any(bound is not None and bound[1] == first and bound[0][1] != "weak" for bound in bounds)


def _is_another_thing(phrase: Phrase, meaning: Meaning, scene: Scene) -> bool:
    """Whether a value tells of which sort a thing is, or what it goes with, and neither its look nor its maker."""
    if scene.names_sort(phrase, meaning):
        return True
    if meaning.code not in scene.makers or at(scene.tokens, phrase.start - 1).key in MAKERS:
        return False
    # "Pearl Harbor book" is of another harbor.
    return scene.goes_with_another() or (phrase.start != 0 and scene.is_named_on(phrase))


def _is_not_all(phrase: Phrase, scene: Scene) -> bool:
    """Whether a value is only one of those wanted: "not only leather", «не только чёрная», "preferably black"."""
    if at(scene.tokens, phrase.start - 1).key in _RATHER:
        return True
    keys = [token.key for token in scene.tokens[: phrase.start]]
    return any(pair in _NOT_ALL for pair in pairwise(keys))


def _is_of_kind(phrase: Phrase, scene: Scene, heads: Sequence[Phrase]) -> bool:
    """Whether a value stands beside a known thing with one unknown word that tells its kind: "beige thermos bottle",
    "thermos bottles of steel", and no "silver jewelry polish".
    """
    for head in heads:
        kind = at(scene.tokens, head.end)
        if kind.kind != "word" or not kind.key.isascii() or scene.is_sort(head.end):
            continue
        if head.end in scene.covered or kind.key in FUNCTION_WORDS:
            continue
        if phrase.end <= head.start and scene.joins(phrase.end, head.start) and scene.plain_behind(head.end + 1):
            return True
        if phrase.start == head.end + 1 and scene.ends_plainly(phrase.end):
            return True
    return False


def _tells(phrase: Phrase, scene: Scene) -> bool:
    """Whether a detail says by its preposition that it is one: "in black", "made of leather"."""
    return scene.tokens[phrase.start].key in _TELLING or at(scene.tokens, phrase.start - 1).key == "made"


def _precedes(phrase: Phrase, scene: Scene, heads: Sequence[Phrase]) -> bool:
    """Whether a known thing stands behind a value, with nothing unknown between: "black leather jacket".

    What follows an English thing may make another one of it ("summer jacket rack"), a Russian one stays what it is.
    """
    for head in heads:
        if head.start >= phrase.end and scene.joins(phrase.end, head.start):
            return not scene.tokens[head.end - 1].key.isascii() or scene.plain_behind(head.end)
    return False


def _follows(phrase: Phrase, scene: Scene, heads: Sequence[Phrase]) -> bool:
    """Whether a known thing stands before a value that ends its part: "jacket black", "bag made of leather"."""
    if not scene.plain_behind(phrase.end):
        return False
    return any(head.end <= phrase.start and scene.joins(head.end, phrase.start) for head in heads)


def _stands_apart(phrase: Phrase, scene: Scene, heads: Sequence[Phrase]) -> bool:
    """Whether nothing but values stands between two marks, or conditions already read: "jacket under $50, black".

    Without a known thing only at the end, and behind the only comma: "lavender, rose and vanilla" may be anything.
    """
    if not heads and not scene.has_unknown:
        return False
    start, end = phrase.start, phrase.end
    while not scene.ends_part(start - 1) and scene.leaves_it(start - 1):
        start -= 1
    while not scene.ends_part(end) and scene.leaves_it(end):
        end += 1
    before, behind = at(scene.tokens, start - 1), at(scene.tokens, end)
    if before.kind not in ("mark", "hidden") or not scene.ends_part(end):
        return False
    if heads:
        return not any(start <= head.start < end for head in heads)
    commas = sum(token.key == "," for token in scene.tokens)
    return start > 0 and commas <= 1 and behind.kind == "hidden"


def _heads(scene: Scene, phrases: Sequence[Phrase]) -> list[Phrase]:
    """What the question may be about: the things before its first preposition."""
    away = next((i for i in range(len(scene.tokens)) if _leads_away(scene, i)), len(scene.tokens))
    return [phrase for phrase in phrases if phrase.end <= away and phrase.is_thing]


def _leads_away(scene: Scene, index: int) -> bool:
    """Whether something else than the thing itself begins at `index`: "bag for shoes", "bag matching shoes"."""
    key = scene.tokens[index].key
    return index not in scene.covered and (key in AWAY or (key == "matching" and index - 1 in scene.covered))
