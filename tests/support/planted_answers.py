"""Answers as models write them over generated shops, by seed, with one thing planted in each that is false."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from support.said_answers import Said, Shop, a_shop, written

from runtime.retrieval.language import Language
from shared.catalog import CatalogDocument


def _opening(chance: random.Random, shop: Shop, product: CatalogDocument) -> str:
    name = chance.choice((product.name, f"**{product.name}**"))
    if shop.language == "en":
        return chance.choice(
            (f"Take the {name}", f"1. {name}", f"Here is what fits.\n\n- {name}", f"I would choose the {name}")
        )
    return chance.choice((f"Подойдёт {name}", f"1. {name}", f"Вот что нашлось.\n\n- {name}", f"Советую: {name}"))


def _closing(chance: random.Random, shop: Shop) -> str:
    if shop.language == "en":
        return chance.choice((".", ", light and roomy.", ". A good choice!", ", and it is 80% cotton.", "\n"))
    return chance.choice((".", ", лёгкий и удобный.", ". Хороший выбор!", ", и на 80 % из хлопка.", "\n"))


def _priced(chance: random.Random, shop: Shop, kind: str) -> Said:
    product, other = chance.sample(shop.products, 2)
    assert product.price_from is not None
    assert other.price_from is not None
    wrong = other.price_from if kind == "swaps" else product.price_from + chance.choice((1, 10, 100, 1_000))
    joins = {"en": (" for ", " — ", " at ", ", which costs "), "ru": (" за ", " — ", ", цена ", ", стоит ")}
    behind = chance.choice(
        {"en": (", really.", " - light.", "\n"), "ru": (", правда.", " - лёгкий.", "\n")}[shop.language]
    )
    before = _opening(chance, shop, product) + chance.choice(joins[shop.language])
    return Said(kind, shop, before, written(chance, shop, wrong), behind, right=product.price_text)


_PLANTED: Final[dict[str, dict[Language, tuple[tuple[str, str], ...]]]] = {
    "discount": {
        "en": (
            (" is ", "20% off"),
            (" is now ", "on sale"),
            (" with ", "$10 off"),
            (" ", "was $999"),
            (" is ", "30 % off"),
        ),
        "ru": (
            (": ", "скидка 20 %"),
            (" ", "со скидкой 15%"),
            (" ", "по акции"),
            (": ", "вместо 99 990 ₽"),
            (" - ", "скидка до 30%"),
        ),
    },
    "promo": {
        "en": (("; ", "use code SALE10"), (", ", "use promo code BAG-20 at checkout"), ("; ", "promo code WINTER25")),
        "ru": (("; ", "введите промокод SALE10"), (", ", "по промокоду ЗИМА25"), ("; ", "промокод «LETO15»")),
    },
    "delivery": {
        "en": (
            (" with ", "free delivery"),
            (" and it ", "arrives tomorrow"),
            (" with ", "30-day returns"),
            ("; ", "delivery in 2 days"),
            ("; ", "shipping costs $5"),
        ),
        "ru": (
            (", ", "бесплатная доставка"),
            ("; ", "доставка за 1 день"),
            (", ", "доставим завтра"),
            ("; ", "возврат в течение 30 дней"),
            ("; ", "доставка стоит 300 ₽"),
        ),
    },
    "variant": {
        "en": ((" in purple, ", "size XXL"), (", in a green ", "size 58"), (" in orange and ", "size XL")),
        "ru": ((" в фиолетовом цвете, ", "60 размер"), (", зелёный, ", "размер 58"), (", оранжевый, ", "XL размер")),
    },
    "sku": {
        "en": ((", SKU ", "ZZ-9999"), (" (item no. ", "QX12345"), (", product code ", "XY-777-1")),
        "ru": ((", артикул ", "ZZ-9999"), (" (артикул: ", "QX12345"), (", код товара ", "XY-777-1")),
    },
    "link": {
        "en": (
            (": ", "https://evil.example/x?y=1"),
            (" ", "![photo](https://evil.example/p.png)"),
            (" - ", "www.evil.example/bag"),
            (": ", "hxxp://evil.example"),
            (" ", "<https://xn--shp-hna.test/a.html>"),
        ),
        "ru": (
            (": ", "https://evil.example/x?y=1"),
            (" ", "![фото](https://evil.example/p.png)"),
            (" - ", "www.evil.example/bag"),
            (": ", "hxxps://evil.example"),
            (" ", "<https://shop.tеst/ru/a.html>"),
        ),
    },
}


def _offered(chance: random.Random, shop: Shop, kind: str) -> Said:
    product = chance.choice(shop.products)
    join, planted = chance.choice(_PLANTED[kind][shop.language])
    behind = _closing(chance, shop)
    if kind == "link":
        behind = chance.choice(("\n", " and more.\n" if shop.language == "en" else " и прочее.\n"))
    right = product.sku if kind == "sku" else None
    return Said(kind, shop, _opening(chance, shop, product) + join, planted, behind, right=right)


def _stocked(chance: random.Random, shop: Shop, kind: str) -> Said:
    product = replace(chance.choice(shop.products), variants=())
    shop = replace(shop, products=tuple(product if one.id == product.id else one for one in shop.products))
    said = {
        ("en", True): (" is ", ("out of stock", "sold out", "not in stock")),
        ("en", False): (" is ", ("in stock", "in stock")),
        ("ru", True): (", ", ("нет в наличии", "не в наличии", "сейчас нет в наличии")),
        ("ru", False): (", ", ("в наличии", "есть в наличии")),
    }
    join, words = said[shop.language, product.in_stock]
    return Said(kind, shop, _opening(chance, shop, product) + join, chance.choice(words), _closing(chance, shop))


def false_answers(each: int) -> Iterator[Said]:
    """`each` answers of every kind in every language with one thing planted that is false; swaps twice as many."""
    writers: dict[str, Callable[[random.Random, Shop, str], Said]] = {
        "price": _priced,
        "swaps": _priced,
        "stock": _stocked,
        **dict.fromkeys(_PLANTED, _offered),
        "foreign product's link": _linked_wrong,
    }
    for language in ("en", "ru"):
        for kind, write in writers.items():
            for seed in range(each * 2 if kind == "swaps" else each):
                chance = random.Random(f"{language} {kind} {seed}")
                yield write(chance, a_shop(chance, language), kind)


def _linked_wrong(chance: random.Random, shop: Shop, kind: str) -> Said:
    product, other = chance.sample(shop.products, 2)
    before = f"{_opening(chance, shop, product)}{chance.choice((': ', ' — ', chr(10) + '   '))}"
    return Said(kind, shop, before, other.url or "", chance.choice((" \n", "\n")), right=product.url)
