"""Answers assembled by chance from parts that are true of the shops of `support.heard`, and the same with two prices
swapped.
"""

import random
from collections.abc import Callable, Sequence
from typing import Final

from support.heard import SHOPS, HeardShop

from shared.catalog import CatalogDocument

_NBSP: Final = "\u00a0"
_THIN: Final = "\u2009"


def assembled(language: str, seed: int) -> str:
    """A true answer of one to six parts."""
    chance, shop = random.Random(seed), SHOPS[language]
    parts = [chance.choice(_PARTS[language])(chance, shop) for _ in range(chance.randint(1, 6))]
    joint = "\n\n" if any("\n" in part for part in parts) else chance.choice((" ", "\n", "\n\n"))
    return joint.join(part.strip() for part in parts)


def swapped(language: str, seed: int) -> tuple[str, str, str]:
    """An answer that tells of each of two products the other's price: what it says, its first and second price."""
    chance, shop = random.Random(seed), SHOPS[language]
    one, other = _two(chance, shop)
    style = chance.choice(_STYLES[language])
    wrong, false = style(other.price_from or 0), style(one.price_from or 0)
    frame = chance.choice(_PAIRS[language])
    return frame.format(one=_named(chance, one), other=_named(chance, other), first=wrong, second=false), wrong, false


def _plain(shop: HeardShop) -> list[CatalogDocument]:
    """The products with one price, no two of them with the same."""
    by_price = {product.price_from: product for product in shop.products if product.price_from == product.price_to}
    return [product for price, product in by_price.items() if price]


def _two(chance: random.Random, shop: HeardShop) -> Sequence[CatalogDocument]:
    return chance.sample(_plain(shop), 2)


def _named(chance: random.Random, product: CatalogDocument) -> str:
    return chance.choice(("{}", "{}", "**{}**", "*{}*", "“{}”")).format(product.name)


def _dollars(price: float) -> str:
    return f"${price:,.2f}"


_STYLES: Final[dict[str, tuple[Callable[[float], str], ...]]] = {
    "english": (
        _dollars,
        lambda price: f"${price:.2f}",
        lambda price: f"{price:,.2f} USD",
        lambda price: f"USD {price:,.2f}",
        lambda price: f"US${price:,.2f}",
        lambda price: f"$ {price:,.2f}",
        lambda price: f"{price:.2f} $",
        lambda price: f"{price:.2f}{_NBSP}dollars",
        lambda price: f"**${price:,.2f}**",
    ),
    "russian": (
        lambda price: f"{price:,.0f} ₽".replace(",", " "),
        lambda price: f"{price:,.0f}{_NBSP}₽".replace(",", _NBSP),
        lambda price: f"{price:,.0f}{_NBSP}₽".replace(",", _THIN),
        lambda price: f"{price:.0f} руб.",
        lambda price: f"{price:.0f} рублей",
        lambda price: f"{price:.0f}₽",
        lambda price: f"{price:.0f} р.",
        lambda price: f"{price:,.2f} ₽".replace(",", " ").replace(".", ","),
        lambda price: f"**{price:.0f} RUB**",
    ),
}
_PAIRS: Final = {
    "english": (
        "{one} costs {first} and {other} costs {second}.",
        "{one} and {other} cost {first} and {second}.",
        "{one} ({first}) or {other} ({second})?",
        "1. {one} – {first}\n2. {other} – {second}",
        "- {one}\n  - Price: {first}\n- {other}\n  - Price: {second}\n",
        "| Product | Price |\n|---|---|\n| {one} | {first} |\n| {other} | {second} |",
        "| | {one} | {other} |\n|---|---|---|\n| Price | {first} | {second} |",
        "{one} is available for {first}, {other} for {second}.",
        "For {first} you get {one}; for {second}, {other}.",
        "There are {one} and {other}. The first one costs {first}, the second one {second}.",
        "{one}: {first}\n{other}: {second}\n",
        "If you want to spend less, {one} at {first} will do, while {other} is {second}.",
    ),
    "russian": (
        "{one} стоит {first}, а {other} стоит {second}.",
        "{one} и {other} стоят {first} и {second}.",
        "{one} ({first}) или {other} ({second})?",
        "1. {one} — {first}\n2. {other} — {second}",
        "- {one}\n  - Цена: {first}\n- {other}\n  - Цена: {second}\n",
        "| Товар | Цена |\n|---|---|\n| {one} | {first} |\n| {other} | {second} |",
        "| | {one} | {other} |\n|---|---|---|\n| Цена | {first} | {second} |",
        "{one} есть за {first}, {other} — за {second}.",
        "За {first} можно взять {one}, а за {second} — {other}.",
        "Есть {one} и {other}. Первый вариант стоит {first}, второй — {second}.",
        "{one}: {first}\n{other}: {second}\n",
        "Обратите внимание: {one} по цене {first} и {other} по цене {second}.",
    ),
}


def _pair(language: str) -> Callable[[random.Random, HeardShop], str]:
    def write(chance: random.Random, shop: HeardShop) -> str:
        one, other = _two(chance, shop)
        style = chance.choice(_STYLES[language])
        return chance.choice(_PAIRS[language]).format(
            one=_named(chance, one),
            other=_named(chance, other),
            first=style(one.price_from or 0),
            second=style(other.price_from or 0),
        )

    return write


def _one(language: str) -> Callable[[random.Random, HeardShop], str]:
    def write(chance: random.Random, shop: HeardShop) -> str:
        product = chance.choice(_plain(shop))
        return chance.choice(_ONES[language]).format(
            name=_named(chance, product),
            price=chance.choice(_STYLES[language])(product.price_from or 0),
            stock=_STOCK[language][product.in_stock],
            sku=product.sku,
            url=product.url,
        )

    return write


def _free(language: str) -> Callable[[random.Random, HeardShop], str]:
    return lambda chance, shop: chance.choice(_FREE[language])


_STOCK: Final = {
    "english": {True: "in stock", False: "out of stock"},
    "russian": {True: "в наличии", False: "нет в наличии"},
}
_ONES: Final = {
    "english": (
        "{name} costs {price} and is {stock}.",
        "{name} — {price}, {stock}.",
        "I recommend {name}: {price} ([view]({url})).",
        "{name} (SKU {sku}) is {stock}; its price is {price}.",
        "What about {name}? It costs {price}. See {url}",
    ),
    "russian": (
        "{name} — {price}, {stock}.",
        "{name} стоит {price}.",
        "Советую {name}: {price} ([открыть]({url})).",
        "{name} (артикул {sku}), цена {price}.",
        "Как вам {name}? Цена — {price}. Ссылка: {url}",
    ),
}
_FREE: Final = {
    "english": (
        "It weighs 1.2 kg and holds 28 liters.",
        "I don't know the delivery terms; see https://shop.test/delivery.",
        "I have no promo codes, sorry.",
        "Made of 80% cotton and 20% polyester, 45 x 30 x 20 cm.",
        "Rated 4.5 of 5 by 120 shoppers since 2019.",
        "Would you like to see more?",
        "One of two pockets fits a 15-inch laptop.",
    ),
    "russian": (
        "Весит 1,2 кг, объём 28 л.",
        "Условия доставки — на https://shop.test/ru/delivery.",
        "Промокодов у меня нет.",
        "Состав: 80% хлопок и 20% полиэстер, 48 × 30 × 18 см.",
        "Оценка 4,8 из 5, отзывов 120, в каталоге с 2019 года.",
        "Показать ещё?",
        "В один из двух карманов входит ноутбук 15 дюймов.",
    ),
}
_PARTS: Final = {language: (_pair(language), _one(language), _free(language)) for language in SHOPS}
