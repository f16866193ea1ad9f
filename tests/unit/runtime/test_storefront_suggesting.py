"""Questions to begin with, out of what a catalogue holds: grammatical, varied, and of nothing internal."""

from dataclasses import replace

import pytest
from support.search import a_product

from runtime.retrieval.counts import CatalogueCounts
from runtime.retrieval.understanding.catalogue import Vocabulary
from runtime.retrieval.vocabulary import build_vocabulary
from runtime.storefront.suggesting import KINDS, Kind, Shelf, departments, questions_for, shelves_of
from shared.catalog import CatalogAttribute, CatalogDocument
from shared.stores import StoreView

ENGLISH = StoreView(code="en", locale="en_US", currency="USD")
RUSSIAN = StoreView(code="ru", locale="ru_RU", currency="RUB")

LABELS = {"en": ("Color", "Material", "Gender"), "ru": ("Цвет", "Материал", "Пол")}


def a_thing(
    number: int,
    *path: str,
    price: float | None = 50.0,
    color: str = "",
    material: str = "",
    gender: str = "",
    in_stock: bool = True,
    **internal: str,
) -> CatalogDocument:
    told = {"color": ("Color", color), "material": ("Material", material), "gender": ("Gender", gender)}
    told |= {code: (code, value) for code, value in internal.items()}
    product = a_product(
        id=str(number), sku=f"S-{number}", name=f"Thing {number}", price=price, categories=path, in_stock=in_stock
    )
    attributes = {code: CatalogAttribute(label, (value,)) for code, (label, value) in told.items() if value}
    return replace(product, attributes=attributes)


def knowing(*products: CatalogDocument, currency: str = "USD") -> Vocabulary:
    """What a catalogue of `products` knows."""
    categories: dict[str, int] = {}
    values: dict[str, dict[str, int]] = {}
    labels: dict[str, str] = {}
    for product in products:
        for name in product.categories:
            categories[name] = categories.get(name, 0) + 1
        for code, attribute in product.attributes.items():
            labels[code] = attribute.label
            for value in attribute.values:
                of = values.setdefault(code, {})
                of[value] = of.get(value, 0) + 1
    counts = CatalogueCounts(len(products), categories=categories, values=values, labels=labels)
    return build_vocabulary(counts, currency=currency)


def asked(kind: Kind, *products: CatalogDocument, store: StoreView = ENGLISH, name: str = "Backpacks") -> list[str]:
    shelf = Shelf(name, [product for product in products if product.in_stock])
    return list(questions_for(shelf, kind, knowing(*products, currency=store.currency), store))


def some(*prices: float | None, **told: str) -> list[CatalogDocument]:
    return [a_thing(number, "Bags", "Backpacks", price=price, **told) for number, price in enumerate(prices)]


@pytest.mark.parametrize(
    ("prices", "question"),
    [
        ((19.0, 45.0, 80.0, 140.0), "Backpacks under $50"),
        ((79.0, 89.0, 129.0), "Backpacks under $100"),
        ((3.0, 4.0), "Backpacks under $5"),
        ((1_450.0, 2_700.0, 9_000.0), "Backpacks under $3,000"),
        ((None, 20.0, 25.0), "Backpacks under $30"),
    ],
)
def test_price_is_a_round_one_that_enough_are_below(prices: tuple[float | None, ...], question: str) -> None:
    assert asked("price", *some(*prices)) == [question]


def test_price_is_written_as_the_store_writes_it() -> None:
    assert asked("price", *some(2_990.0, 4_490.0, 6_900.0), store=RUSSIAN, name="Рюкзаки") == ["Рюкзаки до 5 000 ₽"]


@pytest.mark.parametrize("prices", [(), (10.0,), (None, None, 20.0)])
def test_without_two_prices_no_price_is_asked_for(prices: tuple[float | None, ...]) -> None:
    assert asked("price", *some(*prices)) == []


def test_colours_and_materials_come_the_most_frequent_first() -> None:
    products = [*some(1.0, 2.0, 3.0, color="Black", material="Leather"), *some(1.0, 2.0, color="Merino Gray")]
    assert asked("trait", *products) == ["Black backpacks", "Leather backpacks", "Merino gray backpacks"]


def test_russian_colour_agrees_with_several_things() -> None:
    black, blue = some(1.0, 2.0, 3.0, color="Чёрный"), some(1.0, 2.0, color="Синий")
    assert asked("trait", *black, *blue, store=RUSSIAN, name="Рюкзаки") == ["Чёрные рюкзаки", "Синие рюкзаки"]
    assert asked("trait", *black, store=RUSSIAN, name="Одежда") == []
    assert asked("trait", *some(1.0, 2.0, material="Хлопок"), store=RUSSIAN, name="Рюкзаки") == []


def test_what_only_one_has_is_not_asked_for() -> None:
    assert asked("trait", *some(1.0, color="Black"), *some(1.0, color="Red")) == []


@pytest.mark.parametrize("value", ["Call +7 916 123-45-67", "anna@mail.test", "a" * 50, "one two three four five"])
def test_values_that_are_no_words_of_a_shopper_are_left_out(value: str) -> None:
    assert asked("trait", *some(1.0, 2.0, color=value)) == []


def test_internal_attributes_are_never_spoken_of() -> None:
    products = some(1.0, 2.0, 3.0, cost="Black", supplier="Anna Petrova", margin="High")
    assert [
        question for kind in KINDS for question in asked(kind, *products) if "Anna" in question or "High" in question
    ] == []
    assert asked("trait", *products) == []


@pytest.mark.parametrize(
    ("store", "name", "gender", "questions"),
    [
        (ENGLISH, "Jackets", "Women", ["Jackets for women"]),
        (ENGLISH, "Jackets", "Men's", ["Jackets for men"]),
        (ENGLISH, "Jackets", "Unisex", []),
        (RUSSIAN, "Куртки", "Женский", ["Куртки для женщин"]),
        (RUSSIAN, "Куртки", "Детям", ["Куртки для детей"]),
    ],
)
def test_wearers_are_asked_for_where_things_are_made_for_them(
    store: StoreView, name: str, gender: str, questions: list[str]
) -> None:
    assert asked("wearer", *some(1.0, 2.0, gender=gender), store=store, name=name) == questions


@pytest.mark.parametrize(
    ("store", "name", "questions"),
    [
        (ENGLISH, "Tents", ["The cheapest tents"]),
        (ENGLISH, "T-Shirts", ["The cheapest T-Shirts"]),
        (RUSSIAN, "Палатки", ["Самые дешёвые палатки"]),
        (RUSSIAN, "Обувь", []),
    ],
)
def test_cheapest_are_asked_for_in_the_plural(store: StoreView, name: str, questions: list[str]) -> None:
    assert asked("cheapest", *some(1.0, 2.0), store=store, name=name) == questions


@pytest.mark.parametrize("kind", KINDS)
def test_category_in_another_language_than_the_store_is_not_asked_about(kind: Kind) -> None:
    told = {"color": "Black", "gender": "Women"}
    assert asked(kind, *some(1.0, 2.0, **told), store=RUSSIAN) == []
    assert asked(kind, *some(1.0, 2.0, **told), name="Рюкзаки") == []


def test_departments_are_the_largest_categories() -> None:
    sizes = {"Sport": 40, "Bags": 60, "Tents": 10, "call 8 (916) 123-45-67": 90, "a b c d e f": 99}
    vocabulary = build_vocabulary(CatalogueCounts(100, categories=sizes), currency="USD")
    assert departments(vocabulary, most=2) == ["Bags", "Sport"]


def test_shelves_are_the_narrowest_categories_in_turns() -> None:
    bags = [a_thing(n, "Bags", "Backpacks") for n in range(3)] + [a_thing(9 + n, "Bags", "Wallets") for n in range(2)]
    sport = [a_thing(20 + n, "Sport", "Camping", "Tents") for n in range(2)]
    other = [a_thing(30, "Sport", "Balls"), *(a_thing(40 + n, "Sport", "Sale") for n in range(3))]
    gone = [a_thing(50 + n, "Sport", "Skates", in_stock=n == 0) for n in range(5)]
    found = [*bags, *sport, *other, *gone]
    shelves = shelves_of(
        [bags, [*sport, *other, *gone]], knowing(*found, *(a_thing(60 + n, "Camping") for n in range(9)))
    )
    assert [shelf.name for shelf in shelves] == ["Backpacks", "Wallets", "Tents"]
    assert [len(shelf.products) for shelf in shelves] == [3, 2, 2]
