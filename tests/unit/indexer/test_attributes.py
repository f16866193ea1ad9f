"""attributes.toml: what it may say, and that every mistake in it is named at once."""

from pathlib import Path

import pytest

from indexer.attributes import EVERYWHERE, NO_RULES, AttributeRules, load_attributes, may_be_named
from shared.errors import ConfigurationError
from shared.magento.internal import is_internal

RULES = """
others = ["text"]

[attribute.material]
label = { en = "Fabric", ru_RU = "Ткань" }
use = ["text", "card"]

[attribute.color]
label = "Shade"

[attribute.season]
use = []
"""


def a_file(folder: Path, content: str) -> Path:
    path = folder / "attributes.toml"
    path.write_text(content, encoding="utf-8")
    return path


def loaded(folder: Path, content: str) -> AttributeRules:
    return load_attributes(a_file(folder, content))


def problems_of(path: Path) -> list[str]:
    """The problems without the file's name, which each of them begins with."""
    with pytest.raises(ConfigurationError) as refused:
        load_attributes(path)
    place = f"attributes.toml: {str(path)!r}, "
    assert all(problem.startswith(place) for problem in refused.value.problems)
    return [problem.removeprefix(place) for problem in refused.value.problems]


def test_uses_are_those_of_the_table_else_of_the_others(tmp_path: Path) -> None:
    rules = loaded(tmp_path, RULES)
    assert rules.use("material") == {"text", "card"}
    assert rules.use("color") == EVERYWHERE
    assert rules.use("season") == set()
    assert rules.use("anything_else") == {"text"}
    assert rules.named == {"material", "color"}
    assert not rules.hide_nothing


def test_label_is_that_of_the_locale_then_of_the_language_then_of_all(tmp_path: Path) -> None:
    rules = loaded(tmp_path, RULES)
    assert rules.label("material", locale="ru_RU") == "Ткань"
    assert rules.label("material", locale="en_GB") == "Fabric"
    assert rules.label("material", locale="de_DE") is None
    assert rules.label("color", locale="de_DE") == "Shade"
    assert rules.label("unnamed", locale="en_US") is None


def test_places_follow_the_file(tmp_path: Path) -> None:
    assert loaded(tmp_path, RULES).places == {"material": 0, "color": 1, "season": 2}


@pytest.mark.parametrize("content", ["", "[attribute.color]\n", 'others = ["card", "text", "filter"]\n'])
def test_file_that_restricts_nothing_hides_nothing(tmp_path: Path, content: str) -> None:
    assert loaded(tmp_path, content).hide_nothing
    assert NO_RULES.hide_nothing


def test_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "attributes.toml"
    path.write_text(RULES, encoding="utf-8-sig")
    assert load_attributes(path).places


def test_every_mistake_is_named_at_once_with_its_place(tmp_path: Path) -> None:
    path = a_file(
        tmp_path,
        'others = ["text", "cart"]\ncolour = 1\n[attribute.cost]\nuse = []\n[attribute.price_2_1]\n'
        '[attribute."two words"]\n[attribute.color]\nlabel = 3\nuse = ["filters"]\nuses = []\n'
        '[attribute.size]\nlabel = { english = "Size" }\nuse = "text"\n[attribute.fit]\nlabel = { ru = " " }\n',
    )
    assert [problem.partition(":")[0] for problem in problems_of(path)] == [
        "attribute.cost",
        "attribute.price_2_1",
        "attribute.two words",
        "attribute.color.label",
        "attribute.color.use.0",
        "attribute.color.uses",
        "attribute.size.label",
        "attribute.size.use",
        "attribute.fit.label",
        "others.1",
        "colour",
    ]


@pytest.mark.parametrize("code", ["cost", "wholesale_margin", "supplier_code", "Zakupka"])
def test_code_of_an_internal_figure_is_refused_by_name_whatever_its_use(tmp_path: Path, code: str) -> None:
    (problem,) = problems_of(a_file(tmp_path, f"[attribute.{code}]\nuse = []\n"))
    assert problem.startswith(f"attribute.{code}: ")
    assert "never read" in problem
    assert is_internal(code)
    assert not may_be_named(code)


@pytest.mark.parametrize("code", ["sku", "description", "price_2_1", "name_category_14", "status", "vitrina"])
def test_part_of_a_product_is_no_attribute(tmp_path: Path, code: str) -> None:
    (problem,) = problems_of(a_file(tmp_path, f"[attribute.{code}]\n"))
    assert "part of every product" in problem
    assert not may_be_named(code)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[attribute", "no valid TOML"),
        (b"\xff\xfe", "no valid TOML"),
        (b"[attribute.color]\n[attribute.color]\n", "no valid TOML"),
        (b"attribute = 1\n", "attribute: must be a table"),
        (b"[[attribute]]\ncode = 'color'\n", "attribute: must be a table"),
        (b"[attribute]\ncolor = 1\n", "attribute.color: must be a table"),
        (b"[attribute.color]\nlable = 'x'\n", r"attribute\.color\.lable: .*; did you mean label\?"),
    ],
    ids=["broken", "no text", "a table twice", "a number", "a list", "no table", "a slip"],
)
def test_file_of_another_shape_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "attributes.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=said):
        load_attributes(path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot read .*absent\.toml.*No such file"):
        load_attributes(tmp_path / "absent.toml")
