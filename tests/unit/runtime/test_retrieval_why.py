"""Why a product stands where it stands: through the retriever over a fake index, and the words by themselves."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.index_meta import a_meta
from support.runtime import DEFAULT, Shop, names_of
from support.search import a_catalogue, a_product

from runtime.retrieval.hits import Retrieval, RetrievalRequest
from runtime.retrieval.legs import Question
from runtime.retrieval.matches import MEASURED, SEARCHED, Sought, askable, build_matches
from runtime.retrieval.why import question_words
from shared.embedding.embedder import EmbeddingUnavailable
from shared.hybrid.filters import ProductFilter
from shared.hybrid.legs import LEXICAL, SEMANTIC
from shared.hybrid.query import build_lexical
from shared.hybrid.settings import OURS
from shared.hybrid.words import MAX_CLAUSES, Words

ANY_SORT = ["relevance", "price_asc", "price_desc"]


async def explained(text: str, *, shop: Shop | None = None, **more: Any) -> Retrieval:
    request = RetrievalRequest(text=text, **{"store": "default", "explain": True, **more})
    return await (shop or Shop()).retriever.retrieve(request)


def kinds(retrieval: Retrieval, id: str) -> list[str]:
    return [reason.kind for reason in retrieval.explained[id].reasons]


def texts(retrieval: Retrieval, id: str) -> list[str]:
    return [reason.text for reason in retrieval.explained[id].reasons]


def a_shop(*documents: Any, **meta: Any) -> Shop:
    """A shop of these documents alone."""
    shop = Shop()
    shop.search.put("rag-default-2", documents, alias=names_of(DEFAULT).alias, meta=a_meta(**meta))
    return shop


@pytest.mark.parametrize("sort", ANY_SORT)
@pytest.mark.parametrize("text", ["wool jacket", "storm jaket", "boots", "BG-10-RED", "ZX-99881", "gift", "under $100"])
async def test_explaining_changes_nothing_else(text: str, sort: str) -> None:
    plain, told = [await explained(text, sort=sort, explain=explain) for explain in (False, True)]

    assert replace(told, explained={}) == plain
    assert set(told.explained) == {hit.document.id for hit in told.hits}


async def test_explaining_takes_one_more_round_trip_and_nothing_where_nobody_asks() -> None:
    shop = Shop()
    await explained("jacket", shop=shop)
    shop.search.calls.clear()

    await explained("bag", shop=shop)
    asked = [method for method, _ in shop.search.calls]
    await explained("bag", shop=shop, explain=False)

    assert asked == ["fetch_candidates", "fetch_documents", "fetch_matches"]
    assert shop.search.count("fetch_matches") == 1


async def test_nothing_found_is_nothing_to_explain() -> None:
    shop = Shop()

    assert (await explained("bag", shop=shop, filter=ProductFilter(categories=("Nope",)))).explained == {}
    assert shop.search.count("fetch_matches") == 0


async def test_each_leg_tells_its_rank_its_score_and_what_it_gives() -> None:
    retrieval = await explained("wool jacket")

    best = retrieval.explained["2"]
    assert {leg: (place.rank, place.share) for leg, place in best.places.items()} == {
        leg: (1, pytest.approx(OURS.known.weights[leg] / (OURS.known.k + 1))) for leg in (LEXICAL, SEMANTIC)
    }
    assert best.places[LEXICAL].score > retrieval.explained["1"].places[LEXICAL].score > 0
    assert texts(retrieval, "2") == ["By words no. 1; by meaning no. 1."]


async def test_shares_add_up_to_the_score() -> None:
    retrieval = await explained("wool jacket BG-10 boots")

    for hit in retrieval.hits:
        fused = retrieval.explained[hit.document.id].fused
        if hit.by_code:
            assert hit.score == pytest.approx(1 + fused)
        elif hit.document.in_stock:
            assert hit.score == pytest.approx(fused)
        else:
            assert 0 < hit.score < fused


async def test_product_of_one_leg_says_so() -> None:
    retrieval = await explained("wool jacket")

    assert list(retrieval.explained["5"].places) == [SEMANTIC]
    rank = retrieval.explained["5"].places[SEMANTIC].rank
    assert texts(retrieval, "5") == [f"By words not found; by meaning no. {rank}."]


async def test_product_behind_the_candidates_of_a_leg_is_not_said_to_be_without_words() -> None:
    ropes = [a_product(id=f"{n:03}", sku=f"R-{n}", name="Rope Line", price=5.0) for n in range(150)]
    # The last by words is the first by meaning: its text says nothing else.
    plain = replace(a_product(id="999", sku="R-X", name="X", price=5.0), text="rope")

    retrieval = await explained("rope", shop=a_shop(*ropes, plain), limit=150)

    assert texts(retrieval, "999") == ["By words not among the first 100; by meaning no. 1."]
    assert texts(retrieval, "000")[0].startswith("By words no. 1; by meaning")


async def test_words_are_told_by_field_and_the_text_only_tells_what_no_other_field_has() -> None:
    bag = replace(
        a_product(id="1", sku="A", name="City Bag", price=5.0, categories=("Bags",)),
        specs=("Canvas",),
        text="City Bag. Bags. Canvas. Strong handles.",
    )

    retrieval = await explained("Strong canvas bag, bags!", shop=a_shop(bag), drop=("category:bags",))

    assert retrieval.explained["1"].words == {
        "name": ("bag",), "specs": ("canvas",), "categories": ("bags",), "body": ("Strong",),
    }  # fmt: skip
    assert retrieval.explained["1"].synonyms == {}


async def test_words_of_a_mended_question_are_those_that_were_searched_for() -> None:
    retrieval = await explained("storm jaket")

    assert [read.kind for read in retrieval.understood] == ["spelling"]
    assert retrieval.explained["1"].words["name"] == ("storm", "jacket")


async def test_word_that_only_a_synonym_put_in_is_told_apart() -> None:
    shop = a_shop(*a_catalogue(), synonyms=("anorak, jacket",))

    retrieval = await explained("wool anorak", shop=shop)

    told = retrieval.explained["2"]
    assert (told.words, told.synonyms) == ({"name": ("wool",)}, {"name": ("jacket",)})


async def test_product_named_by_its_code_says_so_first() -> None:
    retrieval = await explained("jacket like BG-10-RED")

    assert kinds(retrieval, "3")[0] == "code"
    assert "code" not in kinds(retrieval, "1")


async def test_product_that_only_mentions_the_code_asked_for_says_so() -> None:
    case = replace(a_product(id="9", sku="CASE", name="Case", price=5.0), text="Case for the SV-90.")
    shop = a_shop(case, a_product(id="8", sku="SV-90", name="Camera", price=50.0))

    retrieval = await explained("SV-90", shop=shop)

    assert (kinds(retrieval, "8")[0], kinds(retrieval, "9")[0]) == ("code", "mentioned")


async def test_what_is_compared_by_its_name_says_so() -> None:
    gone = a_product(id="8", sku="B", name="Hammer Pro", price=5.0, in_stock=False)
    others = [a_product(id=f"{n}", sku=f"A-{n}", name=f"Steel Anvil {n}", price=5.0) for n in (1, 2)]

    retrieval = await explained("compare steel anvil 1 with hammer", shop=a_shop(*others, gone))

    assert (kinds(retrieval, "1"), kinds(retrieval, "2")) == (["compared", "places"], ["places"])
    assert kinds(retrieval, "8") == ["compared", "places"]
    assert retrieval.explained["8"].words["name"] == ("hammer",)


async def test_what_stands_for_its_variant_tells_of_the_variant() -> None:
    of_variants = replace(a_product(id="1", sku="CAN", name="Can", price=5.0), variant_skus=("CAN-5",))
    variant = a_product(id="2", sku="CAN-5", name="Can, small can", price=5.0, in_stock=False)
    others = [a_product(id=f"{n}", sku=f"B-{n}", name="Watering Can", price=5.0) for n in range(3, 6)]

    retrieval = await explained("small can", shop=a_shop(of_variants, variant, *others))

    shown = next(hit for hit in retrieval.hits if hit.document.id == "1")
    told = retrieval.explained["1"]
    assert shown.in_place_of is not None
    assert shown.in_place_of.document.id == "2"
    assert kinds(retrieval, "1") == ["same_product", "places"]
    assert texts(retrieval, "1")[0].startswith("Has the place of CAN-5")
    assert told.words["name"] == ("small", "can")
    assert shown.score == pytest.approx(told.fused)


async def test_measure_is_told_as_it_was_typed_however_the_product_spells_it() -> None:
    can = a_product(id="1", sku="A", name="Can 5l", price=5.0)

    retrieval = await explained("can 5 liters", shop=a_shop(can))

    assert retrieval.explained["1"].words["name"] == ("can", "5 liters")


async def test_what_is_out_of_stock_says_how_much_of_its_score_counts() -> None:
    retrieval = await explained("sturdy hiking boots")

    hit = next(hit for hit in retrieval.hits if hit.document.id == "4")
    percent = round(100 * hit.score / retrieval.explained["4"].fused)
    assert texts(retrieval, "4")[-1] == f"Out of stock: only {percent}% of its score counts."
    assert 0 < percent < 100
    assert kinds(await explained("boots BT-77"), "4") == ["code", "places"]


async def test_what_is_called_by_its_name_is_not_said_to_be_put_down() -> None:
    retrieval = await explained("hiking boots")

    assert [reason.kind for reason in retrieval.explained["4"].reasons] == ["places"]


async def test_what_is_not_wanted_and_brought_a_product_down_is_named() -> None:
    cups = [
        replace(a_product(id=key, sku=f"C-{key}", name="Cup", price=5.0), text=text)
        for key, text in (("1", "Cup. A straw comes along."), ("2", "Cup. Blue."))
    ]

    retrieval = await explained("cup without straw", shop=a_shop(*cups))

    assert (kinds(retrieval, "1"), kinds(retrieval, "2")) == (["places", "unwanted"], ["places"])
    assert "“straw”" in texts(retrieval, "1")[1]


async def test_order_of_price_has_no_places_and_says_what_it_has() -> None:
    everything = {"text": "under $1000", "sort": "price_desc"}
    cheapest = await explained("jacket", sort="price_asc")
    dearest = await explained(**everything)
    all_of_it = await explained("every product", sort="price_asc", limit=50)

    assert cheapest.explained["2"].places == {}
    assert cheapest.explained["2"].words == {"name": ("jacket",)}
    assert texts(cheapest, "2") == ["In order of price, cheapest first; likeness does not count."]
    assert kinds(dearest, "4") == ["price_order", "out_of_stock"]
    assert texts(dearest, "4")[0] == "In order of price, dearest first; likeness does not count."
    assert kinds(all_of_it, "5") == ["price_order", "on_request"]


async def test_model_that_does_not_know_the_language_is_named() -> None:
    retrieval = await explained("jacket", shop=Shop(languages=("en",)), store="ru")

    assert texts(retrieval, "2") == [
        "По словам — место 2.",
        "Смысл не сравнивался: модель эмбеддингов не знает языка.",
    ]


async def test_model_that_does_not_answer_is_named() -> None:
    shop = Shop()
    shop.embedder.fail(EmbeddingUnavailable("busy"))

    retrieval = await explained("jacket", shop=shop)

    assert retrieval.degraded == "embeddings"
    assert kinds(retrieval, "2") == ["places", "no_meaning"]
    assert texts(retrieval, "2")[1] == "Meaning was not compared: the embedding model could not be asked."


async def test_question_of_conditions_alone_has_no_words_to_compare_by() -> None:
    retrieval = await explained("under $100")

    assert {hit.document.id for hit in retrieval.hits} == {"2", "3"}
    assert kinds(retrieval, "3") == ["no_words"]
    assert retrieval.explained["3"].words == {}


class TestWords:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Warm  jacket, warm!", ("Warm", "jacket")),
            ("ёлка елка", ("ёлка",)),
            ("wi-fi 1.5l don't 2,5", ("wi", "fi", "1.5l", "don't", "2,5")),
            ("bag,belt", ("bag", "belt")),
            ("?! — 🧥", ()),
            ("", ()),
        ],
    )
    def test_each_is_told_once_and_as_it_was_typed(self, text: str, expected: tuple[str, ...]) -> None:
        assert question_words(a_question(text)) == (expected, ())

    def test_of_other_wordings_only_what_they_put_in(self) -> None:
        question = a_question("wool anorak", others=("wool jacket", "Wool rain jacket"))

        assert question_words(question) == (("wool", "anorak"), ("jacket", "rain"))

    @given(st.text())
    def test_any_text_has_words(self, text: str) -> None:
        own, other = question_words(a_question(text))

        assert all(word in text for word in own)
        assert other == ()

    @pytest.mark.parametrize("sign", ["1 ", "a", "漢", "1.", "a'", "1,", "🧥", "\ud800", "(", "a."])
    def test_a_long_text_is_read_in_one_go(self, sign: str) -> None:
        own, _ = question_words(a_question(sign * 10_000))

        assert len(own) <= 1


class TestMatches:
    def test_words_are_looked_for_where_the_leg_looks_for_them(self) -> None:
        looked_in = {field for fields in SEARCHED.values() for field in fields}
        clauses = build_lexical(Words("x"), filters=[], size=1)["query"]["bool"]["should"]
        matches = [clause["multi_match"] for clause in clauses if "multi_match" in clause]

        assert {field.partition("^")[0] for match in matches for field in match["fields"]} == looked_in

    @given(st.lists(st.text(max_size=600), max_size=300))
    def test_what_is_asked_for_is_the_beginning_and_has_an_end(self, words: list[str]) -> None:
        asked = askable(words)

        assert list(asked) == words[: len(asked)]
        assert len(build_matches(["1"], Sought(asked))["query"]["bool"]["should"]) <= MAX_CLAUSES // 2

    def test_words_of_scripts_without_spaces_count_by_their_characters(self) -> None:
        assert len(askable(["слово"] * 200)) == MAX_CLAUSES // 8
        assert len(askable(["漢字"] * 100)) == MAX_CLAUSES // 8 // 3

    def test_measures_leave_less_room_for_words(self) -> None:
        measures = [("5 l", ("5l", "5 l", "5 liters"))] * 2

        assert len(askable(["word"] * 200, measures=measures)) == (MAX_CLAUSES - 2 * 3 * len(MEASURED)) // 8


def a_question(text: str, *, others: tuple[str, ...] = ()) -> Question:
    return Question(text=text, vector=None, filter=ProductFilter(), depth=10, others=others)
