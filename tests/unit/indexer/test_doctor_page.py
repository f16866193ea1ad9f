"""What a product page says to machines, whatever its markup."""

from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.doctor.page import PageFacts, read_page, read_price


def script(content: Any) -> str:
    return f'<script type="application/ld+json">{orjson.dumps(content).decode()}</script>'


@pytest.mark.parametrize(
    ("written", "price"),
    [
        ("52", "52"),
        ("52.00", "52.00"),
        (4810, "4810"),
        (19.9, "19.9"),
        ("1,234.50", "1234.50"),
        ("1.234,50 €", "1234.50"),
        ("1 234,50", "1234.50"),
        ("4 810 ₽", "4810"),
        ("1,234", "1234"),
        ("1.234.567", "1234567"),
        ("0.125", "0.125"),
        ("12,5", "12.5"),
    ],
)
def test_price_is_read_as_it_is_written(written: Any, price: str) -> None:
    assert read_price(written) == Decimal(price)


@pytest.mark.parametrize("written", ["", "on request", "0", "-", None, True, [], {"a": 1}])
def test_what_is_no_price_is_none(written: Any) -> None:
    assert read_price(written) is None


@given(st.one_of(st.text(), st.floats(), st.integers()))
def test_any_value_is_a_positive_price_or_none(written: str | float) -> None:
    price = read_price(written)
    assert price is None or price > 0


@given(st.recursive(st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=9),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                        st.sampled_from(["@type", "offers", "price", "image", "sku", "@graph", "hasVariant"]), inner,
                        max_size=4)))  # fmt: skip
def test_any_json_ld_is_read_without_an_error(content: Any) -> None:
    assert isinstance(read_page(script({"@type": "Product", "offers": content, "image": content})), PageFacts)
    assert isinstance(read_page(script(content)), PageFacts)


def test_aggregate_offer_gives_its_lowest_price() -> None:
    offers = {"@type": "AggregateOffer", "lowPrice": "39.00", "highPrice": "52.00", "priceCurrency": "EUR"}
    facts = read_page(script({"@type": "Product", "offers": offers}))
    assert (facts.price, facts.currency) == (Decimal("39.00"), "EUR")


def test_cheapest_of_several_offers_and_variants_counts() -> None:
    variants = [{"offers": {"price": price, "priceCurrency": "USD"}} for price in (70, 45, 60)]
    assert read_page(script({"@type": "ProductGroup", "hasVariant": variants})).price == 45


def test_price_specification_is_read() -> None:
    offer = {"priceSpecification": [{"price": "12.50", "priceCurrency": "GBP"}]}
    facts = read_page(script({"@type": ["Thing", "https://schema.org/Product"], "offers": offer}))
    assert (facts.price, facts.currency) == (Decimal("12.50"), "GBP")


def test_own_product_is_told_from_related_ones_by_its_sku() -> None:
    products = [{"@type": "Product", "sku": sku, "offers": {"price": price}} for sku, price in (("A-1", 1), ("B-2", 2))]
    assert read_page(script(products), skus=["b-2"]).price == 2


def test_image_may_be_an_object_or_a_list() -> None:
    image = [{"@type": "ImageObject", "contentUrl": "https://shop.test/a.jpg"}]
    assert read_page(script({"@type": "Product", "image": image})).image == "https://shop.test/a.jpg"


def test_broken_json_ld_leaves_the_meta_tags() -> None:
    html = '<script type="application/ld+json">{"@type": </script><meta property="product:price:amount" content="9">'
    assert read_page(html).price == 9


def test_price_and_currency_are_of_one_source() -> None:
    html = (
        script({"@type": "Product", "offers": {"price": 52, "priceCurrency": "USD"}})
        + '<meta property="product:price:amount" content="4810"><meta property="product:price:currency" content="RUB">'
    )
    facts = read_page(html)
    assert (facts.price, facts.currency) == (52, "USD")


def test_page_without_a_product_says_nothing() -> None:
    assert not read_page('<meta property="og:image" content="/logo.png"><p>Welcome</p>').says_anything
