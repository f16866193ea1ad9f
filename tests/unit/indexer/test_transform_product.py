"""A record to its document: what is in it, what is only a warning, and what is left out."""

from decimal import Decimal
from typing import Any

import pytest
from support.records import (
    a_record,
    a_russian_store,
    a_store,
    accepted,
    count_words,
    enriched_record,
    native_source,
    read,
)

from indexer.records import Rejected, Skipped, SourceRecord
from indexer.transform.chunk import EMBEDDED_TOKENS, hash_text
from indexer.transform.product import MAX_REST, transform
from shared.catalog import CatalogAttribute, CatalogVariant
from shared.magento.enrichment import SourceAttribute, SourceVariant


def outcome_of(record: SourceRecord) -> object:
    return transform(record, a_store(), model_limit=256, count_tokens=count_words)


def test_the_recorded_core_document_becomes_a_card() -> None:
    found = accepted(read(native_source("core")))
    document = found.document
    assert (document.id, document.sku, document.name) == ("62", "MH01", "Chaz Kangeroo Hoodie")
    assert document.categories == ("Men", "Tops", "Hoodies & Sweatshirts")
    assert document.short_text == "Warm and thick; Kangaroo pocket"
    assert (document.price_from, document.price_to, document.price_text) == (52.0, 52.0, "$52.00")
    assert document.attributes["color"] == CatalogAttribute(label="Color", values=("Black", "Gray"))
    assert document.url == "http://shop.test/chaz-kangeroo-hoodie.html"
    assert document.in_stock
    assert found.warnings == ("no_image",)
    assert document.text == (
        "Chaz Kangeroo Hoodie\n"
        "Categories: Men, Tops, Hoodies & Sweatshirts\n"
        "Brand: Luma\nColor: Black, Gray\nSize: XS, S\n"
        "Warm and thick\nKangaroo pocket\n"
        "Ideal for cold-weather training or work outdoors, the Chaz Kangeroo Hoodie promises superior warmth with "
        "every wear.\nTwo-tone hoodie.\nFront pocket ™"
    )


def test_the_recorded_elasticsuite_document_becomes_a_card() -> None:
    document = accepted(read(native_source("elasticsuite"), dialect="elasticsuite")).document
    assert document.name == "Chaz Kangeroo Hoodie"
    assert document.variant_skus == ("MH01-XS-Black", "MH01-S-Gray")
    assert (document.price_from, document.price_to, document.price_text) == (52.0, 68.0, "from $52.00")
    assert document.image == "http://shop.test/media/catalog/product/m/h/mh01-black_main.jpg"


def test_a_russian_store_speaks_russian() -> None:
    document = accepted(a_record(), a_russian_store()).document
    assert document.attributes["color"].label == "Цвет"
    assert "Категории: Men, Hoodies" in document.text
    assert document.price_text == "4 810 ₽"
    assert document.currency == "RUB"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"status": 2}, "disabled", id="disabled"),
        pytest.param({"visibility": 1}, "not_visible", id="not visible individually"),
    ],
)
def test_what_the_shop_does_not_show_is_skipped(changes: dict[str, Any], reason: str) -> None:
    assert outcome_of(a_record(**changes)) == Skipped(id="62", sku="MH01", reason=reason)


@pytest.mark.parametrize("visibility", [None, 2, 3, 4])
def test_what_search_or_catalogue_shows_is_accepted(visibility: int | None) -> None:
    accepted(a_record(visibility=visibility, status=None))


def test_neither_name_nor_sku_is_rejected_with_the_reason() -> None:
    found = outcome_of(a_record(names=(), skus=(" ",)))
    assert found == Rejected(
        id="62", sku=None, reason="the native document has neither a name nor a SKU", kind="nameless"
    )


def test_a_missing_name_is_replaced_by_the_sku() -> None:
    found = accepted(a_record(names=()))
    assert found.document.name == "MH01"
    assert "no_name" in found.warnings


def test_a_missing_sku_is_replaced_by_the_id() -> None:
    found = accepted(a_record(skus=()))
    assert found.document.sku == "62"
    assert "no_sku" in found.warnings


def test_what_is_missing_is_a_warning_and_never_a_reject() -> None:
    found = accepted(SourceRecord(id="7", skus=("A",), names=("Lamp",)), a_store(base_url=None, media_url=None))
    assert found.warnings == ("no_image", "no_price", "no_url")
    assert found.document.text == "Lamp"
    assert found.document.price_text == "Price on request"


def test_warnings_of_the_reader_are_passed_on_once() -> None:
    assert accepted(a_record(warnings=("values_cut", "bad_price"))).warnings == ("bad_price", "values_cut")


def test_variants_belong_to_their_parent() -> None:
    variants = (
        SourceVariant(sku="MH01-XS", name="Chaz XS", options={"size": "XS"}, price=Decimal(50), in_stock=False),
        SourceVariant(sku="MH01-S", options={"size": "S"}, in_stock=True),
    )
    document = accepted(enriched_record({"skus": ("MH01", "MH01-S")}, variants=variants)).document
    assert document.variant_skus == ("MH01-S", "MH01-XS")
    assert document.attributes["size"].values == ("XS", "S")
    assert document.variants == (
        CatalogVariant(sku="MH01-XS", name="Chaz XS", options={"size": "XS"}, price=50.0, in_stock=False),
        CatalogVariant(sku="MH01-S", options={"size": "S"}, in_stock=True),
    )


def test_options_that_only_a_variant_has_join_those_of_the_parent() -> None:
    variants = (
        SourceVariant(sku="MH01-B", options={"color": "Black"}),
        SourceVariant(sku="MH01-R", options={"color": "Red", "size": "S"}),
    )
    attributes = {"size": SourceAttribute(values=("XS",), label="Your size")}
    document = accepted(enriched_record(variants=variants, attributes=attributes)).document
    assert document.attributes["color"].values == ("Black", "Gray", "Red")
    assert document.attributes["size"] == CatalogAttribute(label="Your size", values=("XS", "S"))


def test_vitrina_labels_and_values_win() -> None:
    attributes = {"color": SourceAttribute(values=("Jet",), label="Shade"), "fit": SourceAttribute(values=("Slim",))}
    document = accepted(enriched_record(attributes=attributes)).document
    assert document.attributes == {
        "color": CatalogAttribute(label="Shade", values=("Jet",)),
        "fit": CatalogAttribute(label="Fit", values=("Slim",)),
    }


def test_vitrina_description_wins() -> None:
    document = accepted(enriched_record({"short_description": ""}, description_text="Rendered &amp; plain.")).document
    assert document.short_text == "Rendered & plain."


@pytest.mark.parametrize(
    ("native", "enriched", "variants", "expected"),
    [
        pytest.param(True, None, (), True, id="native in stock"),
        pytest.param(False, None, (), False, id="native out of stock"),
        pytest.param(None, None, (), True, id="nobody says: Magento leaves others out"),
        pytest.param(False, True, (), True, id="vitrina wins"),
        pytest.param(True, None, (False, False), False, id="no variant left"),
        pytest.param(True, None, (False, None), True, id="one variant unknown"),
        pytest.param(False, None, (True,), False, id="the parent is off sale"),
    ],
)
def test_stock(native: bool | None, enriched: bool | None, variants: tuple[bool | None, ...], expected: bool) -> None:
    children = tuple(SourceVariant(sku=f"V{n}", in_stock=answer) for n, answer in enumerate(variants))
    record = enriched_record({"in_stock": native}, in_stock=enriched, variants=children)
    assert accepted(record).document.in_stock is expected


def test_identifiers_of_both_sources_are_kept() -> None:
    record = enriched_record({"identifiers": ("K-1", "461")}, identifiers=("461", "462"))
    assert accepted(record).document.identifiers == ("461", "462", "K-1")


def test_the_description_is_what_a_short_limit_cuts() -> None:
    record = a_record(description="<p>" + "A sentence about it. " * 200 + "</p>")
    found = accepted(record, model_limit=40)
    assert count_words(found.document.text) <= 40
    assert "Color: Black, Gray" in found.document.text
    assert found.document.text.endswith("A sentence about it.")


def test_what_is_not_embedded_is_kept_to_be_searched() -> None:
    sentences = [f"Sentence {number} about it." for number in range(200)]
    found = accepted(a_record(description=f"<p>{' '.join(sentences)}</p>")).document
    assert count_words(found.text) <= EMBEDDED_TOKENS
    assert f"{found.text} {found.text_rest}".endswith(" ".join(sentences))


def test_only_the_embedded_text_makes_the_hash() -> None:
    base = accepted(a_record())
    cheaper = accepted(a_record(price=Decimal(1), in_stock=False, image=None, url_key="x", warnings=("bad_price",)))
    assert base.text_hash == cheaper.text_hash == hash_text(base.document.text)
    assert accepted(a_record(names=("Other",))).text_hash != base.text_hash


def test_the_order_of_native_fields_does_not_change_the_hash() -> None:
    attributes = {"zip": SourceAttribute(values=("Yes",)), "color": SourceAttribute(values=("Black",))}
    backwards = dict(reversed(attributes.items()))
    assert accepted(a_record(attributes=attributes)).text_hash == accepted(a_record(attributes=backwards)).text_hash


def test_variant_names_add_only_their_own_words() -> None:
    names = ("Gift Card", "Gift Card-XS-Black", "Gift Card 50 Euro")
    record = a_record(names=names, attributes={"size": SourceAttribute(values=("XS", "Black"))})
    assert "\nVariants: 50 Euro\n" in accepted(record).document.text


def test_a_short_description_repeated_in_the_long_one_is_not_embedded_twice() -> None:
    record = a_record(short_description="Warm.", description="<p>Warm. Really.</p>")
    assert accepted(record).document.text.count("Warm.") == 1


def test_unknown_codes_are_made_readable() -> None:
    record = a_record(attributes={"heel_height_cm": SourceAttribute(values=("5",))})
    assert accepted(record).document.attributes["heel_height_cm"].label == "Heel height cm"


def test_colour_is_spelled_as_the_locale_spells_it() -> None:
    assert accepted(a_record(), a_store(locale="en_GB")).document.attributes["color"].label == "Colour"


def test_thousands_of_attributes_and_values_are_cut_with_a_warning() -> None:
    many = {f"code_{n}": SourceAttribute(values=tuple(f"v{m}" for m in range(200))) for n in range(300)}
    found = accepted(a_record(attributes=many))
    assert len(found.document.attributes) == 100
    assert all(len(attribute.values) == 100 for attribute in found.document.attributes.values())
    assert "values_cut" in found.warnings


def test_a_description_of_five_megabytes_is_cut_with_a_warning() -> None:
    found = accepted(a_record(description="<p>A sentence. </p>" * 300_000), model_limit=256)
    assert "description_cut" in found.warnings
    assert len(found.document.text_rest) == MAX_REST
    assert count_words(found.document.text) <= 256
