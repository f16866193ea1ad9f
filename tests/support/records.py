"""Builders for the indexer's first half: native documents, records, store views."""

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from indexer.extract.fields import FieldPlan, plan_fields
from indexer.extract.magento import read_document
from indexer.records import Accepted, Dialect, SourceRecord
from indexer.transform.product import transform
from shared.magento.enrichment import Enrichment, SourceAttribute
from shared.stores import StoreView

DATA = Path(__file__).parents[1] / "data"


def native_source(dialect: Dialect, **changes: Any) -> dict[str, Any]:
    """`_source` of the recorded document of `dialect`; a change to None takes the field away."""
    hit = json.loads((DATA / f"native_{dialect}.json").read_text(encoding="utf-8"))
    source = hit["_source"] | changes
    return {field: value for field, value in source.items() if value is not None}


def a_plan(
    source: Mapping[str, Any],
    *,
    dialect: Dialect = "core",
    group: int = 0,
    website: int = 1,
    fields: Mapping[str, str] | None = None,
) -> FieldPlan:
    """The plan for an index whose mapping holds just the fields of `source`."""
    return plan_fields(source, dialect=dialect, customer_group=group, website_id=website, field_map=fields)


def read(
    source: Mapping[str, Any],
    *,
    dialect: Dialect = "core",
    group: int = 0,
    website: int = 1,
    fields: Mapping[str, str] | None = None,
) -> SourceRecord:
    """The record of a native document."""
    return read_document("62", source, a_plan(source, dialect=dialect, group=group, website=website, fields=fields))


def a_record(**changes: Any) -> SourceRecord:
    """An ordinary product of an English store."""
    values: dict[str, Any] = {
        "id": "62",
        "skus": ("MH01",),
        "names": ("Chaz Kangeroo Hoodie",),
        "description": "<p>Ideal for cold-weather training.</p>",
        "short_description": "<p>Warm and thick.</p>",
        "price": Decimal(52),
        "in_stock": True,
        "categories": ("Men", "Hoodies"),
        "attributes": {"color": SourceAttribute(values=("Black", "Gray"))},
        "url_key": "chaz-kangeroo-hoodie",
        "image": "/m/h/mh01.jpg",
    }
    return SourceRecord(**(values | changes))


def enriched_record(record: Mapping[str, Any] | None = None, /, **enrichment: Any) -> SourceRecord:
    """`a_record` with these fields of `vitrina`."""
    return a_record(**(record or {}), enriched=Enrichment(**enrichment))


def a_store(**changes: Any) -> StoreView:
    """An English store view with addresses."""
    values = {"base_url": "http://shop.test", "media_url": "http://shop.test/media/catalog/product"}
    return StoreView(**(values | changes))


def a_russian_store(**changes: Any) -> StoreView:
    """A Russian store view: base prices in dollars, shown in roubles to the nearest ten."""
    values = {"code": "ru", "locale": "ru_RU", "currency": "RUB", "price_factor": 92.5, "price_round": 10.0}
    return a_store(**(values | changes))


def count_words(text: str) -> int:
    """A tokenizer for tests: one token a word."""
    return len(text.split())


def accepted(record: SourceRecord, store: StoreView | None = None, *, model_limit: int = 8192) -> Accepted:
    """The outcome of a record that must be accepted."""
    outcome = transform(record, store or a_store(), model_limit=model_limit, count_tokens=count_words)
    assert isinstance(outcome, Accepted), outcome
    return outcome
