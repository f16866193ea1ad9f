"""What retrieval is asked and what it answers: the request, a hit, a condition, the whole retrieval. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from runtime.retrieval.facts import Facts
from runtime.retrieval.reasons import Explanation
from shared.catalog import CatalogDocument
from shared.hybrid.filters import ProductFilter
from shared.hybrid.query import Sort

MAX_TEXT: Final = 2000
"""Characters of a question that reach the search."""

Degraded = Literal["embeddings"]


@dataclass(frozen=True, slots=True)
class Said:
    """One thing a shopper said. drop: ids of understood conditions of it that were taken back."""

    text: str
    drop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RetrievalRequest:
    """What is wanted. store: a store code the caller may see. limit: hits returned at most. drop: ids of understood
    conditions that are not to apply. said: what `text` was made of, oldest first, where something of it was taken back.
    texts: all that is told of each product is wanted, not only what is shown of it. explain: why each product stands
    where it stands is wanted.
    """

    text: str
    store: str
    limit: int = 10
    filter: ProductFilter = field(default_factory=ProductFilter)
    sort: Sort = "relevance"
    drop: tuple[str, ...] = ()
    said: tuple[Said, ...] = ()
    texts: bool = False
    explain: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A product found. ranks: leg -> rank from 1. by_code: the question names it by one of its codes. in_place_of: what
    was found there, where this one stands for it, being the same product.

    score: of the fusion, higher is better; 0 where the order is by price, which says nothing of likeness.
    """

    document: CatalogDocument
    score: float
    ranks: Mapping[str, int] = field(default_factory=dict)
    by_code: bool = False
    in_place_of: "Hit | None" = None


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition read out of the question; `id` lets the client drop it, `text` shows it."""

    id: str
    kind: str
    field: str
    value: Any
    text: str


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Products for one request.

    as_of: when the live index was built. total: products that match, by words and conditions, whatever the limit, each
    counted that shares its place among the hits with another; 0 when `hits` are only similar, and fewer than `hits`
    when similar ones follow; exact up to shared.hybrid.query.MAX_COUNTED. unmet: nothing meets the conditions, and
    `hits` are what is nearest without the values asked for. degraded: what had to be done without.
    message: what an empty or odd result means, or how many there are where that was asked, in the store's language;
    empty when there is nothing to tell. nearest: the product whose price it tells.
    facts: of all products that the question means; None where it is not about them all. Where their number or
    their prices are asked for, `total` is their number. explained: by id, why each of `hits` stands where it stands;
    empty where nobody asked.
    """

    store: str
    as_of: datetime
    hits: tuple[Hit, ...] = ()
    total: int = 0
    unmet: bool = False
    degraded: Degraded | None = None
    message: str = ""
    nearest: CatalogDocument | None = None
    understood: tuple[Condition, ...] = ()
    explained: Mapping[str, Explanation] = field(default_factory=dict)
    facts: Facts | None = None
