"""Why each product found stands where it stands: the legs, the words, and what put it first or down."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from runtime.retrieval.hits import Degraded, Hit
from runtime.retrieval.language import Language
from runtime.retrieval.legs import Candidates, Question
from runtime.retrieval.matches import Matches, Sought, askable
from runtime.retrieval.ranking import compared, shares
from runtime.retrieval.reasons import Explanation, Place, Reason, ReasonKind
from runtime.retrieval.search import ProductSearch
from runtime.retrieval.understanding.stems import other_form
from shared import catalog
from shared.hybrid.legs import LEXICAL
from shared.hybrid.query import Sort
from shared.hybrid.settings import FusionSettings

_WORD: Final = re.compile(r"\w++(?:[.'’](?=\w)\w++|,(?=\d)\w++)*+")
"""Words much as OpenSearch's standard tokenizer parts them: "1.5" and "don't" are one, "wi-fi" two."""

_TEXTS: Final[Mapping[str, Mapping[Language, str]]] = {
    "rank:bm25": {"en": "by words no. {rank}", "ru": "по словам — место {rank}"},
    "rank:knn": {"en": "by meaning no. {rank}", "ru": "по смыслу — место {rank}"},
    "beyond:bm25": {"en": "by words not among the first {depth}", "ru": "по словам в первые {depth} не вошёл"},
    "beyond:knn": {"en": "by meaning not among the first {depth}", "ru": "по смыслу в первые {depth} не вошёл"},
    "absent:bm25": {"en": "by words not found", "ru": "по словам не найден"},
    "weightless:bm25": {"en": "words have no weight here", "ru": "слова здесь не в счёт"},
    "weightless:knn": {"en": "meaning has no weight here", "ru": "смысл здесь не в счёт"},
    "price_asc": {
        "en": "In order of price, cheapest first; likeness does not count.",
        "ru": "По цене, сначала дешёвые; сходство на порядок не влияет.",
    },
    "price_desc": {
        "en": "In order of price, dearest first; likeness does not count.",
        "ru": "По цене, сначала дорогие; сходство на порядок не влияет.",
    },
    "no_words": {
        "en": "The query has no words to compare by; only its conditions count.",
        "ru": "Слов для сравнения в запросе нет, действуют только условия.",
    },
    "unasked": {
        "en": "Meaning was not compared: the embedding model could not be asked.",
        "ru": "Смысл не сравнивался: модель эмбеддингов недоступна.",
    },
    "unknown_language": {
        "en": "Meaning was not compared: the embedding model does not know the language.",
        "ru": "Смысл не сравнивался: модель эмбеддингов не знает языка.",
    },
    "code": {
        "en": "The query names it by its code, so it comes before all others.",
        "ru": "Назван в запросе по коду, поэтому стоит раньше прочих.",
    },
    "mentioned": {
        "en": "Its text names the code that was asked for.",
        "ru": "Код из запроса назван в тексте товара.",
    },
    "compared": {
        "en": "Its name has every word of a side that the query compares: such ones come first, the sides in turns.",
        "ru": "В названии есть все слова одного из сравниваемых: такие идут первыми, по очереди от каждого.",
    },
    "same_product": {
        "en": "Has the place of {sku}, which is the same product; what follows is about that one.",
        "ru": "Стоит на месте {sku}, это тот же товар; дальше сказано о нём.",
    },
    "out_of_stock": {
        "en": "Out of stock: only {percent}% of its score counts.",
        "ru": "Нет в наличии: засчитано {percent} % оценки.",
    },
    "out_of_stock_by_price": {
        "en": "Out of stock: it comes after all that can be bought.",
        "ru": "Нет в наличии: стоит после всего, что можно купить.",
    },
    "on_request": {
        "en": "Priced on request: it comes after all that have a price.",
        "ru": "Цена по запросу: стоит после всех, у кого цена есть.",
    },
    "unwanted": {
        "en": "Its text says “{phrase}”, which is not wanted: its score by words is lowered.",
        "ru": "В тексте есть «{phrase}», а это не нужно: оценка по словам снижена.",
    },
}


@dataclass(frozen=True, slots=True)
class Ranked:
    """What was asked, what the legs found for it, and how the hits were put in order of it.

    joined: how the legs were joined. degraded: what had to be done without.
    """

    question: Question
    candidates: Candidates
    joined: FusionSettings
    sort: Sort
    degraded: Degraded | None
    language: Language


async def explain_hits(
    search: ProductSearch, index: str, hits: Sequence[Hit], ranked: Ranked
) -> Mapping[str, Explanation]:
    """Why each of `hits`, which stay as they are, stands where it stands, by id. One round trip."""
    if not hits:
        return {}
    question = ranked.question
    own, other = question_words(question)
    formed = {form: word for word in own if (form := other_form(word.lower()))}
    words = askable((*own, *formed, *other), measures=question.measures)
    placed = [_placed(hit) for hit in hits]
    ids = [hit.document.id for hit in placed]
    matches = await search.fetch_matches(index, ids, Sought(words, question.measures, question.unwanted))
    told = {id: _as_typed(has, formed) for id, has in matches.items()}
    places = _places(placed, ranked) if ranked.sort == "relevance" else {}
    typed = (*own, *(measure for measure, _ in question.measures))
    return {hit.document.id: _explanation(hit, told, places, ranked, words=(typed, other)) for hit in hits}


def _placed(hit: Hit) -> Hit:
    """What came to the place of `hit` by itself."""
    return hit.in_place_of or hit


def question_words(question: Question) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words that products are judged by, measures aside: those of the question, and those that only its other
    wordings have.

    Each once, however it is written; the question is the one that was searched for, with its slips mended.
    """
    words = question.words
    own = _words(map(words.without_measures, (words.judged, *words.alike)))
    other = _words(map(words.without_measures, question.others))
    known = {*own, *map(other_form, own)}
    return tuple(own.values()), tuple(word for key, word in other.items() if key not in known)


def _words(texts: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        for word in _WORD.findall(text):
            found.setdefault(word.lower().replace("ё", "е"), word)
    return found


def _places(hits: Sequence[Hit], ranked: Ranked) -> Mapping[str, Mapping[str, Place]]:
    """Id -> leg that found it -> its place there."""
    share = shares(ranked.candidates, ranked.joined)
    scores = {
        leg: {candidate.id: candidate.score for candidate in candidates}
        for leg, candidates in ranked.candidates.legs.items()
    }
    return {
        id: {leg: Place(rank, scores[leg][id], share[leg][id]) for leg, rank in hit.ranks.items()}
        for hit in hits
        for id in [hit.document.id]
    }


def _explanation(
    shown: Hit,
    matches: Mapping[str, Matches],
    places: Mapping[str, Mapping[str, Place]],
    ranked: Ranked,
    *,
    words: tuple[Collection[str], Collection[str]],
) -> Explanation:
    """words: of the question, and of its other wordings alone."""
    hit = _placed(shown)
    own, other = words
    has = matches.get(hit.document.id, Matches())
    explained = Explanation(places.get(hit.document.id, {}), words=_among(has, own), synonyms=_among(has, other))
    reasons = tuple(_reasons(hit, has, explained, ranked))
    if hit is not shown:
        reasons = (_reason("same_product", ranked, sku=hit.document.sku), *reasons)
    return replace(explained, reasons=reasons)


def _as_typed(has: Matches, formed: Mapping[str, str]) -> Matches:
    """`has` with words as they were typed. formed: another form that was searched for -> the word."""
    found = {
        field: tuple(dict.fromkeys(formed.get(word, word) for word in standing))
        for field, standing in has.words.items()
    }
    return replace(has, words=found)


def _among(has: Matches, words: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Which of `words` stand in which field; of the whole text only what no other field has."""
    elsewhere = {word for field, standing in has.words.items() if field != catalog.BODY for word in standing}
    kept = {
        field: tuple(word for word in standing if word in words and (field != catalog.BODY or word not in elsewhere))
        for field, standing in has.words.items()
    }
    return {field: standing for field, standing in kept.items() if standing}


def _reasons(hit: Hit, has: Matches, explained: Explanation, ranked: Ranked) -> Iterator[Reason]:
    """The strongest first."""
    if hit.by_code:
        yield _reason("code", ranked)
    elif any(candidate.mentioned for candidate in ranked.candidates.by_words if candidate.id == hit.document.id):
        yield _reason("mentioned", ranked)
    is_compared = _is_compared(hit, ranked)
    if is_compared:
        yield _reason("compared", ranked)
    if ranked.sort == "relevance":
        yield from _reasons_of_likeness(hit, has, explained, ranked, first=hit.by_code or is_compared)
    else:
        yield from _reasons_of_price(hit, ranked)


def _reasons_of_likeness(
    hit: Hit, has: Matches, explained: Explanation, ranked: Ranked, *, first: bool
) -> Iterator[Reason]:
    """first: it comes before what the legs alone would put before it."""
    if ranked.question.words.judged:
        yield Reason("places", _places_text(hit.document.id, explained, ranked))
        if ranked.question.vector is None:
            yield _reason("no_meaning", ranked, text="unasked" if ranked.degraded else "unknown_language")
    else:
        yield _reason("no_words", ranked)
    if LEXICAL in explained.places:
        for phrase in has.unwanted:
            yield _reason("unwanted", ranked, phrase=phrase)
    # What comes first has 1 added to its score.
    percent = round(100 * (hit.score - first) / explained.fused)
    if not hit.document.in_stock and percent < 100:
        yield _reason("out_of_stock", ranked, percent=percent)


def _is_compared(hit: Hit, ranked: Ranked) -> bool:
    sides = compared(ranked.candidates) if ranked.sort == "relevance" else {}
    return any(hit.document.id in ids for ids in sides.values())


def _reasons_of_price(hit: Hit, ranked: Ranked) -> Iterator[Reason]:
    yield _reason("price_order", ranked, text=ranked.sort)
    if not hit.document.in_stock:
        yield _reason("out_of_stock", ranked, text="out_of_stock_by_price")
    if hit.document.price_from is None:
        yield _reason("on_request", ranked)


def _reason(kind: ReasonKind, ranked: Ranked, *, text: str = "", **values: object) -> Reason:
    """text: key of _TEXTS where it is not the kind itself."""
    return Reason(kind, _TEXTS[text or kind][ranked.language].format(**values))


def _places_text(id: str, explained: Explanation, ranked: Ranked) -> str:
    said = "; ".join(_place_text(leg, id, explained, ranked) for leg in ranked.candidates.legs)
    return f"{said[0].upper()}{said[1:]}."


def _place_text(leg: str, id: str, explained: Explanation, ranked: Ranked) -> str:
    place, candidates = explained.places.get(leg), ranked.candidates.legs[leg]
    if place is not None:
        said = "rank"
    elif any(candidate.id == id for candidate in candidates):
        said = "weightless"
    else:
        # Words have an end, likeness has none.
        whole = leg == LEXICAL and ranked.candidates.matching <= len(candidates)
        said = "absent" if whole else "beyond"
    rank = place.rank if place else 0
    return _TEXTS[f"{said}:{leg}"][ranked.language].format(rank=rank, depth=len(candidates))
