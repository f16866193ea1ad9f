"""What a product page says to machines: price, currency, picture. Pure.

Read in this order, the first that says something wins: JSON-LD (schema.org Product), Open Graph and `product:` meta
tags, microdata (`itemprop`), and the attributes that Magento's own price box carries.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import orjson
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

_PRODUCT_TYPES: Final = frozenset({"Product", "ProductGroup", "ProductModel", "IndividualProduct"})
_LOWEST: Final = ("lowPrice", "price", "minPrice")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_DEEPEST: Final = 12
_MOST_NODES: Final = 2000


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page says; None where it says nothing. image: as written. sku: of the product it calls its own."""

    price: Decimal | None = None
    currency: str | None = None
    image: str | None = None
    sku: str | None = None

    @property
    def says_anything(self) -> bool:
        """Whether it looks like a product's page at all. A picture alone has every page."""
        return self.price is not None or self.currency is not None or self.sku is not None


def read_page(html: str, *, skus: Iterable[str] = ()) -> PageFacts:
    """The facts of a page; `skus` tell the product from related ones that are described on the same page."""
    try:
        tree = LexborHTMLParser(html)
    except SelectolaxError:
        return PageFacts()
    described = _from_json_ld(tree, frozenset(sku.casefold() for sku in skus))
    # Of one source or of another, but never a price from here and its currency from there: they belong together.
    offers = (
        described,
        _price_of(tree, "meta[property='product:price:amount'], meta[property='og:price:amount']",
                  "meta[property='product:price:currency'], meta[property='og:price:currency']"),
        _price_of(tree, "[itemprop='lowPrice'], [itemprop='price']", "[itemprop='priceCurrency']"),
        PageFacts(price=read_price(_attribute(tree, "[data-price-type='finalPrice'], [data-price-type='minPrice']",
                                              "data-price-amount"))),
    )  # fmt: skip
    offer = next((facts for facts in offers if facts.price is not None), None)
    currency = next((facts.currency for facts in offers if facts.currency is not None), None)
    image = (
        described.image
        or _attribute(tree, "meta[property='og:image'], meta[property='og:image:secure_url']", "content")
        or _attribute(tree, "img[itemprop='image']", "src")
        or _attribute(tree, "[itemprop='image']", "content", "href")
    )
    return PageFacts(
        price=offer.price if offer else None,
        currency=(offer.currency if offer else None) or currency,
        image=image,
        sku=described.sku or _text(tree, "[itemprop='sku']"),
    )


def read_price(value: Any) -> Decimal | None:
    """A price as pages write it: 1234.5, "1,234.50", "1 234,50 €"; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = re.sub(r"[^\d.,]", "", str(value)).strip(".,")
    if not text:
        return None
    *whole, cents = re.split(r"[.,]", text)
    marks = set(text) & {".", ","}
    # A single mark before just three digits separates thousands if it is a comma; two kinds of marks tell themselves.
    grouped = not whole or (len(marks) == 1 and (len(whole) > 1 or ("," in marks and len(cents) == 3)))
    digits = "".join((*whole, cents)) if grouped else f"{''.join(whole)}.{cents}"
    try:
        found = Decimal(digits)
    except InvalidOperation:
        return None
    return found if found > 0 else None


def _price_of(tree: LexborHTMLParser, price: str, currency: str) -> PageFacts:
    return PageFacts(
        price=read_price(_attribute(tree, price, "content") or _text(tree, price)),
        currency=_currency(_attribute(tree, currency, "content") or _text(tree, currency)),
    )


def _from_json_ld(tree: LexborHTMLParser, skus: frozenset[str]) -> PageFacts:
    products = [facts for script in _scripts(tree) for facts in _products(script)]
    own = (facts for facts in products if facts.sku is not None and facts.sku.casefold() in skus)
    return next(own, products[0] if products else PageFacts())


def _scripts(tree: LexborHTMLParser) -> Iterator[Any]:
    for node in tree.css("script[type='application/ld+json']"):
        try:
            yield orjson.loads(node.text().strip())
        except orjson.JSONDecodeError:
            continue


def _products(script: Any) -> Iterator[PageFacts]:
    """Every product that a JSON-LD script describes, wherever it stands in it."""
    waiting: list[tuple[Any, int]] = [(script, 0)]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        value, depth = waiting.pop(0)
        if isinstance(value, Mapping):
            if _types(value) & _PRODUCT_TYPES:
                yield _described(value)
            children: list[Any] = list(value.values())
        else:
            children = value if isinstance(value, list) else []
        if depth < _DEEPEST:
            waiting += [(child, depth + 1) for child in children if isinstance(child, dict | list)]


def _described(product: Mapping[str, Any]) -> PageFacts:
    offers = [offer for offer in _list(product.get("offers")) if isinstance(offer, Mapping)]
    offers += [
        offer
        for variant in _list(product.get("hasVariant"))
        if isinstance(variant, Mapping)
        for offer in _list(variant.get("offers"))
        if isinstance(offer, Mapping)
    ]
    priced = [(price, offer) for offer in offers if (price := _offered(offer)) is not None]
    price, offer = min(priced, key=lambda pair: pair[0], default=(None, {}))
    sku = product.get("sku")
    return PageFacts(
        price=price,
        currency=_currency(offer.get("priceCurrency") or _specified(offer, "priceCurrency")),
        image=_image(product.get("image")),
        sku=sku.strip() or None if isinstance(sku, str) else None,
    )


def _offered(offer: Mapping[str, Any]) -> Decimal | None:
    direct = (read_price(offer.get(name)) for name in _LOWEST)
    return next((price for price in direct if price is not None), None) or read_price(_specified(offer, "price"))


def _specified(offer: Mapping[str, Any], name: str) -> Any:
    rows = (row for row in _list(offer.get("priceSpecification")) if isinstance(row, Mapping))
    return next((row[name] for row in rows if name in row), None)


def _image(value: Any) -> str | None:
    for one in _list(value):
        found = one.get("contentUrl") or one.get("url") if isinstance(one, Mapping) else one
        if isinstance(found, str) and found.strip():
            return found.strip()
    return None


def _types(value: Mapping[str, Any]) -> set[str]:
    return {str(one).rsplit("/", 1)[-1] for one in _list(value.get("@type"))}


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _currency(value: Any) -> str | None:
    text = value.strip().upper() if isinstance(value, str) else ""
    return text if _CURRENCY.fullmatch(text) else None


def _attribute(tree: LexborHTMLParser, selector: str, *names: str) -> str | None:
    for node in tree.css(selector):
        for name in names:
            if found := (node.attributes.get(name) or "").strip():
                return found
    return None


def _text(tree: LexborHTMLParser, selector: str) -> str | None:
    node = tree.css_first(selector)
    return (node.attributes.get("content") or node.text()).strip() or None if node is not None else None
