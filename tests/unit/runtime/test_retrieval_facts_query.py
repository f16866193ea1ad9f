"""The aggregation over all products that a question means."""

from runtime.retrieval.facts_query import build_facts

MEANT = {"bool": {"filter": [{"term": {"in_stock": True}}]}}


def test_facts_of_a_query_read_no_product_and_count_without_end() -> None:
    body = build_facts(MEANT)
    assert (body["query"], body["size"], body["track_total_hits"]) == (MEANT, 0, True)
    assert "min_score" not in body
    assert list(body["aggs"]) == ["in_stock", "on_request", "priced", "by_category"]


def test_zero_is_no_price_for_all_as_for_each_category() -> None:
    aggregations = build_facts(MEANT)["aggs"]
    for priced in (aggregations["priced"], aggregations["by_category"]["aggs"]["priced"]):
        assert priced["filter"] == {"range": {"price_from": {"gt": 0}}}


def test_what_is_named_passes_any_bound_on_the_score() -> None:
    body = build_facts(MEANT, min_score=12.5, named=["7"])
    named = {"constant_score": {"filter": {"ids": {"values": ["7"]}}, "boost": 13.5}}
    assert body["query"] == {"bool": {"should": [MEANT, named], "minimum_should_match": 1}}
    assert body["min_score"] == 12.5
