"""What an enriching module adds to a native document of either dialect."""

from typing import Any, get_args

import pytest
from support.shop_products import GRAY, MODEL, SIZE_S, a_configurable, a_product, a_variant

from sandbox.magento.core import CoreStore
from sandbox.magento.elasticsuite import ElasticSuiteStore
from sandbox.magento.enrichment import rendered_text, shown_price
from sandbox.magento.product import ENGLISH, RUSSIAN, EnrichedField, ShopProduct, StoreView

ALL_FIELDS: frozenset[EnrichedField] = frozenset(get_args(EnrichedField))
SHOP = StoreView(
    id=2,
    code="ru",
    locale="ru",
    base_url="http://shop.test",
    media_url="http://shop.test/media/catalog/product",
    currency="RUB",
    price_factor=92.5,
    price_step=10,
)


def vitrina(product: ShopProduct, view: StoreView = SHOP) -> dict[str, Any]:
    found: dict[str, Any] = CoreStore(view, MODEL).document(product).source["vitrina"]
    return found


def test_product_without_enrichment_has_no_such_field() -> None:
    assert "vitrina" not in CoreStore(ENGLISH, MODEL).document(a_product()).source


@pytest.mark.parametrize("dialect", [CoreStore, ElasticSuiteStore])
def test_all_fields_are_written_in_either_dialect(dialect: type[CoreStore] | type[ElasticSuiteStore]) -> None:
    product = a_configurable(enriched=ALL_FIELDS)
    assert dialect(SHOP, MODEL).document(product).source["vitrina"].keys() == ALL_FIELDS


def test_fields_hold_the_store_views_own_texts_and_addresses() -> None:
    found = vitrina(a_configurable(enriched=ALL_FIELDS))
    assert found["name"] == "Худи Chaz Kangeroo"
    assert found["url"] == "http://shop.test/chaz-kangeroo-hoodie.html"
    assert found["image"] == "http://shop.test/media/catalog/product/m/h/mh01.jpg"
    assert found["attributes"]["color"] == {"label": "Цвет", "values": ["Серый", "Чёрный"]}


def test_only_the_chosen_fields_are_written() -> None:
    assert vitrina(a_product(enriched=frozenset({"name"}))) == {"name": "Худи Chaz Kangeroo"}


def test_variants_say_what_each_child_is_and_whether_it_can_be_bought() -> None:
    product = a_configurable(variants=(a_variant(GRAY, SIZE_S, in_stock=False),), enriched=frozenset({"variants"}))
    assert vitrina(product)["variants"] == [
        {"sku": "MH01-S-Gray", "options": {"size": "S", "color": "Серый"}, "in_stock": False}
    ]


def test_prices_are_shown_ones_only_with_their_currency() -> None:
    with_currency = vitrina(a_product(special_price=39.0, enriched=frozenset({"price", "regular_price", "currency"})))
    assert with_currency == {"currency": "RUB", "price": 3610, "regular_price": 4810}
    assert vitrina(a_product(enriched=frozenset({"price"}))) == {"price": 52.0}


def test_shown_price_is_multiplied_and_rounded_to_the_step() -> None:
    assert shown_price(52.0, RUSSIAN) == 4810
    assert shown_price(19.99, ENGLISH) == 19.99


def test_what_is_unknown_is_left_out() -> None:
    assert vitrina(a_product(price=None, image=None, enriched=ALL_FIELDS), ENGLISH).keys() == {
        "name",
        "currency",
        "description_text",
        "attributes",
    }


def test_description_text_is_rendered() -> None:
    assert rendered_text('<p>Ideal&trade; for&nbsp;cold</p><p>days.</p>{{widget type="x"}}') == "Ideal™ for cold days."
