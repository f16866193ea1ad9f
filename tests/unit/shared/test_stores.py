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
        'base_url = "shop.test"\n[store.links]\ndelivery = "http://shop.test"\nimprint = "https://shop.test"\n'
        '[[store]]\ncode = "ru"\nmagento_index = "magento2_product_2"\n[[store]]\nname = 7\n',
    )
    problems = problems_of(path)
    place = f"STORES_FILE: {str(path)!r}, store"
    assert all(problem.startswith(place) for problem in problems)
    assert [problem.removeprefix(place).split(":")[0].strip() for problem in problems] == [
        "'EN' (no. 1), code",
        "'EN' (no. 1), locale",
        "'ru' (no. 2), base_url",
        "'ru' (no. 2), price_factor",
        "'ru' (no. 2), links.delivery",
        "'ru' (no. 2), links.imprint",
        "'ru' (no. 2), colour",
        "no. 4, name",
        "'ru' is there 2 times; each needs a code of its own, for it names the alias",
    ]


def test_misspelt_key_is_answered_with_the_likely_one(tmp_path: Path) -> None:
    (problem,) = problems_of(a_file(tmp_path, '[[store]]\ncurency = "RUB"\n'))
    assert "curency: there is no such key; did you mean currency?" in problem


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('currency = "euro"', "currency: must be an ISO 4217 code in capitals, such as USD or EUR"),
        ('locale = "en"', "locale: must be a language and a country, such as en_US or ru_RU"),
        ('code = "EN"', "code: must be lower-case letters, digits and _, a letter first, such as default or en_us"),
        ('fields = { Brand = "x" }', "fields.Brand: must be lower-case letters, digits and _, a letter first"),
        ('include = { category = ["Men"] }', "include.category: there is no such key; did you mean categories?"),
        ('exclude = { zzz = ["Men"] }', "exclude.zzz: there is no such key"),
    ],
    ids=["currency", "locale", "code", "field", "key of a rule", "nothing like it"],
)
def test_mistake_says_what_is_expected(tmp_path: Path, line: str, said: str) -> None:
    (problem,) = problems_of(a_file(tmp_path, f"[[store]]\n{line}\n"))
    assert said in problem


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("store = [", "no valid TOML"),
        ("a" + " = {b" * 4000, "no valid TOML"),
        ("", "store: Field required"),
        ("store = []", "store: List should have"),
        ('[[store]]\nlinks = "https://shop.test"', "links: must be a table"),
        ("store = [1]", "store.0: must be a table"),
        ('[store]\ncode = "en"', "store: Input should be a valid list"),
        ("[[stores]]\n[[store]]\n", "stores: there is no such key; did you mean store?"),
    ],
    ids=["broken", "endless", "empty", "no stores", "no table", "a number", "one table", "other name"],
)
def test_file_that_is_no_list_of_stores_is_refused(tmp_path: Path, content: str, said: str) -> None:
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
    assert "store 'en' is there 3 times" in problem


def test_two_stores_without_a_code_are_one_store_twice(tmp_path: Path) -> None:
    (problem,) = problems_of(a_file(tmp_path, '[[store]]\n[[store]]\nmagento_index = "magento2_product_2"\n'))
    assert "store 'default' is there 2 times" in problem


@pytest.mark.parametrize(
    "second",
    ["", 'locale = "ru_RU"\ncurrency = "RUB"\n', 'name = "Another"\nbase_url = "https://b.test"\n'],
    ids=["nothing differs", "another language", "another name"],
)
def test_two_stores_of_one_native_index_are_refused_by_name(tmp_path: Path, second: str) -> None:
    path = a_file(tmp_path, f'[[store]]\ncode = "a"\n[[store]]\ncode = "b"\n{second}')
    (problem,) = problems_of(path)
    assert "stores 'a' and 'b' both read magento_index 'magento2_product_1'" in problem


@pytest.mark.parametrize("second", ["customer_group = 2", "website_id = 2", 'currency = "EUR"'])
def test_one_native_index_serves_two_stores_that_differ_in_prices(tmp_path: Path, second: str) -> None:
    path = a_file(tmp_path, f'[[store]]\ncode = "a"\n[[store]]\ncode = "b"\n{second}\n')
    assert [store.code for store in load_stores(path)] == ["a", "b"]


def test_rules_are_read_and_their_mistakes_named(tmp_path: Path) -> None:
    rules = 'include = { categories = ["Куртки"] }\nexclude = { skus = ["TEST-*"], attributes = { brand = ["Acme"] } }'
    (store,) = load_stores(a_file(tmp_path, f'[[store]]\ncode = "a"\n{rules}\n'))
    assert (store.include.categories, store.exclude.skus) == (("Куртки",), ("TEST-*",))
    assert store.exclude.attributes == {"brand": ("Acme",)}
    path = a_file(tmp_path, '[[store]]\ncode = "a"\nexclude = { sku = ["TEST-*"], categories = [" "] }\n')
    first, second = sorted(problems_of(path))
    assert "exclude.categories.0: " in first
    assert "exclude.sku: there is no such key" in second


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
