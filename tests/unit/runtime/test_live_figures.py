"""From which price to which all that was found goes: told as long as it is so by the prices of now, or not at all."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest
from support.index_meta import BUILT_AT, a_meta
from support.native import FakeNative
from support.runtime import DEFAULT, NOW, Shop, names_of
from support.search import a_product

from runtime.retrieval.facts import Facts, confirmed
from runtime.retrieval.hits import Retrieval, RetrievalRequest
from runtime.retrieval.live import ALL_READ
from shared.catalog import CatalogDocument
from shared.magento.pricing import pricing_of
from shared.opensearch import ClusterUnreachable
from shared.stores import StoreView

GONE = None
Bounds = tuple[float | None, float | None]


def jackets() -> list[CatalogDocument]:
    """Rain from $20 to $80, wool from $60 to $120: each end of each category is another one's."""
    kinds = {"Rain": (20.0, 40.0, 80.0), "Wool": (60.0, 100.0, 120.0)}
    return [
        a_product(
            id=f"{kind}-{price:g}",
            sku=f"{kind[0]}J-{price:g}",
            name=f"{kind} Jacket {price:g}",
            price=price,
            categories=("Jackets", kind),
        )
        for kind, prices in kinds.items()
        for price in prices
    ]


async def found(
    changed: Mapping[str, str | None], *, text: str = "how much are jackets?", more: int = 0, shown: int = 1
) -> Retrieval:
    """What is found where `changed` has the price of now of some, or GONE. more: jackets besides, at $90 each."""
    others = [
        a_product(id=f"{n}", sku=f"OJ-{n:03}", name=f"Other Jacket {n}", price=90.0, categories=("Jackets",))
        for n in range(more)
    ]
    documents = [*jackets(), *others]
    native = FakeNative(documents)
    for id, price in changed.items():
        if price is None:
            del native.sources[id]
        else:
            native.sources[id]["price_0_1"] = price
    shop = Shop(native=native)
    meta = a_meta(pricing=pricing_of(DEFAULT))
    shop.search.put("rag-default-2", documents, alias=names_of(DEFAULT).alias, meta=meta)
    return await shop.retriever.retrieve(RetrievalRequest(text=text, store="default", limit=shown))


def told(retrieval: Retrieval) -> dict[str, Bounds]:
    facts = retrieval.facts
    assert facts is not None
    of_categories = {one.name: (one.price_min, one.price_max) for one in facts.categories}
    return {"all": (facts.price_min, facts.price_max), **of_categories}


UNCHANGED: dict[str, Bounds] = {
    "all": (20.0, 120.0),
    "Jackets": (20.0, 120.0),
    "Rain": (20.0, 80.0),
    "Wool": (60.0, 120.0),
}
NOTHING: Bounds = (None, None)
NO_PRICES: dict[str, Bounds] = dict.fromkeys(UNCHANGED, NOTHING)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, UNCHANGED),
        # Inside everything that is told, no end moves.
        ({"Rain-40": "41"}, UNCHANGED),
        ({"Wool-100": "119.99"}, UNCHANGED),
        # An end of all of them.
        ({"Rain-20": "30"}, NO_PRICES),
        ({"Wool-120": "130"}, NO_PRICES),
        ({"Rain-20": GONE}, NO_PRICES),
        ({"Wool-120": GONE}, NO_PRICES),
        # One in the middle that is the dearest or the cheapest now.
        ({"Rain-40": "500"}, NO_PRICES),
        ({"Wool-100": "5"}, NO_PRICES),
        # An end of a category alone.
        ({"Rain-80": "70"}, UNCHANGED | {"Rain": NOTHING}),
        ({"Rain-80": GONE}, UNCHANGED | {"Rain": NOTHING}),
        ({"Wool-60": "70"}, UNCHANGED | {"Wool": NOTHING}),
        # One in the middle of its category that lies outside of it now.
        ({"Rain-40": "100"}, UNCHANGED | {"Rain": NOTHING}),
        ({"Wool-100": "30", "Rain-80": "110"}, UNCHANGED | {"Rain": NOTHING, "Wool": NOTHING}),
        # Another one asks what the end asked.
        ({"Rain-20": "30", "Rain-40": "20"}, UNCHANGED),
    ],
    ids=str,
)
async def test_prices_of_all_and_of_each_category_are_told_where_they_are_those_of_now(
    changed: dict[str, str | None], expected: dict[str, Bounds]
) -> None:
    retrieval = await found(changed)
    assert told(retrieval) == expected
    assert ("$" in retrieval.message) == (expected["all"] != NOTHING)
    assert retrieval.message.startswith("6 products")


async def test_of_many_products_the_ends_of_all_are_read_again_and_a_category_is_told_where_it_shares_them() -> None:
    many = ALL_READ
    assert told(await found({}, more=many)) == {
        **{name: NOTHING for name in UNCHANGED},
        "all": (20.0, 120.0),
        "Jackets": (20.0, 120.0),
    }
    for changed in ({"Rain-20": "30"}, {"Wool-120": GONE}):
        assert set(told(await found(changed, more=many)).values()) == {NOTHING}


async def test_what_is_shown_and_lies_outside_takes_the_prices_away_however_many_there_are() -> None:
    retrieval = await found({"7": "900"}, text="how much are jackets, other jackets first?", more=ALL_READ, shown=60)
    assert "7" in {hit.document.id for hit in retrieval.hits}
    assert set(told(retrieval).values()) == {NOTHING}


def test_a_price_of_zero_is_outside_of_nothing() -> None:
    facts = Facts(count=2, price_min=20.0, price_max=20.0)
    coats = [a_product(id=str(n), sku=str(n), name="Coat", price=price) for n, price in enumerate((0.0, 20.0))]
    assert confirmed(facts, coats) == facts


class HalfRead(FakeNative):
    """Reads `times` times, and then not in time."""

    def __init__(self, documents: list[CatalogDocument], *, times: int) -> None:
        super().__init__(documents)
        self._times = times

    async def fetch(self, store: StoreView, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        self._times -= 1
        if self._times < 0:
            raise ClusterUnreachable("away")
        return await super().fetch(store, ids)


@pytest.mark.parametrize(("times", "as_of"), [(0, BUILT_AT), (1, BUILT_AT), (10, NOW)])
async def test_figures_that_could_not_be_read_again_are_as_of_the_last_run(times: int, as_of: datetime) -> None:
    native = HalfRead(jackets(), times=times)
    shop = Shop(native=native)
    meta = a_meta(pricing=pricing_of(DEFAULT))
    shop.search.put("rag-default-2", jackets(), alias=names_of(DEFAULT).alias, meta=meta)
    retrieval = await shop.retriever.retrieve(RetrievalRequest(text="how much are jackets?", store="default", limit=1))
    assert told(retrieval) == UNCHANGED
    assert retrieval.as_of == as_of
