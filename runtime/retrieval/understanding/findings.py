"""What readers find in the tokens of a question. Pure."""

from dataclasses import dataclass
from typing import Literal

from runtime.retrieval.understanding.catalogue import Meaning
from runtime.retrieval.understanding.tokens import Span
from shared.hybrid.query import PriceSort


@dataclass(frozen=True, slots=True)
class PriceRange:
    """currencies: codes the words may mean, empty where none was named. about: the bounds stand around one sum."""

    low: float | None
    high: float | None
    currencies: frozenset[str] = frozenset()
    about: float | None = None


@dataclass(frozen=True, slots=True)
class Stock:
    """Whether what is wanted is to be in stock, or out of it."""

    wanted: bool


@dataclass(frozen=True, slots=True)
class Order:
    """An order by price."""

    sort: PriceSort


@dataclass(frozen=True, slots=True)
class Named:
    """A category or a value that the catalogue knows, wanted or not."""

    meaning: Meaning
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Words for what is not wanted and that the catalogue does not know."""

    words: str


@dataclass(frozen=True, slots=True)
class Number:
    """limit: products wanted; None when the question is how many there are."""

    limit: int | None


Content = PriceRange | Stock | Order | Named | Unwanted | Number | Literal["prices", "aside"]
"""Of "prices" the question is what they are. What is "aside" belongs to a condition found elsewhere and is cut out with
it.
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was read, and from which tokens."""

    span: Span
    content: Content
