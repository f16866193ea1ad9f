"""What the index is asked, and what it finds: the two legs of a question, and a list in order of price. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.catalog import CatalogDocument
from shared.embedding.embedder import Vector
from shared.hybrid.query import LEXICAL, PriceSort, ProductFilter


@dataclass(frozen=True, slots=True)
class Question:
    """What the legs are asked. vector: None leaves the semantic leg out. depth: candidates per leg at most."""

    text: str
    vector: Vector | None
    filter: ProductFilter
    depth: int
    prices: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product one leg found.

    price: only when it was asked for, None is on request. by_code: the question names the product's SKU, a variant's,
    or another of its codes.
    """

    id: str
    score: float
    price: float | None = None
    by_code: bool = False


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the legs found. legs: leg name -> candidates, best first, equal scores by id.

    matching: products that share a word with the question, or are named by it, and pass the filter; exact up to
    shared.hybrid.query.MAX_COUNTED.
    """

    legs: Mapping[str, Sequence[Candidate]]
    matching: int

    @property
    def by_words(self) -> Sequence[Candidate]:
        """What the words found."""
        return self.legs[LEXICAL]


@dataclass(frozen=True, slots=True)
class PriceQuestion:
    """Products by price: all that pass `filter` when `text` is None, else those whose words score `min_score`."""

    filter: ProductFilter
    sort: PriceSort
    limit: int
    text: str | None = None
    min_score: float = 0.0


@dataclass(frozen=True, slots=True)
class PriceList:
    """The first products in order of price. total: how many there are, exact up to shared.hybrid.query.MAX_COUNTED."""

    documents: tuple[CatalogDocument, ...] = ()
    total: int = 0
