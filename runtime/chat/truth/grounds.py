"""What an answer may say: its products, the shop's pages, the figures of all, and the shopper's own numbers. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from runtime.chat.truth.amounts import numbers_in
from runtime.chat.truth.folding import fold
from runtime.chat.truth.mentions import Namings, Owners
from runtime.retrieval.facts import Facts
from runtime.retrieval.language import Language
from shared.catalog import CatalogDocument, CatalogVariant
from shared.money import amount_text
from shared.stores import StoreView

_SAME: Final = 0.005
_DIGIT: Final = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Known:
    """What the checks need of a product: an answer goes on for long, and the documents of a thousand are many.

    low, high: the lowest and the highest of `prices`; 0 where there are none. Its names and codes are the document's.
    """

    id: str
    name: str
    sku: str
    variant_skus: tuple[str, ...]
    url: str
    in_stock: bool
    price_text: str
    prices: tuple[float, ...]
    variants: tuple[CatalogVariant, ...]

    @property
    def low(self) -> float:
        return min(self.prices, default=0.0)

    @property
    def high(self) -> float:
        return max(self.prices, default=0.0)


class Grounds:
    """Of one answer. turns: what the shopper said, the question included. facts: of all that was found.

    nearest: one more product that the model was told of. language: of the words put in place of others.
    """

    def __init__(
        self,
        products: Sequence[CatalogDocument],
        *,
        nearest: CatalogDocument | None = None,
        store: StoreView,
        turns: Sequence[str],
        facts: Facts | None,
        language: Language,
    ) -> None:
        self._shown = len(products)
        if nearest is not None and all(product.id != nearest.id for product in products):
            products = (*products, nearest)
        self.products = tuple(map(_known, products))
        self.store = store
        self.language = language
        self.namings = Namings(products, asked=turns[-1] if turns else "")
        self.links = tuple(
            {link: None for link in (*(one.url for one in self.products), *store.links.values()) if link}
        )
        self.figures = tuple(_figures(facts))
        self._own = frozenset(number for turn in turns for number in numbers_in(turn))
        self._codes = _codes(products, turns)

    @property
    def shown(self) -> Sequence[Known]:
        """Those of `products` that have cards."""
        return self.products[: self._shown]

    def is_own(self, value: float) -> bool:
        """Whether the shopper spoke of this number."""
        return value in self._own

    def money(self, value: float) -> str:
        """`value` as the store writes it."""
        return amount_text(Decimal(repr(value)), self.store)

    def prices_of(self, owners: Owners) -> tuple[float, ...]:
        """Prices of what is spoken of; of any product, and of all that was found, where that cannot be told."""
        places = owners.products or range(len(self.products))
        prices = tuple(price for place in places for price in self.products[place].prices)
        return prices if owners.products and len(self.products) > 1 else prices + self.figures

    def is_price(self, value: float, owners: Owners) -> bool:
        """Whether `value` is a price of what it is said of: of each of them, where it is said of each."""
        if owners.each:
            return all(is_among(value, self.products[place].prices) for place in owners.products)
        return is_among(value, self.prices_of(owners))

    def knows_code(self, code: str) -> bool:
        """Whether `code` stands in a product's data or in what the shopper said."""
        folded = fold(code)
        return folded in self._codes or any(folded in fold(product.name) for product in self.products)

    def known_code(self, code: str) -> tuple[int, ...]:
        """The products whose code it is."""
        folded = fold(code)
        return tuple(
            place
            for place, product in enumerate(self.products)
            if folded in map(fold, (product.sku, *product.variant_skus, *(one.sku for one in product.variants)))
        )


def is_among(value: float, prices: Sequence[float]) -> bool:
    """Whether `value` is one of `prices`, to the cent."""
    return any(abs(value - price) < _SAME for price in prices)


def _known(product: CatalogDocument) -> Known:
    told = (product.price_from, product.price_to, *(variant.price for variant in product.variants))
    prices = dict.fromkeys(price for price in told if price is not None)
    prices |= dict.fromkeys(_numbers_of(product.price_text))
    return Known(
        id=product.id,
        name=product.name,
        sku=product.sku,
        variant_skus=product.variant_skus,
        url=product.url or "",
        in_stock=product.in_stock,
        price_text=product.price_text,
        prices=tuple(sorted(prices)),
        variants=product.variants,
    )


@lru_cache(maxsize=4_096)  # The same prices, answer after answer.
def _numbers_of(price_text: str) -> Sequence[float]:
    return tuple(numbers_in(price_text))


def _codes(products: Sequence[CatalogDocument], turns: Sequence[str]) -> str:
    """Where codes are looked for that are no product's own: descriptions are not kept for it."""
    texts = [text for product in products for text in product.identifiers]
    values = (value for product in products for told in product.attributes.values() for value in told.values)
    return fold("\n".join((*turns, *texts, *filter(_DIGIT.search, values))))


def _figures(facts: Facts | None) -> Iterator[float]:
    if facts is None:
        return
    for low, high in (
        (facts.price_min, facts.price_max),
        *((told.price_min, told.price_max) for told in facts.categories),
    ):
        yield from (price for price in (low, high) if price is not None)
