"""No JSON document, however odd, stops a run: it becomes a product, a reject or a skip."""

from typing import Any, cast

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.records import a_plan, a_russian_store, a_store, count_words, native_source

from indexer.extract.magento import read_hit
from indexer.records import Accepted, Dialect, Rejected, Skipped
from indexer.transform.product import SHORT_TEXT, transform
from shared.catalog import to_source

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=40)
    | st.sampled_from(
        ["52.000000", "0000-00-00", "no_selection", "<p>x", "{{widget", "\ud800", "\u202e", "1e999", "a\nb"]
    )
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
VITRINA_FIELDS = (
    "url", "image", "name", "currency", "price", "regular_price", "description_text", "variants", "attributes", "ean",
)  # fmt: skip
VITRINA = st.dictionaries(st.sampled_from(VITRINA_FIELDS), VALUES) | VALUES
STORES = (a_store(), a_russian_store(), a_store(base_url=None, media_url=None, zero_price="free", price_note="net"))


def documents(dialect: Dialect) -> st.SearchStrategy[dict[str, Any]]:
    known = sorted(native_source(dialect))
    fields = st.dictionaries(st.sampled_from(known) | st.text(max_size=12), VALUES, max_size=12)
    return st.builds(
        lambda base, changes, vitrina: base | changes | ({} if vitrina is None else {"vitrina": vitrina}),
        st.sampled_from([{}, native_source(dialect)]),
        fields,
        st.none() | VITRINA,
    )


@pytest.mark.parametrize("dialect", ["core", "elasticsuite"])
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data(), store=st.sampled_from(STORES), limit=st.sampled_from([1, 20, 8192]))
def test_any_document_has_an_outcome(dialect: Dialect, data: st.DataObject, store: Any, limit: int) -> None:
    source = data.draw(documents(dialect))
    record = read_hit({"_id": "1", "_source": source}, a_plan(source, dialect=dialect))
    outcome = transform(record, store, model_limit=limit, count_tokens=count_words)
    assert isinstance(outcome, Accepted | Rejected | Skipped)
    if isinstance(outcome, Accepted):
        document = outcome.document
        assert document.name
        assert document.sku
        assert len(document.short_text) <= SHORT_TEXT
        assert count_words(document.text) <= limit
        assert document.price_from is None or cast("float", document.price_to) >= document.price_from >= 0
        assert document.url is None or document.url.startswith(("http://", "https://"))
        orjson.dumps(to_source(document, text_hash=outcome.text_hash))


@settings(deadline=None)
@given(st.text(max_size=30) | st.sampled_from(["cost", "cost_value", "unit_cost_value", "wholesale_margin_value"]))
def test_no_planted_internal_value_reaches_a_record(field: str) -> None:
    internal = {"cost": 1, "unit_cost": 1, "wholesale_margin": 1}
    source = native_source("core") | internal | {f"supplier{field}_value": "PLANTED", f"{field}_cost": "PLANTED"}
    assert "PLANTED" not in str(read_hit({"_id": "1", "_source": source}, a_plan(source)))
