from dataclasses import replace

import orjson
from hypothesis import given
from hypothesis import strategies as st

from shared import catalog
from shared.catalog import CatalogAttribute, CatalogDocument, CatalogVariant, facet, from_source, split_facet, to_source

text = st.text(st.characters(codec="utf-8"), max_size=20)
texts = st.lists(text, max_size=3).map(tuple)
prices = st.none() | st.floats(0, 1e9)
variants = st.builds(
    CatalogVariant,
    sku=text,
    name=st.none() | text,
    options=st.dictionaries(text, text, max_size=3),
    price=prices,
    in_stock=st.none() | st.booleans(),
)
documents = st.builds(
    CatalogDocument,
    id=text,
    sku=text,
    name=text,
    text=text,
    text_rest=text,
    currency=text,
    price_text=text,
    in_stock=st.booleans(),
    short_text=text,
    variant_skus=texts,
    identifiers=texts,
    categories=texts,
    attributes=st.dictionaries(text, st.builds(CatalogAttribute, label=text, values=texts), max_size=3),
    variants=st.lists(variants, max_size=3).map(tuple),
    price_from=prices,
    price_to=prices,
    url=st.none() | text,
    image=st.none() | text,
)

JACKET = CatalogDocument(
    id="7",
    sku="MJ03",
    name="Montana Wind Jacket",
    text="Montana Wind Jacket. Light wind protection.",
    currency="USD",
    price_text="$49.00",
    variant_skus=("MJ03-XS", "MJ03-S"),
    identifiers=("4006381333931", "MJ03"),
    attributes={"Color": CatalogAttribute("Colour", ("Black", " Dark Gray "))},
    variants=(CatalogVariant("MJ03-XS", options={"size": "XS"}, price=49.0, in_stock=False),),
    price_from=49.0,
    price_to=52.0,
)


@given(documents)
def test_document_survives_the_index(document: CatalogDocument) -> None:
    stored = orjson.loads(orjson.dumps(to_source(document, text_hash="h")))
    assert from_source(stored) == replace(document, identifiers=())


@given(documents)
def test_document_read_back_for_a_card_lacks_its_texts_only(document: CatalogDocument) -> None:
    stored = to_source(document, text_hash="h")
    shown = {name: stored[name] for name in catalog.CARD_FIELDS}
    assert from_source(shown) == replace(document, identifiers=(), text="", text_rest="")
    told = {name: stored[name] for name in (*catalog.CARD_FIELDS, *catalog.TEXT_FIELDS)}
    assert from_source(told) == replace(document, identifiers=())


def test_every_field_name_is_written() -> None:
    written = set(to_source(JACKET, text_hash="h"))
    assert set(catalog.CARD_FIELDS) < written
    assert written - set(catalog.CARD_FIELDS) == {
        *catalog.TEXT_FIELDS,
        catalog.IDENTIFIERS,
        catalog.SPECS,
        catalog.FACETS,
        catalog.FACET_LABELS,
        catalog.AXES,
        catalog.TEXT_HASH,
        catalog.SOURCE_HASH,
        catalog.WARNINGS,
    }


def test_product_answers_to_every_code_once() -> None:
    assert to_source(JACKET, text_hash="h")[catalog.IDENTIFIERS] == ["MJ03", "MJ03-XS", "MJ03-S", "4006381333931"]


def test_empty_codes_are_no_codes() -> None:
    source = to_source(replace(JACKET, variant_skus=("",), identifiers=("",)), text_hash="h")
    assert source[catalog.IDENTIFIERS] == ["MJ03"]


def test_attributes_are_counted_and_shown_as_they_are() -> None:
    source = to_source(JACKET, text_hash="h")
    assert source[catalog.FACETS] == ["color=Black", "color=Dark Gray"]
    assert source[catalog.FACET_LABELS] == ["color=Colour"]
    assert source[catalog.AXES] == ["size"]
    assert source[catalog.ATTRIBUTES] == {"Color": {"label": "Colour", "values": ["Black", " Dark Gray "]}}


def test_price_on_request_stays_null() -> None:
    source = to_source(replace(JACKET, price_from=None, price_to=None), text_hash="h")
    assert source[catalog.PRICE_FROM] is None
    assert from_source(source).price_from is None


@given(text, text)
def test_facet_of_a_filter_meets_the_facet_of_the_document(code: str, value: str) -> None:
    assert facet(f" {code} ", f"{value} ") == facet(code, value)


@given(st.text(st.characters(codec="utf-8", exclude_characters="="), max_size=20), text)
def test_a_facet_says_whose_value_it_is(code: str, value: str) -> None:
    assert split_facet(facet(code, value)) == (code.strip().lower(), value.strip())


def test_products_are_filtered_by_what_is_shown_unless_facets_say_otherwise() -> None:
    color = JACKET.attributes["Color"]
    assert to_source(JACKET, text_hash="h")[catalog.FACETS] == [facet("Color", value) for value in color.values]
    other = to_source(replace(JACKET, facets={"size": CatalogAttribute("Size", ("XS",))}), text_hash="h")
    assert other[catalog.FACETS] == ["size=XS"]
    assert other[catalog.FACET_LABELS] == ["size=Size"]
    assert list(other[catalog.ATTRIBUTES]) == ["Color"]
    assert to_source(replace(JACKET, facets={}), text_hash="h")[catalog.FACETS] == []
