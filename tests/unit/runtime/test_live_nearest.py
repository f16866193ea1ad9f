"""Where nothing costs what was asked, the nearest is chosen by the very prices that are told."""

from typing import Any

import pytest
from support.index_meta import a_meta
from support.native import FakeNative
from support.runtime import DEFAULT, Shop, names_of
from support.search import a_catalogue, a_product

from runtime.retrieval.hits import RetrievalRequest
from shared.magento.pricing import pricing_of

WOOL, STORM = "Wool Jacket", "Storm Jacket"
"""$80 and $120 at the last run, products 2 and 1."""


async def told(text: str, **changed: dict[str, Any] | None) -> str:
    """What is said of `text` where the native documents have `changed` (`p2={…}` of product 2, None: it is gone)."""
    native = FakeNative(a_catalogue())
    for key, change in changed.items():
        id = key.removeprefix("p")
        native.sources[id] |= change or {}
        if change is None:
            del native.sources[id]
    shop = Shop(native=native)
    return (await shop.retriever.retrieve(RetrievalRequest(text=text, store="default"))).message


def price(value: object) -> dict[str, object]:
    return {"price_0_1": value}


@pytest.mark.parametrize(
    ("text", "changed", "name", "costs"),
    [
        ("jackets up to $50", {}, WOOL, "$80.00"),
        ("jackets up to $50", {"p2": price("300")}, STORM, "$120.00"),
        ("jackets up to $50", {"p2": None}, STORM, "$120.00"),
        ("jackets up to $50", {"p2": price(None)}, STORM, "$120.00"),
        ("jackets up to $50", {"p1": price("60")}, STORM, "$60.00"),
        ("jackets up to $50 in stock", {"p2": {"is_out_of_stock": 0}}, STORM, "$120.00"),
        ("jackets from $200", {"p1": price("70")}, WOOL, "$80.00"),
        ("jackets from $90 to $100", {"p2": price("20")}, STORM, "$120.00"),
        ("jackets up to $100", {"p2": price("101")}, WOOL, "$101.00"),
        ("jackets from $100", {"p1": price("99")}, STORM, "$99.00"),
        ("WJ-01 WJ-02 up to $50", {"p2": price("300")}, STORM, "$120.00"),
    ],
)
async def test_nearest_by_price_is_the_nearest_by_the_prices_of_now(
    text: str, changed: dict[str, Any], name: str, costs: str
) -> None:
    message = await told(text, **changed)
    assert message.startswith("Nothing")
    assert f"The nearest by price is “{name}”: {costs}." in message


@pytest.mark.parametrize(
    ("text", "changed", "said"),
    [
        ("jackets up to $50", {"p2": price("45")}, "“Wool Jacket” costs $45.00 now."),
        ("jackets from $200", {"p1": price("250")}, "“Storm Jacket” costs $250.00 now."),
        ("jackets from $90 to $100", {"p1": price("95")}, "“Storm Jacket” costs $95.00 now."),
        ("WJ-01 up to $50", {"p1": price("50")}, "“Storm Jacket” costs $50.00 now."),
    ],
)
async def test_nothing_costs_that_is_not_said_where_something_does_by_now(
    text: str, changed: dict[str, Any], said: str
) -> None:
    message = await told(text, **changed)
    assert said in message
    assert "Nothing" not in message
    assert "nearest" not in message


async def test_what_has_a_price_by_now_is_not_said_to_be_on_request() -> None:
    asked = "tent up to $50"
    assert "“Expedition Tent”, the best match, is priced on request." in await told(asked)
    assert "The nearest by price is “Expedition Tent”: $400.00." in await told(asked, p5=price("400"))
    assert "“Expedition Tent” costs $49.00 now." in await told(asked, p5=price("49"))


async def said_of_jackets(text: str, prices: list[float], changed: dict[int, dict[str, Any]]) -> str:
    """What is said of `text` in a shop of jackets, of `prices` at the last run; native documents have `changed`."""
    jackets = [
        a_product(id=str(n), sku=f"J-{n:02}", name=f"Jacket {n}", price=asked, categories=("Jackets",))
        for n, asked in enumerate(prices)
    ]
    native = FakeNative(jackets)
    for n, change in changed.items():
        native.sources[str(n)] |= change
    shop = Shop(native=native)
    meta = a_meta(pricing=pricing_of(DEFAULT))
    shop.search.put("rag-default-2", jackets, alias=names_of(DEFAULT).alias, meta=meta)
    retrieval = await shop.retriever.retrieve(RetrievalRequest(text=text, store="default"))
    # Whoever checks what is said of it knows it.
    assert retrieval.nearest is not None
    assert f"{retrieval.nearest.name}”" in retrieval.message
    return retrieval.message


@pytest.mark.parametrize(
    ("text", "prices", "now", "said"),
    [
        ("jackets up to $50", [40.0] * 6 + [60.0], "500", "“Jacket 6”: $60.00."),
        ("jackets from $100", [150.0] * 6 + [95.0], "5", "“Jacket 6”: $95.00."),
        ("jackets from $100 to $200", [150.0] * 6 + [95.0, 210.0], "500", "“Jacket 6”: $95.00."),
        ("jackets from $100 to $200", [150.0] * 6 + [80.0, 210.0], "5", "“Jacket 7”: $210.00."),
    ],
)
async def test_after_a_sale_what_lies_outside_is_looked_at_too(
    text: str, prices: list[float], now: str, said: str
) -> None:
    message = await said_of_jackets(text, prices, {n: price(now) for n in range(6)})
    assert f"The nearest by price is {said}" in message


async def test_what_costs_that_by_now_is_told_though_it_is_out_of_stock() -> None:
    gone = price("45") | {"is_out_of_stock": 0}
    assert "“Jacket 0” costs $45.00 now." in await said_of_jackets("jackets up to $50", [60.0, 80.0], {0: gone})
