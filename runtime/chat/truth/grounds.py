"""What an answer may say: its products, the shop's pages, the figures of all, and the shopper's own numbers. Pure."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from runtime.chat.truth.amounts import numbers_in
from runtime.chat.truth.mentions import Namings, Owners, fold
from runtime.retrieval.facts import Facts
from runtime.retrieval.language import Language
from shared.catalog import CatalogDocument
from shared.money import amount_text
from shared.stores import StoreView

_SAME: Final = 0.005


class Grounds:
    """Of one answer. turns: what the shopper said, the question included. facts: of all that was found.

    language: of the words put in place of others.
    """

    def __init__(
        self,
        products: Sequence[CatalogDocument],
        *,
        store: StoreView,
        turns: Sequence[str],
        facts: Facts | None,
        language: Language,
    ) -> None:
        self.products = tuple(products)
        self.store = store
        self.language = language
        self.namings = Namings(products)
        self.links = {link for link in (*(product.url or "" for product in products), *store.links.values()) if link}
        self._turns = tuple(turns)
        self._own = frozenset(number for turn in turns for number in numbers_in(turn))
        self._figures = frozenset(_figures(facts))
        self._codes: str | None = None

    def is_own(self, value: float) -> bool:
        """Whether the shopper spoke of this number."""
        return value in self._own

    def is_price(self, value: float, owners: Owners) -> bool:
        """Whether `value` is a price of what it is said of; of any product, or of all, where that cannot be told."""
        places = owners.products or range(len(self.products))
        prices = [price for place in places for price in prices_of(self.products[place])]
        if not owners.products or len(self.products) == 1:
            prices.extend(self._figures)
        return any(abs(value - price) < _SAME for price in prices)

    def is_difference(self, value: float) -> bool:
        """Whether two of the products differ by so much."""
        prices = [price for product in self.products for price in prices_of(product)]
        return any(abs(abs(one - other) - value) < _SAME for one in prices for other in prices)

    def highest_text(self, place: int) -> str:
        """The highest price of a product, as the store writes money; empty where it has but one."""
        product = self.products[place]
        if product.price_to is None or product.price_to == product.price_from:
            return ""
        return amount_text(Decimal(repr(product.price_to)), self.store)

    def knows_code(self, code: str) -> bool:
        """Whether `code` stands in a product's data or in what the shopper said."""
        if self._codes is None:
            self._codes = fold(
                "\n".join((*self._turns, *(text for product in self.products for text in _texts(product))))
            )
        return fold(code) in self._codes

    def known_code(self, code: str) -> tuple[int, ...]:
        """The products whose code it is."""
        folded = fold(code)
        return tuple(
            place
            for place, product in enumerate(self.products)
            if folded in map(fold, (product.sku, *product.variant_skus, *(one.sku for one in product.variants)))
        )


def prices_of(product: CatalogDocument) -> Iterator[float]:
    """Every price that may be told of `product`."""
    for price in (product.price_from, product.price_to, *(variant.price for variant in product.variants)):
        if price is not None:
            yield price
    yield from numbers_in(product.price_text)


def _texts(product: CatalogDocument) -> Iterator[str]:
    yield from (product.name, product.sku, product.text, product.text_rest, product.short_text, *product.variant_skus)
    for variant in product.variants:
        yield variant.sku
    for attribute in product.attributes.values():
        yield from attribute.values


def _figures(facts: Facts | None) -> Iterator[float]:
    if facts is None:
        return
    for low, high in (
        (facts.price_min, facts.price_max),
        *((told.price_min, told.price_max) for told in facts.categories),
    ):
        yield from (price for price in (low, high) if price is not None)
