"""Which words stand in which fields of a product: the query that asks it, and what its answer says. Pure.

Every pair of word and field is a query with a name, and OpenSearch lists the names of those that match a hit. So the
index itself tells, with its own stems and stop words, what no comparison of texts outside of it could.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from shared import catalog
from shared.hybrid.filters import Clauses
from shared.hybrid.query import build_has_unwanted, build_said
from shared.hybrid.words import MAX_CLAUSES, MOST_UNWANTED, Measures, UnwantedPhrases, count_clauses

SEARCHED: Final[Mapping[str, tuple[str, ...]]] = {
    catalog.NAME: (catalog.NAME, f"{catalog.NAME}.plain"),
    catalog.SPECS: (catalog.SPECS, f"{catalog.SPECS}.plain"),
    catalog.CATEGORIES: (f"{catalog.CATEGORIES}.words", f"{catalog.CATEGORIES}.plain"),
    catalog.BODY: (catalog.BODY, f"{catalog.BODY}.plain"),
}
"""Field of shared.catalog -> where the BM25 leg looks for words in it."""

MEASURED: Final[Mapping[str, str]] = {name: f"{name}.plain" for name in (catalog.NAME, catalog.SPECS, catalog.BODY)}
"""Field of shared.catalog -> where the BM25 leg looks for measures in it."""

_UNWANTED: Final = "unwanted"
_MEASURE: Final = "measure"
_LONGEST_TERM: Final = 255
"""Characters at which OpenSearch's tokenizer cuts a word."""
_EACH_MAY_BE_ONE: Final = "\u0e00"
"""From Thai on there are scripts without spaces, where every character may be a term."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What is asked of each product. words: no more than `askable` leaves of them, beside the measures."""

    words: tuple[str, ...] = ()
    measures: Measures = ()
    unwanted: UnwantedPhrases = ()


@dataclass(frozen=True, slots=True)
class Matches:
    """What one product has of what was asked.

    words: field of SEARCHED -> the words that stand there, in the order asked, and behind them the measures as typed,
    however the product spells them; fields without any are left out. unwanted: the phrases it has although they are
    not wanted.
    """

    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unwanted: tuple[str, ...] = ()


def build_matches(ids: Sequence[str], sought: Sought) -> dict[str, Any]:
    """Asks of each product of `ids` what it has of `sought`, and where."""
    named: Clauses = [
        {"multi_match": {"query": word, "fields": list(fields), "operator": "and", "_name": f"{place}:{name}"}}
        for place, word in enumerate(sought.words)
        for name, fields in SEARCHED.items()
    ]
    named += [
        {"bool": {"filter": build_said(spellings, within), "_name": f"{place}:{_MEASURE}:{name}"}}
        for place, (_, spellings) in enumerate(sought.measures)
        for name, within in MEASURED.items()
    ]
    for place, (phrase, lacking) in enumerate(sought.unwanted[:MOST_UNWANTED]):
        named.append({"bool": {"filter": build_has_unwanted(phrase, lacking), "_name": f"{place}:{_UNWANTED}"}})
    return {
        "query": {"bool": {"filter": {"terms": {catalog.ID: list(ids)}}, "should": named}},
        "size": len(ids),
        "stored_fields": "_none_",
        "docvalue_fields": [catalog.ID],
        "track_total_hits": False,
    }


def read_matches(hit: Mapping[str, Any], sought: Sought) -> Matches:
    """What a hit of `build_matches` for `sought` says."""
    names = frozenset(hit.get("matched_queries", ()))
    found = {
        name: (
            *(word for place, word in enumerate(sought.words) if f"{place}:{name}" in names),
            *(typed for place, (typed, _) in enumerate(sought.measures) if f"{place}:{_MEASURE}:{name}" in names),
        )
        for name in SEARCHED
    }
    return Matches(
        {name: standing for name, standing in found.items() if standing},
        unwanted=tuple(phrase for place, (phrase, _) in enumerate(sought.unwanted) if f"{place}:{_UNWANTED}" in names),
    )


def askable(words: Sequence[str], *, measures: Measures = ()) -> tuple[str, ...]:
    """The first of `words` that can be asked for at once beside `measures`, by shared.hybrid.words.MAX_CLAUSES."""
    measured = sum(count_clauses(spellings) for _, spellings in measures) * len(MEASURED)
    left = (MAX_CLAUSES - measured) // sum(map(len, SEARCHED.values()))
    for place, word in enumerate(words):
        left -= _most_terms(word)
        if left < 0:
            return tuple(words[:place])
    return tuple(words)


def _most_terms(word: str) -> int:
    apart = sum(not sign.isalnum() or sign >= _EACH_MAY_BE_ONE for sign in word)
    return 1 + apart + len(word) // _LONGEST_TERM
