"""Prices and stock of now: what changed since the last run is right in the next answer, or the last run's is served."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs
from support.index_meta import BUILT_AT, a_meta
from support.native import FakeNative, native_of
from support.runtime import DEFAULT, NOW, RUSSIAN, Shop, names_of
from support.search import a_catalogue, a_product
from support.spans import ended_spans
from support.virtual_time import run_virtually

from runtime.retrieval.hits import Retrieval, RetrievalRequest
from runtime.retrieval.live import CHANGES, READS
from runtime.retrieval.native import NativeEmpty
from runtime.retrieval.offers import Offers, as_offered, in_price_order, native_fields, read_offer, still_meets
from shared.catalog import CatalogDocument, CatalogVariant
from shared.hybrid.filters import ProductFilter
from shared.magento.pricing import pricing_of
from shared.opensearch import ClusterUnreachable, IndexMissing
from shared.spans import OUTCOME
from shared.stores import StoreView


def a_shop(**changes: dict[str, Any] | None) -> Shop:
    """A shop whose native index differs from the last run's by `changes` (`p2={…}` of product 2, None: it is gone)."""
    native = FakeNative(a_catalogue())
    for key, changed in changes.items():
        if changed is None:
            del native.sources[key.removeprefix("p")]
        else:
            native.sources[key.removeprefix("p")] |= changed
    return Shop(native=native)


async def ask(shop: Shop, text: str = "jacket", **more: Any) -> Retrieval:
    return await shop.retriever.retrieve(RetrievalRequest(text=text, store="default", **more))


def shown(retrieval: Retrieval) -> dict[str, str]:
    return {hit.document.id: hit.document.price_text for hit in retrieval.hits}


def native_calls(shop: Shop) -> list[set[str]]:
    assert shop.native is not None
    return [set(asked) for asked in shop.native.asked]


async def test_price_that_changed_is_the_new_one_and_the_answer_is_as_of_now() -> None:
    before = CHANGES.labels("price")._value.get()
    retrieval = await ask(a_shop(p2={"price_0_1": "95.5"}))
    assert shown(retrieval)["2"] == "$95.50"
    assert shown(retrieval)["1"] == "$120.00"
    assert retrieval.as_of == NOW
    assert CHANGES.labels("price")._value.get() == before + 1


async def test_product_that_is_gone_or_hidden_is_not_shown_and_not_counted() -> None:
    assert (await ask(a_shop())).total == 2
    for gone in (None, {"status": 2}, {"visibility": "1"}):
        retrieval = await ask(a_shop(p2=gone))
        assert "2" not in shown(retrieval)
        assert retrieval.total == 1


async def test_product_that_is_sold_out_says_so_and_falls_to_the_filter() -> None:
    shop = a_shop(p2={"is_out_of_stock": 0})
    assert [hit.document.in_stock for hit in (await ask(shop)).hits if hit.document.id == "2"] == [False]
    retrieval = await ask(shop, filter=ProductFilter(in_stock=True))
    assert set(shown(retrieval)) & {"1", "2"} == {"1"}
    assert retrieval.total == 1


@pytest.mark.parametrize("sort", ["relevance", "price_asc"])
async def test_bounds_on_the_price_are_applied_again(sort: Any) -> None:
    shop = a_shop(p2={"price_0_1": "130"})
    retrieval = await ask(shop, filter=ProductFilter(price_max=125), sort=sort)
    assert set(shown(retrieval)) & {"1", "2"} == {"1"}
    assert retrieval.total == 1


async def test_order_by_price_is_that_of_now() -> None:
    shop = a_shop(p1={"price_0_1": "10"})
    assert list(shown(await ask(shop, sort="price_asc")))[:2] == ["1", "2"]
    assert list(shown(await ask(shop, sort="price_desc")))[:2] == ["2", "1"]


async def test_price_that_is_gone_is_on_request_and_outside_every_bound() -> None:
    shop = a_shop(p2={"price_0_1": None})
    assert shown(await ask(shop))["2"] == "Price on request"
    assert "2" not in shown(await ask(shop, filter=ProductFilter(price_max=1000)))


async def test_prices_are_read_again_beside_the_cards_in_one_request() -> None:
    shop = a_shop()
    await ask(shop)
    [asked] = native_calls(shop)
    assert {"1", "2"} <= asked
    assert [name for name, _ in shop.search.calls].count("fetch_documents") == 1


@pytest.mark.parametrize("wanted", [{"id": "2"}, {"sku": "wj-02"}])
async def test_a_single_product_is_read_again_too(wanted: dict[str, str]) -> None:
    found = await a_shop(p2={"price_0_1": "95.5"}).retriever.fetch_product("default", **wanted)
    assert found is not None
    assert (found[0].document.price_text, found[1]) == ("$95.50", NOW)
    assert await a_shop(p2=None).retriever.fetch_product("default", **wanted) is None


@pytest.mark.parametrize(
    "failure",
    [ClusterUnreachable("away"), IndexMissing("deleted"), NativeEmpty("empty")],
    ids=lambda it: type(it).__name__,
)
async def test_what_cannot_be_read_again_is_served_as_of_the_last_run(failure: Exception) -> None:
    shop = a_shop(p2={"price_0_1": "95.5"})
    assert shop.native is not None
    shop.native.failure = failure
    with capture_logs() as logs:
        for _ in range(3):
            retrieval = await ask(shop)
            assert (shown(retrieval)["2"], retrieval.as_of) == ("$80.00", BUILT_AT)
            shop.clock.now += 1.1
        shop.native.failure = None
        assert shown(await ask(shop))["2"] == "$95.50"
    told = [line["event"] for line in logs if line["event"].startswith("live_prices")]
    assert told == ["live_prices_unavailable", "live_prices_back"], "once each, however many ask"


def test_native_index_that_does_not_answer_costs_a_tenth_of_a_second_and_soon_nothing() -> None:
    async def main() -> list[float]:
        shop = a_shop()
        assert shop.native is not None
        shop.native.silent = True
        loop = asyncio.get_running_loop()
        took = []
        for question in range(7):
            shop.clock.now += 1.1
            begun = loop.time()
            retrieval = await ask(shop)
            took.append(round(loop.time() - begun, 3))
            if question == 0:
                # Right after it nobody waits either, a question that reads several times in particular.
                await ask(shop)
                assert loop.time() - begun == pytest.approx(took[0])
            assert (shown(retrieval)["2"], retrieval.as_of) == ("$80.00", BUILT_AT)
        shop.native.silent = False
        shop.clock.now += 10.5
        assert (await ask(shop)).as_of == NOW
        return took

    late = READS.labels("late")._value.get()
    left = READS.labels("left_alone")._value.get()
    with ended_spans() as ended:
        assert run_virtually(main()) == [0.1] * 5 + [0.0] * 2
    spans = [span for span in ended.get_finished_spans() if span.name == "live_prices"]
    told = Counter((span.attributes or {})[OUTCOME] for span in spans)
    assert told == {"late": 5, "left_alone": 3, "read": 1}
    assert READS.labels("late")._value.get() == late + 5
    assert READS.labels("left_alone")._value.get() == left + 3


async def test_store_view_set_up_otherwise_than_its_index_is_left_as_it_is() -> None:
    """A runtime without the factor of the shop would show dollars as roubles."""
    shop = a_shop(p2={"price_0_1": "95.5"})
    meta = a_meta(pricing=pricing_of(DEFAULT.model_copy(update={"price_factor": 92.5})))
    shop.search.put("rag-default-2", a_catalogue(), alias=names_of(DEFAULT).alias, meta=meta)
    with capture_logs() as logs:
        for _ in range(2):
            assert shown(await ask(shop))["2"] == "$80.00"
            shop.clock.now += 6
    assert native_calls(shop) == []
    assert [line["event"] for line in logs].count("live_prices_off") == 1


async def test_each_store_view_reads_its_own_prices() -> None:
    shop = a_shop(p2={"price_0_1": "95"})
    found = await shop.retriever.fetch_product("ru", id="2")
    assert found is not None
    assert found[0].document.price_text == "95 ₽"


def _as_of_now(document: CatalogDocument, source: Mapping[str, Any], store: StoreView) -> CatalogDocument | None:
    offer = read_offer(source, store)
    return None if offer is None else as_offered(document, offer, at=NOW)


def test_variants_get_the_prices_and_the_stock_of_now() -> None:
    bag = a_catalogue()[2]
    source = native_of(bag) | {
        "vitrina": {
            "currency": "USD",
            "variants": [
                {"sku": "BG-10-BLK", "price": 36, "in_stock": False},
                {"sku": "BG-10-NEW", "price": 20, "in_stock": True},
            ],
        }
    }
    now = _as_of_now(bag, source, DEFAULT)
    assert now is not None
    assert now.variants == (CatalogVariant("BG-10-BLK", options={"color": "Black"}, price=36.0, in_stock=False),)
    assert (now.price_from, now.price_to, now.price_text, now.in_stock) == (20.0, 36.0, "from $20.00", True)


def test_elasticsuite_is_read_by_its_own_shape() -> None:
    bag = a_catalogue()[2]
    source = {"price": [{"customer_group_id": 0, "price": 33, "max_price": 41}], "stock": {"is_in_stock": 0}}
    now = _as_of_now(bag, source, DEFAULT)
    assert now is not None
    assert (now.price_from, now.price_to, now.in_stock) == (33.0, 41.0, False)


def test_factor_rounding_and_group_are_the_store_views() -> None:
    store = RUSSIAN.model_copy(update={"price_factor": 92.5, "price_round": 10.0, "customer_group": 3})
    now = _as_of_now(a_catalogue()[0], {"price_0_1": "60", "price_3_1": "52"}, store)
    assert now is not None
    assert now.price_text == "4 810 ₽"


def test_address_of_now_counts_where_the_shop_has_one() -> None:
    store = DEFAULT.model_copy(update={"base_url": "https://new.test/", "fields": {"url_key": "seo_key"}})
    source = {"price_0_1": "1", "url_key": "old", "seo_key": "coat"}
    now = _as_of_now(a_catalogue()[0], source, store)
    assert now is not None
    assert now.url == "https://new.test/coat.html"
    kept = _as_of_now(a_catalogue()[0], source, DEFAULT)
    assert kept is not None
    assert kept.url == a_catalogue()[0].url


def test_what_a_document_offers_is_read_anew_only_where_it_changed() -> None:
    offers = Offers(DEFAULT)
    dear, cheap = {"price_0_1": "60"}, {"price_0_1": "40"}
    first = offers.of("1", dear)
    assert offers.of("1", dict(dear)) is first
    changed = offers.of("1", cheap)
    assert changed is not None
    assert changed.price_from == 40.0
    assert offers.of("1", cheap | {"status": 2}) is None
    assert offers.of("1", cheap | {"status": 2}) is None
    assert offers.of("1", dear) == first


def test_what_is_known_of_offers_is_bounded() -> None:
    dear = {"price_0_1": "60"}
    few = Offers(DEFAULT, most=3)
    kept, gone = few.of("kept", dear), few.of("gone", dear)
    assert few.of("kept", dict(dear)) is kept
    few.of("third", dear | {"vitrina": {"variants": [{"sku": "A"}]}})
    assert few.of("kept", dict(dear)) is kept
    assert few.of("gone", dict(dear)) is not gone


def test_only_named_fields_are_asked_for() -> None:
    fields = native_fields(DEFAULT.model_copy(update={"customer_group": 2}))
    assert {"price_0_*", "price_2_*", "is_out_of_stock", "vitrina.variants"} <= set(fields)
    assert not any(word in field for field in fields for word in ("cost", "margin", "*cost*"))
    assert "*" not in fields


ANYTHING: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["status", "visibility", "price_0_1", "price", "stock", "is_out_of_stock", "url_key", "vitrina", "qty"]
        ),
        ANYTHING,
    )
)
def test_any_native_document_is_read_without_a_word_of_complaint(source: dict[str, Any]) -> None:
    now = _as_of_now(a_catalogue()[2], source, DEFAULT)
    assert now is None or (now.price_text and (now.price_from is None) == (now.price_to is None))


def test_what_changed_is_held_to_the_conditions_on_price_and_stock() -> None:
    coat = a_product(id="1", sku="1", name="Coat", price=50.0)
    assert still_meets(coat, ProductFilter(price_min=50, price_max=50, in_stock=True))
    assert not still_meets(coat, ProductFilter(price_min=50.01))
    assert not still_meets(coat, ProductFilter(price_max=49.99))
    assert not still_meets(coat, ProductFilter(in_stock=False))
    on_request = replace(coat, price_from=None)
    assert still_meets(on_request, ProductFilter())
    assert not still_meets(on_request, ProductFilter(price_max=100))


def test_order_by_price_puts_what_can_be_bought_first_and_what_has_no_price_last() -> None:
    coats = [
        replace(a_product(id=id, sku=id, name="Coat", price=price), in_stock=in_stock)
        for id, price, in_stock in (("a", 9.0, False), ("b", None, True), ("d", 5.0, True), ("c", 5.0, True))
    ]
    assert [coat.id for coat in in_price_order(coats, "price_asc")] == ["c", "d", "b", "a"]
    assert [coat.id for coat in in_price_order(coats, "price_desc")] == ["c", "d", "b", "a"]


async def test_native_index_of_one_store_view_is_no_matter_of_another() -> None:
    shop = a_shop(p2={"price_0_1": "95.5"})
    assert shop.native is not None
    shop.native.broken = {"ru"}
    for _ in range(8):
        found = await shop.retriever.fetch_product("ru", id="2")
        assert found is not None
        assert found[1] == BUILT_AT
        assert shown(await ask(shop))["2"] == "$95.50"
        shop.clock.now += 1.1


async def test_several_that_are_late_together_count_once() -> None:
    shop = a_shop()
    assert shop.native is not None
    await ask(shop)
    shop.native.failure = ClusterUnreachable("a hiccup")
    await asyncio.gather(*(ask(shop) for _ in range(8)))
    shop.native.failure = None
    shop.clock.now += 1.1
    assert (await ask(shop)).as_of == NOW


async def test_a_mistake_in_reading_costs_the_prices_of_now_and_nothing_else() -> None:
    shop = a_shop()
    assert shop.native is not None
    shop.native.failure = KeyError("docs")
    with capture_logs() as logs:
        assert (await ask(shop)).as_of == BUILT_AT
    assert [line["event"] for line in logs if line["event"].startswith("live")] == ["live_prices_broken"]
