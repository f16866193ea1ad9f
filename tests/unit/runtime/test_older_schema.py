"""Questions in the fields of the version before: fields change their names, what a shopper wrote does not."""

from runtime.retrieval.older_schema import in_words_of


def test_fields_are_called_as_they_were_and_words_stay() -> None:
    body = {
        "query": {
            "bool": {
                "should": [
                    {"multi_match": {"query": "body", "fields": ["name^3.0", "body^1.0", "body.plain^0.5"]}},
                    {"match_phrase": {"body.parts": "without body"}},
                    {"terms": {"body.plain": ["5l", "body"]}},
                    {"terms": {"facets": ["color=red"]}},
                ]
            }
        },
        "aggs": {"values": {"terms": {"field": "facets.shown", "size": 10}}},
        "sort": [{"price_from": "asc"}],
        "size": 10,
    }
    assert in_words_of(body, version=1) == {
        "query": {
            "bool": {
                "should": [
                    {"multi_match": {"query": "body", "fields": ["name^3.0", "text^1.0", "text.plain^0.5"]}},
                    {"match_phrase": {"text.parts": "without body"}},
                    {"terms": {"text.plain": ["5l", "body"]}},
                    {"terms": {"facets": ["color=red"]}},
                ]
            }
        },
        "aggs": {"values": {"terms": {"field": "facets", "size": 10}}},
        "sort": [{"price_from": "asc"}],
        "size": 10,
    }
