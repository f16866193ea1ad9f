"""What a question of the truth set is, and what is known of its answer. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Final, Literal, get_args

from sandbox.magento.product import Locale, ShopModel, ShopProduct, StoreView

Kind = Literal[
    "identifier",
    "variant",
    "nonexistent",
    "keyword",
    "paraphrase",
    "morphology",
    "typo",
    "layout",
    "transliteration",
    "attribute",
    "price",
    "superlative",
    "count",
    "comparison",
    "negation",
    "out-of-stock",
    "impossible",
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

Expected = Literal["products", "nothing"]

FULL: Final = 3
"""What was asked for in full."""
NEAR: Final = 2
"""The right kind of product, every hard condition met, one soft one missed."""
SAME_DEPARTMENT: Final = 1
"""Whatever else is in the department. A hard condition missed is never worth more."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A question with its answer, before it has a place in the set.

    grades: SKU -> 1..3; what is absent is 0. fitting: SKUs that meet every hard condition, None where the class has
    none. expects: `nothing` where an honest answer says that nothing fits, or that there is no such code. variant: the
    variant SKU that has to be named. count: what "how many" has to answer. limit: how many products were asked for.
    """

    text: str
    grades: Mapping[str, int] = field(default_factory=dict)
    fitting: frozenset[str] | None = None
    expects: Expected = "products"
    variant: str | None = None
    count: int | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthQuery(Draft):
    """A question of the set."""

    id: str
    kind: Kind
    language: Locale

    @classmethod
    def of(cls, draft: Draft, *, kind: Kind, language: Locale, number: int) -> "TruthQuery":
        """The `number`-th question of its class."""
        told = {one.name: getattr(draft, one.name) for one in fields(Draft)}
        return cls(**told, id=f"{language}-{kind}-{number:03d}", kind=kind, language=language)


@dataclass(frozen=True, slots=True)
class Truth:
    """A catalogue and what is asked of it. view: the store view that the products are sold in."""

    view: StoreView
    model: ShopModel
    products: tuple[ShopProduct, ...]
    queries: tuple[TruthQuery, ...]
