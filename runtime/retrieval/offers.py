"""What a product costs now, and whether it is there, out of its native document. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from shared.catalog import CatalogDocument, CatalogVariant
from shared.hybrid.filters import ProductFilter
from shared.hybrid.query import PriceSort
from shared.magento import core, elasticsuite
from shared.magento.enrichment import VITRINA, Enrichment, read_enrichment
from shared.magento.links import product_url
from shared.magento.presence import can_be_bought, hidden_as
from shared.magento.prices import shown_price
from shared.magento.values import first_text, integer, objects
from shared.stores import StoreView

_FIELDS: Final = (
    "status", "visibility", "url_key", "store_id", "is_out_of_stock", "is_in_stock", "qty",
    "stock.is_in_stock", "stock.qty", "price.customer_group_id", "price.price", "price.final_price",
    "price.min_price", "price.max_price",
    *(f"{VITRINA}.{name}" for name in ("url", "currency", "price", "regular_price", "in_stock", "variants")),
)  # fmt: skip
"""What is asked for, whichever dialect it is in: an allow-list, so that no figure of the shop's own is read."""


def native_fields(store: StoreView) -> list[str]:
    """The `_source` patterns of what is read again of a product of `store`."""
    prices = [f"price_{group}_*" for group in sorted({0, store.customer_group})]
    mapped = [store.fields["url_key"]] if "url_key" in store.fields else []
    return [*_FIELDS, *prices, *mapped]


@dataclass(frozen=True, slots=True)
class Offer:
    """What a product costs, whether it is there, and its page. price_from, price_to, price_text: as a document's.
    variants: price and stock by SKU.
    """

    price_from: float | None
    price_to: float | None
    price_text: str
    in_stock: bool
    url: str | None
    variants: Mapping[str, tuple[float | None, bool | None]]


@dataclass(frozen=True, slots=True)
class _Native:
    """A native document as far as price, page and stock go."""

    price: Decimal | None
    price_max: Decimal | None
    in_stock: bool | None
    url_key: str | None
    enriched: Enrichment
    image: None = None


class Offers:
    """What native documents of `store` offer. Between two runs few of them change: what those asked for last meant is
    known, of products and variants `most` together, a kilobyte or two each.
    """

    def __init__(self, store: StoreView, *, most: int = 4_000) -> None:
        self._store = store
        self._most = most
        self._held = 0
        self._known: dict[str, tuple[Mapping[str, Any], Offer | None]] = {}

    def of(self, id: str, source: Mapping[str, Any]) -> Offer | None:
        """As `read_offer`, of the product `id`."""
        if id in self._known and self._known[id][0] == source:
            source, offer = self._let_go(id)
        else:
            offer = read_offer(source, self._store)
            if id in self._known:
                self._let_go(id)
        self._known[id] = source, offer
        self._held += _weight(offer)
        while self._held > self._most and len(self._known) > 1:
            self._let_go(next(iter(self._known)))
        return offer

    def _let_go(self, id: str) -> tuple[Mapping[str, Any], Offer | None]:
        source, offer = self._known.pop(id)
        self._held -= _weight(offer)
        return source, offer


def _weight(offer: Offer | None) -> int:
    return 1 if offer is None else 1 + len(offer.variants)


def read_offer(source: Mapping[str, Any], store: StoreView) -> Offer | None:
    """What the native `source` offers in `store`; None where it is not to be shown any more.

    By the very functions that the indexer reads with.
    """
    if hidden_as(status=integer(source.get("status")), visibility=integer(source.get("visibility"))):
        return None
    native = _read_native(source, store)
    price = shown_price(native, store)
    url, _ = product_url(native, store)
    return Offer(
        price_from=_number(price.lowest),
        price_to=_number(price.highest),
        price_text=price.text,
        in_stock=can_be_bought(native.in_stock, native.enriched),
        url=url,
        variants={
            variant.sku: (_number(price.variants.get(variant.sku)), variant.in_stock)
            for variant in native.enriched.variants
        },
    )


def as_offered(document: CatalogDocument, offer: Offer, *, at: datetime) -> CatalogDocument:
    """`document` with price, stock and address of `offer`, which was read `at`. A variant that is new stays out until
    the next run, which knows what its options are called.
    """
    return replace(
        document,
        price_from=offer.price_from,
        price_to=offer.price_to,
        price_text=offer.price_text,
        in_stock=offer.in_stock,
        # Where this program was not told the shop's address, the indexer was.
        url=offer.url or document.url,
        variants=tuple(_variants(document.variants, offer)),
        as_of=at,
    )


def still_meets(document: CatalogDocument, wanted: ProductFilter) -> bool:
    """Whether price and stock of `document` pass the conditions of `wanted` on them."""
    price, bounded = document.price_from, not (wanted.price_min is None and wanted.price_max is None)
    if bounded and price is None:
        return False
    if wanted.price_min is not None and price is not None and price < wanted.price_min:
        return False
    if wanted.price_max is not None and price is not None and price > wanted.price_max:
        return False
    return wanted.in_stock in (None, document.in_stock)


def in_price_order(documents: Iterable[CatalogDocument], sort: PriceSort) -> list[CatalogDocument]:
    """As `shared.hybrid.query.build_by_price` sorts them."""
    sign = 1 if sort == "price_asc" else -1

    def key(document: CatalogDocument) -> tuple[bool, bool, float, str]:
        price = document.price_from
        return not document.in_stock, price is None, sign * (price or 0.0), document.id

    return sorted(documents, key=key)


def _read_native(source: Mapping[str, Any], store: StoreView) -> _Native:
    enriched, _ = read_enrichment(source)
    lowest: Decimal | None
    highest: Decimal | None = None
    # Core Magento writes no objects of these names, and ElasticSuite always one of them.
    if objects(source.get("price")) or objects(source.get("stock")):
        lowest, highest, _ = elasticsuite.read_price(source, customer_group=store.customer_group)
        in_stock = elasticsuite.read_stock(source)
    else:
        lowest, _ = core.read_price(source, customer_group=store.customer_group, website_id=store.website_id)
        in_stock = core.read_stock(source)
    natives = dict.fromkeys((store.fields.get("url_key", "url_key"), "url_key"))
    url_key = next((text for native in natives if (text := first_text(source.get(native)))), None)
    return _Native(lowest, highest, in_stock, url_key, enriched)


def _variants(variants: Iterable[CatalogVariant], offer: Offer) -> Iterable[CatalogVariant]:
    for variant in variants:
        if found := offer.variants.get(variant.sku):
            price, in_stock = found
            yield replace(variant, price=price, in_stock=in_stock)


def _number(price: Decimal | None) -> float | None:
    return None if price is None else float(price)
