"""attributes.toml at work: labels, order, and where each attribute is used."""

from support.records import a_record, a_russian_store, a_store, count_words, enriched_record

from indexer.attributes import AttributeRule, AttributeRules, Use
from indexer.records import Accepted, SourceRecord
from indexer.transform.product import transform
from shared.catalog import CatalogAttribute, to_source
from shared.magento.enrichment import SourceAttribute, SourceVariant
from shared.stores import StoreView

ATTRIBUTES = {
    "color": SourceAttribute(values=("Black",)),
    "material": SourceAttribute(values=("Wool",)),
    "season": SourceAttribute(values=("Winter",)),
}


def a_rule(*use: Use, **labels: str) -> AttributeRule:
    return AttributeRule(use=frozenset(use), labels=labels)


def transformed(record: SourceRecord, rules: AttributeRules, store: StoreView | None = None) -> Accepted:
    store = store or a_store()
    outcome = transform(record, store, model_limit=8192, count_tokens=count_words, attributes=rules)
    assert isinstance(outcome, Accepted)
    return outcome


def test_each_use_leads_to_its_own_place() -> None:
    rules = AttributeRules({"color": a_rule("text"), "material": a_rule("filter"), "season": a_rule("card")})
    found = transformed(a_record(attributes=ATTRIBUTES), rules)
    assert "Color: Black" in found.document.text
    assert "Wool" not in found.document.text
    assert "Winter" not in found.document.text
    source = to_source(found.document, text_hash=found.text_hash)
    assert source["facets"] == ["material=Wool"]
    assert source["facet_labels"] == ["material=Material"]
    assert source["specs"] == ["Black"]
    assert list(source["attributes"]) == ["season"]


def test_attributes_come_in_the_order_of_the_file_and_the_others_after_them() -> None:
    rules = AttributeRules({"season": a_rule("text", "card"), "material": a_rule("text", "card")})
    document = transformed(a_record(attributes=ATTRIBUTES), rules).document
    assert list(document.attributes) == ["season", "material", "color"]
    assert "Season: Winter\nMaterial: Wool\nColor: Black" in document.text


def test_label_of_the_file_wins_in_its_language() -> None:
    rules = AttributeRules({"material": a_rule("text", "card", ru="Ткань")})
    record = a_record(attributes=ATTRIBUTES)
    assert transformed(record, rules, a_russian_store()).document.attributes["material"].label == "Ткань"
    assert transformed(record, rules).document.attributes["material"].label == "Material"


def test_label_of_the_file_wins_over_that_of_the_document() -> None:
    enriched = {"color": SourceAttribute(values=("Black",), label="Colour of the year")}
    rules = AttributeRules({"color": a_rule("card", en="Shade")})
    found = transformed(enriched_record(attributes=enriched), rules)
    assert found.document.attributes == {"color": CatalogAttribute(label="Shade", values=("Black",))}


def test_another_label_is_another_text_and_another_use_of_the_card_is_not() -> None:
    record = a_record(attributes=ATTRIBUTES)
    plain = transformed(record, AttributeRules())
    labelled = transformed(record, AttributeRules({"color": a_rule("text", "filter", "card", en="Shade")}))
    hidden = transformed(record, AttributeRules({"color": a_rule("text")}))
    assert labelled.text_hash != plain.text_hash == hidden.text_hash


def test_attribute_of_the_enriching_module_without_a_use_is_nowhere() -> None:
    variant = SourceVariant(sku="MH01-XS", options={"fit": "Slim", "size": "XS"})
    enriched = {"fit": SourceAttribute(values=("Slim",), label="Fit")}
    rules = AttributeRules({"fit": a_rule()})
    found = transformed(enriched_record(attributes=enriched, variants=(variant,)), rules)
    assert "Slim" not in str(to_source(found.document, text_hash=found.text_hash))
    assert found.document.variants[0].options == {"size": "XS"}


def test_rules_that_restrict_nothing_change_nothing() -> None:
    record = a_record(attributes=ATTRIBUTES)
    rules = AttributeRules({code: AttributeRule() for code in ("color", "material", "season")})
    rules_in_our_order = AttributeRules(dict(sorted(rules.by_code.items())))
    assert transformed(record, AttributeRules()).document.attributes.keys() == ATTRIBUTES.keys()
    assert transformed(record, rules_in_our_order) == transformed(record, AttributeRules())
