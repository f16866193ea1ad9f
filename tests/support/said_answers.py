"""Answers as models write them over generated shops, by seed: true ones, by kind."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from support.guarded_shop import ENGLISH, RUSSIAN, a_product, variant

from runtime.retrieval.facts import Facts
from runtime.retrieval.language import Language
from shared.catalog import CatalogDocument
from shared.money import amount_text
from shared.stores import StoreView

_NAMES: Final[dict[Language, tuple[str, str]]] = {
    "en": (
        "Joust Montana Argus Driven Impulse Voyage Endeavor Savvy Wayfarer Rival Fusion Crown Strive Pursuit Vertex "
        "Orbit",
        "Duffle Bag|Wind Jacket|Running Shoes|Rain Coat|Yoga Mat|Backpack|Fleece Hoodie|Water Bottle",
    ),
    "ru": (
        "Север Тропа Гранит Вершина Легион Атлант Волна Комета Сокол Байкал Эльбрус Рубикон Маяк Стрела Парус Метеор",
        "Рюкзак|Куртка|Ботинки|Плащ|Коврик|Сумка|Толстовка|Термос",
    ),
}


@dataclass(frozen=True, slots=True)
class Shop:
    """What an answer is written over."""

    language: Language
    store: StoreView
    products: tuple[CatalogDocument, ...]
    facts: Facts

    def money(self, amount: float) -> str:
        return amount_text(Decimal(repr(amount)), self.store)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: text = before + planted + behind. right: what is to stand in place of what is planted, if it is known;
    planted: empty in a true answer.
    """

    kind: str
    shop: Shop
    before: str
    planted: str = ""
    behind: str = ""
    right: str | None = None
    asked: str = ""

    @property
    def text(self) -> str:
        return self.before + self.planted + self.behind


def a_shop(chance: random.Random, language: Language) -> Shop:
    """Three or four products of different names, kinds and prices."""
    store = ENGLISH if language == "en" else RUSSIAN
    brands, nouns = _NAMES[language]
    chosen = chance.sample(brands.split(), 4)
    kinds = chance.sample(nouns.split("|"), 4)
    steps = chance.sample(range(12, 400), 4)
    products = []
    for number, (brand, kind, step) in enumerate(zip(chosen, kinds, steps, strict=True), start=1):
        name = f"{brand} {kind}" if language == "en" else f"{kind} {brand}"
        if chance.random() < 0.4:
            name += f" {chance.choice((15, 20, 28, 35, 42, 500))}"
        price = float(step) + chance.choice((0, 0.5, 0.9, 0.99)) if language == "en" else float(step * 50 + 40)
        told = amount_text(Decimal(repr(price)), store)
        sku = f"{chance.choice('ABCDEFGH')}{chance.choice('KLMNP')}-{number}{chance.randrange(10, 99)}"
        product = a_product(str(number), name, sku, price, told, store, in_stock=chance.random() < 0.6)
        products.append(product if chance.random() < 0.7 else _with_range(product, price, store))
    count = chance.randrange(9, 90)
    lowest, highest = min(product.price_from or 0 for product in products), 9_999.0 if language == "en" else 99_990.0
    return Shop(language, store, tuple(products), Facts(count=count, in_stock=7, price_min=lowest, price_max=highest))


def _with_range(product: CatalogDocument, price: float, store: StoreView) -> CatalogDocument:
    dearer = price + (20 if store.currency == "USD" else 600)
    told = f"{'from' if store.currency == 'USD' else 'от'} {product.price_text}"
    colors = ("Black", "Red") if store.currency == "USD" else ("Чёрный", "Красный")
    sizes = ("S", "M") if store.currency == "USD" else ("42", "44")
    return replace(
        product,
        price_to=dearer,
        price_text=told,
        variants=(
            variant(f"{product.sku}-1", colors[0], sizes[0], price=price),
            variant(f"{product.sku}-2", colors[1], sizes[1], price=dearer, in_stock=False),
        ),
    )


def written(chance: random.Random, shop: Shop, amount: float) -> str:
    """`amount` in one of the ways that models write money."""
    whole = amount == int(amount)
    if shop.language == "en":
        ways = [f"${amount:,.2f}", f"{amount:.2f} USD", f"USD {amount:,.2f}", f"{amount:.2f} dollars"]
        return chance.choice([*ways, f"${int(amount)}"] if whole else ways)
    spaced = f"{int(amount):,}"
    return chance.choice(
        [
            f"{spaced.replace(',', ' ')} ₽",
            f"{spaced.replace(',', chr(0xA0))}{chr(0xA0)}₽",
            f"{spaced.replace(',', chr(0x2009))} руб.",
            f"{int(amount)} руб.",
            f"{spaced.replace(',', ' ')},00 ₽",
            f"{int(amount)} рублей",
            f"₽{int(amount)}",
            f"{spaced.replace(',', ' ')} р.",
        ]
    )


_Writer = Callable[[random.Random, Shop], str]


def _names_and_prices(chance: random.Random, shop: Shop) -> Iterator[tuple[str, str, CatalogDocument]]:
    for product in chance.sample(shop.products, 2):
        assert product.price_from is not None
        yield product.name, written(chance, shop, product.price_from), product


def _listed(chance: random.Random, shop: Shop) -> str:
    stock = {"en": ("in stock", "out of stock"), "ru": ("в наличии", "нет в наличии")}[shop.language]
    (one, costs, first), (two, cost, second) = _names_and_prices(chance, shop)
    availability = [stock[0] if product.in_stock else stock[1] for product in (first, second)]
    price, link = {"en": ("Price", "Link"), "ru": ("Цена", "Ссылка")}[shop.language]
    return chance.choice(
        [
            f"1. **{one}** — {costs}, {availability[0]}\n   {first.url}\n"
            f"2. **{two}** — {cost}, {availability[1]}\n   {second.url}",
            f"- [{one}]({first.url}) — {costs}\n- [{two}]({second.url}) ({cost})",
            f"| A | {price} |\n|---|---|\n| {one} | {costs} |\n| {two} | {cost} |",
            f"### {one}\n- {price}: {costs}\n- SKU: {first.sku}\n- {link}: {first.url}\n\n"
            f"### {two}\n- {price}: {cost}\n- {availability[1]}\n",
            f"**{one}** ({costs}), **{two}** ({cost}).",
        ]
    )


def _budget(chance: random.Random, shop: Shop) -> str:
    one, costs, _product = next(_names_and_prices(chance, shop))
    limit = shop.money(_limit(shop))
    if shop.language == "en":
        ways = [
            f"Within your budget of {limit} there is the {one} for {costs}.",
            f"Under {limit} I would take the {one}: it costs {costs}.",
            f"The {one} is {costs}, well below {limit}.",
            f"Both stay under {limit}, and the {one} ({costs}) most of all.",
            f"With a {limit} budget, look at the {one} — {costs}.",
        ]
    else:
        ways = [
            f"В пределах {limit} есть {one} за {costs} — хороший выбор.",
            f"До {limit} подойдёт {one}: цена {costs}",
            f"{one} стоит {costs} и укладывается в бюджет {limit}.",
            f"Не дороже {limit}: **{one}** ({costs}).",
            f"Ваш бюджет — {limit}, и {one} за {costs} в него входит.",
        ]
    return chance.choice(ways)


def _range(chance: random.Random, shop: Shop) -> str:
    low, high = shop.money(shop.facts.price_min or 0), shop.money(shop.facts.price_max or 0)
    ranged = next((product for product in shop.products if product.price_to != product.price_from), None)
    if ranged is not None and chance.random() < 0.5:
        assert ranged.price_from is not None
        assert ranged.price_to is not None
        first, last = shop.money(ranged.price_from), shop.money(ranged.price_to)
        if shop.language == "en":
            ways = [f"The {ranged.name} costs from {first} to {last}.", f"{ranged.name}: {first}–{last}, by size."]
            return chance.choice([*ways, f"The {ranged.name} is between {first} and {last}, depending on the size."])
        ways = [f"{ranged.name} стоит от {first} до {last}.", f"{ranged.name}: {first} – {last}, зависит от размера."]
        return chance.choice([*ways, f"{ranged.name} — {ranged.price_text}, в другом размере {last}."])
    if shop.language == "en":
        return chance.choice(
            [
                f"We have {shop.facts.count} products from {low} to {high}.",
                f"Prices range from {low} to {high}; {shop.facts.count} products in all.",
                f"There are {shop.facts.count}, {low}–{high}.",
            ]
        )
    return chance.choice(
        [
            f"Всего {shop.facts.count} товаров от {low} до {high}.",
            f"Цены — от {low} до {high}, товаров {shop.facts.count}.",
            f"Нашлось {shop.facts.count}: {low} – {high}.",
        ]
    )


def _percentage(chance: random.Random, shop: Shop) -> str:
    one, costs, _ = next(_names_and_prices(chance, shop))
    share = chance.choice((60, 65, 70, 80, 95))
    if shop.language == "en":
        ways = [
            f"The {one} is {share}% cotton and {100 - share}% polyester.",
            f"{one} — {costs}: {share} % wool, {100 - share} % nylon, and 100% recycled lining.",
            f"It blocks {share}% of UV light; the {one} costs {costs}.",
        ]
    else:
        ways = [
            f"{one}: {share} % хлопка и {100 - share} % полиэстера.",
            f"{one} — {costs}, состав: {share}% шерсть, {100 - share}% нейлон.",
            f"Задерживает {share} % ультрафиолета, {one} стоит {costs}, и это всё.",
        ]
    return chance.choice(ways)


def _size(chance: random.Random, shop: Shop) -> str:
    one, costs, _ = next(_names_and_prices(chance, shop))
    size, weight = chance.choice((40, 42, 44, 46)), chance.choice(("1.2", "0.85", "2"))
    if shop.language == "en":
        ways = [
            f"The {one} ({costs}) comes in sizes 40 to 46, take size {size}.",
            f"The {one} weighs {weight} kg, holds 28 l and measures 50 x 30 x 20 cm.",
            f"{one}: a 15-inch laptop fits, height {size} cm, for 2 people, up to 3,000 m of climbing.",
        ]
    else:
        ways = [
            f"{one} ({costs}) есть в размерах с 40 по 46, берите {size} размер.",
            f"{one} весит {weight.replace('.', ',')} кг, объём 28 л, размеры 50 × 30 × 20 см.",
            f"{one}: входит ноутбук 15 дюймов, высота {size} см, для 2 человек, до 3 000 м высоты.",
        ]
    return chance.choice(ways)


def _model(chance: random.Random, shop: Shop) -> str:
    one, costs, product = next(_names_and_prices(chance, shop))
    model = chance.choice(("iPhone 15", "Galaxy S24", "GoPro 12", "MacBook 14", "PlayStation 5", "ThinkPad X1"))
    if shop.language == "en":
        ways = [
            f"The {one} (SKU {product.sku}) has a pocket for an {model} and costs {costs}.",
            f"{one}, item no. {product.sku}, fits the {model}; {costs}.",
            f"An {model} fits into the {one}. It costs {costs}.",
        ]
    else:
        ways = [
            f"{one} (артикул {product.sku}) подходит для {model}, цена {costs}",
            f"{one}: карман под {model}, стоит {costs}",
            f"В {one} помещается {model}. Стоит он {costs}, и это вся цена.",
        ]
    return chance.choice(ways)


def _honest(chance: random.Random, shop: Shop) -> str:
    one, _, product = next(_names_and_prices(chance, shop))
    page = shop.store.links["delivery"]
    if shop.language == "en":
        return chance.choice(
            [
                f"I don't know the delivery terms; they are on {page}.",
                f"I have no information about discounts on the {one}.",
                f"Whether there is free shipping I cannot say: see [the delivery page]({page}).",
                f"The {one} is {'in stock' if product.in_stock else 'out of stock'}. I know of no promo codes.",
                "We are open from 9:00 to 18:00, call 8 800 555-35-35 until 31.12.2026.",
                f"There is no sale on the {one} that I know of. More: {product.url}.",
            ]
        )
    return chance.choice(
        [
            f"Условия доставки — на странице {page}.",
            f"О скидках на {one} у меня нет данных.",
            f"Есть ли бесплатная доставка, не знаю: [подробнее]({page}).",
            f"{one} {'есть' if product.in_stock else 'нет'} в наличии. Промокодов я не знаю.",
            "Работаем с 9:00 до 18:00, телефон 8 800 555-35-35, до 31.12.2026.",
            f"Скидок на {one} нет. Подробнее: {product.url}.",
        ]
    )


TRUE_KINDS: Final[dict[str, _Writer]] = {
    "lists": _listed,
    "budgets": _budget,
    "ranges": _range,
    "percentages": _percentage,
    "sizes": _size,
    "model numbers": _model,
    "honest": _honest,
}


def _limit(shop: Shop) -> float:
    return 450.0 if shop.language == "en" else 25_000.0


def true_answers(each: int) -> Iterator[Said]:
    """`each` answers of every kind in every language, without anything false."""
    for language in ("en", "ru"):
        for kind, write in TRUE_KINDS.items():
            for seed in range(each):
                chance = random.Random(f"{language} {kind} {seed}")
                shop = a_shop(chance, language)
                limit = int(_limit(shop))
                asked = f"a bag under ${limit}" if language == "en" else f"рюкзак до {limit} рублей"
                yield Said(kind, shop, write(chance, shop), asked=asked)
