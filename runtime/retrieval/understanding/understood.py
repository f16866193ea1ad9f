"""What understanding a question gives: its conditions, and the words left to search for. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from runtime.retrieval.hits import Condition
from shared.hybrid.query import Sort

Kind = Literal["price", "stock", "category", "attribute", "not", "sort", "count", "prices"]


@dataclass(frozen=True, slots=True)
class NotWords:
    """Something a product is to be without that no attribute knows.

    words: as the shopper wrote them. lacking: how a product says that it is without them ("without straw", «без
    рукавов»): one that says so is what was asked for, however often the words themselves stand in it.
    """

    words: str
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a product must meet; an empty one lets everything through.

    price_min, price_max: in the store's currency, bounds included. A pair the wrong way round was typed as two separate
    conditions, and nothing meets it. categories: any of them. attributes: code -> values, any of them for each code.
    not_categories: none of them. not_attributes: code -> values, none of them; on an attribute that is an axis a
    product fails only if all its values are among them. not_words: none of them, but see NotWords.
    """

    price_min: float | None = None
    price_max: float | None = None
    in_stock: bool | None = None
    categories: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    not_categories: tuple[str, ...] = ()
    not_attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    not_words: tuple[NotWords, ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """A question understood.

    words: what is left to search for, every condition cut out; empty when conditions say it all. described: the same
    with the categories and values still in it ("red dress"), for whatever compares meanings. conditions: those that
    were read and not dropped. One in another currency than the store's is among them and not in `filter`; its text
    says so. sort, limit, counting: the order, the number of products and whether their number itself is asked for.
    pricing: what they cost is asked for.
    """

    words: str
    described: str
    conditions: tuple[Condition, ...] = ()
    filter: Conditions = field(default_factory=Conditions)
    sort: Sort = "relevance"
    limit: int | None = None
    counting: bool = False
    pricing: bool = False
