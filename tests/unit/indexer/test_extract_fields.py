"""The allow-list: what may leave the source, and what never does."""

from collections.abc import Sequence

import pytest
from support.records import a_plan, a_store, native_source, read

from indexer.attributes import EVERYWHERE, AttributeRule, AttributeRules, Use
from indexer.extract.fields import KNOWN_TEXTS, plan_fields, plan_store
from indexer.extract.magento import read_document
from indexer.records import Dialect
from indexer.transform.labels import attribute_label
from shared.errors import ConfigurationError
from shared.magento.internal import is_internal

CANARIES = ("COST-CANARY", "MARGIN-CANARY", "SUPPLIER-CANARY", "REMARK-CANARY", "21.0")


@pytest.mark.parametrize("dialect", ["core", "elasticsuite"])
def test_internal_and_unknown_fields_never_reach_a_record(dialect: Dialect) -> None:
    record = str(read(native_source(dialect), dialect=dialect))
    assert not [canary for canary in CANARIES if canary in record]


@pytest.mark.parametrize("dialect", ["core", "elasticsuite"])
def test_internal_and_unknown_fields_are_not_even_asked_for(dialect: Dialect) -> None:
    source = native_source(dialect)
    asked = a_plan(source, dialect=dialect).source
    internal = {field for field in source if is_internal(field)} | {"warehouse_remark"}
    assert internal
    assert not internal & set(asked)
    assert "vitrina" not in asked, "of the enriching object only the documented fields are wanted"
    assert not [pattern for pattern in asked if pattern in ("*", "*_value", "option_text_*")]


@pytest.mark.parametrize(
    "code",
    [
        "cost", "cost_value", "unit_cost", "costprice", "wholesale_margin", "supplier_code", "supplierid",
        "purchase_price", "tier_price", "msrp", "dealer_price", "net_price", "Landed_Cost", "profit",
        "sebestoimost", "zakupochnaya_cena", "postavshchik", "nacenka", "optovaya_cena",
    ],
)  # fmt: skip
def test_codes_of_the_merchants_own_figures_are_internal(code: str) -> None:
    assert is_internal(code)


@pytest.mark.parametrize("code", ["color", "costume_type", "material", "brand", "opacity", "vendor", "size_chart"])
def test_codes_for_shoppers_are_not_internal(code: str) -> None:
    assert not is_internal(code)


def test_labels_without_their_ids_field_are_not_taken_for_an_option_attribute() -> None:
    record = read(native_source("core", resale_value="high"))
    assert "resale" not in record.attributes


def test_steering_attributes_are_no_product_attributes() -> None:
    record = read(native_source("core"))
    assert set(record.attributes) == {"color", "size", "manufacturer"}


def test_known_text_attributes_are_read_without_labels() -> None:
    record = read(native_source("core", care="Machine wash at 30 °C", capacity="28"))
    assert record.attributes["care"].values == ("Machine wash at 30 °C",)
    assert "capacity" not in record.attributes, "digits alone are an id or a number without its unit"


def test_field_map_names_custom_fields() -> None:
    source = native_source(
        "core", display_name="Chaz Kangeroo HOODIE", brand_id=5, brand_id_value="Luma", hint="Runs small", code_13="461"
    )
    fields = {"name": "display_name", "brand": "brand_id", "fit_hint": "hint", "ean": "code_13"}
    record = read(source, fields=fields)
    assert record.names == ("Chaz Kangeroo HOODIE",)
    assert not record.case_lost
    assert record.attributes["brand"].values == ("Luma",)
    assert "brand_id" not in record.attributes
    assert record.attributes["fit_hint"].values == ("Runs small",)
    assert record.identifiers == ("461",)


def test_a_mapped_field_that_is_empty_gives_way_to_the_usual_one() -> None:
    record = read(native_source("core", display_name=""), fields={"name": "display_name"})
    assert record.names[0] == "chaz kangeroo hoodie"
    assert record.case_lost


def test_field_map_cannot_reach_internal_fields_and_every_mistake_is_named() -> None:
    with pytest.raises(ConfigurationError) as raised:
        plan_fields({}, dialect="core", field_map={"brand": "supplier_code", "cost": "price_x", "name": "title"})
    assert len(raised.value.problems) == 2
    assert "fields.brand = 'supplier_code'" in raised.value.problems[0]


def rules(others: frozenset[Use] = EVERYWHERE, /, **uses: Sequence[Use]) -> AttributeRules:
    """An attributes.toml of these codes and uses."""
    by_code = {code: AttributeRule(use=frozenset(use)) for code, use in uses.items()}
    return AttributeRules(by_code=by_code, others=others)


@pytest.mark.parametrize("dialect", ["core", "elasticsuite"])
def test_attribute_without_a_use_is_not_even_asked_for(dialect: Dialect) -> None:
    source = native_source(dialect, care="Machine wash")
    plan = plan_fields(source, dialect=dialect, attributes=rules(color=[], care=[]))
    assert {"color", "care"} <= set(plan_fields(source, dialect=dialect).attributes.values())
    assert not {"color", "care"} & set(plan.attributes.values())
    assert not {"color_value", "option_text_color", "care"} & set(plan.source)


def test_without_a_use_for_the_others_only_named_attributes_are_read() -> None:
    plan = plan_fields(native_source("core"), dialect="core", attributes=rules(frozenset(), size=["card"]))
    assert plan.attributes == {"size_value": "size"}


def test_text_attribute_that_the_operator_names_is_read_digits_and_all() -> None:
    source = native_source("core", horsepower="150", warehouse_remark="REMARK")
    plan = plan_fields(source, dialect="core", attributes=rules(horsepower=["card"]))
    record = read_document("62", source, plan)
    assert record.attributes["horsepower"].values == ("150",)
    assert "warehouse_remark" not in plan.source


def test_steering_attribute_that_the_operator_names_is_read_with_its_labels() -> None:
    source = native_source("core", is_returnable=1, is_returnable_value="Yes")
    plan = plan_fields(source, dialect="core", attributes=rules(is_returnable=["card"]))
    assert plan.attributes["is_returnable_value"] == "is_returnable"


def test_identifier_that_the_operator_names_is_shown_and_still_an_identifier() -> None:
    source = native_source("core", ean="4006381333931")
    record = read_document("62", source, plan_fields(source, dialect="core", attributes=rules(ean=["card"])))
    assert record.attributes["ean"].values == record.identifiers == ("4006381333931",)


def test_mapped_attribute_without_a_use_is_not_read() -> None:
    source = native_source("core", hint="Runs small")
    plan = plan_fields(source, dialect="core", field_map={"fit_hint": "hint"}, attributes=rules(fit_hint=[]))
    assert "fit_hint" not in plan.attributes.values()


def test_attribute_of_a_rule_is_read_though_nobody_is_shown_it() -> None:
    store = a_store(exclude={"attributes": {"color": ["Black"], "channel": ["Retail"], "cost": ["1"]}})
    source = native_source("core", channel="Retail", secret_plan="x")
    plan = plan_store(source, store, dialect="core", attributes=rules(color=[], channel=[]))
    assert {"color", "channel"} <= set(plan.attributes.values())
    assert not {"cost", "secret_plan"} & set(plan.source)


def test_rule_alone_does_not_vouch_for_a_text() -> None:
    store = a_store(exclude={"attributes": {"channel": ["Retail"]}})
    assert "channel" not in plan_store(native_source("core", channel="Retail"), store, dialect="core").source


def test_every_known_text_attribute_has_a_label_of_ours() -> None:
    unlabelled = [
        code for code in KNOWN_TEXTS if attribute_label(code, locale="ru_RU") == attribute_label(code, locale="en_US")
    ]
    assert unlabelled == []
