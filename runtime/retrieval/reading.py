"""What a request asks for: what its words say, merged with the conditions that came beside them. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from runtime.retrieval.hits import MAX_TEXT, Condition, RetrievalRequest
from runtime.retrieval.identifiers import Code, find_codes
from runtime.retrieval.language import Language
from runtime.retrieval.legs import Question
from runtime.retrieval.mending import SPELLING
from runtime.retrieval.spelling.measures import spellings
from runtime.retrieval.synonyms import NO_SYNONYMS, Synonyms, expansions
from runtime.retrieval.understanding.catalogue import Vocabulary
from runtime.retrieval.understanding.comparison import compared, completed
from runtime.retrieval.understanding.stems import other_forms
from runtime.retrieval.understanding.understand import understand
from runtime.retrieval.understanding.understood import Conditions, NotWords, Understood
from runtime.retrieval.understanding.words import JOINERS, PRAISE
from shared.embedding.embedder import Vector
from shared.hybrid.filters import ProductFilter, Unwanted
from shared.hybrid.query import Sort

CODE: Final = "code"
"""Kind of the condition that names a product by its code."""

MAX_OTHERS: Final = 1_000
"""Other values of an axis, the most frequent ones, that keep a product of which one value is not wanted: what comes in
none but rarer ones beside it goes, too. OpenSearch takes 65,536 terms, and reads every one of them.
"""


_LAST_SAID: Final = 10
_LONGEST_SAID: Final = 400
"""What is looked at again, of what a shopper said before: nobody takes back a condition of an hour ago."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A request as it was understood.

    words: to look for; empty when conditions say it all. described: the same with the categories and values wanted
    still in it, for whatever compares meanings. codes: what in the text may be a code. conditions: understood and
    applied. counting: the number of products itself is asked for. pricing: what they cost is. sides: what is compared.
    """

    words: str
    described: str
    filter: ProductFilter
    sort: Sort = "relevance"
    limit: int = 10
    codes: tuple[Code, ...] = ()
    not_words: tuple[NotWords, ...] = ()
    conditions: tuple[Condition, ...] = ()
    counting: bool = False
    sides: tuple[str, ...] = ()
    pricing: bool = False

    @property
    def about_all(self) -> bool:
        """Whether the first few products cannot tell what is asked: how many, from which price on, the cheapest."""
        return self.tells_facts or self.sort != "relevance"

    @property
    def tells_facts(self) -> bool:
        """Whether how many there are, and what they cost, is the answer itself."""
        return self.counting or self.pricing

    @property
    def values(self) -> tuple[Condition, ...]:
        """The values of attributes that the text asks for."""
        return tuple(condition for condition in self.conditions if condition.kind == "attribute")

    @property
    def sure_codes(self) -> tuple[Code, ...]:
        """The codes that the text can only mean as such."""
        return tuple(code for code in self.codes if code.sure)


def read_request(request: RetrievalRequest, vocabulary: Vocabulary, *, language: Language) -> Reading:
    """`request` as it is meant in a shop of this vocabulary; what came beside its text wins over what the text says."""
    text = request.text[:MAX_TEXT]
    codes = tuple(code for code in find_codes(text) if f"{CODE}:{code.key}" not in request.drop)
    if any(code.sure for code in codes):
        return Reading(text, text, request.filter, request.sort, request.limit, codes=codes)
    compares = compared(text)
    # A side is what is left of it without its conditions: "not black" is none.
    described = (understand(one, vocabulary, language=language).described for one in compares)
    sides = completed([one for one in described if any(map(str.isalnum, one))], vocabulary)
    sides = sides if len(sides) > 1 else ()
    # Without "compare" and "with", which are in the text of products by chance.
    compared_text = ", ".join(compares) if sides else text
    understood = _understand(compared_text, request, vocabulary, language=language)
    one_sided = tuple(_one_sided(understood, sides, vocabulary, language=language))
    if one_sided:
        whole = replace(request, drop=(*request.drop, *one_sided))
        understood = _understand(compared_text, whole, vocabulary, language=language)
    return Reading(
        words=understood.words,
        described=understood.described,
        filter=merge(request.filter, understood.filter, vocabulary),
        sort=understood.sort if request.sort == "relevance" else request.sort,
        limit=min(request.limit, understood.limit or request.limit),
        codes=codes,
        not_words=understood.filter.not_words,
        conditions=understood.conditions,
        counting=understood.counting,
        sides=sides,
        pricing=understood.pricing,
    )


def without_taken_back(request: RetrievalRequest, vocabulary: Vocabulary, *, language: Language) -> RetrievalRequest:
    """`request` that drops what was taken back of the last things said, but for what was named again later."""
    off: dict[str, None] = {}
    for said in request.said[-_LAST_SAID:]:
        # To read costs as much as a question does, and a conversation may be long.
        again = {SPELLING, *_ids(said.text[:_LONGEST_SAID], vocabulary, language=language)} if off else {SPELLING}
        off = dict.fromkeys([*(id for id in off if id not in again), *said.drop])
    return replace(request, drop=(*request.drop, *off), said=())


def ask(reading: Reading, *, vector: Vector | None, depth: int, synonyms: Synonyms = NO_SYNONYMS) -> Question:
    """What the index is asked for a request understood as `reading`. vector: of what it describes."""
    keys = dict.fromkeys(key for code in reading.codes for key in code.keys)
    wordings = reading.sides or (reading.described,)
    required = reading.sides or (reading.words,)
    return Question(
        text=reading.words,
        described=reading.described,
        vector=vector,
        filter=reading.filter,
        depth=depth,
        prices=reading.sort != "relevance",
        facts=reading.about_all,
        codes=tuple(keys),
        phrases=tuple(code.text for code in reading.sure_codes),
        unwanted=tuple((unwanted.words, unwanted.lacking) for unwanted in reading.not_words),
        others=tuple(_other_wordings(wordings, synonyms)),
        required_others=tuple(_other_wordings(required, synonyms)),
        sides=reading.sides,
        measures=() if reading.sure_codes else tuple(spellings(reading.words).items()),
    )


def merge(asked: ProductFilter, said: Conditions, vocabulary: Vocabulary) -> ProductFilter:
    """`asked` with everything that was `said` besides; `said` is of what `asked` leaves open."""
    values = {attribute.code: tuple(attribute.values) for attribute in vocabulary.attributes if attribute.axis}
    unwanted = (
        Unwanted(code, named, unless=_others(values.get(code, ()), named))
        for code, named in said.not_attributes.items()
    )
    return replace(
        asked,
        price_min=said.price_min if asked.price_min is None else asked.price_min,
        price_max=said.price_max if asked.price_max is None else asked.price_max,
        in_stock=said.in_stock if asked.in_stock is None else asked.in_stock,
        categories=asked.categories or said.categories,
        attributes={**said.attributes, **asked.attributes},
        not_categories=said.not_categories,
        not_attributes=tuple(unwanted),
    )


def _understand(text: str, request: RetrievalRequest, vocabulary: Vocabulary, *, language: Language) -> Understood:
    understood = understand(text, vocabulary, language=language, drop=request.drop)
    settled = (*_settled(understood.conditions, request), *_doubtful(understood, request))
    if settled:
        understood = understand(text, vocabulary, language=language, drop=(*request.drop, *settled))
    exact = request.sort != "relevance" or _is_exact(understood)
    if understood.filter.categories and not exact and _only_praises(understood.words):
        # A comfortable chair is a chair, whether its text says so or not: what does comes first.
        return replace(understood, words="")
    return understood


def _ids(text: str, vocabulary: Vocabulary, *, language: Language) -> Iterator[str]:
    """Of the conditions that `text` names by itself."""
    yield from (f"{CODE}:{code.key}" for code in find_codes(text))
    yield from (condition.id for condition in understand(text, vocabulary, language=language).conditions)


def _one_sided(
    understood: Understood, sides: Sequence[str], vocabulary: Vocabulary, *, language: Language
) -> Iterator[str]:
    """Ids of the values that only some of the `sides` name: what is of leather is not all that is compared in "leather
    vs suede boots".
    """
    values = [condition for condition in understood.conditions if condition.kind == "attribute"]
    if not (sides and values):
        return
    named = [understand(side, vocabulary, language=language).filter.attributes.keys() for side in sides]
    yield from (condition.id for condition in values if not all(condition.field in codes for codes in named))


def _doubtful(understood: Understood, request: RetrievalRequest) -> Iterator[str]:
    """Ids of the categories that may be only a part of what is meant, and so are words like others.

    A product is filed under one thing and sold as another: "tape and mudding tools" are not all tape, and not every
    sandal is under "Sandals". A category binds where it is all that is asked for, or where the answer is to be
    ordered or counted, which likeness has no part in.
    """
    named = [condition.id for condition in understood.conditions if condition.kind == "category"]
    says_all = not understood.words or (request.sort == "relevance" and _only_praises(understood.words))
    if len(named) != 1 or not (says_all or _is_exact(understood)):
        yield from named


def _is_exact(understood: Understood) -> bool:
    return understood.sort != "relevance" or understood.counting or understood.pricing


def _only_praises(words: str) -> bool:
    """Whether `words` narrow nothing: every chair is to be comfortable."""
    keys = (word.strip(",").lower().replace("ё", "е") for word in words.split())
    return all(key in PRAISE or key in JOINERS for key in keys)


def _settled(conditions: Sequence[Condition], request: RetrievalRequest) -> Iterator[str]:
    """Ids of the conditions about something that the request itself has settled; what is not wanted is beside it."""
    asked = request.filter
    settled = {
        "price": asked.price_min is not None or asked.price_max is not None,
        "stock": asked.in_stock is not None,
        "category": bool(asked.categories),
        "sort": request.sort != "relevance",
    }
    for condition in conditions:
        if settled.get(condition.kind) or (condition.kind == "attribute" and condition.field in asked.attributes):
            yield condition.id


def _other_wordings(wordings: Iterable[str], synonyms: Synonyms) -> Iterator[str]:
    for wording in wordings:
        yield from other_forms(wording)
        yield from expansions(wording, synonyms)


def _others(values: Sequence[str], named: Sequence[str]) -> tuple[str, ...]:
    unwanted = frozenset(named)
    return tuple(value for value in values if value not in unwanted)[:MAX_OTHERS]
