"""Products picked at random, read and transformed as a run does it."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any, Final

from opensearchpy import AsyncOpenSearch

from indexer.attributes import AttributeRules
from indexer.cluster import request
from indexer.doctor.prices import Terms
from indexer.extract.fields import FieldPlan, plan_store
from indexer.extract.magento import read_document
from indexer.extract.resolve import ConcreteIndex
from indexer.records import Accepted, Dialect, Outcome, SourceRecord
from indexer.transform.product import transform
from indexer.transform.rules import Selection
from shared.magento.prices import shown_price
from shared.magento.values import integer, objects
from shared.retry import Backoff
from shared.stores import StoreView

SAMPLED: Final = 100

_NO_LIMIT: Final = 1_000_000
_PRICE: Final = re.compile(r"price_(\d+)_(\d+)")


@dataclass(frozen=True, slots=True)
class Sampled:
    """A native document with its prices for everybody, and what a run makes of it."""

    id: str
    source: Mapping[str, Any]
    record: SourceRecord
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Sample:
    """Some products of one store view."""

    store: StoreView
    plan: FieldPlan
    products: tuple[Sampled, ...]

    @property
    def accepted(self) -> tuple[tuple[Sampled, Accepted], ...]:
        """Those that would be indexed."""
        return tuple((one, one.outcome) for one in self.products if isinstance(one.outcome, Accepted))

    @property
    def terms(self) -> Terms:
        """Customer group and website of the store view."""
        return self.store.customer_group, self.store.website_id

    def terms_seen(self) -> Counter[Terms]:
        """Group and website -> products with a price for just them."""
        return Counter(pair for one in self.products for pair in set(_terms(one.source, self)))

    def price_for(self, one: Sampled, terms: Terms) -> Decimal | None:
        """What the product would cost, shown, in another customer group or website."""
        group, website = terms
        plan = replace(self.plan, customer_group=group, website_id=website)
        return shown_price(read_document(one.id, one.source, plan), self.store).lowest


async def fetch_sample(
    client: AsyncOpenSearch,
    index: ConcreteIndex,
    store: StoreView,
    *,
    dialect: Dialect,
    attributes: AttributeRules,
    backoff: Backoff,
) -> Sample:
    """SAMPLED products of `index`, the same ones while it does not change. Raises what shared.opensearch lists."""
    plan = plan_store(index.properties, store, dialect=dialect, attributes=attributes)
    body = {
        "size": SAMPLED,
        "track_total_hits": False,
        # Prices of all groups, to tell which one the shop's pages show.
        "_source": {"includes": [*plan.source, "price_*"] if dialect == "core" else plan.source},
        "query": {"function_score": {"random_score": {"seed": 11, "field": "_seq_no"}}},
    }
    search = partial(client.search, index=index.name, body=body, params={"allow_partial_search_results": "false"})
    answer = await request(f"source index {index.name!r}", search, backoff=backoff)
    return read_sample(answer["hits"]["hits"], store, plan, attributes=attributes)


def read_sample(
    hits: Sequence[Mapping[str, Any]], store: StoreView, plan: FieldPlan, *, attributes: AttributeRules
) -> Sample:
    """The sample of these search hits."""
    selection = Selection(store)

    def judge(record: SourceRecord) -> Outcome:
        # Nothing is cut, so nothing is counted: how long a text is belongs to the model.
        return selection.skip(record) or transform(
            record, store, model_limit=_NO_LIMIT, count_tokens=len, attributes=attributes
        )

    products = []
    for hit in hits:
        source = hit.get("_source") or {}
        record = read_document(str(hit["_id"]), source, plan)
        products.append(Sampled(id=record.id, source=source, record=record, outcome=judge(record)))
    return Sample(store=store, plan=plan, products=tuple(products))


def _terms(source: Mapping[str, Any], sample: Sample) -> Iterator[Terms]:
    if sample.plan.dialect == "core":
        matches = (_PRICE.fullmatch(name) for name, value in source.items() if value is not None)
        yield from ((int(match[1]), int(match[2])) for match in matches if match)
        return
    for row in objects(source.get("price")):
        if (group := integer(row.get("customer_group_id"))) is not None:
            yield group, sample.store.website_id
