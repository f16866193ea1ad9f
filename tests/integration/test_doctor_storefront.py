"""doctor --storefront against a scripted shop: each thing that is wrong has its own finding, and no other."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import pytest
from support.storefront import PRICES, PacedTime, a_sample, a_shop_store, pages, tour, wholesale

from indexer.doctor.storefront import Tour
from indexer.doctor.visitor import open_visitor
from indexer.records import Dialect
from sandbox.storefront import CACHE, Look, Markup, ScriptedStorefront, scripted_storefront
from shared.findings import Verdict


@pytest.fixture
async def shop() -> AsyncIterator[ScriptedStorefront]:
    async with scripted_storefront() as shop:
        shop.show(pages())
        yield shop


def wrong(verdicts: dict[str, Verdict]) -> dict[str, Verdict]:
    return {name: verdict for name, verdict in verdicts.items() if verdict.status != "ok"}


def only(verdicts: dict[str, Verdict], name: str) -> tuple[str, str]:
    """What was seen and the next step of the one finding there is."""
    assert list(wrong(verdicts)) == [name], verdicts
    verdict = verdicts[name]
    assert verdict.status == "failed"
    assert verdict.next_step is not None
    return verdict.seen, verdict.next_step


@pytest.mark.parametrize("markup", ["json-ld", "graph", "meta", "microdata", "price-box"])
async def test_shop_that_agrees_has_no_finding_whatever_its_markup(shop: ScriptedStorefront, markup: Markup) -> None:
    shop.look = Look(markup=markup)
    verdicts = await tour(a_sample(a_shop_store(shop)))
    assert wrong(verdicts) == {}
    assert "6 of 6 pages" in verdicts["storefront pages"].seen


async def test_wrong_suffix_is_found_with_the_right_one(shop: ScriptedStorefront) -> None:
    shop.look = Look(suffix="")
    verdicts = await tour(a_sample(a_shop_store(shop)))
    seen, step = only(verdicts, "storefront address")
    assert "STORE_URL_SUFFIX='.html'" in seen
    assert step == "set STORE_URL_SUFFIX to nothing at all"


async def test_missing_suffix_is_found_too(shop: ScriptedStorefront) -> None:
    _, step = only(await tour(a_sample(a_shop_store(shop, url_suffix=""))), "storefront address")
    assert step == "set STORE_URL_SUFFIX=.html"


async def test_store_code_that_the_addresses_lack_is_found(shop: ScriptedStorefront) -> None:
    shop.look = Look(folder="/default/")
    _, step = only(await tour(a_sample(a_shop_store(shop))), "storefront address")
    assert step == f"set STORE_BASE_URL={shop.url}default/"


async def test_suffix_that_pages_are_redirected_from_is_a_warning(shop: ScriptedStorefront) -> None:
    shop.look = Look(canonical="/")
    found = wrong(await tour(a_sample(a_shop_store(shop))))
    assert list(found) == ["storefront address"]
    assert found["storefront address"].status == "warning"
    assert found["storefront address"].next_step == "set STORE_URL_SUFFIX=/"


async def test_wrong_currency_is_found(shop: ScriptedStorefront) -> None:
    shop.look = Look(currency="EUR")
    seen, step = only(await tour(a_sample(a_shop_store(shop))), "storefront currency")
    assert "EUR" in seen
    assert step == "set STORE_CURRENCY=EUR"


async def test_wrong_currency_comes_with_the_rate(shop: ScriptedStorefront) -> None:
    shop.look = Look(currency="RUB", factor=Decimal("92.5"))
    _, step = only(await tour(a_sample(a_shop_store(shop))), "storefront currency")
    assert step == "set STORE_CURRENCY=RUB and STORE_PRICE_FACTOR=92.5"


async def test_tax_on_the_pages_is_found(shop: ScriptedStorefront) -> None:
    shop.look = Look(factor=Decimal("1.2"))
    seen, step = only(await tour(a_sample(a_shop_store(shop))), "storefront tax")
    assert "the pages include a tax of 20%" in seen
    assert step.startswith("set STORE_PRICE_FACTOR=1.2,")


async def test_tax_of_ours_that_the_pages_leave_out_is_found(shop: ScriptedStorefront) -> None:
    seen, step = only(await tour(a_sample(a_shop_store(shop, price_factor=1.2))), "storefront tax")
    assert "our prices include a tax of 20%" in seen
    assert step.startswith("set STORE_PRICE_FACTOR=1,")


async def test_rate_in_the_right_currency_is_no_tax(shop: ScriptedStorefront) -> None:
    shop.look = Look(factor=Decimal("92.5"))
    seen, step = only(await tour(a_sample(a_shop_store(shop))), "storefront price factor")
    assert "exchange rate" in seen
    assert step == "set STORE_PRICE_FACTOR=92.5"


@pytest.mark.parametrize("dialect", ["core", "elasticsuite"])
async def test_wrong_customer_group_is_found_with_the_right_one(shop: ScriptedStorefront, dialect: Dialect) -> None:
    sample = a_sample(a_shop_store(shop, customer_group=3), dialect=dialect)
    seen, step = only(await tour(sample), "storefront customer group")
    assert "prices of customer group 0" in seen
    assert step.startswith("set STORE_CUSTOMER_GROUP=0, unless")


async def test_group_whose_discount_is_the_same_everywhere_is_no_tax(shop: ScriptedStorefront) -> None:
    store = a_shop_store(shop)
    discounted = tuple((price * Decimal("0.8")).quantize(Decimal("0.01")) for price in PRICES)
    shop.show(pages(discounted))
    sample = a_sample(store, price_3_1=None, price_4_1=None)
    for one, price in zip(sample.products, discounted, strict=True):
        assert isinstance(one.source, dict)
        one.source["price_4_1"] = str(price)
    _, step = only(await tour(sample), "storefront customer group")
    assert step.startswith("set STORE_CUSTOMER_GROUP=4, unless")


async def test_wrong_group_and_tax_together_are_two_findings(shop: ScriptedStorefront) -> None:
    shop.look = Look(factor=Decimal("1.2"))
    found = wrong(await tour(a_sample(a_shop_store(shop, customer_group=3))))
    assert set(found) == {"storefront customer group", "storefront tax"}


async def test_pictures_from_another_address_are_found(shop: ScriptedStorefront) -> None:
    shop.look = Look(media=f"https://cdn.shop.test/pub/media/catalog/product{CACHE}")
    seen, step = only(await tour(a_sample(a_shop_store(shop))), "storefront pictures")
    assert "6 of 6 pages" in seen
    assert step == "set STORE_MEDIA_URL=https://cdn.shop.test/pub/media/catalog/product"


async def test_media_address_is_proposed_where_there_is_none(shop: ScriptedStorefront) -> None:
    _, step = only(await tour(a_sample(a_shop_store(shop, media_url=None))), "storefront pictures")
    assert step == f"set STORE_MEDIA_URL={shop.url}media/catalog/product"


async def test_one_stale_price_is_a_warning_without_a_theory(shop: ScriptedStorefront) -> None:
    shop.show(pages((Decimal(47), *PRICES[1:])))
    found = wrong(await tour(a_sample(a_shop_store(shop))))
    assert list(found) == ["storefront prices"]
    assert found["storefront prices"].status == "warning"
    assert "SKU-0: page 47.00 USD, ours 52.0 USD" in found["storefront prices"].seen


async def test_prices_without_a_pattern_are_a_failure(shop: ScriptedStorefront) -> None:
    shop.show(pages(tuple(price + number for number, price in enumerate(PRICES, start=3))))
    seen, _ = only(await tour(a_sample(a_shop_store(shop))), "storefront prices")
    assert "6 of 6 pages" in seen


async def test_wrong_suffix_does_not_hide_the_tax(shop: ScriptedStorefront) -> None:
    shop.look = Look(suffix="", factor=Decimal("1.07"))
    found = wrong(await tour(a_sample(a_shop_store(shop))))
    assert set(found) == {"storefront address", "storefront tax"}


async def test_shop_is_asked_once_a_second_by_name_and_robots_first(shop: ScriptedStorefront) -> None:
    time = PacedTime()
    await tour(a_sample(a_shop_store(shop)), count=4, time=time)
    assert shop.asked == ["/robots.txt", *(f"/product-{number}.html" for number in range(4))]
    assert time.slept == [1.0] * 4
    assert shop.agents == {"Vitrina-doctor/1.2.3"}


async def test_what_robots_txt_forbids_is_not_visited(shop: ScriptedStorefront) -> None:
    shop.robots = "User-agent: *\nDisallow: /product-\n"
    verdicts = await tour(a_sample(a_shop_store(shop)))
    assert shop.asked == ["/robots.txt"]
    assert "robots.txt" in verdicts["storefront pages"].seen


async def test_redirect_to_another_host_is_told_and_not_followed(shop: ScriptedStorefront) -> None:
    async with scripted_storefront() as other:
        other.show(pages())
        shop.moved = {f"/product-{number}.html": f"{other.url}product-{number}.html" for number in range(6)}
        verdicts = await tour(a_sample(a_shop_store(shop)))
        assert other.asked == []
        step = verdicts["storefront address"].next_step
        assert step is not None
        assert other.url.split("/")[2] in step
    assert len(shop.asked) == 1 + 3


@pytest.mark.parametrize("status", [403, 429, 503])
async def test_shop_that_refuses_is_left_alone(shop: ScriptedStorefront, status: int) -> None:
    shop.answers = {f"/product-{number}.html": status for number in range(6)}
    verdicts = await tour(a_sample(a_shop_store(shop)))
    assert len(shop.asked) == 1 + 3
    assert verdicts["storefront pages"].status == "failed"
    assert f"answered {status}" in verdicts["storefront pages"].seen


async def test_some_missing_pages_are_a_warning_with_an_example(shop: ScriptedStorefront) -> None:
    shop.show(pages()[:4])
    verdicts = await tour(a_sample(a_shop_store(shop)))
    assert list(wrong(verdicts)) == ["storefront pages"]
    assert verdicts["storefront pages"].status == "warning"
    assert "4 of 6 pages" in verdicts["storefront pages"].seen
    assert "/product-4.html" in verdicts["storefront pages"].seen


async def test_page_that_says_nothing_is_told(shop: ScriptedStorefront) -> None:
    shop.look = Look(markup="none")
    verdicts = await tour(a_sample(a_shop_store(shop)))
    assert verdicts["storefront pages"].status == "failed"
    assert "without a word about a product" in verdicts["storefront pages"].seen


async def test_shop_that_is_down_is_told(shop: ScriptedStorefront) -> None:
    store = a_shop_store(shop)
    dead = store.model_copy(update={"base_url": "http://127.0.0.1:9/"})
    verdicts = await tour(a_sample(dead))
    assert verdicts["storefront pages"].status == "failed"
    assert "cannot be opened" in verdicts["storefront pages"].seen


async def test_redirects_without_end_are_given_up(shop: ScriptedStorefront) -> None:
    shop.moved = {f"/product-{number}.html": f"/product-{number}.html" for number in range(6)}
    verdicts = await tour(a_sample(a_shop_store(shop)), count=1)
    assert "is redirected again and again" in verdicts["storefront pages"].seen


async def test_page_without_price_is_told_as_such(shop: ScriptedStorefront) -> None:
    sample = a_sample(a_shop_store(shop), price_0_1=None, price_3_1=None)
    found = wrong(await tour(sample))
    assert list(found) == ["storefront pages: markup"]
    assert (
        "no price could be compared on 6 pages: our products there have no price"
        in found["storefront pages: markup"].seen
    )


async def test_picture_that_our_products_lack_is_not_blamed_on_the_pages(shop: ScriptedStorefront) -> None:
    found = wrong(await tour(a_sample(a_shop_store(shop), image=None)))
    assert list(found) == ["storefront pages: markup"]
    seen, step = found["storefront pages: markup"].seen, found["storefront pages: markup"].next_step
    assert seen == "no picture could be compared on 6 pages: our products there have no picture"
    assert step == "core Magento writes no pictures into its index: let the enriching module do it"


async def test_picture_that_pages_do_not_name_is_not_blamed_on_our_products(shop: ScriptedStorefront) -> None:
    time = PacedTime()
    async with open_visitor(shop.url, version="1", language="en", sleep=time.sleep, clock=time.clock) as visitor:
        walked = Tour(a_sample(a_shop_store(shop)), visitor)
        await walked.walk(6)
    walked.seen = [replace(seen, facts=replace(seen.facts, image=None)) for seen in walked.seen if seen.facts]
    seen = dict(walked.verdicts())["storefront pages: markup"]
    assert seen.seen == "no picture could be compared on 6 pages"
    assert "JSON-LD" in (seen.next_step or "")


def test_wholesale_differs_from_what_guests_pay() -> None:
    assert [wholesale(number) for number in range(6)] != list(PRICES)
