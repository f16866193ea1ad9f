"""What is wrong at a place of an answer, and what is to stand there. Pure."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["price", "link", "sku", "stock", "discount", "promo", "delivery", "variant"]


@dataclass(frozen=True, slots=True)
class Span:
    """A claim from `start` to `end` of the text. text: what is to stand there, None where it is right as it is.

    counts: whether it is a correction of its own, and not the other half of one.
    """

    start: int
    end: int
    kind: Kind
    text: str | None = None
    counts: bool = True
