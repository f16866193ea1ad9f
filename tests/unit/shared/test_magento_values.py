"""Scalar or array, number or string: what a field of a native document may look like."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.magento.values import MAX_VALUES, decimal, first_text, flag, integer, lines, objects, price, texts


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("Black", ["Black"], id="scalar"),
        pytest.param(["Black", "Gray", "Black"], ["Black", "Gray"], id="array with a repetition"),
        pytest.param(44, ["44"], id="number"),
        pytest.param("44", ["44"], id="number of an old version"),
        pytest.param(["", "  ", None, "x"], ["x"], id="blanks"),
        pytest.param([["nested"], {"a": 1}, True, 1.50], ["1.5"], id="junk beside a number"),
        pytest.param(None, [], id="missing"),
        pytest.param({"a": 1}, [], id="object"),
        pytest.param(float("nan"), [], id="no number"),
    ],
)
def test_texts_of_any_shape_become_one_list(value: Any, expected: list[str]) -> None:
    assert texts(value) == expected


def test_first_text_of_a_merged_field_is_the_parents() -> None:
    assert first_text(["chaz-kangeroo-hoodie", "chaz-kangeroo-hoodie-xs-black"]) == "chaz-kangeroo-hoodie"


def test_joined_names_come_apart() -> None:
    assert lines("hoodie\nhoodie-xs\n\nhoodie-s") == ["hoodie", "hoodie-xs", "hoodie-s"]


def test_an_endless_array_is_read_to_a_bound() -> None:
    assert len(texts([str(number) for number in range(10_000)])) == MAX_VALUES


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("52.000000", Decimal("52.000000"), id="string"),
        pytest.param(52, Decimal(52), id="integer"),
        pytest.param([59.5], Decimal("59.5"), id="array"),
        pytest.param("0", Decimal(0), id="zero"),
        pytest.param(-1, None, id="negative"),
        pytest.param("abc", None, id="word"),
        pytest.param("1e308", None, id="huge"),
        pytest.param(1e308, None, id="huge float"),
        pytest.param(10**400, None, id="huge integer"),
        pytest.param("9" * 100_000, None, id="endless digits"),
        pytest.param("NaN", None, id="not a number"),
        pytest.param(float("inf"), None, id="infinite"),
        pytest.param(True, None, id="boolean"),
        pytest.param({"price": 1}, None, id="object"),
        pytest.param([], None, id="empty array"),
    ],
)
def test_only_possible_prices_are_prices(value: Any, expected: Decimal | None) -> None:
    assert price(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(1, 1, id="integer"),
        pytest.param("4", 4, id="string"),
        pytest.param([2], 2, id="array"),
        pytest.param("-1", -1, id="negative"),
        pytest.param("4.5", None, id="fraction"),
        pytest.param("9" * 5000, None, id="endless digits"),
        pytest.param("", None, id="blank"),
        pytest.param(None, None, id="missing"),
    ],
)
def test_status_and_visibility_are_integers_or_their_strings(value: Any, expected: int | None) -> None:
    assert integer(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(1, True, id="one"),
        pytest.param("0", False, id="zero as string"),
        pytest.param(True, True, id="boolean"),
        pytest.param("false", False, id="word"),
        pytest.param([0, 1], True, id="any of several"),
        pytest.param([], None, id="empty array"),
        pytest.param("soon", None, id="other word"),
        pytest.param(None, None, id="missing"),
    ],
)
def test_flags_come_as_booleans_numbers_or_strings(value: Any, expected: bool | None) -> None:
    assert flag(value) is expected


def test_objects_of_an_object_or_an_array_of_them() -> None:
    assert objects({"a": 1}) == [{"a": 1}]
    assert objects([{"a": 1}, "x", {"b": 2}]) == [{"a": 1}, {"b": 2}]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(JSON)
def test_no_value_can_break_a_reader(value: Any) -> None:
    assert all(isinstance(text, str) and text for text in (*texts(value), *lines(value)))
    for reader in (first_text, integer, flag, decimal, price, objects):
        reader(value)
