"""Facts of all that a question means: read from an aggregation, and put into words."""

from dataclasses import replace
from typing import Any

import pytest
from support.chat import ENGLISH_STORE, RUSSIAN_STORE

from runtime.retrieval.facts import CategoryFacts, Facts, facts_text, plural, prices_text, read_facts
from runtime.retrieval.language import Language
from shared.stores import StoreView

BAGS = Facts(count=47, in_stock=31, price_min=20.0, price_max=310.0)
STORES: dict[Language, StoreView] = {"en": ENGLISH_STORE, "ru": RUSSIAN_STORE}


@pytest.mark.parametrize(
    ("facts", "english", "russian"),
    [
        (
            BAGS,
            "47 products, from $20.00 to $310.00; 31 in stock.",
            "47 товаров, от 20 ₽ до 310 ₽; в наличии 31.",
        ),
        (
            replace(BAGS, on_request=2),
            "47 products, from $20.00 to $310.00; 31 in stock, 2 priced on request.",
            "47 товаров, от 20 ₽ до 310 ₽; в наличии 31, цена по запросу: 2.",
        ),
        (
            Facts(count=2, in_stock=2, price_min=1290.0, price_max=1290.0),
            "2 products, at $1,290.00; all in stock.",
            "2 товара, по 1 290 ₽; все в наличии.",
        ),
        (
            Facts(count=1, in_stock=0, price_min=20.0, price_max=20.0),
            "1 product, at $20.00; out of stock.",
            "1 товар, по 20 ₽; нет в наличии.",
        ),
        (Facts(count=1, in_stock=1, on_request=1), "1 product; in stock, priced on request.",
         "1 товар; в наличии, цена по запросу."),
        (Facts(count=3, in_stock=0, on_request=3), "3 products; none in stock, 3 priced on request.",
         "3 товара; все не в наличии, цена по запросу: 3."),
        (
            Facts(count=12_345, in_stock=12_000, price_min=0.5, price_max=2.0),
            "12,345 products, from $0.50 to $2.00; 12,000 in stock.",
            "12 345 товаров, от 0,50 ₽ до 2 ₽; в наличии 12 000.",
        ),
        (Facts(), "", ""),
    ],
)  # fmt: skip
def test_facts_are_one_sentence_in_the_money_of_the_store(facts: Facts, english: str, russian: str) -> None:
    assert {language: facts_text(facts, store, language=language) for language, store in STORES.items()} == {
        "en": english,
        "ru": russian,
    }


@pytest.mark.parametrize(
    ("count", "english", "russian"),
    [
        (1, "At least 1 product.", "Не меньше 1 товара."),
        (3, "At least 3 products.", "Не меньше 3 товаров."),
        (21, "At least 21 products.", "Не меньше 21 товара."),
    ],
)
def test_number_of_a_part_is_a_bound_and_its_prices_are_not_told(count: int, english: str, russian: str) -> None:
    facts = replace(BAGS, count=count, exact=False)
    assert facts_text(facts, ENGLISH_STORE, language="en") == english
    assert facts_text(facts, RUSSIAN_STORE, language="ru") == russian


@pytest.mark.parametrize(
    ("form", "numbers"),
    [
        ("товар", [1, 21, 101, 1001]),
        ("товара", [2, 3, 4, 22, 34, 104]),
        ("товаров", [0, 5, 9, 10, 11, 12, 13, 14, 19, 20, 25, 111, 112, 114, 211, 1012]),
    ],
)
def test_russian_nouns_follow_their_numbers(form: str, numbers: list[int]) -> None:
    assert {plural(n, one="товар", few="товара", many="товаров", language="ru") for n in numbers} == {form}


def test_english_nouns_know_one_and_many() -> None:
    assert [plural(n, one="bag", few="", many="bags", language="en") for n in (0, 1, 2, 21)] == [
        "bags", "bag", "bags", "bags",
    ]  # fmt: skip


def test_nothing_with_a_price_has_no_prices() -> None:
    assert prices_text(CategoryFacts("Tents", 2), ENGLISH_STORE, language="en") == ""


def an_answer(**changes: Any) -> dict[str, Any]:
    """OpenSearch's own, of three products in two categories; the second of them one shard may have left out."""

    def priced(low: float | None, high: float | None) -> dict[str, Any]:
        return {"doc_count": 2, "lowest": {"value": low}, "highest": {"value": high}}

    buckets = [
        {"key": "Bags", "doc_count": 3, "doc_count_error_upper_bound": 0, "priced": priced(5.0, 9.5)},
        {"key": "Gifts", "doc_count": 1, "doc_count_error_upper_bound": 1, "priced": priced(5.0, 5.0)},
        {"key": "Books", "doc_count": 1, "doc_count_error_upper_bound": 0, "priced": priced(None, None)},
    ]
    answer = {
        "timed_out": False,
        "_shards": {"total": 1, "successful": 1, "skipped": 0, "failed": 0},
        "hits": {"total": {"value": 3, "relation": "eq"}, "max_score": None, "hits": []},
        "aggregations": {
            "in_stock": {"doc_count": 2},
            "on_request": {"doc_count": 1},
            "priced": priced(5.0, 9.5),
            "by_category": {"doc_count_error_upper_bound": 1, "sum_other_doc_count": 0, "buckets": buckets},
        },
    }
    return {**answer, **changes}


def test_facts_are_read_and_a_category_that_may_be_larger_is_left_out() -> None:
    assert read_facts(an_answer()) == Facts(
        count=3,
        in_stock=2,
        on_request=1,
        price_min=5.0,
        price_max=9.5,
        categories=(CategoryFacts("Bags", 3, 5.0, 9.5), CategoryFacts("Books", 1)),
    )


@pytest.mark.parametrize(
    "changes",
    [{"timed_out": True}, {"_shards": {"total": 3, "successful": 2, "skipped": 0, "failed": 1}}],
    ids=["too late", "a shard failed"],
)
def test_answer_of_a_part_of_the_index_is_not_exact(changes: dict[str, Any]) -> None:
    assert not read_facts(an_answer(**changes)).exact
