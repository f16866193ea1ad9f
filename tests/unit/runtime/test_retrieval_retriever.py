"""The retriever over a fake index: what it finds, in which order, and what it says when it finds nothing."""

from typing import Any

import pytest
from support.runtime import DEFAULT, Shop, names_of
from support.search import BUILT_AT, a_catalogue, a_meta, a_product

from runtime.errors import CatalogUnavailable
from runtime.retrieval.retriever import RetrievalRequest, Retriever
from shared.embedding.embedder import Embedder, EmbeddingModel, EmbeddingRefused, EmbeddingUnavailable
from shared.hybrid.query import ProductFilter
from shared.opensearch import AccessDenied, ClusterUnreachable, RequestRefused


async def found(retriever: Retriever, text: str, **more: Any) -> list[str]:
    retrieval = await retriever.retrieve(RetrievalRequest(text=text, **{"store": "default", **more}))
    return [hit.document.id for hit in retrieval.hits]


async def test_product_of_both_legs_comes_first() -> None:
    shop = Shop()

    retrieval = await shop.retriever.retrieve(RetrievalRequest(text="wool jacket", store="default"))

    best = retrieval.hits[0]
    assert best.document.id == "2"
    assert best.ranks == {"bm25": 1, "knn": 1}
    assert best.score == pytest.approx(2 / 61)
    assert (retrieval.store, retrieval.as_of, retrieval.total) == ("default", BUILT_AT, 5)
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


async def test_limit_bounds_the_hits_and_not_the_total() -> None:
    retrieval = await Shop().retriever.retrieve(RetrievalRequest(text="jacket", store="default", limit=2))

    assert (len(retrieval.hits), retrieval.total) == (2, 5)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [("price_asc", ["2", "1"]), ("price_desc", ["1", "2"])],
    ids=["cheapest first", "dearest first"],
)
async def test_by_price_only_products_that_share_words_with_the_question_are_shown(
    sort: str, expected: list[str]
) -> None:
    retrieval = await Shop().retriever.retrieve(RetrievalRequest(text="jacket", store="default", sort=sort))

    assert [hit.document.id for hit in retrieval.hits] == expected
    assert retrieval.total == 2


async def test_by_price_all_products_are_shown_where_none_shares_words_and_those_on_request_come_last() -> None:
    assert await found(Shop().retriever, "gift", sort="price_asc") == ["3", "2", "1", "4", "5"]


async def test_by_price_a_category_says_what_the_topic_is() -> None:
    clothes = ProductFilter(categories=("Clothes",))

    assert await found(Shop().retriever, "wool", sort="price_asc", filter=clothes) == ["2", "1"]


async def test_hit_says_how_much_of_the_best_ones_words_it_shares() -> None:
    retrieval = await Shop().retriever.retrieve(RetrievalRequest(text="wool jacket", store="default"))

    shares = {hit.document.id: hit.word_share for hit in retrieval.hits}
    assert shares["2"] == 1.0
    assert 0 < shares["1"] < 1
    assert shares["4"] == 0


async def test_store_decides_which_index_is_searched() -> None:
    shop = Shop()
    shop.search.put("rag-ru-2", [], alias="rag-ru-active")

    assert await found(shop.retriever, "jacket", store="ru") == []
    assert await found(shop.retriever, "jacket") != []


async def test_document_that_vanished_between_the_round_trips_is_left_out() -> None:
    shop = Shop()
    documents = shop.search.indices["rag-default-1"].documents
    shop.search.indices["rag-default-1"].documents = _Forgetful(documents)  # the first leg still sees it

    assert "2" not in await found(shop.retriever, "wool jacket")


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

    async def test_swap_is_seen_after_five_seconds(self) -> None:
        shop = Shop()
        await found(shop.retriever, "jacket")
        shop.search.put("rag-default-2", a_catalogue()[:1], alias=names_of(DEFAULT).alias)

        shop.clock.now += 4.9
        assert len(await found(shop.retriever, "jacket")) == 5
        shop.clock.now += 0.2
        assert len(await found(shop.retriever, "jacket")) == 1

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

    async def test_refused_access_is_unavailable_and_told_to_nobody(self) -> None:
        shop = Shop()
        shop.search.failures.append(AccessDenied("OPENSEARCH_URL: the cluster answered 403; user 'reader'"))

        with pytest.raises(CatalogUnavailable) as caught:
            await found(shop.retriever, "jacket")

        assert "reader" not in str(caught.value)

    async def test_query_the_cluster_refuses_is_our_fault_and_rises(self) -> None:
        shop = Shop()
        await found(shop.retriever, "jacket")
        shop.search.failures.append(RequestRefused("bad query", status=400, kind="parsing_exception"))

        with pytest.raises(RequestRefused):
            await found(shop.retriever, "jacket")


class TestMessage:
    async def message(self, wanted: ProductFilter, *, store: str = "default", text: str = "jacket") -> str:
        retrieval = await Shop().retriever.retrieve(RetrievalRequest(text=text, store=store, filter=wanted))
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

        assert message == "Ничего от 1 000 ₽. Ближайшее по цене: «Storm Jacket», $120.00."

    async def test_upper_bound_alone_is_explained(self) -> None:
        assert (await self.message(ProductFilter(price_max=1))).startswith("Nothing at $1.00 or less.")

    async def test_price_bound_where_all_is_on_request_names_no_product(self) -> None:
        assert await self.message(ProductFilter(price_max=9, categories=("Camping",))) == "Nothing at $9.00 or less."

    async def test_conditions_that_exclude_each_other_are_named(self) -> None:
        wanted = ProductFilter(categories=("Shoes",), in_stock=True, attributes={"color": ("Red",)})

        assert await self.message(wanted) == (
            "Nothing meets all conditions at once: category “Shoes”, color = Red, in stock. "
            "Without some of them there may be something."
        )

    async def test_single_condition_that_leaves_nothing_is_named_by_itself(self) -> None:
        wanted = ProductFilter(attributes={"color": ("Pink", "Blue")})

        assert await self.message(wanted) == "Nothing meets this condition: color = Pink / Blue."
        assert await self.message(wanted, store="ru") == "Под это условие ничего не подходит: color = Pink / Blue."

    async def test_nearest_by_price_is_any_product_where_none_shares_words(self) -> None:
        message = await self.message(ProductFilter(price_max=10), text="gift")

        assert message == "Nothing at $10.00 or less. The nearest by price is “City Bag”: $35.00."

    async def test_empty_catalogue_says_so(self) -> None:
        shop = Shop()
        shop.search.put("rag-default-2", [], alias=names_of(DEFAULT).alias)

        retrieval = await shop.retriever.retrieve(RetrievalRequest(text="jacket", store="default"))

        assert retrieval.message == "Nothing in the catalogue matches."

    async def test_categories_are_read_once_an_index(self) -> None:
        shop = Shop()
        wanted = ProductFilter(categories=("jacket",))
        for _ in range(3):
            await shop.retriever.retrieve(RetrievalRequest(text="x", store="default", filter=wanted))

        assert shop.search.count("fetch_categories") == 1


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
