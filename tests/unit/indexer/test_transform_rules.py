"""indexer.transform.rules: what the operator leaves out stays out, and nothing else."""

from collections import Counter
from typing import Any

import pytest
from support.records import a_record, a_store, enriched_record

from indexer.records import SourceRecord
from indexer.transform.rules import NOT_INCLUDED, Selection
from shared.magento.enrichment import SourceAttribute, SourceVariant
from shared.stores import ProductRules


def reason(record: SourceRecord, **rules: Any) -> str | None:
    store = a_store(**{name: ProductRules(**found) for name, found in rules.items()})
    skipped = Selection(store).skip(record)
    if skipped is None:
        return None
    assert (skipped.id, skipped.sku) == (record.id, record.sku)
    return skipped.reason


def test_without_rules_everything_stays() -> None:
    assert reason(a_record()) is None
    assert reason(a_record(skus=(), categories=(), attributes={})) is None


EXCLUDED: dict[str, tuple[dict[str, Any], str]] = {
    "a category": ({"categories": ["hoodies"]}, "excluded by category 'hoodies'"),
    "a SKU": ({"skus": ["MH01"]}, "excluded by SKU MH01"),
    "a SKU in another case": ({"skus": ["mh01"]}, "excluded by SKU mh01"),
    "a pattern of SKUs": ({"skus": ["TEST-*", "MH*"]}, "excluded by SKU MH*"),
    "one character": ({"skus": ["MH0?"]}, "excluded by SKU MH0?"),
    "a value": ({"attributes": {"color": ["Red", "black"]}}, "excluded by color 'black'"),
    "the first rule that fits": ({"categories": ["Men"], "skus": ["*"]}, "excluded by category 'Men'"),
}


@pytest.mark.parametrize(("exclude", "expected"), EXCLUDED.values(), ids=EXCLUDED.keys())
def test_what_a_rule_names_is_left_out_with_its_text(exclude: dict[str, Any], expected: str) -> None:
    assert reason(a_record(), exclude=exclude) == expected


KEPT: dict[str, dict[str, Any]] = {
    "part of a category's name": {"categories": ["Hood"]},
    "part of a SKU": {"skus": ["MH0", "H01"]},
    "another value": {"attributes": {"color": ["Red"]}},
    "another attribute": {"attributes": {"size": ["Black"]}},
    "a SKU that is a pattern no more": {"skus": ["MH[!0]1"]},
    "a regular expression": {"skus": ["MH.."]},
}


@pytest.mark.parametrize("exclude", KEPT.values(), ids=KEPT.keys())
def test_what_no_rule_names_stays(exclude: dict[str, Any]) -> None:
    assert reason(a_record(), exclude=exclude) is None


def test_one_rule_of_include_is_enough_to_stay() -> None:
    assert reason(a_record(), include={"categories": ["Shoes"], "skus": ["MH*"]}) is None
    assert reason(a_record(), include={"categories": ["Shoes"], "skus": ["WS*"]}) == NOT_INCLUDED


def test_exclude_wins_over_include() -> None:
    rules = {"include": {"categories": ["Men"]}, "exclude": {"skus": ["MH01"]}}
    assert reason(a_record(), **rules) == "excluded by SKU MH01"


def test_a_childs_sku_says_nothing_about_the_product() -> None:
    assert reason(a_record(skus=("MH01", "MH01-XS")), exclude={"skus": ["MH01-XS"]}) is None


def test_markup_and_letters_of_any_script_are_read_as_shown() -> None:
    record = a_record(categories=("Куртки &amp; пальто",), attributes={"brand": SourceAttribute(values=("ÉCLAIR",))})
    assert reason(record, exclude={"categories": ["КУРТКИ & ПАЛЬТО"]}) == "excluded by category 'КУРТКИ & ПАЛЬТО'"
    assert reason(record, exclude={"attributes": {"brand": ["Éclair"]}}) == "excluded by brand 'Éclair'"


def test_what_the_shop_itself_says_of_an_attribute_counts() -> None:
    record = enriched_record(
        attributes={"color": SourceAttribute(values=("Blue",))},
        variants=(SourceVariant(sku="MH01-R", options={"color": "Red"}),),
    )
    assert reason(record, exclude={"attributes": {"color": ["Black"]}}) is None
    assert reason(record, exclude={"attributes": {"color": ["Blue"]}}) == "excluded by color 'Blue'"
    assert reason(record, exclude={"attributes": {"color": ["Red"]}}) == "excluded by color 'Red'"


def test_a_product_without_a_sku_is_no_match_for_any() -> None:
    assert reason(a_record(skus=()), exclude={"skus": ["*"]}) is None


def test_a_rule_that_left_nothing_out_is_told() -> None:
    selection = Selection(a_store(exclude=ProductRules(categories=("Gift crads",), skus=("MH*",))))
    skips = Counter({"excluded by SKU MH*": 3, "disabled": 1})
    assert selection.idle(skips) == ["exclude category 'Gift crads' left no product out"]
