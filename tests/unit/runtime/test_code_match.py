"""Which code named which product, as far as the hits tell."""

from runtime.retrieval.code_match import code_conditions
from runtime.retrieval.hits import Hit
from runtime.retrieval.identifiers import find_codes
from shared.catalog import CatalogDocument, CatalogVariant

ONE, OTHER = "4006381333931", "4006381333948"


def a_hit(sku: str, *variants: CatalogVariant, by_code: bool = True) -> Hit:
    skus = tuple(variant.sku for variant in variants)
    document = CatalogDocument(
        id=sku, sku=sku, name=sku, text=sku, currency="USD", price_text="", variant_skus=skus, variants=variants
    )
    return Hit(document, 1.0, by_code=by_code)


def named(text: str, *hits: Hit) -> list[tuple[str, str, str]]:
    found = code_conditions(find_codes(text), hits, language="en")
    return [(condition.id, condition.field, condition.text) for condition in found]


def test_product_is_named_by_the_sku_that_was_asked_for() -> None:
    assert named("bg 10", a_hit("BG-10"), a_hit("XX-1", by_code=False)) == [("code:bg10", "sku", "product BG-10")]


def test_variant_is_named_with_its_options() -> None:
    variant = CatalogVariant(sku="BG-10-RED", name="Bag", options={"color": "Red"}, price=1.0, in_stock=True)
    assert named("BG-10-RED", a_hit("BG-10", variant)) == [("code:bg10red", "variant_skus", "variant BG-10-RED (Red)")]


def test_product_with_another_code_is_named_by_the_one_that_is_left() -> None:
    assert named(ONE, a_hit("BG-10")) == [(f"code:{ONE}", "identifiers", f"product {ONE}")]
    both = named(f"BG-10 or {ONE}", a_hit("BG-10"), a_hit("MJ-3"))
    assert both == [("code:bg10", "sku", "product BG-10"), (f"code:{ONE}", "identifiers", f"product {ONE}")]


def test_of_two_eans_none_is_told_to_be_the_one_of_a_product() -> None:
    for text in (f"{ONE} {OTHER}", f"{ONE} or {OTHER}?"):
        assert [one[1:] for one in named(text, a_hit("BG-10"), a_hit("MJ-3"))] == [
            ("sku", "product BG-10"),
            ("sku", "product MJ-3"),
        ]


def test_ean_in_groups_is_one_code() -> None:
    assert [one[2] for one in named("4 006381 333931", a_hit("BG-10"))] == ["product 4 006381 333931"]


def test_drop_takes_back_the_code_that_was_typed_in_other_letters() -> None:
    (code,) = [one for one in find_codes("ВС-10") if one.key == "вс10"]
    assert [one[0] for one in named("ВС-10", a_hit("BC-10"))] == [f"code:{code.key}"]
