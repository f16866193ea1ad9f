"""A store view as its shop shows it: products with address, picture, price and stock, in their categories. Pure.

Addresses and prices come from the functions the indexer uses, so that a page and an answer cannot differ.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from sandbox.magento.product import Category, Locale, ShopProduct, ShopVariant, is_salable, variant_prices
from sandbox.magento.sample import SampleShop
from shared.magento.enrichment import NOT_ENRICHED, Enrichment
from shared.magento.links import image_url, product_url
from shared.magento.prices import shown_price
from shared.stores import StoreView

SUFFIX: Final = ".html"
"""Of category pages; those of products end as the store view says."""


@dataclass(frozen=True, slots=True)
class Price:
    """text: as the store writes it. amount: in its currency, None on request. before: what it was, when reduced."""

    text: str
    amount: Decimal | None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A product on its shelf. url, picture: whole addresses, as a catalogue document has them."""

    product: ShopProduct
    url: str
    picture: str
    price: Price
    in_stock: bool

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def picture_path(self) -> str:
        return urlsplit(self.picture).path


@dataclass(frozen=True, slots=True)
class Shelves:
    """Everything one store view shows."""

    store: StoreView
    locale: Locale
    categories: tuple[Category, ...]
    items: tuple[Item, ...]

    @property
    def root(self) -> str:
        """The path of the home page, with a slash at its end."""
        return urlsplit(self.store.base_url or "").path or "/"

    @property
    def help_path(self) -> str:
        return f"{self.root}help{SUFFIX}"

    def category_path(self, category: Category) -> str:
        """The path of a category's page."""
        return f"{self.root}{category.key.replace('_', '-')}{SUFFIX}"

    def inside(self, category: Category) -> tuple[Item, ...]:
        """The products of a category and of those below it, the oldest first."""
        found = (item for item in self.items if category in item.product.categories)
        return tuple(sorted(found, key=lambda item: item.product.id))

    def below(self, parent: Category | None) -> tuple[Category, ...]:
        """The categories right below `parent`; departments for None."""
        key = None if parent is None else parent.key
        return tuple(category for category in self.categories if category.parent == key)

    def trail(self, category: Category) -> tuple[Category, ...]:
        """The department, and down to `category`."""
        parents = [found for found in self.categories if found.key == category.parent]
        return (*(self.trail(parents[0]) if parents else ()), category)

    def price_of(self, product: ShopProduct, variant: ShopVariant) -> Price:
        """What a variant costs."""
        return _price(product.price if variant.price is None else variant.price, self.store)


@dataclass(frozen=True, slots=True)
class _Record:
    """As much of a native document as addresses and prices need."""

    url_key: str | None = None
    image: str | None = None
    price: Decimal | None = None
    price_max: Decimal | None = None
    enriched: Enrichment = NOT_ENRICHED


def filled(sample: SampleShop, store: StoreView) -> Shelves:
    """The sample shop as `store` shows it; products without an address are left out."""
    locale: Locale = "ru" if store.language == "ru" else "en"
    return Shelves(
        store=store,
        locale=locale,
        categories=sample.model.categories,
        items=tuple(_items(sample.products, store)),
    )


def _items(products: Iterable[ShopProduct], store: StoreView) -> Iterable[Item]:
    for product in products:
        record = _Record(url_key=product.url_key, image=product.image)
        (url, _), (picture, _) = product_url(record, store), image_url(record, store)
        if url is not None:
            price = _price(min(variant_prices(product), default=None), store, before=_before(product))
            yield Item(product, url, picture or "", price, in_stock=is_salable(product))


def _before(product: ShopProduct) -> float | None:
    return None if product.special_price is None else product.price


def _price(price: float | None, store: StoreView, *, before: float | None = None) -> Price:
    shown = shown_price(_Record(price=None if price is None else Decimal(str(price))), store)
    return Price(shown.text, shown.lowest, before=None if before is None else _price(before, store).text)
