"""The two files discover writes: they load back, change nothing by themselves, and overwrite nothing."""

import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.attributes import USES, load_attributes
from indexer.discover.codes import store_codes
from indexer.discover.files import file_texts, write_files
from indexer.discover.findings import Findings, FoundAttribute, FoundIndex, NothingFound, Unreadable
from indexer.discover.language import LocaleGuess
from shared.errors import ConfigurationError
from shared.stores import load_stores

COLOR = FoundAttribute(code="color", state="read", products=90, values=("Black", "Gray"))
REMARK = FoundAttribute(code="sizing_remark", state="unvouched", products=12)
DIGITS = FoundAttribute(code="capacity", state="numbers", products=7)


def an_index(**changes: Any) -> FoundIndex:
    values: dict[str, Any] = {
        "name": "magento2_product_1",
        "index": "magento2_product_1_v7",
        "dialect": "core",
        "documents": 100,
        "locale": LocaleGuess("en_US", "words such as 'the'"),
        "store_id": 1,
        "groups": (0, 1),
        "websites": (1,),
        "names": ("Chaz Kangeroo Hoodie",),
        "attributes": (COLOR,),
    }
    return FoundIndex(**(values | changes))


def a_russian_index(**changes: Any) -> FoundIndex:
    values = {"name": "magento2_product_2", "index": "magento2_product_2_v7", "store_id": 2}
    return an_index(locale=LocaleGuess("ru_RU", "95% of the letters are Cyrillic"), **(values | changes))


def findings(*stores: FoundIndex) -> Findings:
    return Findings(where="OPENSEARCH_URL=http://127.0.0.1:9200", stores=stores)


def texts(*stores: FoundIndex) -> tuple[str, str]:
    """stores.toml and attributes.toml."""
    found = file_texts(findings(*stores))
    return found["stores.toml"], found["attributes.toml"]


def test_what_is_written_loads_back(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    stores, attributes = write_files(findings(an_index(), a_russian_index()), folder, force=False)
    english, russian = load_stores(stores)
    assert (english.code, english.magento_index, english.locale) == ("store_1", "magento2_product_1", "en_US")
    assert (russian.code, russian.magento_index, russian.locale) == ("store_2", "magento2_product_2", "ru_RU")
    rules = load_attributes(attributes)
    assert rules.hide_nothing
    assert rules.label("color", locale="ru_RU") == "Цвет"
    assert rules.label("color", locale="en_US") == "Color"
    assert sorted(path.name for path in folder.iterdir()) == ["attributes.toml", "stores.toml"]


def test_what_only_the_operator_knows_is_a_comment_to_fill_in() -> None:
    stores, _ = texts(an_index())
    (table,) = tomllib.loads(stores)["store"]
    assert table == {"code": "default", "magento_index": "magento2_product_1", "locale": "en_US"}
    todo = [line for line in stores.splitlines() if "TODO:" in line]
    assert [line.split()[1] for line in todo] == ["name", "base_url", "media_url", "currency"]
    uncommented = "\n".join(line.removeprefix("# ") if line in todo else line for line in stores.splitlines())
    assert tomllib.loads(uncommented)["store"][0].keys() > table.keys()


def test_what_the_documents_say_themselves_is_filled_in(tmp_path: Path) -> None:
    index = an_index(currency="RUB", base_url="https://shop.example.com/", websites=(3,))
    (store,) = load_stores(write_files(findings(index), tmp_path, force=False)[0])
    assert (store.currency, store.base_url, store.website_id) == ("RUB", "https://shop.example.com/", 3)


def test_attribute_is_labelled_for_each_locale_that_has_it() -> None:
    own = FoundAttribute(code="color", state="read", products=3, label='Оттенок "А"')
    new = FoundAttribute(code="sleeve_length", state="read", products=3)
    _, attributes = texts(an_index(attributes=(COLOR, new)), a_russian_index(attributes=(own,)))
    tables = tomllib.loads(attributes)["attribute"]
    assert tables["color"] == {"label": {"en_US": "Color", "ru_RU": 'Оттенок "А"'}, "use": list(USES)}
    assert tables["sleeve_length"]["label"] == {"en_US": "Sleeve length"}
    assert "# 93 of 200 products: Black; Gray" in attributes


def test_what_is_not_read_waits_in_comments_that_can_be_taken_away() -> None:
    _, attributes = texts(an_index(attributes=(COLOR, REMARK, DIGITS), refused=("cost", "supplier_code")))
    assert list(tomllib.loads(attributes)["attribute"]) == ["color"]
    waiting = [line for line in attributes.splitlines() if line.startswith(("# [", "# label", "# use ="))]
    uncommented = "\n".join(line.removeprefix("# ") for line in waiting)
    assert list(tomllib.loads(uncommented)["attribute"]) == ["capacity", "sizing_remark"]
    assert attributes.splitlines()[-1].endswith("cost, supplier_code")


def test_attribute_that_no_table_may_have_is_not_written(tmp_path: Path) -> None:
    odd = [FoundAttribute(code=code, state="read", products=1) for code in ("two-words", "price", "x" * 65)]
    index = an_index(attributes=(COLOR, *odd))
    assert load_attributes(write_files(findings(index), tmp_path, force=False)[1]).places == {"color": 0}


@given(odd=st.text() | st.sampled_from(['"', "\\", "\n[[store]]\n", "\x7f", "\u2028", "x" * 500, " "]))
def test_odd_texts_of_the_shop_break_neither_file(odd: str) -> None:
    attribute = FoundAttribute(code="color", state="read", products=1, values=(odd,), label=odd)
    guess = LocaleGuess("en_US", odd)
    found = file_texts(findings(an_index(index=odd, names=(odd,), attributes=(attribute,), locale=guess)))
    with TemporaryDirectory() as folder:
        for name, text in found.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        assert len(load_stores(Path(folder) / "stores.toml")) == 1
        assert load_attributes(Path(folder) / "attributes.toml").places == {"color": 0}


def test_files_that_are_there_stay_and_each_is_named(tmp_path: Path) -> None:
    for name in ("stores.toml", "attributes.toml"):
        (tmp_path / name).write_text("mine")
    with pytest.raises(ConfigurationError) as refused:
        write_files(findings(an_index()), tmp_path, force=False)
    assert len(refused.value.problems) == 2
    assert all("--force" in problem for problem in refused.value.problems)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine", "mine"]


def test_one_file_that_is_there_keeps_the_other_from_being_written(tmp_path: Path) -> None:
    (tmp_path / "attributes.toml").write_text("mine")
    with pytest.raises(ConfigurationError, match=r"attributes\.toml"):
        write_files(findings(an_index()), tmp_path, force=False)
    assert [path.name for path in tmp_path.iterdir()] == ["attributes.toml"]


def test_force_overwrites_both(tmp_path: Path) -> None:
    (tmp_path / "stores.toml").write_text("mine")
    write_files(findings(an_index()), tmp_path, force=True)
    assert load_stores(tmp_path / "stores.toml")


def test_folder_that_cannot_be_made_is_a_wrong_option(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="--out: cannot write into"):
        write_files(findings(an_index()), tmp_path / "file" / "folder", force=False)


def test_nothing_found_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(NothingFound, match=r"127\.0\.0\.1:9200"):
        write_files(findings(), tmp_path, force=True)
    assert list(tmp_path.iterdir()) == []


def test_single_store_view_is_the_default_one() -> None:
    assert store_codes([a_russian_index()]) == ["default"]


@pytest.mark.parametrize(
    ("names", "codes"),
    [
        (["magento2_product_1", "magento2_product_3"], ["store_1", "store_3"]),
        (["magento2_en_catalog_product", "magento2_RU-ru_catalog_product"], ["en", "ru_ru"]),
        (["magento2_product_1", "outlet_product_1"], ["magento2_1", "outlet_1"]),
        (["9_product_1", "8_product_1"], ["store", "store_2"]),
    ],
    ids=["core", "ElasticSuite", "two shops", "two numbers"],
)
def test_code_is_what_magento_calls_the_store_view(names: list[str], codes: list[str]) -> None:
    stores = [an_index(name=name, store_id=int(name[-1]) if name[-1].isdecimal() else None) for name in names]
    assert store_codes(stores) == codes


def test_findings_are_told_in_words_and_in_json() -> None:
    stores = (an_index(attributes=(COLOR, REMARK), refused=("cost",)),)
    unreadable = (Unreadable("half_product_1", "is no Magento product index"),)
    found = Findings(where="here", stores=stores, unreadable=unreadable, others=1, notes=("only some",))
    told = "\n".join(found.lines())
    for words in ("1 store view can be read", "core Magento, store 1, 100 products, en_US?", "sizing_remark", "cost"):
        assert words in told
    assert "half_product_1: is no Magento product index" in told
    assert "1 other index on" in told
    shown = found.as_json()
    assert shown["stores"][0]["attributes"][0]["code"] == "color"
    assert shown["unreadable"] == [{"name": "half_product_1", "reason": "is no Magento product index"}]
