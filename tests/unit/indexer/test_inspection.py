"""What an inspection says of a product, without a cluster."""

from dataclasses import replace
from typing import Any

from support.builds import an_accepted
from support.index_meta import a_meta

from indexer.extract.fields import plan_fields
from indexer.extract.find import FoundProduct, shown_source
from indexer.inspection.findings import Inspection, Live
from indexer.inspection.product import differences
from indexer.load.indices import OwnIndex
from indexer.records import Accepted, Rejected, SourceRecord, SourceSnapshot
from shared.catalog import to_source

SOURCE = SourceSnapshot(index="magento2_product_1_v7", uuid="uuid-7", dialect="core", total=1200)
PRODUCT = FoundProduct(record=SourceRecord(id="1"), source={"sku": "SKU-1", "description": "x" * 500}, match="sku")
LIVE = OwnIndex(name="rag-20261119-030000", meta=a_meta(source_uuid="uuid-7"))


def an_inspection(outcome: Any = None, **changes: Any) -> Inspection:
    """Of an accepted product that is not live, unless changed."""
    outcome = an_accepted() if outcome is None else outcome
    would_be = to_source(outcome.document, text_hash=outcome.text_hash) if isinstance(outcome, Accepted) else None
    values: dict[str, Any] = {
        "word": "SKU-1",
        "store": "default",
        "source": SOURCE,
        "product": PRODUCT,
        "similar": (),
        "outcome": outcome,
        "tokens": 7 if would_be else None,
        "would_be": would_be,
        "live": Live(LIVE, None),
        "differences": (),
    }
    return Inspection(**(values | changes))


def test_product_that_the_live_index_missed_points_to_when_and_what_it_was_built_from() -> None:
    same_source = an_inspection().verdict
    assert "rag-20261119-030000 was built at 2026-11-19 03:00 UTC" in same_source
    assert "which the product joined later" in same_source
    other = replace(LIVE, meta=a_meta(source_uuid="uuid-6", source_index="magento2_product_1_v6"))
    assert "from magento2_product_1_v6, before magento2_product_1_v7 was there" in (
        an_inspection(live=Live(other, None)).verdict
    )
    unreadable = OwnIndex(name="rag-20261119-030000", problem="damaged")
    assert "the next run adds it" in an_inspection(live=Live(unreadable, None)).verdict


def test_rejected_product_says_why_and_what_becomes_of_its_copy() -> None:
    rejected = Rejected(id="1", sku=None, reason="neither a name nor a SKU", kind="nameless")
    assert an_inspection(rejected).verdict == "rejected: neither a name nor a SKU"
    found = an_inspection(rejected, live=Live(LIVE, {"sku": "SKU-1", "name": "Old"}))
    assert found.verdict.endswith("the copy that is still live goes with the next run")
    assert '  name: "Old"' in found.lines()
    assert found.as_json()["reason"] == "neither a name nor a SKU"


def test_same_copy_is_live_just_as_it_would_be_indexed() -> None:
    inspection = an_inspection()
    found = replace(inspection, live=Live(LIVE, inspection.would_be))
    assert found.verdict == "live, just as a run would index it now"
    assert "  the same in every field" in found.lines()


def test_long_values_are_cut_for_people_and_whole_for_machines() -> None:
    found = an_inspection()
    assert max(map(len, found.lines())) < 250
    assert found.as_json()["native"]["description"] == "x" * 500


def test_difference_is_found_in_either_direction() -> None:
    found = differences({"name": "New", "url": None, "sku": "A"}, {"name": "Old", "image": "i.jpg", "sku": "A"})
    assert [tuple(one) for one in found] == [("name", "Old", "New"), ("image", "i.jpg", None)]


def test_of_an_enriched_document_only_what_is_documented_is_shown() -> None:
    vitrina = {
        "name": "A",
        "attributes": {"cost": {"label": "C", "values": ["1"]}, "fit": {"label": "Fit", "values": ["Slim"]}},
        "variants": [{"sku": "A-1", "purchase_price": 3, "weight": 4, "options": {"supplier": "S", "size": "XS"}}],
    }
    source = {"sku": "A", "cost": 1, "price_0_1": "5", "vitrina": vitrina}
    assert shown_source(source, plan_fields(source, dialect="core")) == {
        "price_0_1": "5",
        "sku": "A",
        "vitrina": {
            "name": "A",
            "attributes": {"fit": {"label": "Fit", "values": ["Slim"]}},
            "variants": [{"sku": "A-1", "options": {"size": "XS"}}],
        },
    }


def test_of_several_groups_prices_only_the_wanted_ones_are_shown() -> None:
    rows = [{"customer_group_id": group, "price": 10 - group} for group in range(4)]
    plan = plan_fields({}, dialect="elasticsuite", customer_group=2)
    assert [row["customer_group_id"] for row in shown_source({"price": rows}, plan)["price"]] == [0, 2]
