"""Products of a data set as a Magento catalogue: what a merchant who imported them would have in the native index."""

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.quality.dataset import Dataset, Product
from sandbox.magento.product import (
    ENGLISH,
    LOCALES,
    RUSSIAN,
    Attribute,
    Category,
    Locale,
    Option,
    ProductText,
    ShopModel,
    ShopProduct,
    StoreView,
)

_BRAND: Final = "manufacturer"
_COLOR: Final = "color"
_LABELS: Final = {_BRAND: ("Brand", "Бренд"), _COLOR: ("Color", "Цвет")}

_FIRST_CATEGORY: Final = 10
_FIRST_OPTION: Final = 100


@dataclass(frozen=True, slots=True)
class Catalogue:
    """view: the store view it is sold in. Every product's SKU is its id in the data set."""

    view: StoreView
    model: ShopModel
    products: tuple[ShopProduct, ...]


def build_catalogue(data: Dataset) -> Catalogue:
    """The catalogue of `data`; prices are in the currency of its language, as if no other store view existed."""
    categories = _categories(data.products)
    options = _options(data.products)
    attributes = tuple(
        Attribute(code=code, labels=_label(code), input="multiselect", options=tuple(known.values()))
        for code, known in options.items()
    )
    return Catalogue(
        view=RUSSIAN if data.is_russian else ENGLISH,
        model=ShopModel(attributes=attributes, categories=tuple(categories.values())),
        products=tuple(
            _shop_product(product, number, categories=categories, options=options)
            for number, product in enumerate(data.products, start=1)
        ),
    )


def _shop_product(
    product: Product,
    number: int,
    *,
    categories: Mapping[str, Category],
    options: Mapping[str, Mapping[str, Option]],
) -> ShopProduct:
    text = ProductText(
        name=html.escape(product.shown_name, quote=False),
        short_description=_bullets(product.bullet_points),
        description=f"<p>{html.escape(product.description, quote=False)}</p>" if product.description else "",
    )
    return ShopProduct(
        id=number,
        sku=product.id,
        categories=tuple(categories[name] for name in product.category),
        texts=dict.fromkeys(LOCALES, text),
        options={
            code: tuple(options[code][value] for value in values) for code, values in _values(product).items() if values
        },
        url_key=f"product-{number}",
        price=product.price,
        ean=product.ean[0] if product.ean else None,
    )


def _bullets(points: Sequence[str]) -> str:
    items = "".join(f"<li>{html.escape(point, quote=False)}</li>" for point in points)
    return f"<ul>{items}</ul>" if items else ""


def _values(product: Product) -> dict[str, tuple[str, ...]]:
    """Attribute code -> values, each once."""
    brand = (product.brand.strip(),) if product.brand and product.brand.strip() else ()
    values = {_BRAND: brand, _COLOR: product.color, **{_code(name): found for name, found in product.attrs.items()}}
    return {code: tuple(dict.fromkeys(found)) for code, found in values.items()}


def _code(name: str) -> str:
    """`name` as Magento would have it as an attribute code."""
    code = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name.strip().lower())
    return code.strip("_") or "attribute"


def _label(code: str) -> dict[Locale, str]:
    english, russian = _LABELS.get(code, (code.replace("_", " ").capitalize(),) * 2)
    return {"en": english, "ru": russian}


def _categories(products: Iterable[Product]) -> dict[str, Category]:
    names = dict.fromkeys(name for product in products for name in product.category)
    return {
        name: Category(id=number, key=f"category-{number}", names=dict.fromkeys(LOCALES, name))
        for number, name in enumerate(names, start=_FIRST_CATEGORY)
    }


def _options(products: Sequence[Product]) -> dict[str, dict[str, Option]]:
    """Attribute code -> value -> option."""
    found: dict[str, dict[str, None]] = {}
    for product in products:
        for code, values in _values(product).items():
            found.setdefault(code, {}).update(dict.fromkeys(values))
    options: dict[str, dict[str, Option]] = {}
    number = _FIRST_OPTION
    for code, known in found.items():
        options[code] = {}
        for position, value in enumerate(known):
            labels = dict.fromkeys(LOCALES, value)
            options[code][value] = Option(id=number, key=str(number), labels=labels, position=position)
            number += 1
    return options
