"""Names that resemble what was asked, and distances to a price range."""

import pytest

from runtime.retrieval.explain import closest_names, price_distance
from shared.hybrid.filters import ProductFilter

NAMES = ["Одежда", "Куртки", "Сумки и рюкзаки", "Шлёпанцы", "Bags", "Hoodies & Sweatshirts"]


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("куртка", "Куртки"),
        ("рюкзаки", "Сумки и рюкзаки"),
        ("ШЛЕПАНЦЫ", "Шлёпанцы"),
        ("bag", "Bags"),
        (" hoodies ", "Hoodies & Sweatshirts"),
    ],
)
def test_closest_name_comes_first(asked: str, first: str) -> None:
    assert closest_names(asked, NAMES)[0] == first


def test_five_names_at_most() -> None:
    assert len(closest_names("bag", [f"Bag {number}" for number in range(20)])) == 5


def test_nothing_alike_gives_the_largest() -> None:
    assert closest_names("qqqq", NAMES) == NAMES[:5]


@pytest.mark.parametrize(
    ("price", "distance"),
    [(4.0, 1.0), (5.0, 0.0), (7.5, 0.0), (10.0, 0.0), (12.5, 2.5)],
)
def test_price_distance_is_measured_to_the_nearer_bound(price: float, distance: float) -> None:
    assert price_distance(price, ProductFilter(price_min=5, price_max=10)) == distance
