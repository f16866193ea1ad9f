"""What the index is asked, and what it finds: the two legs of a question, and a list in order of price. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from shared.catalog import CatalogDocument
from shared.embedding.embedder import Vector
from shared.hybrid.filters import ProductFilter
from shared.hybrid.legs import LEXICAL
from shared.hybrid.query import PriceSort
from shared.hybrid.settings import OURS, LexicalSettings
from shared.hybrid.words import UnwantedPhrases, Words


@dataclass(frozen=True, slots=True)
class Question:
    """What the legs are asked.

    text: words of which a product is to have some; empty when the filter says it all. described: what likeness is
    judged by, more than `text` when the filter says a part of it; None is `text` itself. vector: None leaves the
    semantic leg out. depth: candidates per leg at most. prices: of the candidates are wanted, because the answer is to
    be in order of price. texts: of the products are wanted. codes, phrases, unwanted, others, required_others,
    measures: as in shared.hybrid.query.Words. doubts: words of which is to be told whether any product has them.
    spelled: words that may be misspelt. heard: words that may be foreign names in Cyrillic. whole: the candidates are
    wanted as documents. facts: of all products it means are wanted. sides: of a comparison, each wanted for itself
    instead of `text`. settings: what words weigh.
    """

    text: str
    vector: Vector | None
    filter: ProductFilter
    depth: int
    prices: bool = False
    texts: bool = False
    described: str | None = None
    codes: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    unwanted: tuple[tuple[str, tuple[str, ...]], ...] = ()
    others: tuple[str, ...] = ()
    required_others: tuple[str, ...] = ()
    measures: tuple[tuple[str, tuple[str, ...]], ...] = ()
    doubts: tuple[str, ...] = ()
    spelled: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    whole: bool = False
    sides: tuple[str, ...] = ()
    settings: LexicalSettings = OURS.lexical
    facts: bool = False

    @property
    def words(self) -> Words:
        """What the BM25 leg looks for; each side of a comparison by itself, for what has words of both is neither."""
        text, *alike = self.sides or (self.text,)
        return Words(
            text,
            described="" if self.sides else self.described or "",
            alike=tuple(alike),
            codes=self.codes,
            phrases=self.phrases,
            unwanted=self.unwanted,
            others=self.others,
            required_others=self.required_others,
            measures=self.measures,
            settings=self.settings,
        )

    @property
    def anything(self) -> "Question":
        """Asks whether its words find anything at all, whatever its conditions: for one candidate, and nothing else."""
        return replace(self, filter=ProductFilter(), depth=1, prices=False, facts=False, whole=False)

    @property
    def has_words(self) -> bool:
        """Whether there is anything to match."""
        return bool(self.text.strip() or self.sides)

    @property
    def topic_filter(self) -> ProductFilter:
        """Where the topic is looked for: a category says what is wanted, other conditions only which of it."""
        return ProductFilter(categories=self.filter.categories)

    @property
    def needs_topic(self) -> bool:
        """Whether the candidates alone cannot tell what is on topic: what would be best may be filtered out."""
        return self.has_words and (self.prices or self.facts or self.filter != self.topic_filter)


class Candidate(NamedTuple):
    """A product one leg found; a tuple, for a question has two hundred of them.

    price: only when it was asked for, None is on request. by_code: the question names the product's SKU, a variant's,
    or another of its codes. mentioned: one of the question's phrases stands in its text. every_word: it has every
    word of the question, or of one of its sides, in_name: in its name; false where the question has no words. side: of
    a comparison, from 0, the longest that has every word in the name.
    """

    id: str
    score: float
    price: float | None = None
    in_stock: bool = True
    by_code: bool = False
    mentioned: bool = False
    every_word: bool = False
    in_name: bool = False
    side: int | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """What the words of a question mean, whatever its other conditions leave of it; products named by code aside.

    best: the best score by words within the question's categories, or in the whole shop. best_of_every_word: the same
    of products that have every word. None where there is no such product. names_category: every product that passes
    the filter has every word, so that the words say no more than the category does.
    """

    best: float | None = None
    best_of_every_word: float | None = None
    names_category: bool = False


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the legs found. legs: leg name -> candidates, best first, equal scores by id.

    matching: products that share a word with the question, or are named by it, and pass the filter; exact up to
    shared.hybrid.query.MAX_COUNTED. topic: None where the question does not need one. known: the question's doubts that
    some product has in any form; verbatim: as they stand. typos: misspelt word -> the likeliest one that some product
    has. heard: foreign name in Cyrillic -> as some product writes it. documents: by id, where they were wanted.
    """

    legs: Mapping[str, Sequence[Candidate]]
    matching: int
    topic: Topic | None = None
    known: frozenset[str] = frozenset()
    verbatim: frozenset[str] = frozenset()
    typos: Mapping[str, str] = field(default_factory=dict)
    heard: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, CatalogDocument] = field(default_factory=dict)

    @property
    def by_words(self) -> Sequence[Candidate]:
        """What the words found."""
        return self.legs[LEXICAL]


@dataclass(frozen=True, slots=True)
class PriceQuestion:
    """Products by price, those in stock first.

    All that pass `filter` when `words` is None, else those that score `min_score` by them; every_word: and that have
    every word of it. unwanted: none of these, as in shared.hybrid.query.Words. texts: of the products are wanted.
    """

    filter: ProductFilter
    sort: PriceSort
    limit: int
    words: Words | None = None
    min_score: float = 0.0
    every_word: bool = False
    unwanted: UnwantedPhrases = ()
    texts: bool = False


@dataclass(frozen=True, slots=True)
class PriceList:
    """The first products in order of price. total: how many there are, exact up to shared.hybrid.query.MAX_COUNTED.

    gone: how many would be among the first, but for what has changed since the index was built. moved: of those, the
    products that are still there, and meet the conditions on price and stock no more.
    """

    documents: tuple[CatalogDocument, ...] = ()
    total: int = 0
    gone: int = 0
    moved: tuple[CatalogDocument, ...] = ()
