from pathlib import Path

import pytest
from pydantic import ValidationError

from shared.errors import ConfigurationError
from shared.stores import StoreView, load_stores

TWO_STORES = """
[[store]]
code = "en"
name = "Luma"
magento_index = "magento2_product_1"
base_url = "http://shop.test/"
[store.links]
delivery = "https://shop.test/delivery"

[[store]]
code = "ru"
locale = "ru_RU"
currency = "RUB"
price_factor = 92.5
price_round = 10
url_suffix = ""
magento_index = "magento2_product_2"
"""


def a_file(folder: Path, content: str) -> Path:
    path = folder / "stores.toml"
    path.write_text(content, encoding="utf-8")
    return path


def problems_of(path: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as refused:
        load_stores(path)
    return refused.value.problems


def test_stores_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    english, russian = load_stores(a_file(tmp_path, TWO_STORES))
    assert (english.code, english.title, english.language) == ("en", "Luma", "en")
    assert (russian.code, russian.title, russian.language) == ("ru", "ru", "ru")
    assert (russian.price_factor, russian.price_round, russian.url_suffix) == (92.5, 10, "")
    assert english.links == {"delivery": "https://shop.test/delivery"}


def test_every_mistake_is_named_at_once_with_its_place(tmp_path: Path) -> None:
    path = a_file(
        tmp_path,
        '[[store]]\ncode = "EN"\nlocale = "english"\n[[store]]\ncode = "ru"\nprice_factor = -1\ncolour = "red"\n'
        'base_url = "shop.test"\n[store.links]\ndelivery = "http://shop.test"\nimprint = "https://shop.test"\n',
    )
    problems = problems_of(path)
    assert all(problem.startswith(f"STORES_FILE: {str(path)!r}, store.") for problem in problems)
    places = {problem.split(", ")[1].split(":")[0] for problem in problems}
    assert places == {
        "store.0.code",
        "store.0.locale",
        "store.1.price_factor",
        "store.1.colour",
        "store.1.base_url",
        "store.1.links.delivery",
        "store.1.links.imprint.[key]",
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [("store = [", "no valid TOML"), ("", "store: Field required"), ("store = []", "store: List should have")],
    ids=["broken", "empty", "no stores"],
)
def test_file_without_a_store_is_refused(tmp_path: Path, content: str, said: str) -> None:
    (problem,) = problems_of(a_file(tmp_path, content))
    assert said in problem


def test_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "stores.toml"
    path.write_bytes(b"\xff\xfe")
    assert "no valid TOML" in problems_of(path)[0]


def test_missing_file_is_named(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path / "absent.toml")
    assert "absent.toml" in problem
    assert "No such file" in problem


def test_store_named_twice_is_refused_by_name(tmp_path: Path) -> None:
    store = '[[store]]\ncode = "en"\n'
    (problem,) = problems_of(a_file(tmp_path, store * 3))
    assert "'en' twice" in problem


@pytest.mark.parametrize("factor", [0, -1, float("nan"), float("inf")])
def test_price_factor_is_a_positive_number(factor: float) -> None:
    with pytest.raises(ValidationError):
        StoreView(price_factor=factor)


@pytest.mark.parametrize("address", ["shop.test", "ftp://shop.test", "http://", "//shop.test"])
def test_base_url_is_a_web_address(address: str) -> None:
    with pytest.raises(ValidationError):
        StoreView(base_url=address)


@pytest.mark.parametrize("code", ["EN", "1en", "e-n", "", "a" * 33, "en\n"])
def test_store_code_fits_into_an_index_name(code: str) -> None:
    with pytest.raises(ValidationError):
        StoreView(code=code)
