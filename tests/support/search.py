"""A catalogue without a cluster: `FakeSearch` keeps indices and aliases in memory and finds like a simple one."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

import numpy as np
from support.index_meta import DIMENSION, a_meta

from runtime.retrieval.counts import CatalogueCounts, build_counts
from runtime.retrieval.facts import CategoryFacts, Facts
from runtime.retrieval.facts_query import MAX_CATEGORIES
from runtime.retrieval.legs import Candidate, Candidates, PriceList, PriceQuestion, Question, Topic
from runtime.retrieval.matches import MEASURED, Matches, Sought
from runtime.retrieval.spelling.hearing import closest
from sandbox.openai_server.vectors import bag_of_stems
from shared import catalog
from shared.catalog import CatalogAttribute, CatalogDocument, CatalogVariant, to_source
from shared.embedding.embedder import Vector
from shared.hybrid.filters import ProductFilter
from shared.hybrid.legs import LEXICAL, SEMANTIC
from shared.hybrid.words import UnwantedPhrases, Words
from shared.indices import IndexMeta, UnreadableIndex
from shared.opensearch import IndexMissing


def a_catalogue() -> list[CatalogDocument]:
    """Five products: two jackets, a configurable bag in variants, boots out of stock, a tent on request."""
    return [
        a_product(id="1", sku="WJ-01", name="Storm Jacket", price=120.0, categories=("Jackets", "Clothes")),
        a_product(
            id="2", sku="WJ-02", name="Wool Jacket", price=80.0, categories=("Jackets", "Clothes"), color=("Black",)
        ),
        replace(
            a_product(id="3", sku="BG-10", name="City Bag", price=35.0, categories=("Bags",), color=("Black", "Red")),
            variant_skus=("BG-10-BLK", "BG-10-RED"),
            identifiers=("4006381333931",),
            variants=(
                CatalogVariant(sku="BG-10-BLK", options={"color": "Black"}, price=35.0),
                CatalogVariant(sku="BG-10-RED", options={"color": "Red"}, price=39.0),
            ),
            price_to=39.0,
        ),
        a_product(id="4", sku="BT-77", name="Hiking Boots", price=150.0, categories=("Shoes",), in_stock=False),
        a_product(id="5", sku="TN-1", name="Expedition Tent", price=None, categories=("Camping",)),
    ]


def a_product(
    *,
    id: str,
    sku: str,
    name: str,
    price: float | None,
    categories: tuple[str, ...] = (),
    color: tuple[str, ...] = (),
    in_stock: bool = True,
) -> CatalogDocument:
    return CatalogDocument(
        id=id,
        sku=sku,
        name=name,
        text=f"{name}. {', '.join(categories)}.",
        short_text=f"A {name.lower()}.",
        currency="USD",
        price_text="Price on request" if price is None else f"${price:.2f}",
        price_from=price,
        price_to=price,
        in_stock=in_stock,
        categories=categories,
        attributes={"color": CatalogAttribute(label="Color", values=color)} if color else {},
        url=f"https://shop.test/{sku.lower()}.html",
    )


@dataclass(slots=True)
class FakeIndex:
    """Documents with their vectors. meta: None for an index that is not ours."""

    meta: IndexMeta | None
    documents: dict[str, CatalogDocument] = field(default_factory=dict)
    vectors: dict[str, Vector] = field(default_factory=dict)


class FakeSearch:
    """`ProductSearch` in memory.

    calls: (method, index or alias) of every call; failures: raised first, in order; broken: raised by every such call.
    """

    def __init__(self) -> None:
        self.indices: dict[str, FakeIndex] = {}
        self.aliases: dict[str, list[str]] = {}
        self.calls: list[tuple[str, str]] = []
        self.failures: list[Exception] = []
        self.broken: dict[tuple[str, str], Exception] = {}

    def put(
        self, index: str, documents: Iterable[CatalogDocument], *, alias: str, meta: IndexMeta | None = None
    ) -> None:
        """Create `index` with `documents` and point `alias` at it alone."""
        found = list(documents)
        self.indices[index] = FakeIndex(
            meta=meta or a_meta(),
            documents={document.id: document for document in found},
            vectors={document.id: bag_of_stems(document.text, DIMENSION) for document in found},
        )
        self.aliases[alias] = [index]

    async def fetch_live(self, alias: str) -> tuple[str, IndexMeta]:
        self._begin("fetch_live", alias)
        names = self.aliases.get(alias)
        if not names:
            raise IndexMissing(f"alias {alias!r}: no such index")
        if len(names) > 1:
            raise UnreadableIndex(alias, f"the alias stands for {', '.join(names)}, and only one can be served")
        meta = self._index(names[0]).meta
        if meta is None:
            raise UnreadableIndex(names[0], "Vitrina did not build it")
        return names[0], meta

    async def fetch_candidates(self, index: str, question: Question) -> Candidates:
        self._begin("fetch_candidates", index)
        found = self._index(index)
        allowed = {key: document for key, document in found.documents.items() if _passes(document, question.filter)}
        words = question.words
        scores = {
            LEXICAL: {
                key: _word_score(document, words) for key, document in allowed.items() if _matches(document, words)
            }
        }
        if question.vector is not None:
            scores[SEMANTIC] = {key: float(np.dot(found.vectors[key], question.vector)) for key in allowed}
        legs = {
            leg: [
                Candidate(
                    id=key,
                    score=score,
                    price=allowed[key].price_from if question.prices else None,
                    in_stock=allowed[key].in_stock,
                    by_code=leg == LEXICAL and _is_named(allowed[key], words),
                    mentioned=leg == LEXICAL and _mentions(allowed[key], words),
                    every_word=leg == LEXICAL and _has_every_word(allowed[key], words),
                    in_name=leg == LEXICAL and _has_every_word(allowed[key], words, in_name=True),
                    side=_side(allowed[key], words) if leg == LEXICAL else None,
                )
                for key, score in sorted(by_id.items(), key=lambda item: (-item[1], item[0]))[: question.depth]
            ]
            for leg, by_id in scores.items()
        }
        topic = _topic_of(found.documents.values(), question) if question.needs_topic else None
        vocabulary = {word for document in found.documents.values() for word in _words(document.text)}
        return Candidates(
            legs,
            matching=len(scores[LEXICAL]),
            topic=topic,
            known=frozenset(question.doubts) & vocabulary,
            verbatim=frozenset(question.doubts) & vocabulary,
            typos=_typos(question.spelled, vocabulary),
            heard=_heard(question.heard, found.documents.values()),
            documents={
                key: _read_back(allowed[key], texts=question.texts)
                for leg in legs.values()
                for key in [candidate.id for candidate in leg]
            }
            if question.whole
            else {},
        )

    async def fetch_by_price(self, index: str, question: PriceQuestion) -> PriceList:
        self._begin("fetch_by_price", index)
        meant = [document for document in self._index(index).documents.values() if _is_meant(document, question)]
        sign = 1 if question.sort == "price_asc" else -1

        def key(document: CatalogDocument) -> tuple[bool, bool, float, str]:
            return not document.in_stock, document.price_from is None, sign * (document.price_from or 0.0), document.id

        listed = sorted(meant, key=key)[: question.limit]
        return PriceList(tuple(_read_back(document, texts=question.texts) for document in listed), total=len(meant))

    async def fetch_facts(self, index: str, question: PriceQuestion | None, *, named: Sequence[str] = ()) -> Facts:
        self._begin("fetch_facts", index)
        meant = [
            document
            for document in self._index(index).documents.values()
            if document.id in named or (question is not None and _is_meant(document, question))
        ]
        counts = Counter(name for document in meant for name in set(document.categories))
        largest = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MAX_CATEGORIES]
        low, high = _price_bounds(meant)
        return Facts(
            count=len(meant),
            in_stock=sum(document.in_stock for document in meant),
            on_request=sum(document.price_from is None for document in meant),
            price_min=low,
            price_max=high,
            categories=tuple(
                CategoryFacts(name, count, *_price_bounds(one for one in meant if name in one.categories))
                for name, count in largest
            ),
        )

    async def fetch_documents(
        self, index: str, ids: Sequence[str], *, texts: bool = False
    ) -> Mapping[str, CatalogDocument]:
        if not ids:
            return {}
        self._begin("fetch_documents", index)
        documents = self._index(index).documents
        return {key: _read_back(documents[key], texts=texts) for key in ids if key in documents}

    async def fetch_matches(self, index: str, ids: Sequence[str], sought: Sought) -> Mapping[str, Matches]:
        self._begin("fetch_matches", index)
        documents = self._index(index).documents
        return {key: _matched(documents[key], sought) for key in ids if key in documents}

    async def fetch_by_code(self, index: str, code: str) -> Sequence[CatalogDocument]:
        self._begin("fetch_by_code", index)
        documents = self._index(index).documents.values()
        return [_read_back(document, texts=True) for document in documents if _folded(code) in _codes(document)]

    async def fetch_counts(self, index: str) -> CatalogueCounts:
        self._begin("fetch_counts", index)
        documents = [to_source(document, text_hash="") for document in self._index(index).documents.values()]

        def counted(field: str) -> dict[str, int]:
            counts = Counter(value for document in documents for value in document[field])
            return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

        return build_counts(
            len(documents),
            categories=counted(catalog.CATEGORIES),
            labels=counted(catalog.FACET_LABELS),
            values=counted(catalog.FACETS),
            axes=counted(catalog.AXES),
        )

    def count(self, method: str) -> int:
        """How often `method` was called."""
        return sum(name == method for name, _ in self.calls)

    def _begin(self, method: str, name: str) -> None:
        self.calls.append((method, name))
        if self.failures:
            raise self.failures.pop(0)
        if (method, name) in self.broken:
            raise self.broken[method, name]

    def _index(self, index: str) -> FakeIndex:
        if index not in self.indices:
            raise IndexMissing(f"index {index!r}: no such index")
        return self.indices[index]


def _matched(document: CatalogDocument, sought: Sought) -> Matches:
    told = f"{document.text} {document.text_rest}"
    texts = {
        catalog.NAME: document.name,
        catalog.SPECS: " ".join(document.specs),
        catalog.CATEGORIES: " ".join(document.categories),
        catalog.BODY: told,
    }
    found = {
        field: (
            *(word for word in sought.words if set(_words(word)) <= set(_words(text))),
            *(typed for typed, spellings in sought.measures if field in MEASURED and _says_any(text, spellings)),
        )
        for field, text in texts.items()
    }
    return Matches(
        {field: standing for field, standing in found.items() if standing},
        unwanted=_unwanted(document, sought.unwanted),
    )


def _unwanted(document: CatalogDocument, unwanted: UnwantedPhrases) -> tuple[str, ...]:
    """Those of `unwanted` that the product has."""
    told = f"{document.text} {document.text_rest}".lower()
    return tuple(
        phrase
        for phrase, lacking in unwanted
        if phrase.lower() in told and not any(said.lower() in told for said in lacking)
    )


def _price_bounds(documents: Iterable[CatalogDocument]) -> tuple[float | None, float | None]:
    prices = [document.price_from for document in documents if document.price_from]
    return min(prices, default=None), max(prices, default=None)


def _typos(words: Iterable[str], vocabulary: Collection[str]) -> dict[str, str]:
    closest = {word: get_close_matches(word, vocabulary, n=1, cutoff=0.8) for word in words if word not in vocabulary}
    return {word: found[0] for word, found in closest.items() if found}


def _heard(words: Iterable[str], documents: Iterable[CatalogDocument]) -> dict[str, str]:
    texts = [text for document in documents for text in (document.name, *document.specs)]
    return {word: name for word in words if (name := closest(word, texts))}


def _read_back(document: CatalogDocument, *, texts: bool) -> CatalogDocument:
    """What an index gives of `document`: what is only searched by does not come back."""
    shown = replace(document, identifiers=(), specs=())
    return shown if texts else replace(shown, text="", text_rest="")


def _topic_of(documents: Iterable[CatalogDocument], question: Question) -> Topic:
    everything = list(documents)
    words = replace(question.words, codes=(), phrases=())
    meant = [
        document
        for document in everything
        if _passes(document, question.topic_filter)
        and not _is_named(document, question.words)
        and _matches(document, words)
    ]
    passing = [document for document in everything if _passes(document, question.filter)]
    return Topic(
        best=max((_word_score(document, words) for document in meant), default=None),
        best_of_every_word=max(
            (_word_score(document, words) for document in meant if _has_every_word(document, words)), default=None
        ),
        names_category=bool(question.filter.categories)
        and all(_has_every_word(document, words) for document in passing),
    )


def _has_every_word(document: CatalogDocument, words: Words, *, in_name: bool = False) -> bool:
    known = set(_words(document.name if in_name else f"{document.name} {document.text}"))
    others = () if in_name and words.alike else words.required_others
    wordings = [set(_words(text)) for text in (words.required, *words.alike, *others)]
    return any(wording and wording <= known for wording in wordings)


def _side(document: CatalogDocument, words: Words) -> int | None:
    sides = enumerate(words.sides if words.alike else ())
    longest = sorted(sides, key=lambda side: -len(side[1].text.split()))
    return next((number for number, side in longest if _has_every_word(document, side, in_name=True)), None)


def _matches(document: CatalogDocument, words: Words) -> bool:
    if _is_named(document, words) or _mentions(document, words) or _measured(document, words):
        return True
    wordings = (words.required, *words.alike, *words.required_others)
    return not words.required or any(_likeness(document, text) for text in wordings)


def _word_score(document: CatalogDocument, words: Words) -> float:
    wordings = (words.judged, *words.alike, *words.others)
    best = max(_likeness(document, text) for text in wordings) + 10.0 * _measured(document, words)
    return best + (20.0 if _is_named(document, words) else 0.0)


def _likeness(document: CatalogDocument, text: str) -> float:
    in_name, in_text = _words(document.name), _words(document.text)
    return float(sum(3 * in_name.count(word) + in_text.count(word) for word in _words(text)))


def _measured(document: CatalogDocument, words: Words) -> int:
    return sum(_says_any(document.text, spellings) for _, spellings in words.measures)


def _says_any(text: str, spellings: Iterable[str]) -> bool:
    return any(re.search(rf"(?<![\w.,]){re.escape(spelling)}(?!\w)", text.lower()) for spelling in spellings)


def _mentions(document: CatalogDocument, words: Words) -> bool:
    return any(_folded(phrase) in _folded(document.text) for phrase in words.phrases)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _is_meant(document: CatalogDocument, question: PriceQuestion) -> bool:
    words = question.words
    if _unwanted(document, question.unwanted):
        return False
    if words is None or not _passes(document, question.filter):
        return _passes(document, question.filter)
    if question.every_word and not _has_every_word(document, words):
        return False
    return _matches(document, words) and _word_score(document, words) >= question.min_score


def _is_named(document: CatalogDocument, words: Words) -> bool:
    return any(_folded(code) in _codes(document) for code in words.codes)


def _passes(document: CatalogDocument, wanted: ProductFilter) -> bool:
    price = document.price_from
    values = {code: {value.lower() for value in found.values} for code, found in document.attributes.items()}
    names = {name.lower() for name in document.categories}
    return (
        (wanted.price_min is None or (price is not None and price >= wanted.price_min))
        and (wanted.price_max is None or (price is not None and price <= wanted.price_max))
        and (wanted.in_stock is None or document.in_stock == wanted.in_stock)
        and (not wanted.categories or bool(names & {name.lower() for name in wanted.categories}))
        and all(
            values.get(code, set()) & {value.lower() for value in any_of} for code, any_of in wanted.attributes.items()
        )
        and not names & {name.lower() for name in wanted.not_categories}
        and not any(
            values.get(unwanted.code, set()) & {value.lower() for value in unwanted.values}
            and not values.get(unwanted.code, set()) & {value.lower() for value in unwanted.unless}
            for unwanted in wanted.not_attributes
        )
        and document.id not in wanted.exclude_ids
    )


def _codes(document: CatalogDocument) -> set[str]:
    return {_folded(code) for code in (document.sku, *document.variant_skus, *document.identifiers)}


def _folded(code: str) -> str:
    return re.sub(r"[\s\-_./]+", "", code).lower()
