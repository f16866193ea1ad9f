"""A sample of products and the shop that sells them, for tests of doctor's look at the storefront."""

from decimal import Decimal
from typing import Any

from indexer.attributes import NO_RULES
from indexer.doctor.products import Sample, read_sample
from indexer.doctor.storefront import Tour
from indexer.doctor.visitor import open_visitor
from indexer.extract.fields import plan_store
from indexer.records import Dialect
from sandbox.storefront import Page, ScriptedStorefront
from shared.findings import Verdict
from shared.stores import StoreView

PRICES = (Decimal(52), Decimal("19.90"), Decimal(120), Decimal("74.50"), Decimal(8), Decimal("33.33"))
"""Native prices of guests, one a product."""

DISCOUNTS = (Decimal("0.9"), Decimal("0.75"), Decimal("0.9"), Decimal("0.8"), Decimal(1), Decimal("0.95"))
"""What customer group 3 pays, as a share of what guests do."""


def wholesale(number: int) -> Decimal:
    """The price of product `number` for customer group 3."""
    return (PRICES[number] * DISCOUNTS[number]).quantize(Decimal("0.01"))


def a_sample(store: StoreView, *, dialect: Dialect = "core", **source: Any) -> Sample:
    """Six products with prices for customer groups 0 and 3; `source` changes all of them."""
    hits = []
    for number, price in enumerate(PRICES):
        prices: dict[str, Any] = {"price_0_1": str(price), "price_3_1": str(wholesale(number))}
        if dialect == "elasticsuite":
            rows = [(0, price), (3, wholesale(number))]
            prices = {"price": [{"customer_group_id": group, "price": float(one)} for group, one in rows]}
        native = {
            "sku": f"SKU-{number}",
            "name": f"Product {number}",
            "url_key": f"product-{number}",
            "image": f"/p/r/product-{number}.jpg",
            "store_id": 1,
            **prices,
            **source,
        }
        hits.append({"_id": str(number), "_source": native})
    plan = plan_store({name: {} for name in native}, store, dialect=dialect)
    return read_sample(hits, store, plan, attributes=NO_RULES)


def pages(prices: tuple[Decimal, ...] = PRICES) -> list[Page]:
    """The pages of those products."""
    return [
        Page(url_key=f"product-{number}", sku=f"SKU-{number}", price=price, image=f"/p/r/product-{number}.jpg")
        for number, price in enumerate(prices)
    ]


def a_shop_store(shop: ScriptedStorefront, **changes: Any) -> StoreView:
    """A store view with the shop's addresses."""
    values = {"base_url": shop.url, "media_url": f"{shop.url}media/catalog/product"}
    return StoreView(**(values | changes))


class PacedTime:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


async def tour(sample: Sample, *, count: int = 20, time: PacedTime | None = None) -> dict[str, Verdict]:
    """The verdicts of a tour of the shop, by name; time stands still but for the tour's own pauses."""
    time = time or PacedTime()
    assert sample.store.base_url is not None
    async with open_visitor(
        sample.store.base_url, version="1.2.3", language="en", sleep=time.sleep, clock=time.clock
    ) as visitor:
        walked = Tour(sample, visitor)
        await walked.walk(count)
    verdicts = walked.verdicts()
    assert len(dict(verdicts)) == len(verdicts)
    return dict(verdicts)
