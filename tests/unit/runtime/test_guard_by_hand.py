"""Answers written by hand, true and false: what the truth guard lets through as it is and what it puts right."""

import pytest
from support.guarded_shop import BAGS, ENGLISH, FACTS_EN, FACTS_RU, RUSSIAN, THINGS, guarded

TRUE_ENGLISH = [
    "The Joust Duffle Bag costs $34.00: https://shop.test/24-mb01.html",
    "The Joust Duffle Bag is $34, in stock.",
    "1. **Joust Duffle Bag** — $34.00, in stock\n   https://shop.test/24-mb01.html\n"
    "2. **Montana Wind Jacket** — $77.00, out of stock",
    "| Product | Price |\n|---|---|\n| Joust Duffle Bag | $34.00 |\n| Montana Wind Jacket | $77.00 |",
    "The [Trail 28](https://shop.test/tr-28.html) starts from $1,299.00 and goes up to $1,499.00.",
    "Trail 28: $1,299.00–$1,499.00, a 28 l pack of 1.2 kg.",
    "For $34.00 you get the Joust Duffle Bag; the Montana Wind Jacket is 77 dollars.",
    "Your budget of $50 is enough: the Joust Duffle Bag costs 34.00 USD.",
    "Under $50 there is the Joust Duffle Bag ($34.00).",
    "It is within your budget of $50.",
    "The Joust Duffle Bag is 80% cotton and 20 % polyester.",
    "The Joust Duffle Bag fits an iPhone 15, a 15-inch laptop and two books of 300 pages.",
    "We have 14 products from $12.00 to $1,899.00; 9 in stock.",
    "Call 8 800 555-35-35 from 9:00 to 18:00, or on 12 May 2026.",
    "I don't know the delivery terms; see https://shop.test/delivery.",
    "There is no discount on the Joust Duffle Bag that I know of.",
    "I can't say whether there is free delivery; see [Delivery](https://shop.test/delivery).",
    "The Trail 28 comes in red, size S, and that one is in stock.",
    "The Trail 28 is not available in red, size M.",
    "The Joust Duffle Bag (SKU 24-MB01) is in stock.",
    "- **Montana Wind Jacket**\n  - Price: $77.00\n  - SKU: MJ03\n  - out of stock\n",
    "The Montana Wind Jacket ($77.00) is dearer than the Joust Duffle Bag ($34.00).",
    "The Joust Duffle Bag and the Montana Wind Jacket cost $34.00 and $77.00.",
    "Is it in stock? I only know that the Trail 28 is.",
    "Wash at 30 degrees, for 2 people, size 42, 10,000 mAh, 5k run.",
]
FALSE_ENGLISH = [
    ("The Joust Duffle Bag costs $39.00.", "The Joust Duffle Bag costs $34.00."),
    ("The Joust Duffle Bag costs $77.00.", "The Joust Duffle Bag costs $34.00."),
    ("The Joust Duffle Bag costs 49.90.", "The Joust Duffle Bag costs $34.00."),
    ("The Joust Duffle Bag is 77 dollars today.", "The Joust Duffle Bag is $34.00 today."),
    ("The Joust Duffle Bag is yours for USD 12, really.", "The Joust Duffle Bag is yours for $34.00, really."),
    ("Trail 28, from $1,199.00, is roomy.", "Trail 28, from $1,299.00, is roomy."),
    ("The Joust Duffle Bag costs $50.", "The Joust Duffle Bag costs $34.00."),
    (
        "1. Joust Duffle Bag — $77.00\n2. Montana Wind Jacket — $34.00",
        "1. Joust Duffle Bag — $34.00\n2. Montana Wind Jacket — $77.00",
    ),
    ("The Joust Duffle Bag is out of stock.", "The Joust Duffle Bag is in stock."),
    ("The Montana Wind Jacket is in stock.", "The Montana Wind Jacket is out of stock."),
    ("See [the bag](https://evil.example/x) now.", "See the bag now."),
    ("The Joust Duffle Bag ![photo](https://evil.example/p.png) is roomy.", "The Joust Duffle Bag is roomy."),
    (
        "Joust Duffle Bag: https://shop.test/mj03.html",
        "Joust Duffle Bag: https://shop.test/24-mb01.html",
    ),
    (
        "Joust Duffle Bag: https://shop.test/24-mb01.html?utm_source=x",
        "Joust Duffle Bag: https://shop.test/24-mb01.html",
    ),
    ("The Joust Duffle Bag has SKU MJ03.", "The Joust Duffle Bag has SKU 24-MB01."),
    (
        "The Joust Duffle Bag (SKU MJ03) costs $34.00, in stock.",
        "The Joust Duffle Bag (SKU 24-MB01) costs $34.00, in stock.",
    ),
    ("Joust Duffle Bag — SKU: MJ03 — $34.00", "Joust Duffle Bag — SKU: 24-MB01 — $34.00"),
    ("The Joust Duffle Bag, item no. ZX-991, is roomy.", "The Joust Duffle Bag, item no. 24-MB01, is roomy."),
]
GONE_ENGLISH = [
    ("Bags cost $999.99 here.", ["999"]),
    ("Visit evil-shop.com/bags for more.", [".com", "/bags"]),
    ("Visit hxxps://evil.example now.", ["evil"]),
    ("Look at <https://shop.tеst/24-mb01.html>.", ["tеst"]),
    ("The Joust Duffle Bag is 20% off this week.", ["20%", "off"]),
    ("The Joust Duffle Bag is on sale.", ["on sale"]),
    ("The Joust Duffle Bag was $99.", ["$99"]),
    ("Use promo code SALE10 at checkout.", ["SALE10"]),
    ("The Joust Duffle Bag comes with free delivery.", ["free"]),
    ("Order now and it arrives tomorrow.", ["tomorrow"]),
    ("There are 14-day returns on it.", ["14-day"]),
    ("Only 3 left of the Joust Duffle Bag.", ["3 left"]),
    ("The Joust Duffle Bag comes in black, size M.", ["black, size M"]),
    ("The Trail 28 is available in red, size M.", ["red, size M"]),
]
TRUE_RUSSIAN = [
    "Рюкзак Тропа 28 стоит 4 990 ₽: https://shop.test/ru/rk-28.html",
    "Рюкзак Тропа 28 — 4 990 руб., есть в наличии.",
    "Рюкзак Тропа 28 — 4990 р., объём 28 л, вес 1,2 кг.",
    "Ботинки Гранит — от 1 299 ₽, размеры с 42 по 44.",
    "Ботинки Гранит стоят от 1 299 до 1 599 рублей.",
    "В пределах 5 000 ₽ есть Рюкзак Тропа 28 за 4 990,00 ₽.",
    "До 5000 ₽ подойдёт **Рюкзак Тропа 28** (4 990 ₽).",
    "Не дороже 5 тысяч — Рюкзак Тропа 28.",
    "Куртки Север сейчас нет в наличии, она стоит 12 990 ₽.",
    "Ткань — 80 % хлопка, 20 % полиэстера, вмещает iPhone 15.",
    "Всего 14 товаров от 990 ₽ до 18 900 ₽, в наличии 9.",
    "Условия доставки — на странице https://shop.test/ru/delivery.",
    "Скидок на Куртку Север нет.",
    "Не знаю, есть ли бесплатная доставка.",
    "Ботинки Гранит есть в чёрном цвете, 42 размер.",
    "Артикул рюкзака RK-28. Звоните: +7 495 123-45-67, с 9 до 18, 12.05.2026.",
    "За 4 990 ₽ есть Рюкзак Тропа 28.",
]
FALSE_RUSSIAN = [
    ("Рюкзак Тропа 28 стоит 5 490 ₽.", "Рюкзак Тропа 28 стоит 4 990 ₽."),
    ("Рюкзак Тропа 28 стоит 12 990,00 ₽, берите.", "Рюкзак Тропа 28 стоит 4 990 ₽, берите."),
    ("Рюкзак Тропа 28 — 5\u202f490\u00a0руб., лёгкий.", "Рюкзак Тропа 28 — 4 990 ₽, лёгкий."),
    ("Ботинки Гранит — от 1 199 ₽.", "Ботинки Гранит — от 1 299 ₽."),
    ("Рюкзак Тропа 28 за 3990 — находка.", "Рюкзак Тропа 28 за 4 990 ₽ — находка."),
    ("Рюкзак Тропа 28 обойдётся в 5 тысяч рублей.", "Рюкзак Тропа 28 обойдётся в 4 990 ₽."),
    ("Куртка Север в наличии.", "Куртка Север не в наличии."),
    ("Рюкзака Тропа 28 нет в наличии.", "Рюкзака Тропа 28 есть в наличии."),
    ("Рюкзак Тропа 28, артикул KS-10.", "Рюкзак Тропа 28, артикул RK-28."),
    ("Смотрите [рюкзак](http://evil.example/r).", "Смотрите рюкзак."),
]
GONE_RUSSIAN = [
    ("Товары стоят 777 ₽.", ["777"]),
    ("На Рюкзак Тропа 28 скидка 20 %.", ["20 %"]),
    ("Рюкзак Тропа 28 продаётся со скидкой 15%.", ["15%"]),
    ("Введите промокод SALE10 при заказе.", ["SALE10"]),
    ("Бесплатная доставка по всей России.", ["есплатная"]),
    ("Доставка за 1 день.", ["1 день"]),
    ("Возврат в течение 30 дней.", ["30 дней"]),
    ("Осталось всего 3 штуки Рюкзак Тропа 28.", ["3 штуки"]),
    ("Рюкзак Тропа 28 есть в чёрном цвете, 42 размер.", ["42 размер"]),
    ("Подробности на evil.ru/sale.", [".ru", "/sale"]),
]


@pytest.mark.parametrize("text", TRUE_ENGLISH)
def test_true_english_goes_out_as_it_is(text: str) -> None:
    asked = "a bag under $50, SKU or not"
    assert guarded(text, products=BAGS, store=ENGLISH, asked=asked, facts=FACTS_EN) == (text, 0)


@pytest.mark.parametrize("text", TRUE_RUSSIAN)
def test_true_russian_goes_out_as_it_is(text: str) -> None:
    assert guarded(text, products=THINGS, store=RUSSIAN, asked="рюкзак до 5000", facts=FACTS_RU) == (text, 0)


@pytest.mark.parametrize(("text", "right"), FALSE_ENGLISH)
def test_false_english_is_put_right(text: str, right: str) -> None:
    assert guarded(text, products=BAGS, store=ENGLISH, asked="a bag under $50")[0] == right


@pytest.mark.parametrize(("text", "right"), FALSE_RUSSIAN)
def test_false_russian_is_put_right(text: str, right: str) -> None:
    assert guarded(text, products=THINGS, store=RUSSIAN, asked="рюкзак до 5000")[0] == right


@pytest.mark.parametrize(("text", "gone"), GONE_ENGLISH)
def test_what_cannot_be_put_right_in_english_is_gone(text: str, gone: list[str]) -> None:
    out, corrections = guarded(text, products=BAGS, store=ENGLISH)
    assert corrections >= 1
    assert [word for word in gone if word in out] == []


@pytest.mark.parametrize(("text", "gone"), GONE_RUSSIAN)
def test_what_cannot_be_put_right_in_russian_is_gone(text: str, gone: list[str]) -> None:
    out, corrections = guarded(text, products=THINGS, store=RUSSIAN)
    assert corrections >= 1
    assert [word for word in gone if word in out] == []


@pytest.mark.parametrize(
    ("text", "products", "store"),
    [
        *((text, BAGS, ENGLISH) for text in (*TRUE_ENGLISH, *(case[0] for case in (*FALSE_ENGLISH, *GONE_ENGLISH)))),
        *((text, THINGS, RUSSIAN) for text in (*TRUE_RUSSIAN, *(case[0] for case in (*FALSE_RUSSIAN, *GONE_RUSSIAN)))),
    ],
)
def test_every_split_of_a_text_comes_to_the_same(text: str, products: tuple, store: object) -> None:
    whole = guarded(text, products=products, store=store)
    for place in range(len(text) + 1):
        assert guarded([text[:place], text[place:]], products=products, store=store) == whole
    assert guarded(list(text), products=products, store=store) == whole
