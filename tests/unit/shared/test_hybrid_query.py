from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared import catalog
from shared.hybrid.filters import ProductFilter, Unwanted, build_filter
from shared.hybrid.query import build_best, build_by_price, build_lacking, build_lexical, build_semantic
from shared.hybrid.settings import LexicalSettings
from shared.hybrid.words import Words, build_codes

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=300)
filters = st.builds(
    ProductFilter,
    price_min=st.none() | st.floats(0, 1e6),
    price_max=st.none() | st.floats(0, 1e6),
    in_stock=st.none() | st.booleans(),
    categories=st.lists(words, max_size=3).map(tuple),
    attributes=st.dictionaries(words, st.lists(words, max_size=3).map(tuple), max_size=3),
    not_categories=st.lists(words, max_size=3).map(tuple),
    not_attributes=st.lists(
        st.builds(Unwanted, words, st.lists(words, max_size=3).map(tuple), st.lists(words, max_size=3).map(tuple)),
        max_size=3,
    ).map(tuple),
    exclude_ids=st.lists(words, max_size=3).map(tuple),
)


def test_empty_filter_lets_everything_through() -> None:
    assert build_filter(ProductFilter()) == []


def test_every_condition_is_one_clause() -> None:
    wanted = ProductFilter(
        price_min=10.0,
        price_max=50.0,
        in_stock=True,
        categories=("Jackets", "Bags"),
        attributes={"color": ("Black", " Gray "), "Size": ("XL",)},
        exclude_ids=("7", "8"),
    )
    assert build_filter(wanted) == [
        {"range": {"price_from": {"gte": 10.0, "lte": 50.0}}},
        {"term": {"in_stock": True}},
        {"terms": {"categories.key": ["Jackets", "Bags"]}},
        {"terms": {"facets": ["color=Black", "color=Gray"]}},
        {"terms": {"facets": ["size=XL"]}},
        {"bool": {"must_not": [{"ids": {"values": ["7", "8"]}}]}},
    ]


def test_what_is_not_wanted_is_left_out_unless_a_product_comes_in_something_else() -> None:
    wanted = ProductFilter(
        not_categories=("Bags",),
        not_attributes=(Unwanted("material", ("Wool",)), Unwanted("color", ("Black",), unless=("Red", "Blue"))),
    )
    black = {"terms": {"facets": ["color=Black"]}}
    other = {"terms": {"facets": ["color=Red", "color=Blue"]}}
    assert build_filter(wanted) == [
        {
            "bool": {
                "must_not": [
                    {"terms": {"categories.key": ["Bags"]}},
                    {"terms": {"facets": ["material=Wool"]}},
                    {"bool": {"filter": black, "must_not": other}},
                ]
            }
        }
    ]


@pytest.mark.parametrize(
    ("wanted", "bounds"),
    [
        (ProductFilter(price_min=0.0), {"gte": 0.0}),
        (ProductFilter(price_max=0.0), {"lte": 0.0}),
        (ProductFilter(price_min=1.0, price_max=1.0), {"gte": 1.0, "lte": 1.0}),
    ],
    ids=["from zero", "up to zero", "exactly"],
)
def test_price_bound_of_zero_is_a_bound(wanted: ProductFilter, bounds: dict[str, float]) -> None:
    assert build_filter(wanted) == [{"range": {catalog.PRICE_FROM: bounds}}]


def test_out_of_stock_can_be_asked_for() -> None:
    assert build_filter(ProductFilter(in_stock=False)) == [{"term": {"in_stock": False}}]


def a_leg(words: Words, *, clauses: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """The query of the lexical leg without its marks, which add nothing."""
    query: dict[str, Any] = build_lexical(words, filters=list(clauses), size=10)["query"]
    if words.required:
        for mark in ("in_name", "every_word"):
            assert query["bool"]["should"].pop()["constant_score"]["_name"] == mark
    return query


FIELDS = ["name^1.5", "specs^2.0", "categories.words^1.0", "body^1.0"]
PLAIN_FIELDS = ["name.plain^1.5", "specs.plain^2.0", "categories.plain^1.0", "body.plain^1.0"]


def test_lexical_leg_is_as_designed() -> None:
    in_stock = {"term": {"in_stock": True}}
    body = build_lexical(Words.of("rain jacket MJ03"), filters=[in_stock], size=50)
    assert {**body, "query": a_leg(Words.of("rain jacket MJ03"), clauses=[in_stock])} == {
        "query": {
            "bool": {
                "should": [
                    {
                        "multi_match": {
                            "query": "rain jacket MJ03",
                            "fields": FIELDS,
                            "type": "cross_fields",
                            "tie_breaker": 1.0,
                            "boost": 1.0,
                        }
                    },
                    {
                        "multi_match": {
                            "query": "rain jacket MJ03",
                            "fields": PLAIN_FIELDS,
                            "type": "cross_fields",
                            "tie_breaker": 1.0,
                            "boost": 0.2,
                        }
                    },
                    {
                        "terms": {
                            "identifiers": ["rain jacket MJ03", "rain", "jacket", "MJ03"],
                            "boost": 20.0,
                            "_name": "by_code",
                        }
                    },
                ],
                "minimum_should_match": 1,
                "filter": [{"term": {"in_stock": True}}],
            }
        },
        "size": 50,
        "_source": False,
        "track_total_hits": 10_000,
    }


def all_of_rain_jacket(*groups: list[str]) -> dict[str, Any]:
    said = {"query": "rain jacket", "type": "cross_fields", "operator": "and"}
    either = [{"multi_match": {**said, "fields": fields}} for fields in groups]
    return {"bool": {"should": either, "minimum_should_match": 1}}


EVERY_WORD_OF_RAIN_JACKET = all_of_rain_jacket(FIELDS, PLAIN_FIELDS)


def test_marks_add_nothing_to_a_score() -> None:
    *_, every_word, in_name = build_lexical(Words.of("rain jacket"), filters=[], size=10)["query"]["bool"]["should"]
    marks = {"every_word": EVERY_WORD_OF_RAIN_JACKET, "in_name": all_of_rain_jacket(["name"], ["name.plain"])}
    assert [every_word, in_name] == [
        {"constant_score": {"filter": marked, "boost": 0.0, "_name": name}} for name, marked in marks.items()
    ]


def test_settings_are_what_words_weigh() -> None:
    settings = LexicalSettings(name=3.0, specs=0.5, categories=2.0, body=1.5, plain=0.4, other=0.7, unwanted=0.1)
    words = Words("jacket", others=("coat",), unwanted=(("hood", ()),), settings=settings)
    boosting = build_lexical(words, filters=[], size=10)["query"]["boosting"]
    assert boosting["negative_boost"] == 0.1
    typed, other = boosting["positive"]["bool"]["should"][0]["dis_max"]["queries"]
    by_language, plain = (clause["multi_match"] for clause in typed["bool"]["should"])
    assert by_language["fields"] == ["name^3.0", "specs^0.5", "categories.words^2.0", "body^1.5"]
    assert (plain["fields"][0], plain["boost"]) == ("name.plain^3.0", 0.4)
    assert other["bool"]["boost"] == 0.7


@pytest.mark.parametrize("every_word", [False, True])
def test_best_product_is_scored_as_the_lexical_leg_scores_it_without_codes(every_word: bool) -> None:
    clauses = [{"term": {"in_stock": True}}]
    *words_only, _codes = a_leg(Words.of("rain jacket"))["bool"]["should"]
    assert build_best(Words.of("rain jacket"), filters=clauses, every_word=every_word) == {
        "query": {
            "bool": {
                "should": words_only,
                "minimum_should_match": 1,
                "filter": [*clauses, EVERY_WORD_OF_RAIN_JACKET] if every_word else clauses,
                "must_not": [{"terms": {"identifiers": ["rain jacket", "rain", "jacket"], "boost": 20.0}}],
            }
        },
        "size": 1,
        "_source": False,
        "track_total_hits": False,
    }


def test_product_that_lacks_a_word_is_one_that_has_not_every_word() -> None:
    clauses = [{"term": {"in_stock": True}}]
    query = build_lacking(Words.of("rain jacket"), filters=clauses)["query"]
    assert query == {"bool": {"filter": clauses, "must_not": [EVERY_WORD_OF_RAIN_JACKET]}}


BY_PRICE_THEN_ID = [{"in_stock": "desc"}, {"price_from": {"order": "desc", "missing": "_last"}}, {"id": "asc"}]


def test_what_filters_say_is_judged_by_and_not_demanded() -> None:
    words = Words("warm", described="warm red dress", codes=("WD1",))
    query = build_lexical(words, filters=[], size=5)["query"]["bool"]
    assert [clause["multi_match"]["query"] for clause in query["should"][:2]] == ["warm red dress"] * 2
    ((required),) = query["filter"]
    either = required["bool"]["should"]
    assert [clause["multi_match"]["query"] for clause in either[:2]] == ["warm"] * 2
    assert either[2] == {"terms": {"identifiers": ["WD1"], "boost": 20.0}}


def test_where_filters_say_it_all_no_word_is_demanded() -> None:
    query = build_lexical(Words("", described="red dress"), filters=[], size=5)["query"]["bool"]
    assert (query["minimum_should_match"], query["filter"]) == (0, [])


def test_phrase_is_looked_for_by_its_parts_and_told() -> None:
    query = a_leg(Words("wh1000xm4", phrases=("wh1000xm4",)))["bool"]
    fields = ["name.parts^2", "body.parts"]
    phrase = {"multi_match": {"query": "wh1000xm4", "fields": fields, "type": "phrase"}}
    assert query["should"][-1] == {"dis_max": {"queries": [phrase], "_name": "mentioned"}}


def test_unwanted_words_bring_a_product_down_unless_it_says_that_it_is_without_them() -> None:
    words = Words("bottle", unwanted=(("straw", ("without straw", "strawless")),))
    query = build_lexical(words, filters=[], size=5)["query"]["boosting"]
    assert query["positive"] == build_lexical(Words("bottle"), filters=[], size=5)["query"]
    has = {"match_phrase": {"body": "straw"}}
    lacks = [{"match_phrase": {"body.parts": said}} for said in ("without straw", "strawless")]
    assert query["negative"]["bool"]["should"] == [{"bool": {"must": has, "must_not": lacks}}]


def test_price_list_of_words_asks_what_the_lexical_leg_asks() -> None:
    clauses = [{"term": {"in_stock": True}}]
    body = build_by_price(Words.of("rain jacket"), min_score=3.5, filters=clauses, sort="price_desc", size=10)
    assert body == {
        "query": a_leg(Words.of("rain jacket"), clauses=clauses),
        "min_score": 3.5,
        "sort": BY_PRICE_THEN_ID,
        "size": 10,
        "_source": list(catalog.CARD_FIELDS),
        "track_total_hits": 10_000,
    }


def test_price_list_of_every_word_filters_by_them_and_leaves_the_scores_alone() -> None:
    some, every = (
        build_by_price(Words.of("rain jacket"), min_score=3.5, every_word=every, filters=[], sort="price_asc", size=10)
        for every in (False, True)
    )
    assert every["query"]["bool"].pop("filter") == [EVERY_WORD_OF_RAIN_JACKET]
    assert some["query"]["bool"].pop("filter") == []
    assert every == some


def test_price_list_without_words_is_all_that_passes_the_filter() -> None:
    clauses = [{"terms": {"categories.key": ["bags"]}}]
    body = build_by_price(None, min_score=0.0, filters=clauses, sort="price_desc", size=10)
    assert body["query"] == {"bool": {"filter": clauses}}
    assert "min_score" not in body
    assert body["sort"] == BY_PRICE_THEN_ID


def test_semantic_leg_filters_inside_the_knn_clause() -> None:
    body = build_semantic([0.1, 0.2], filters=[{"term": {"in_stock": True}}], size=50)
    assert body == {
        "query": {
            "knn": {
                "vector": {
                    "vector": [0.1, 0.2],
                    "k": 50,
                    "filter": {"bool": {"filter": [{"term": {"in_stock": True}}]}},
                }
            }
        },
        "size": 50,
        "_source": False,
        "track_total_hits": False,
    }


def test_semantic_leg_without_conditions_has_no_filter() -> None:
    assert "filter" not in build_semantic([1.0], filters=[], size=5)["query"]["knn"]["vector"]


@given(filters)
def test_both_legs_carry_the_same_conditions(wanted: ProductFilter) -> None:
    clauses = build_filter(wanted)
    lexical = build_lexical(Words.of("a"), filters=clauses, size=1)["query"]["bool"]["filter"]
    semantic = build_semantic([1.0], filters=clauses, size=1)["query"]["knn"]["vector"].get("filter")
    assert lexical == clauses
    assert (semantic["bool"]["filter"] if semantic else []) == clauses


@given(words, filters)
def test_bodies_are_json_whatever_is_asked(text: str, wanted: ProductFilter) -> None:
    body = build_lexical(Words.of(text), filters=build_filter(wanted), size=10)
    assert orjson.loads(orjson.dumps(body)) == body


MOST = tuple(f"1.{n} liters" for n in range(36))
SPELLINGS = st.lists(st.sampled_from(["5l", "1.5l", "5 l", "1,5 liters", "2 x 2"]), max_size=36).map(tuple)


@given(
    text=st.lists(st.text("abcdefg", min_size=1, max_size=4), max_size=80).map(" ".join),
    described=st.lists(st.text("abcdefg", min_size=1, max_size=4), max_size=80).map(" ".join),
    others=st.lists(st.text("abc ", min_size=1, max_size=30), max_size=4).map(tuple),
    measures=st.lists(st.tuples(st.just("1.5 l"), SPELLINGS), max_size=3).map(tuple),
    unwanted=st.lists(st.tuples(st.text("ab", min_size=1), st.just(("no a",) * 6)), max_size=60).map(tuple),
    phrases=st.lists(st.text("ab", min_size=1), max_size=80).map(tuple),
)
@example(
    text="a " * 80,
    described="b " * 80,
    others=(),
    measures=(("1.5 l", MOST), ("2 l", MOST), ("3 l", MOST)),
    unwanted=(("a", ("no a",) * 6),) * 60,
    phrases=("ab",) * 80,
)
def test_no_words_make_more_clauses_than_opensearch_takes(
    text: str,
    described: str,
    others: tuple[str, ...],
    measures: tuple[tuple[str, tuple[str, ...]], ...],
    unwanted: tuple[tuple[str, tuple[str, ...]], ...],
    phrases: tuple[str, ...],
) -> None:
    words = Words(
        f"{text} 1.5 l" * bool(measures) or text,
        described=described,
        others=others,
        required_others=others,
        measures=measures,
        unwanted=unwanted,
        phrases=phrases,
        codes=("a",),
    )

    assert count_leaves(build_lexical(words, filters=[], size=1)["query"]) < 1024
    assert count_leaves(build_best(words, filters=[], every_word=True)["query"]) < 1024


def count_leaves(query: Any) -> int:
    """Clauses as Lucene counts them: a term in each field, a phrase in each field, and all of `terms` together."""
    if isinstance(query, list):
        return sum(map(count_leaves, query))
    if not isinstance(query, dict):
        return 0
    if "multi_match" in query:
        asked = query["multi_match"]
        return len(asked["fields"]) * (1 if asked.get("type") == "phrase" else len(asked["query"].split()))
    leaves = len(query.keys() & {"terms", "match_phrase", "term", "range"})
    return leaves + sum(count_leaves(query[key]) for key in query.keys() - {"terms", "match_phrase", "term", "range"})


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("MJ03", ["MJ03"]),
        ("do you have MJ03-XS-Black?", ["do you have MJ03-XS-Black?", "do", "you", "have", "MJ03-XS-Black"]),
        ("«WS-12», (MT07)", ["«WS-12», (MT07)", "WS-12", "MT07"]),
        ("24-MB 01", ["24-MB 01", "24-MB", "01"]),
        ("a a a", ["a a a", "a"]),
        ("?!", ["?!"]),
        ("  ", []),
        ("", []),
    ],
    ids=str,
)
def test_codes_are_the_whole_text_and_each_word(text: str, codes: list[str]) -> None:
    assert build_codes(text) == codes


def test_a_measure_is_scored_by_itself_and_other_words_stay() -> None:
    words = Words("5 m cable 5 mirrors 15 m", measures=(("5 m", ("5m", "5 m")), ("15 m", ("15m",))))

    (stems, plain, five, fifteen) = a_leg(words)["bool"]["should"]

    assert stems["multi_match"]["query"].split() == plain["multi_match"]["query"].split() == ["cable", "5", "mirrors"]
    assert [_asked(clause) for clause in (five, fifteen)] == [{"5m", "5 m"}, {"15m", "15 m"}]


def test_words_that_are_only_a_measure_are_that_measure() -> None:
    query = a_leg(Words("5 m", measures=(("5 m", ("5m",)),)))["bool"]

    assert (len(query["should"]), query["minimum_should_match"]) == (1, 1)


def _asked(clause: dict[str, Any]) -> set[str]:
    """The texts that a clause looks for, at whatever depth."""
    parts = clause.values() if isinstance(clause, dict) else clause if isinstance(clause, list) else ()
    here = {clause["multi_match"]["query"]} if isinstance(clause, dict) and "multi_match" in clause else set()
    if isinstance(clause, dict):
        here.update(*clause.get("terms", {}).values(), clause.get("match_phrase", {}).values())
    return here.union(*map(_asked, parts))
