"""What a question refuses with a verb: "I don't want a black jacket", «чёрные куртки не показывайте». Pure.

The thing itself stays wanted, its values are what it is not to be. Who only asks refuses nothing: "don't you have black
jackets", "why don't you show me black jackets", «не покажете ли чёрные куртки».
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from runtime.retrieval.understanding.findings import Finding, Named
from runtime.retrieval.understanding.phrases import Phrases
from runtime.retrieval.understanding.tokens import Span, Tokens, at, joined_to_next

_NOT: Final = Phrases(
    {
        True: "don't|dont|do not|doesn't|doesnt|does not|didn't|did not|won't|will not|wouldn't|would not|never|please "
        "don't|не|не очень|не особо|больше не|не сильно|не слишком"
    }
)
_ADVERBS: Final = frozenset({"really", "ever", "actually", "even", "much", "particularly", "мне", "нам"})
_VERBS: Final = re.compile(
    r"want|wants|need|needs|like|likes|love|loves|show|recommend|suggest|offer|give|include|wear|wears|prefer"
    r"|хочу|хотим|хочет|хотел|хотела|хотели|хотелось|надо|нужно|нужен|нужна|нужны|люблю|любит|любим|любят"
    r"|нравится|нравятся|интересуют?|ищу|ищем|рассматрива(?:ю|ем)|подход[ия]т|подойд[уе]т|подош(?:ел|ла|ло|ли)|беру|ношу|носит|куплю"
    r"|(?:показыва|предлага|дава|присыла)(?:й|йте|ть)|(?:совет|рекоменд)(?:уй|уйте|овать)"
)
"""Behind a "not", these refuse."""
_REFUSING: Final = Phrases(
    {
        True: "hate|hates|dislike|dislikes|can't stand|cannot stand|not interested in|not looking for|not a fan of"
        "|not available|no longer available|stop showing|tired of|sick of|enough of|too many"
        "|ненавижу|ненавидит|терпеть не могу|не переношу|надоели|надоел|надоела"
    }
)
_HAVING: Final = Phrases(
    {
        True: "i have|i've got|i already have|i already own|i own|i lost|i lost my|i bought|i already bought|i return"
        "|already have|у меня есть|у меня уже есть|уже есть|я купил|я купила|уже купил|уже купила"
    }
)
"""What stands behind these is there already, and neither wanted nor unwanted."""
_YOURS: Final = frozenset({"you", "вас", "вы", "can", "could", "may", "might", "should", "would"})
"""Before "already have" and "I have" these ask for the thing."""
_SHOWING: Final = frozenset({"show", "recommend", "suggest", "offer", "give", "include"})
_COMPLAINS: Final = re.compile(r"you|they|it|site|does.*|won't|will|would.*|did.*")
"""Where one of these does not show a thing, that one is missed: "it doesn't show black jackets"."""
_BEHIND: Final = Phrases(
    {
        True: "me|us|to buy|to see|to get|to have|to wear|to be shown|to show me|wearing|buying|to me"
        "|бы|мне|нам|видеть|смотреть|покупать|купить|брать|носить|показывать|предлагать|советовать"
    }
)
"""What may stand between the verb and what is refused."""
ASKS_WHY: Final = frozenset({"why", "почему", "зачем"})
"""Before a "not", these ask for what seems to be denied."""
_INFINITIVE: Final = re.compile(r"to|[а-я]{2,}(?:ть|ться|ти|тись|чь)")
"""Something else is refused than to have the thing: "don't want to wait for"."""
_ALL: Final = frozenset({"only", "just", "только", "лишь", "one", "all"})
"""First in what is refused, they tell that it is wanted as well: "I don't want only black jackets"."""
_CONTRASTS: Final = frozenset(
    {"but", "only", "just", "instead", "rather", "а", "но", "только", "лишь", "лучше", "зато", "кроме", "except"}
)
_ENDS: Final = frozenset(",.;!?:()")
_LISTS: Final = frozenset({"or", "nor", "and", "или", "и", "ни"})
_MORE: Final = 3
"""Words behind a comma within which a list goes on: "black, dark blue or red"."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """verb: the tokens that refuse. scope: those of what is refused. only: a part of it is wanted all the same."""

    verb: Span
    scope: Span
    only: bool = False

    def holds(self, finding: Finding) -> bool:
        """Whether `finding` stands in what is refused."""
        return self.scope[0] <= finding.span[0] and finding.span[1] <= self.scope[1]


def read_refusals(tokens: Tokens) -> list[Refusal]:
    """Every refusal, in the order of the question."""
    return [*(_refusal(tokens, verb) for verb in _verbs(tokens)), *_had(tokens)]


def refuse(found: Sequence[Finding], refusals: Sequence[Refusal]) -> list[Finding]:
    """`found`, read with the verbs hidden, with the values that are refused as what is not wanted; a category only
    beside one that is wanted. Nothing where a refusal refuses nothing that was found.
    """
    for refusal in refusals:
        values = [one for one in found if refusal.holds(one) and _kind(one) == "attribute"]
        things = [one for one in found if refusal.holds(one) and _kind(one) == "category"]
        refused = values or (things if any(_kind(one) == "category" for one in found if one not in things) else [])
        if refusal.only or not refused:
            return []
        found = [_unwanted(one) if one in refused else one for one in found]
        place = found.index(_unwanted(refused[-1])) + 1
        found = [*found[:place], Finding(refusal.verb, "aside"), *found[place:]]
    return list(found)


def unrefused(found: Sequence[Finding], refusals: Sequence[Refusal]) -> list[Finding]:
    """`found`, without whatever stands in what is refused."""
    return [one for one in found if not any(refusal.holds(one) for refusal in refusals)]


def _kind(finding: Finding) -> str:
    return finding.content.meaning.kind if isinstance(finding.content, Named) else ""


def _unwanted(finding: Finding) -> Finding:
    assert isinstance(finding.content, Named)
    return replace(finding, content=replace(finding.content, wanted=False))


def _verbs(tokens: Tokens) -> Iterator[Span]:
    index = 0
    while index < len(tokens):
        end = verb_end(tokens, index)
        if end > index and at(tokens, index - 1).key not in ASKS_WHY:
            yield index, end
        index = max(end, index + 1)


def verb_end(tokens: Tokens, start: int) -> int:
    """Behind the refusal that begins at `start`; `start` where none does."""
    end = _REFUSING.skip(tokens, start)
    if end == start:
        end = _NOT.skip(tokens, start)
        if end == start:
            return start
        end += at(tokens, end).key in _ADVERBS
        if at(tokens, end).key in _SHOWING and _complains(tokens, start):
            return start
        if not _VERBS.fullmatch(at(tokens, end).key):
            return start
        end += 1
    for _ in range(2):
        end = _BEHIND.skip(tokens, end)
    goes_on = _INFINITIVE.fullmatch(at(tokens, end).key)
    return start if goes_on or at(tokens, end).key in ("ли", "you", "вы") else end


def _complains(tokens: Tokens, start: int) -> bool:
    return any(_COMPLAINS.fullmatch(at(tokens, index).key) for index in (start - 1, start))


def _had(tokens: Tokens) -> Iterator[Refusal]:
    for start in range(len(tokens)):
        end = _HAVING.skip(tokens, start)
        ours = at(tokens, start - 1).key not in _YOURS
        if end > start and ours and at(tokens, end).kind == "word" and at(tokens, end).key not in ("ли", "to"):
            behind = end
            while behind < len(tokens) and not (tokens[behind].key in _CONTRASTS | _LISTS or _ends(tokens, behind)):
                behind += 1
            yield Refusal((start, end), (end, behind), only=True)


def _refusal(tokens: Tokens, verb: Span) -> Refusal:
    start, end = verb
    if end == len(tokens) or tokens[end].key in _ENDS:
        # Nothing follows: what stands before is refused, «чёрную куртку не предлагать».
        first = start
        while first > 0 and tokens[first - 1].key not in _ENDS | _CONTRASTS:
            first -= 1
        return Refusal(verb, (first, start))
    behind = end
    while behind < len(tokens) and not (tokens[behind].key in _CONTRASTS or _ends(tokens, behind)):
        behind += 1
    if tokens[end].key in _ALL:
        return Refusal(verb, (end, max(behind, end + 1, _part_end(tokens, end))), only=True)
    return Refusal(verb, (end, behind))


def _part_end(tokens: Tokens, index: int) -> int:
    while index < len(tokens) and tokens[index].key not in _ENDS:
        index += 1
    return index


def _ends(tokens: Tokens, index: int) -> bool:
    """Whether what is refused ends before `index`; not at the comma of a list that goes on to an "or"."""
    if tokens[index].key != ",":
        return tokens[index].key in _ENDS and not joined_to_next(tokens, index - 1)
    for place in range(index + 1, index + 2 + _MORE):
        if at(tokens, place).key in _LISTS | {","}:
            return place == index + 1 or (tokens[place].key == "," and _ends(tokens, place))
    return True
