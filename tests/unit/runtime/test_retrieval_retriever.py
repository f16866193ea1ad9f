"""The retriever over a fake index: what it finds, in which order, and what it says when it finds nothing."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from prometheus_client import REGISTRY
from support.index_meta import BUILT_AT, a_meta
from support.runtime import DEFAULT, Shop, names_of
from support.search import FakeSearch, a_catalogue, a_product

from runtime.errors import CatalogUnavailable
from runtime.retrieval.facts import Facts
from runtime.retrieval.hits import Retrieval, RetrievalRequest
from runtime.retrieval.legs import PriceList
from runtime.retrieval.retriever import Retriever
from shared.catalog import CatalogDocument
from shared.embedding.embedder import Embedder, EmbeddingModel, EmbeddingRefused, EmbeddingUnavailable
from shared.errors import Terminal
from shared.hybrid.filters import ProductFilter
from shared.hybrid.query import PriceSort, Sort
from shared.hybrid.settings import OURS
from shared.opensearch import (
    AccessDenied,
    ClusterBusy,
    ClusterUnreachable,
    RequestRefused,
    TlsRefused,
    UnsuitableCluster,
)

A_WORD_LIKE_OTHERS = ("category:jackets",)
"""Dropped, the one category of the questions here is a word again, and binds nobody."""


async def found(retriever: Retriever, text: str, **more: Any) -> list[str]:
    retrieval = await retriever.retrieve(RetrievalRequest(text=text, **{"store": "default", **more}))
    return [hit.document.id for hit in retrieval.hits]


async def test_product_of_both_legs_comes_first() -> None:
    shop = Shop()

    retrieval = await shop.retriever.retrieve(RetrievalRequest(text="wool jacket", store="default"))

    best = retrieval.hits[0]
    assert best.document.id == "2"
    assert best.ranks == {"bm25": 1, "knn": 1}
    assert best.score == pytest.approx(sum(OURS.known.weights.values()) / (OURS.known.k + 1))
    assert (retrieval.store, retrieval.as_of, retrieval.total) == ("default", BUILT_AT, 2)
    assert (retrieval.degraded, retrieval.message) == (None, "")


@pytest.mark.parametrize("code", ["BG-10-RED", "bg10red", "4006381333931"])
async def test_product_named_by_a_code_comes_before_what_both_legs_found(code: str) -> None:
    retrieval = await Shop().retriever.retrieve(RetrievalRequest(text=f"wool jacket {code}", store="default"))

    assert [hit.document.id for hit in retrieval.hits[:2]] == ["3", "2"]
    assert retrieval.hits[0].score > 1 > retrieval.hits[1].score


async def test_retrieval_takes_two_round_trips_once_the_index_is_known() -> None:
    shop = Shop()
    await found(shop.retriever, "jacket")
    shop.search.calls.clear()

    await found(shop.retriever, "bag")

    assert shop.search.calls == [("fetch_candidates", "rag-default-1"), ("fetch_documents", "rag-default-1")]


async def test_total_is_what_matches_whatever_is_shown() -> None:
    async def counted(text: str, **more: Any) -> tuple[int, int]:
        request = RetrievalRequest(text=text, store="default", drop=A_WORD_LIKE_OTHERS, **more)
        retrieval = await Shop().retriever.retrieve(request)
        return len(retrieval.hits), retrieval.total

    assert [await counted("jacket", limit=limit) for limit in (1, 5, 50)] == [(1, 2), (5, 2), (5, 2)]
    assert await counted("jacket", filter=ProductFilter(price_max=100), limit=1) == (1, 1)
    assert await counted("jacket", filter=ProductFilter(price_max=50)) == (1, 0)
    assert await counted("gift", limit=2) == (2, 0)
    by_price = [await counted("jacket", sort="price_asc", limit=limit) for limit in (1, 5, 50)]
    assert by_price == [(1, 2), (2, 2), (2, 2)]


async def test_what_is_out_of_stock_stands_behind_what_is_as_good_unless_it_is_named() -> None:
    boots = [a_product(id=key, sku=f"BT-{key}", name="Boots", price=9.0, in_stock=key != "7") for key in ("7", "8")]
    shop = Shop()
    shop.search.put("rag-default-2", boots, alias=names_of(DEFAULT).alias)

    assert await found(shop.retriever, "boots") == ["8", "7"]
    assert await found(shop.retriever, "boots BT-7") == ["7", "8"]


async def test_a_slip_is_asked_once_more_in_two_round_trips() -> None:
    shop = Shop()
    await found(shop.retriever, "gift")
    shop.search.calls.clear()

    retrieval = await shop.retriever.retrieve(RetrievalRequest(text="storm jaket", store="default"))

    assert retrieval.hits[0].document.id == "1"
    assert [read.text for read in retrieval.understood] == ["searched for “storm jacket”"]
    assert [method for method, _ in shop.search.calls] == ["fetch_candidates", "fetch_candidates"]


async def test_a_name_by_ear_is_asked_once_more_in_two_round_trips() -> None:
    shop = Shop()
    await found(shop.retriever, "gift")
    shop.search.calls.clear()

    retrieval = await shop.retriever.retrieve(RetrievalRequest(text="сторм jacket", store="default"))

    assert retrieval.hits[0].document.id == "1"
    assert [read.text for read in retrieval.understood] == ["searched for “Storm jacket”"]
    assert [method for method, _ in shop.search.calls] == ["fetch_candidates", "fetch_candidates"]


async def test_a_slip_that_was_none_can_be_taken_back() -> None:
    request = RetrievalRequest(text="storm jaket", store="default", drop=("spelling",))

    assert (await Shop().retriever.retrieve(request)).understood == ()


class TestByPrice:
    @pytest.mark.parametrize(
        ("sort", "expected"),
        [("price_asc", ["2", "1"]), ("price_desc", ["1", "2"])],
        ids=["cheapest first", "dearest first"],
    )
    async def test_only_products_of_the_words_asked_for_are_shown(self, sort: PriceSort, expected: list[str]) -> None:
        retrieval = await Shop().retriever.retrieve(RetrievalRequest(text="jacket", store="default", sort=sort))

        assert [hit.document.id for hit in retrieval.hits] == expected
        assert {hit.score for hit in retrieval.hits} == {0.0}
        assert (retrieval.total, retrieval.message) == (2, "")

    async def test_product_that_only_mentions_a_word_is_off_topic(self) -> None:
        shop = Shop()
        sock = replace(a_product(id="6", sku="SK-1", name="Socks", price=1.0), text="Socks. Warm as a jacket.")
        shop.search.put("rag-default-2", [*a_catalogue(), sock], alias=names_of(DEFAULT).alias)

        assert await found(shop.retriever, "jacket", sort="price_asc", drop=A_WORD_LIKE_OTHERS) == ["2", "1"]
        assert "6" in await found(shop.retriever, "jacket", drop=A_WORD_LIKE_OTHERS)

    async def test_order_covers_all_that_match_and_not_only_the_candidates(self) -> None:
        shop = Shop()
        jackets = [a_product(id=str(n), sku=f"J-{n}", name="Jacket", price=500.0 - n) for n in range(100, 400)]
        shop.search.put("rag-default-2", jackets, alias=names_of(DEFAULT).alias)

        retrieval = await shop.retriever.retrieve(
            RetrievalRequest(text="jacket", store="default", sort="price_asc", limit=2)
        )

        assert [hit.document.id for hit in retrieval.hits] == ["399", "398"]
        assert retrieval.total == 300

    async def test_where_no_word_matches_what_is_alike_is_shown_and_what_is_out_of_stock_comes_last(self) -> None:
        retrieval = await Shop().retriever.retrieve(
            RetrievalRequest(text="gift", store="default", sort="price_asc", limit=4)
        )

        assert [hit.document.id for hit in retrieval.hits] == ["3", "2", "1", "5"]
        assert retrieval.total == 0
        assert (await found(Shop().retriever, "gift", sort="price_asc"))[-1] == "4"

    @pytest.mark.parametrize(
        ("text", "category", "expected"),
        [
            ("kettle", "Home", ["k2", "k1"]),
            ("glass kettle", "Home", ["k1"]),
            ("home", "Home", ["m", "t", "k2", "k1", "c"]),
            ("kettles", "Kettles", ["k2", "k1"]),
            ("", "Home", ["m", "t", "k2", "k1", "c"]),
        ],
    )
    async def test_words_count_within_a_broad_category_unless_they_only_name_it(
        self, text: str, category: str, expected: list[str]
    ) -> None:
        retrieval = await self.of_a_home(text, ProductFilter(categories=(category,)))

        assert [hit.document.id for hit in retrieval.hits] == expected
        assert (retrieval.total, retrieval.message) == (len(expected), "")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("qwrtzx", "No product shares a word with the query. All that meets the conditions is shown."),
            (
                "jacket",
                "Nothing fits the query under these conditions: category “Home”. "
                "All that meets the conditions is shown.",
            ),
        ],
        ids=["nobody's word", "a word of other categories"],
    )
    async def test_category_in_which_no_word_matches_is_shown_as_a_whole_and_said_so(
        self, text: str, message: str
    ) -> None:
        retrieval = await self.of_a_home(text, ProductFilter(categories=("Home",)))

        assert [hit.document.id for hit in retrieval.hits] == ["m", "t", "k2", "k1", "c"]
        assert (retrieval.total, retrieval.message) == (0, message)

    async def of_a_home(self, text: str, wanted: ProductFilter) -> Retrieval:
        home = [
            a_product(id="k1", sku="K-1", name="Glass Kettle", price=56.0, categories=("Home", "Kettles")),
            a_product(id="k2", sku="K-2", name="Steel Kettle", price=39.5, categories=("Home", "Kettles")),
            a_product(id="m", sku="M-1", name="Mug", price=13.0, categories=("Home",)),
            a_product(id="t", sku="T-1", name="Towel", price=14.9, categories=("Home",)),
            a_product(id="c", sku="C-1", name="Curtains", price=None, categories=("Home",)),
        ]
        shop = Shop()
        shop.search.put("rag-default-2", [*a_catalogue(), *home], alias=names_of(DEFAULT).alias)
        request = RetrievalRequest(text=text, store="default", sort="price_asc", filter=wanted)
        return await shop.retriever.retrieve(request)

    async def test_product_with_one_rare_word_of_two_is_off_topic(self) -> None:
        shop = Shop()
        breeze = a_product(id="6", sku="BR-1", name="Storm Storm Windbreaker", price=1.0)
        shop.search.put("rag-default-2", [*a_catalogue(), breeze], alias=names_of(DEFAULT).alias)

        assert await found(shop.retriever, "storm jacket", sort="price_asc") == ["1"]
        assert await found(shop.retriever, "storm anorak", sort="price_asc") == ["6"], "no product has both words"

    async def test_bound_of_the_topic_does_not_move_with_the_price(self) -> None:
        shop = Shop()
        raincoat = replace(a_product(id="6", sku="RC-1", name="Raincoat", price=20.0), text="Raincoat, a jacket.")
        shop.search.put("rag-default-2", [*a_catalogue(), raincoat], alias=names_of(DEFAULT).alias)
        request = RetrievalRequest(
            text="jacket",
            store="default",
            sort="price_asc",
            filter=ProductFilter(price_max=79),
            limit=1,
            drop=A_WORD_LIKE_OTHERS,
        )

        retrieval = await shop.retriever.retrieve(request)

        assert await found(shop.retriever, "jacket", sort="price_asc", drop=A_WORD_LIKE_OTHERS) == ["2", "1"]
        assert ([hit.document.id for hit in retrieval.hits], retrieval.total) == (["6"], 0)
        assert retrieval.message == (
            "Nothing at $79.00 or less fits the query. The nearest by price is “Wool Jacket”: $80.00. "
            "What is shown is only similar."
        )

    async def test_topic_is_found_behind_a_hundred_products_that_score_more(self) -> None:
        crowd = [a_product(id=f"x{n}", sku=f"X-{n}", name="Jacket Jacket", price=500.0 + n) for n in range(120)]
        storm = replace(a_product(id="s", sku="S-1", name="Jacket", price=9.0), text="Jacket. For storm after storm.")
        shop = Shop()
        shop.search.put("rag-default-2", [*crowd, storm], alias=names_of(DEFAULT).alias)
        request = RetrievalRequest(text="storm jacket", store="default", sort="price_asc")

        retrieval = await shop.retriever.retrieve(request)

        assert [hit.document.id for hit in retrieval.hits] == ["s"]
        assert (retrieval.total, retrieval.message) == (1, "")

    async def test_question_without_words_is_about_everything(self) -> None:
        shop = Shop()

        assert await found(shop.retriever, "", sort="price_desc") == ["1", "2", "3", "5", "4"]
        assert shop.embedder.calls == 0

    async def test_products_named_by_code_come_first_by_price_among_themselves(self) -> None:
        assert await found(Shop().retriever, "jacket BT-77 bg10", sort="price_asc") == ["3", "4", "2", "1"]
        assert await found(Shop().retriever, "jacket BT-77 bg10", sort="price_asc", limit=3) == ["3", "4", "2"]

    async def test_product_named_by_code_alone_is_the_only_one(self) -> None:
        retrieval = await Shop().retriever.retrieve(RetrievalRequest(text="BT-77", store="default", sort="price_asc"))

        assert ([hit.document.id for hit in retrieval.hits], retrieval.total) == (["4"], 1)

    async def test_order_takes_two_round_trips_once_the_index_is_known(self) -> None:
        shop = Shop()
        await found(shop.retriever, "jacket")
        shop.search.calls.clear()

        await found(shop.retriever, "jacket", sort="price_asc")

        methods = [method for method, _ in shop.search.calls]
        assert methods[0] == "fetch_candidates"
        assert sorted(methods[1:]) == ["fetch_by_price", "fetch_facts"]


class TestFacts:
    @pytest.mark.parametrize(
        ("text", "count", "prices"),
        [
            ("how many jackets do you have?", 2, (80.0, 120.0)),
            ("how many jackets under $100", 1, (80.0, 80.0)),
            ("how many wool jackets are there?", 1, (80.0, 80.0)),
            ("how many products do you have?", 5, (35.0, 150.0)),
            ("how much are jackets?", 2, (80.0, 120.0)),
            ("cheapest jacket", 2, (80.0, 120.0)),
            ("most expensive jacket", 2, (80.0, 120.0)),
            ("how many unicorns are there?", 0, (None, None)),
        ],
    )
    async def test_of_all_that_is_asked_about(
        self, text: str, count: int, prices: tuple[float | None, float | None]
    ) -> None:
        retrieval = await Shop().retriever.retrieve(RetrievalRequest(text=text, store="default", limit=1))

        assert retrieval.facts is not None
        assert (retrieval.facts.count, retrieval.total) == (count, count)
        assert (retrieval.facts.price_min, retrieval.facts.price_max) == prices

    async def test_question_for_products_themselves_asks_for_none(self) -> None:
        shop = Shop()

        retrievals = [
            await shop.retriever.retrieve(RetrievalRequest(text=text, store="default"))
            for text in ("jacket", "jacket under $100", "BG-10", "2 jackets", "storm jaket")
        ]

        assert [retrieval.facts for retrieval in retrievals] == [None] * 5
        assert shop.search.count("fetch_facts") == 0

    async def test_number_and_prices_are_told_in_the_language_of_the_store(self) -> None:
        retriever = Shop().retriever

        english, russian = [
            (await retriever.retrieve(RetrievalRequest(text=text, store=store, drop=("category:bags",)))).message
            for text, store in (("how many jackets do you have?", "default"), ("сколько у вас jacket", "ru"))
        ]

        assert english == "2 products, from $80.00 to $120.00; all in stock."
        assert russian == "2 товара, от 80 ₽ до 120 ₽; все в наличии."

    async def test_order_alone_needs_no_sentence(self) -> None:
        retrieval = await Shop().retriever.retrieve(RetrievalRequest(text="cheapest jacket", store="default"))

        assert retrieval.message == ""

    async def test_nothing_of_what_is_counted_is_explained(self) -> None:
        request = RetrievalRequest(text="how many unicorns are there?", store="default")

        retrieval = await Shop().retriever.retrieve(request)

        assert retrieval.message == "No product shares a word with the query. What is shown is only similar."

    async def test_what_a_question_names_by_code_is_counted_with_what_it_describes(self) -> None:
        request = RetrievalRequest(text="jacket or BG-10-RED", store="default", sort="price_asc")

        retrieval = await Shop().retriever.retrieve(request)

        assert retrieval.facts is not None
        assert (retrieval.facts.count, retrieval.total, retrieval.facts.price_min) == (3, 3, 35.0)

    @pytest.mark.parametrize("text", ["how many jackets do you have?", "cheapest jacket"])
    async def test_they_are_asked_for_beside_the_second_round_trip(self, text: str) -> None:
        shop = Shop(search=Meeting())
        await found(shop.retriever, "bag", drop=("category:bags",))
        shop.search.calls.clear()

        async with asyncio.timeout(60):
            await found(shop.retriever, text)

        assert shop.search.count("fetch_candidates") == 1
        assert len(shop.search.calls) == 3


class Meeting(FakeSearch):
    """Tells no facts before somebody asks for the products as well, and no products before the facts are asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.both = asyncio.Event()

    async def fetch_facts(self, *args: Any, **options: Any) -> Facts:
        self.both.set()
        return await super().fetch_facts(*args, **options)

    async def fetch_by_price(self, *args: Any) -> PriceList:
        await self.both.wait()
        return await super().fetch_by_price(*args)

    async def fetch_documents(self, *args: Any, **options: Any) -> Mapping[str, CatalogDocument]:
        if self.count("fetch_candidates") == 1 and self.calls[0][0] == "fetch_candidates":
            await self.both.wait()
        return await super().fetch_documents(*args, **options)


async def test_store_decides_which_index_is_searched() -> None:
    shop = Shop()
    shop.search.put("rag-ru-2", [], alias="rag-ru-active")

    assert await found(shop.retriever, "jacket", store="ru") == []
    assert await found(shop.retriever, "jacket") != []


async def test_document_that_vanished_between_the_round_trips_is_left_out() -> None:
    shop = Shop()
    documents = shop.search.indices["rag-default-1"].documents
    shop.search.indices["rag-default-1"].documents = _Forgetful(documents)  # the first leg still sees it

    first, *others = await found(Shop().retriever, "wool jacket")
    assert first == "2"
    assert await found(shop.retriever, "wool jacket") == others


class _Forgetful(dict[str, object]):
    """Shows every document to a search, and no longer has number 2 when it is asked for it."""

    def __contains__(self, key: object) -> bool:
        return key != "2" and super().__contains__(key)


class TestDegraded:
    @pytest.mark.parametrize(
        "failure",
        [EmbeddingUnavailable("busy"), EmbeddingRefused("wrong key")],
        ids=["transient", "terminal"],
    )
    async def test_words_alone_do_when_the_embedder_fails(self, failure: Exception) -> None:
        shop = Shop()
        shop.embedder.fail(failure)

        retrieval = await shop.retriever.retrieve(RetrievalRequest(text="wool jacket", store="default"))

        assert retrieval.degraded == "embeddings"
        assert [hit.document.id for hit in retrieval.hits] == ["2", "1"]
        assert retrieval.hits[0].ranks == {"bm25": 1}

    async def test_embedder_that_cannot_be_built_is_tried_again(self) -> None:
        shop = Shop()
        broken = [EmbeddingRefused("no key")]

        def build(_model: EmbeddingModel) -> Embedder:
            if broken:
                raise broken.pop()
            return shop.embedder

        again = Shop(build=build)
        request = RetrievalRequest(text="jacket", store="default")

        assert (await again.retriever.retrieve(request)).degraded == "embeddings"
        assert (await again.retriever.retrieve(request)).degraded is None

    @pytest.mark.parametrize(("languages", "calls"), [(("en",), 0), (("en", "ru"), 1), ((), 1)])
    async def test_question_in_a_language_the_model_does_not_know_is_not_embedded(
        self, languages: tuple[str, ...], calls: int
    ) -> None:
        shop = Shop(languages=languages)

        retrieval = await shop.retriever.retrieve(RetrievalRequest(text="тёплая куртка", store="default"))

        assert shop.embedder.calls == calls
        assert retrieval.degraded is None

    async def test_model_that_does_not_know_the_language_is_not_asked(self) -> None:
        shop = Shop(languages=("en",))

        retrieval = await shop.retriever.retrieve(RetrievalRequest(text="wool jacket", store="ru"))

        assert shop.embedder.calls == 0
        assert retrieval.degraded is None
        assert {tuple(hit.ranks) for hit in retrieval.hits} == {("bm25",)}


class TestSwap:
    async def test_index_pruned_after_a_swap_is_resolved_again(self) -> None:
        shop = Shop()
        await found(shop.retriever, "jacket")
        shop.search.put("rag-default-2", a_catalogue()[:1], alias=names_of(DEFAULT).alias)
        del shop.search.indices["rag-default-1"]

        assert await found(shop.retriever, "jacket") == ["1"]

    @pytest.mark.parametrize("at", ["fetch_candidates", "fetch_documents"])
    async def test_index_that_cannot_answer_while_it_is_deleted_is_left_for_the_new_one(self, at: str) -> None:
        shop = Shop()
        await found(shop.retriever, "jacket")
        shop.search.put("rag-default-2", a_catalogue()[:1], alias=names_of(DEFAULT).alias)
        shop.search.broken[at, "rag-default-1"] = ClusterBusy("all shards failed")

        assert await found(shop.retriever, "jacket") == ["1"]

    async def test_swap_is_seen_after_five_seconds(self) -> None:
        shop = Shop()
        await found(shop.retriever, "jacket")
        shop.search.put("rag-default-2", a_catalogue()[:1], alias=names_of(DEFAULT).alias)

        shop.clock.now += 4.9
        assert len(await found(shop.retriever, "gift")) == 5
        shop.clock.now += 0.2
        assert len(await found(shop.retriever, "gift")) == 1

    async def test_new_model_is_opened_and_the_old_one_closed(self) -> None:
        shop = Shop()
        await found(shop.retriever, "jacket")
        await found(shop.retriever, "jacket", store="ru")
        assert [model.name for model in shop.built] == ["fake"]

        meta = a_meta(model="newer")
        for store in ("default", "ru"):
            shop.search.put(f"rag-{store}-2", a_catalogue(), alias=f"rag-{store}-active", meta=meta)
        shop.clock.now += 10
        await found(shop.retriever, "jacket")
        assert shop.embedder.closed is False, "the other store still needs it"
        await found(shop.retriever, "jacket", store="ru")

        assert [model.name for model in shop.built] == ["fake", "newer"]
        assert shop.embedder.closed is True


class TestUnavailable:
    async def test_cluster_out_of_reach_asks_for_patience(self) -> None:
        shop = Shop()
        shop.search.failures.append(ClusterUnreachable("OPENSEARCH_URL=http://10.0.0.7:9200: no answer"))

        with pytest.raises(CatalogUnavailable) as caught:
            await found(shop.retriever, "jacket")

        assert (caught.value.status, caught.value.retry_after) == (503, 2)
        assert "10.0.0.7" not in str(caught.value)

    async def test_busy_cluster_whose_alias_stays_is_not_asked_twice(self) -> None:
        shop = Shop()
        await found(shop.retriever, "jacket")
        shop.search.failures.append(ClusterBusy("rejected"))
        searches = shop.search.count("fetch_candidates")

        with pytest.raises(CatalogUnavailable) as caught:
            await found(shop.retriever, "jacket")

        assert caught.value.retry_after == 2
        assert shop.search.count("fetch_candidates") == searches + 1

    async def test_store_without_an_index_is_unavailable(self) -> None:
        shop = Shop()
        shop.search.aliases.clear()

        with pytest.raises(CatalogUnavailable, match="'default' cannot be searched yet") as caught:
            await found(shop.retriever, "jacket")
        assert caught.value.retry_after == 10

    async def test_index_gone_for_good_is_unavailable(self) -> None:
        shop = Shop()
        shop.search.indices.clear()

        with pytest.raises(CatalogUnavailable):
            await found(shop.retriever, "jacket")

    @pytest.mark.parametrize("failure", [AccessDenied, TlsRefused, UnsuitableCluster])
    async def test_cluster_that_cannot_be_used_is_unavailable_and_told_to_nobody(self, failure: type[Terminal]) -> None:
        shop = Shop()
        shop.search.failures.append(failure("OPENSEARCH_URL: the cluster answered 403; user 'reader'"))
        before = without_a_catalogue()

        with pytest.raises(CatalogUnavailable) as caught:
            await found(shop.retriever, "jacket")

        assert "reader" not in str(caught.value)
        assert without_a_catalogue() == before + 1

    async def test_query_the_cluster_refuses_is_our_fault_and_rises(self) -> None:
        shop = Shop()
        await found(shop.retriever, "jacket")
        shop.search.failures.append(RequestRefused("bad query", status=400, kind="parsing_exception"))

        with pytest.raises(RequestRefused):
            await found(shop.retriever, "jacket")


def without_a_catalogue() -> float:
    return REGISTRY.get_sample_value("vitrina_degraded_total", {"part": "catalog", "store": "default"}) or 0


class TestMessage:
    async def message(
        self,
        wanted: ProductFilter,
        *,
        store: str = "default",
        text: str = "jacket",
        documents: Sequence[CatalogDocument] = (),
    ) -> str:
        shop = Shop()
        if documents:
            shop.search.put("rag-default-2", documents, alias=names_of(DEFAULT).alias)
        retrieval = await shop.retriever.retrieve(RetrievalRequest(text=text, store=store, filter=wanted))
        assert retrieval.hits == ()
        return retrieval.message

    async def test_unknown_category_names_the_closest(self) -> None:
        assert await self.message(ProductFilter(categories=("jacket",))) == (
            "There is no category “jacket”. The closest: Jackets."
        )

    async def test_category_that_resembles_nothing_names_the_largest(self) -> None:
        message = await self.message(ProductFilter(categories=("Zzz",)), store="ru")

        assert message.startswith("Категории «Zzz» нет. Самые близкие: ")
        assert "Jackets" in message

    async def test_price_nobody_asks_names_the_nearest_product(self) -> None:
        assert await self.message(ProductFilter(price_min=5, price_max=10)) == (
            "Nothing between $5.00 and $10.00. The nearest by price is “Wool Jacket”: $80.00."
        )

    async def test_price_is_explained_in_the_language_of_the_store(self) -> None:
        message = await self.message(ProductFilter(price_min=1000), store="ru")

        assert message == "Ничего от 1 000 ₽. Ближайшее по цене: Storm Jacket — $120.00."

    async def test_upper_bound_alone_is_explained(self) -> None:
        assert (await self.message(ProductFilter(price_max=1))).startswith("Nothing at $1.00 or less.")

    async def test_price_bound_where_all_is_on_request_names_no_product(self) -> None:
        catalogue = [a_product(id="5", sku="TN-1", name="Expedition Tent", price=None)]

        message = await self.message(ProductFilter(price_max=9), documents=catalogue)

        assert message == "Nothing at $9.00 or less."

    async def test_price_is_one_of_the_conditions_where_it_is_not_alone_to_blame(self) -> None:
        assert await self.message(ProductFilter(price_max=9, categories=("Camping",))) == (
            "Nothing meets all conditions at once: category “Camping”, price at $9.00 or less. "
            "Without some of them there may be something."
        )

    async def test_nearest_by_price_is_looked_for_beyond_the_candidates(self) -> None:
        jackets = [a_product(id=str(n), sku=f"J-{n}", name="Jacket", price=float(n)) for n in range(100, 400)]
        near = [a_product(id="x1", sku="J-X1", name="Jacket of Rain", price=20.0)]

        message = await self.message(ProductFilter(price_min=30, price_max=50), documents=[*jackets, *near])

        assert message.endswith("The nearest by price is “Jacket of Rain”: $20.00.")

    async def test_nearest_of_a_product_named_by_code_is_that_product(self) -> None:
        message = await self.message(ProductFilter(price_max=10), text="wool jacket BT-77")

        assert message == "Nothing at $10.00 or less. The nearest by price is “Hiking Boots”: $150.00."

    @pytest.mark.parametrize("text", ["tent", "TN-1"], ids=["by words", "by code"])
    async def test_best_match_on_request_is_said_to_be_so(self, text: str) -> None:
        message = await self.message(ProductFilter(price_max=10), text=text)

        assert message == "Nothing at $10.00 or less. “Expedition Tent”, the best match, is priced on request."

    async def test_nearest_of_others_is_named_beside_a_best_match_on_request(self) -> None:
        tents = [
            replace(a_product(id="1", sku="TN-1", name="Expedition Tent", price=None), text="A tent, a tent."),
            a_product(id="2", sku="TN-2", name="Tent", price=99.0),
        ]

        message = await self.message(ProductFilter(price_max=10), text="tent", documents=tents)

        assert message == (
            "Nothing at $10.00 or less. “Expedition Tent”, the best match, is priced on request. "
            "The nearest by price is “Tent”: $99.00."
        )

    async def test_nearest_in_a_category_is_any_of_it_where_none_shares_words(self) -> None:
        message = await self.message(ProductFilter(price_max=10, categories=("Clothes",)), text="gift")

        assert message == "Nothing at $10.00 or less. The nearest by price is “Wool Jacket”: $80.00."

    async def test_conditions_that_exclude_each_other_are_named(self) -> None:
        wanted = ProductFilter(categories=("Shoes",), in_stock=True, attributes={"color": ("Red",)})

        assert await self.message(wanted) == (
            "Nothing meets all conditions at once: category “Shoes”, Color: Red, in stock. "
            "Without some of them there may be something."
        )

    async def test_single_condition_that_leaves_nothing_is_named_by_itself(self) -> None:
        wanted = ProductFilter(exclude_ids=("1", "2", "3", "4", "5"))

        assert await self.message(wanted, text="gift") == "Nothing meets this condition: not shown already."
        assert (
            await self.message(wanted, text="gift", store="ru")
            == "Под это условие ничего не подходит: ещё не показано."
        )

    async def test_attribute_or_value_that_nobody_has_is_told_with_the_closest(self) -> None:
        attribute = ProductFilter(attributes={"colr": ("Red",)})
        value = ProductFilter(attributes={" COLOR ": ("Blakc", "Blak")})

        assert await self.message(attribute) == "There is no attribute “colr”. The closest: color."
        assert await self.message(attribute, store="ru") == "Характеристики «colr» нет. Самые близкие: color."
        assert await self.message(value) == "No product has “Blakc” as its Color. The closest: Black."
        assert (
            await self.message(value, store="ru")
            == "Характеристики «Color» со значением «Blakc» нет ни у одного товара. Самые близкие: Black."
        )

    async def test_range_that_no_price_is_in_is_told_as_that(self) -> None:
        wanted = ProductFilter(price_min=130, price_max=100)

        assert await self.message(wanted, text="jacket") == (
            "No price is $130.00 or more and $100.00 or less at once. The nearest by price is “Storm Jacket”: $120.00."
        )
        assert (await self.message(wanted, text="jacket", store="ru")).startswith(
            "Цены, которая сразу от 130 ₽ и до 100 ₽, не бывает."
        )

    async def test_nearest_by_price_is_any_product_where_none_shares_words(self) -> None:
        message = await self.message(ProductFilter(price_max=10), text="gift")

        assert message == "Nothing at $10.00 or less. The nearest by price is “City Bag”: $35.00."

    async def test_empty_catalogue_says_so(self) -> None:
        shop = Shop()
        shop.search.put("rag-default-2", [], alias=names_of(DEFAULT).alias)

        retrieval = await shop.retriever.retrieve(RetrievalRequest(text="jacket", store="default"))

        assert retrieval.message == "Nothing in the catalogue matches."

    async def test_what_the_catalogue_knows_is_counted_once_an_index(self) -> None:
        shop = Shop()
        wanted = ProductFilter(categories=("jacket",))
        for _ in range(3):
            await shop.retriever.retrieve(RetrievalRequest(text="x", store="default", filter=wanted))

        assert shop.search.count("fetch_counts") == 1


class TestMessageWithoutVectors:
    """The model does not know the store's language: an empty result may be the fault of the words alone."""

    @pytest.mark.parametrize(
        ("text", "wanted", "message"),
        [
            ("gift", ProductFilter(), "Слов запроса нет ни у одного товара."),
            ("gift", ProductFilter(categories=("Bags",)), "Слов запроса нет ни у одного товара."),
            (
                "jacket",
                ProductFilter(categories=("Bags",)),
                "По запросу под эти условия ничего не подходит: категория «Bags».",
            ),
            (
                "jacket",
                ProductFilter(price_max=40),
                "По запросу ничего подходящего до 40 ₽ нет. Ближайшее по цене: Wool Jacket — $80.00.",
            ),
            ("tent", ProductFilter(categories=("Camping",)), ""),
        ],
    )
    async def test_words_are_not_taken_for_a_fault_of_the_conditions(
        self, text: str, wanted: ProductFilter, message: str
    ) -> None:
        request = RetrievalRequest(text=text, store="ru", filter=wanted, drop=A_WORD_LIKE_OTHERS)
        retrieval = await Shop(languages=("en",)).retriever.retrieve(request)

        assert (retrieval.message, bool(retrieval.hits)) == (message, not message)


class TestMessageBesideSimilarProducts:
    """Nothing under the conditions is what was asked for, and what is alike is shown all the same."""

    async def message(self, wanted: ProductFilter, *, store: str = "default", text: str = "jacket", **more: Any) -> str:
        request = RetrievalRequest(text=text, store=store, filter=wanted, drop=A_WORD_LIKE_OTHERS, **more)
        retrieval = await Shop().retriever.retrieve(request)
        assert retrieval.hits != ()
        return retrieval.message

    @pytest.mark.parametrize("sort", ["relevance", "price_asc"])
    async def test_price_that_leaves_none_of_them_names_the_nearest(self, sort: str) -> None:
        assert await self.message(ProductFilter(price_min=30, price_max=40), sort=sort) == (
            "Nothing between $30.00 and $40.00 fits the query. "
            "The nearest by price is “Wool Jacket”: $80.00. What is shown is only similar."
        )

    async def test_it_is_said_in_the_language_of_the_store(self) -> None:
        assert await self.message(ProductFilter(price_max=40), store="ru") == (
            "По запросу ничего подходящего до 40 ₽ нет. Ближайшее по цене: Wool Jacket — $80.00. "
            "Показано только похожее."
        )
        assert await self.message(ProductFilter(in_stock=False), store="ru") == (
            "По запросу под эти условия ничего не подходит: нет в наличии. Показано только похожее."
        )

    async def test_other_conditions_are_named(self) -> None:
        assert await self.message(ProductFilter(attributes={"color": ("Red",)})) == (
            "Nothing fits the query under these conditions: Color: Red. What is shown is only similar."
        )

    async def test_price_is_not_blamed_for_what_other_conditions_leave_out(self) -> None:
        wanted = ProductFilter(price_max=60, categories=("Bags",))

        assert await self.message(wanted) == (
            "Nothing fits the query under these conditions: category “Bags”, "
            "price at $60.00 or less. What is shown is only similar."
        )

    @pytest.mark.parametrize(
        "wanted", [ProductFilter(), ProductFilter(price_max=60), ProductFilter(in_stock=True)], ids=str
    )
    async def test_words_that_nobody_has_anywhere_are_no_fault_of_the_conditions(self, wanted: ProductFilter) -> None:
        assert await self.message(wanted, text="gift") == (
            "No product shares a word with the query. What is shown is only similar."
        )

    async def test_words_that_nobody_has_are_told_in_the_language_of_the_store(self) -> None:
        assert await self.message(ProductFilter(), text="абракадабра", store="ru") == (
            "Слов запроса нет ни у одного товара. Показано только похожее."
        )

    @pytest.mark.parametrize("sort", ["relevance", "price_asc"])
    async def test_one_incidental_word_does_not_silence_the_message(self, sort: Sort) -> None:
        shop = Shop()
        socks = a_product(id="6", sku="SK-1", name="Wool Wool Socks", price=8.5)
        shop.search.put("rag-default-2", [*a_catalogue(), socks], alias=names_of(DEFAULT).alias)
        cheap = ProductFilter(price_max=10)
        request = RetrievalRequest(text="wool jacket", store="default", filter=cheap, sort=sort)

        retrieval = await shop.retriever.retrieve(request)

        assert ([hit.document.id for hit in retrieval.hits], retrieval.total) == (["6"], 0)
        assert retrieval.message == (
            "Nothing at $10.00 or less fits the query. The nearest by price is “Wool Jacket”: $80.00. "
            "What is shown is only similar."
        )

    async def test_matching_product_needs_no_explanation(self) -> None:
        assert await self.message(ProductFilter(price_max=100)) == ""


class TestFetchProduct:
    async def test_id_finds_the_product_with_its_date(self) -> None:
        product = await Shop().retriever.fetch_product("default", id="3")

        assert product is not None
        assert (product[0].document.name, product[1]) == ("City Bag", BUILT_AT)

    @pytest.mark.parametrize("sku", ["BG-10", "bg10", "BG-10-RED", "4006381333931"])
    async def test_any_code_finds_the_parent(self, sku: str) -> None:
        product = await Shop().retriever.fetch_product("default", sku=sku)

        assert product is not None
        assert product[0].document.id == "3"

    async def test_code_written_exactly_wins_over_one_that_only_folds_alike(self) -> None:
        shop = Shop()
        alike = [
            a_product(id="1", sku="AB-1", name="First", price=1.0),
            a_product(id="2", sku="AB1", name="Second", price=1.0),
        ]
        shop.search.put("rag-default-2", alike, alias=names_of(DEFAULT).alias)

        product = await shop.retriever.fetch_product("default", sku="AB1")

        assert product is not None
        assert product[0].document.name == "Second"

    @pytest.mark.parametrize("asked", [{"id": "404"}, {"sku": "NOPE"}], ids=["id", "sku"])
    async def test_unknown_product_is_none(self, asked: dict[str, str]) -> None:
        assert await Shop().retriever.fetch_product("default", **asked) is None


async def test_warm_up_opens_the_embedder_before_the_first_question() -> None:
    shop = Shop()

    await shop.retriever.warm_up()

    assert len(shop.built) == 1
    assert shop.embedder.calls == 0


async def test_problems_name_alias_and_fix() -> None:
    shop = Shop()
    del shop.search.aliases["rag-ru-active"]

    assert await shop.retriever.problems() == (
        "Store 'ru': no index behind alias 'rag-ru-active' yet; run `vitrina-indexer run`.",
    )


async def test_closing_the_retriever_closes_the_embedder() -> None:
    shop = Shop()
    await found(shop.retriever, "jacket")

    await shop.retriever.aclose()

    assert shop.embedder.closed is True


@pytest.mark.parametrize("text", ["cheapest jacket without hood", "how many jackets without hood do you have"])
async def test_what_is_not_wanted_is_neither_counted_nor_listed_by_price(text: str) -> None:
    jackets = [
        replace(
            a_product(id=f"{n}", sku=f"J-{n}", name=f"Jacket {n}", price=10.0 * n, categories=("Jackets",)),
            text=f"Jacket {n}. Jackets." + (" With a hood." if n < 4 else ""),
        )
        for n in range(1, 7)
    ]
    shop = Shop()
    shop.search.put("rag-default-2", jackets, alias=names_of(DEFAULT).alias)

    found = await shop.retriever.retrieve(RetrievalRequest(text=text, store="default"))

    assert found.facts is not None
    assert (found.total, found.facts.count) == (3, 3)
    if found.hits and "cheapest" in text:
        assert [hit.document.id for hit in found.hits] == ["4", "5", "6"]
