"""A product's page: picture, price, variants, texts, attributes, and JSON-LD for those who read by machine. Pure."""

import json
from typing import Any, Final

from sandbox.magento.product import Attribute, Category, ShopVariant, merged_options
from sandbox.shop.layout import Place, page, picture, price, section, stock, tiles
from sandbox.shop.markup import Html, described, element
from sandbox.shop.pages import breadcrumbs
from sandbox.shop.shelves import Item

RELATED: Final = 4


def product_page(place: Place, item: Item, attributes: tuple[Attribute, ...]) -> str:
    """The page of `item`. attributes: of the whole shop, for their labels."""
    locale = place.shelves.locale
    text = item.product.texts[locale]
    related = _related(place, item)
    return page(
        place,
        breadcrumbs(place, *place.shelves.trail(_leaf(item))),
        element(
            "article",
            element("div", picture(item, text.name, lazy=False), class_="picture"),
            element(
                "div",
                element("h1", text.name),
                element("p", item.product.sku, class_="sku"),
                element("p", price(place, item), class_="line"),
                element("p", stock(place, there=item.in_stock)),
                element("div", described(text.short_description), class_="lead"),
                _variants(place, item),
                element("button", place.words.demo_button, type="button", class_="button", disabled=""),
                class_="offer",
            ),
            element("div", described(text.description), class_="text"),
            _details(place, item, attributes),
            class_="product",
        ),
        *([section(place.words.related, tiles(place, related))] if related else []),
        title=text.name,
        head=_json_ld(place, item),
        product_id=item.product.id,
    )


def _leaf(item: Item) -> Category:
    """The deepest category of its first department: after it comes another department, or nothing."""
    first, *rest = item.product.categories
    for found in rest:
        if found.parent is None:
            break
        first = found
    return first


def _related(place: Place, item: Item) -> tuple[Item, ...]:
    others = [other for other in place.shelves.inside(_leaf(item)) if other is not item]
    behind = [other for other in others if other.product.id > item.product.id]
    return tuple([*behind, *(other for other in others if other not in behind)][:RELATED])


def _variants(place: Place, item: Item) -> Html | None:
    if not item.product.variants:
        return None
    rows = (
        element(
            "tr",
            element("th", _options(place, variant), scope="row"),
            element("td", place.shelves.price_of(item.product, variant).text),
            element("td", stock(place, there=item.in_stock and variant.in_stock)),
        )
        for variant in item.product.variants
    )
    return element("table", element("caption", place.words.variants), element("tbody", *rows), class_="variants")


def _options(place: Place, variant: ShopVariant) -> str:
    return " · ".join(option.labels[place.shelves.locale] for option in variant.options.values())


def _details(place: Place, item: Item, attributes: tuple[Attribute, ...]) -> Html:
    locale = place.shelves.locale
    chosen, free = merged_options(item.product), item.product.texts[locale].free
    rows = []
    for attribute in attributes:
        values = [option.labels[locale] for option in chosen.get(attribute.code, ())]
        value = ", ".join(values) or free.get(attribute.code, "")
        if value:
            rows.append(element("tr", element("th", attribute.labels[locale], scope="row"), element("td", value)))
    table = element("table", element("tbody", *rows))
    return element("div", element("h2", place.words.details), table, class_="details")


def _json_ld(place: Place, item: Item) -> Html:
    """schema.org's Product; a script of data, which no browser runs."""
    product = item.product
    text = product.texts[place.shelves.locale]
    content: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": text.name,
        "sku": product.sku,
        "image": [item.picture],
        "url": item.url,
    }
    if item.price.amount is not None:
        there = "InStock" if item.in_stock else "OutOfStock"
        content["offers"] = {
            "@type": "Offer",
            "price": f"{item.price.amount:.2f}",
            "priceCurrency": place.shelves.store.currency,
            "availability": f"https://schema.org/{there}",
            "url": item.url,
        }
    safe = json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")
    return element("script", Html(safe), type="application/ld+json")
