"""Builders of the merchant's products: `a_product(price=None)` is a whole product that differs in one thing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sandbox.magento.product import (
    LOCALES,
    Attribute,
    Category,
    Option,
    ProductText,
    ShopModel,
    ShopProduct,
    ShopVariant,
)


def an_option(option_id: int, en: str, ru: str, *, position: int = 0) -> Option:
    return Option(id=option_id, key=en.lower(), labels={"en": en, "ru": ru}, position=position)


BLACK = an_option(49, "Black", "Чёрный", position=0)
GRAY = an_option(52, "Gray", "Серый", position=1)
SIZE_XS = an_option(166, "XS", "XS", position=0)
SIZE_S = an_option(167, "S", "S", position=1)
COTTON = an_option(201, "Cotton", "Хлопок")

CLOTHES = Category(id=11, key="clothes", names={"en": "Clothes", "ru": "Одежда"})
HOODIES = Category(id=14, key="hoodies", names={"en": "Hoodies & Sweatshirts", "ru": "Худи"}, parent="clothes")

MODEL = ShopModel(
    attributes=(
        Attribute("color", {"en": "Color", "ru": "Цвет"}, "select", (BLACK, GRAY)),
        Attribute("size", {"en": "Size", "ru": "Размер"}, "select", (SIZE_XS, SIZE_S)),
        Attribute("material", {"en": "Material", "ru": "Материал"}, "multiselect", (COTTON,)),
        Attribute("capacity", {"en": "Capacity", "ru": "Объём"}),
    ),
    categories=(CLOTHES, HOODIES),
)

TEXTS = {
    "en": ProductText(
        name="Chaz Kangeroo Hoodie",
        short_description="<ul><li>Warm</li></ul>",
        description='<p>Ideal&trade; for cold days.</p><p>Soft.</p>{{widget type="x"}}',
        free={"capacity": "20 l"},
    ),
    "ru": ProductText(
        name="Худи Chaz Kangeroo",
        short_description="<ul><li>Тёплое</li></ul>",
        description="<p>Для холодных дней.</p>",
        free={"capacity": "20 л"},
    ),
}


def a_product(**changes: Any) -> ShopProduct:
    """A simple cotton hoodie, number 62, at 52.00, in stock."""
    product = ShopProduct(
        id=62,
        sku="MH01",
        categories=(CLOTHES, HOODIES),
        texts={locale: TEXTS[locale] for locale in LOCALES},
        options={"material": (COTTON,)},
        url_key="chaz-kangeroo-hoodie",
        price=52.0,
        image="/m/h/mh01.jpg",
    )
    return replace(product, **changes)


def a_variant(color: Option = BLACK, size: Option = SIZE_XS, **changes: Any) -> ShopVariant:
    options: Mapping[str, Option] = {"size": size, "color": color}
    sku = "-".join(["MH01", *[option.labels["en"] for option in options.values()]])
    return replace(ShopVariant(id=6200 + color.id + size.id, sku=sku, options=options), **changes)


def a_configurable(**changes: Any) -> ShopProduct:
    """The hoodie in gray S and black XS, in this order."""
    return a_product(**{"variants": (a_variant(GRAY, SIZE_S), a_variant(BLACK, SIZE_XS)), **changes})
