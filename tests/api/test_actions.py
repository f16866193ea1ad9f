"""The Action API over HTTP: what a Custom GPT sends and reads. Every answer is checked against openapi/."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from support.index_meta import BUILT_AT
from support.runtime import (
    ACTION_KEY,
    RUSSIAN_ACTION_KEY,
    Shop,
    assert_documented,
    assert_error,
    client_of,
    committed,
    some_services,
)

from shared.embedding.embedder import EmbeddingUnavailable
from shared.hybrid.settings import OURS
from shared.opensearch import ClusterUnreachable

RETRIEVE = "/api/v1/actions/retrieve_products"
GET = "/api/v1/actions/get_product"


async def ids(gpt: httpx2.AsyncClient, **request: Any) -> list[str]:
    response = await gpt.post(RETRIEVE, json={"query": "jacket for walks", **request})
    assert response.status_code == 200, response.text
    return [product["id"] for product in response.json()["products"]]


class TestRetrieveProducts:
    async def test_question_for_a_number_is_answered_with_facts(self, gpt: httpx2.AsyncClient) -> None:
        response = await gpt.post(RETRIEVE, json={"query": "how many jackets do you have?", "limit": 1})

        assert_documented(response, committed("actions.yaml"))
        body = response.json()
        assert (len(body["products"]), body["total"]) == (1, 2)
        assert body["message"] == "2 products, from $80.00 to $120.00; all in stock."
        prices = {"price_min": 80.0, "price_max": 120.0}
        assert body["facts"] == {
            "count": 2,
            "exact": True,
            "in_stock": 2,
            "on_request": 0,
            **prices,
            "categories": [{"name": name, "count": 2, **prices} for name in ("Clothes", "Jackets")],
        }

    async def test_answer_has_the_shape_of_the_contract(self, gpt: httpx2.AsyncClient) -> None:
        response = await gpt.post(RETRIEVE, json={"query": "wool jacket"})

        assert response.status_code == 200
        assert_documented(response, committed("actions.yaml"))
        body = response.json()
        assert list(body) == ["store", "as_of", "total", "understood", "message", "products"]
        assert (body["store"], body["total"], body["understood"], body["message"]) == ("default", 2, [], "")
        assert body["as_of"] == BUILT_AT.isoformat().replace("+00:00", "Z")
        assert body["products"][0] == {
            "id": "2",
            "sku": "WJ-02",
            "variant_skus": [],
            "name": "Wool Jacket",
            "short_text": "A wool jacket.",
            "price_from": 80.0,
            "price_to": 80.0,
            "currency": "USD",
            "price_text": "$80.00",
            "in_stock": True,
            "url": "https://shop.test/wj-02.html",
            "image": None,
            "categories": ["Jackets", "Clothes"],
            "attributes": {"color": {"label": "Color", "values": ["Black"]}},
            "score": pytest.approx(sum(OURS.known.weights.values()) / (OURS.known.k + 1)),
        }

    async def test_limit_is_ten_by_default_and_bounds_the_answer(self, gpt: httpx2.AsyncClient) -> None:
        assert len(await ids(gpt)) == 5
        assert len(await ids(gpt, limit=1)) == 1

    async def test_whole_number_may_be_written_with_a_point(self, gpt: httpx2.AsyncClient) -> None:
        assert len(await ids(gpt, limit=2.0)) == 2

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ({"price_min": 100}, {"1", "4"}),
            ({"price_max": 80.0}, {"2", "3"}),
            ({"in_stock": False}, {"4"}),
            ({"category": "JACKETS"}, {"1", "2"}),
            ({"category": " Jackets "}, {"1", "2"}),
            ({"attributes": {"color": "red"}}, {"3"}),
            ({"attributes": {"color": ["Red", "Black"]}}, {"2", "3"}),
            ({"price_min": None, "category": None, "attributes": {}}, {"1", "2", "3", "4", "5"}),
        ],
        ids=["from", "to", "stock", "category", "category in spaces", "one value", "values", "nothing"],
    )
    async def test_filter_holds(self, gpt: httpx2.AsyncClient, filters: dict[str, Any], expected: set[str]) -> None:
        assert set(await ids(gpt, filters=filters)) == expected

    async def test_products_are_sorted_by_price(self, gpt: httpx2.AsyncClient) -> None:
        assert await ids(gpt, sort="price_asc") == ["2", "1"]

    async def test_excluded_products_stay_away(self, gpt: httpx2.AsyncClient) -> None:
        assert set(await ids(gpt, exclude_ids=["1", "2", "3"])) == {"4", "5"}

    async def test_dropping_a_condition_nobody_read_changes_nothing(self, gpt: httpx2.AsyncClient) -> None:
        assert await ids(gpt, drop=["c1"]) == await ids(gpt)

    async def test_unknown_category_is_explained_with_the_closest_names(self, gpt: httpx2.AsyncClient) -> None:
        response = await gpt.post(RETRIEVE, json={"query": "bag", "filters": {"category": "Bag"}})

        assert response.status_code == 200
        assert response.json()["products"] == []
        assert response.json()["message"] == "There is no category “Bag”. The closest: Bags."

    async def test_store_is_chosen_by_code(self, gpt: httpx2.AsyncClient, shop: Shop) -> None:
        response = await gpt.post(RETRIEVE, json={"query": "jacket", "store": "ru"})

        assert response.json()["store"] == "ru"
        assert ("fetch_candidates", "rag-ru-1") in shop.search.calls

    async def test_unknown_store_names_the_known_ones(self, gpt: httpx2.AsyncClient) -> None:
        error = assert_error(
            await gpt.post(RETRIEVE, json={"query": "jacket", "store": "nl"}),
            404,
            code="store_not_found",
            param="store",
        )
        assert error["message"] == "There is no store 'nl'. Known: default, ru."

    async def test_embedder_out_of_reach_degrades_and_says_so(self, gpt: httpx2.AsyncClient, shop: Shop) -> None:
        shop.embedder.fail(EmbeddingUnavailable("busy"))

        response = await gpt.post(RETRIEVE, json={"query": "wool jacket"})

        assert response.headers["x-degraded"] == "embeddings"
        assert [product["id"] for product in response.json()["products"]] == ["2", "1"]

    async def test_cluster_out_of_reach_is_503_with_retry_after(self, gpt: httpx2.AsyncClient, shop: Shop) -> None:
        shop.search.failures.append(ClusterUnreachable("OPENSEARCH_URL=http://10.0.0.7:9200: no answer"))

        response = await gpt.post(RETRIEVE, json={"query": "jacket"})

        assert_error(response, 503, code="catalog_unavailable")
        assert response.headers["retry-after"] == "2"
        assert "10.0.0.7" not in response.text

    async def test_explain_tells_why_each_product_stands_where_it_stands(self, gpt: httpx2.AsyncClient) -> None:
        response = await gpt.post(RETRIEVE, json={"query": "wool jacket", "explain": True})

        assert_documented(response, committed("actions.yaml"))
        first, *_, last = [product["explain"] for product in response.json()["products"]]
        share = {leg: weight / (OURS.known.k + 1) for leg, weight in OURS.known.weights.items()}
        assert first == {
            "fused": pytest.approx(sum(share.values())),
            "legs": {
                leg: {"rank": 1, "score": first["legs"][leg]["score"], "share": pytest.approx(share[leg])}
                for leg in ("bm25", "knn")
            },
            "words": {"name": ["wool", "jacket"], "specs": [], "categories": [], "text": []},
            "synonyms": {"name": [], "specs": [], "categories": [], "text": []},
            "reasons": [{"kind": "places", "text": "By words no. 1; by meaning no. 1."}],
        }
        assert list(last["legs"]) == ["knn"]

    async def test_explain_changes_nothing_but_that_it_explains(self, gpt: httpx2.AsyncClient) -> None:
        plain, told = [
            (await gpt.post(RETRIEVE, json={"query": "wool jacket", "explain": explain})).json()
            for explain in (False, True)
        ]

        assert all(product.pop("explain") for product in told["products"])
        assert told == plain

    @pytest.mark.parametrize(
        ("request_body", "param"),
        [
            ({}, "query"),
            ({"query": ""}, "query"),
            ({"query": " \t\n"}, "query"),
            ({"query": 5}, "query"),
            ({"query": "x" * 2001}, "query"),
            ({"query": "x", "limit": 0}, "limit"),
            ({"query": "x", "limit": 51}, "limit"),
            ({"query": "x", "limit": "5"}, "limit"),
            ({"query": "x", "limit": True}, "limit"),
            ({"query": "x", "limit": 2.5}, "limit"),
            ({"query": "x", "sort": "newest"}, "sort"),
            ({"query": "x", "explain": "maybe"}, "explain"),
            ({"query": "x", "explain": 1}, "explain"),
            ({"query": "x", "explain": None}, "explain"),
            ({"query": "x", "filters": []}, "filters"),
            ({"query": "x", "filters": {"price_min": -1}}, "filters.price_min"),
            ({"query": "x", "filters": {"price_min": "5"}}, "filters.price_min"),
            ({"query": "x", "filters": {"price_min": 10, "price_max": 5}}, "filters.price_max"),
            ({"query": "x", "filters": {"in_stock": 1}}, "filters.in_stock"),
            ({"query": "x", "filters": {"in_stock": "true"}}, "filters.in_stock"),
            ({"query": "x", "filters": {"colour": "Red"}}, "filters.colour"),
            ({"query": "x", "filters": {"category": ["Bags"]}}, "filters.category"),
            ({"query": "x", "filters": {"attributes": {"color": []}}}, "filters.attributes.color"),
            ({"query": "x", "filters": {"attributes": {"color": [1]}}}, "filters.attributes.color[0]"),
            ({"query": "x", "exclude_ids": "1"}, "exclude_ids"),
            ({"query": "x", "exclude_ids": [1]}, "exclude_ids[0]"),
            ({"query": "x", "exclude_ids": ["1"] * 101}, "exclude_ids"),
            ({"query": "x", "k": 100}, "k"),
        ],
    )
    async def test_invalid_request_is_400_and_names_the_member(
        self, gpt: httpx2.AsyncClient, shop: Shop, request_body: dict[str, Any], param: str
    ) -> None:
        error = assert_error(await gpt.post(RETRIEVE, json=request_body), 400, param=param)

        assert error["type"] == "invalid_request_error"
        assert {method for method, _ in shop.search.calls} == {"fetch_live", "fetch_counts"}, "what the start asked"


class TestGetProduct:
    @pytest.mark.parametrize("asked", [{"id": "3"}, {"sku": "BG-10"}, {"sku": "bg 10 red"}, {"sku": "4006381333931"}])
    async def test_id_or_any_code_finds_the_product(self, gpt: httpx2.AsyncClient, asked: dict[str, str]) -> None:
        response = await gpt.post(GET, json=asked)

        assert response.status_code == 200
        assert_documented(response, committed("actions.yaml"))
        assert response.json()["total"] == 1
        assert [product["name"] for product in response.json()["products"]] == ["City Bag"]

    @pytest.mark.parametrize("param", ["id", "sku"])
    async def test_unknown_product_is_404_and_names_what_was_asked(self, gpt: httpx2.AsyncClient, param: str) -> None:
        response = await gpt.post(GET, json={param: "NOPE-1"})

        error = assert_error(response, 404, code="product_not_found", param=param)
        assert error["message"] == f"Store 'default' has no product with {param} 'NOPE-1'."

    async def test_strange_code_is_named_short_and_printable(self, gpt: httpx2.AsyncClient) -> None:
        response = await gpt.post(GET, json={"sku": "\u202e\u0000" + "A" * 150})

        error = assert_error(response, 404, code="product_not_found", param="sku")
        assert error["message"] == "Store 'default' has no product with sku '\\u202e\\u0000" + "A" * 78 + "…'."

    @pytest.mark.parametrize("asked", [{}, {"id": "1", "sku": "WJ-01"}, {"id": None, "sku": None}])
    async def test_exactly_one_of_id_and_sku_is_wanted(
        self, gpt: httpx2.AsyncClient, asked: dict[str, str | None]
    ) -> None:
        error = assert_error(await gpt.post(GET, json=asked), 400)

        assert error["message"] == "Send either id or sku."

    async def test_product_of_another_store_does_not_exist(self, gpt: httpx2.AsyncClient, shop: Shop) -> None:
        shop.search.indices["rag-ru-1"].documents.pop("1")

        assert (await gpt.post(GET, json={"id": "1"})).status_code == 200
        assert (await gpt.post(GET, json={"id": "1", "store": "ru"})).status_code == 404


class TestScope:
    @pytest.fixture
    async def russian(self, shop: Shop) -> AsyncIterator[httpx2.AsyncClient]:
        async with client_of(some_services(shop), key=RUSSIAN_ACTION_KEY) as client:
            yield client

    @pytest.mark.parametrize(
        ("route", "body"), [(RETRIEVE, {"query": "jacket"}), (GET, {"id": "1"})], ids=["retrieve", "get"]
    )
    async def test_key_of_one_store_sees_that_store_only(
        self, russian: httpx2.AsyncClient, route: str, body: dict[str, str]
    ) -> None:
        assert (await russian.post(route, json=body)).json()["store"] == "ru"
        assert (await russian.post(route, json={**body, "store": "ru"})).json()["store"] == "ru"

        error = assert_error(
            await russian.post(route, json={**body, "store": "default"}), 404, code="store_not_found", param="store"
        )
        assert error["message"] == "There is no store 'default'. Known: ru."


async def test_answer_stays_below_the_limit_of_openai(gpt: httpx2.AsyncClient, shop: Shop) -> None:
    index = shop.search.indices["rag-default-1"]
    for key, document in index.documents.items():
        index.documents[key] = replace(document, short_text="длинно " * 5000)

    response = await gpt.post(RETRIEVE, json={"query": "jacket for walks"})

    assert len(response.text) < 100_000
    assert response.json()["message"] == "Long texts are shortened."


async def test_action_key_opens_nothing_but_the_actions(gpt: httpx2.AsyncClient) -> None:
    response = await gpt.post(
        "/v1/chat/completions",
        json={"model": "vitrina", "messages": [{"role": "user", "content": "jacket"}]},
        headers={"authorization": f"Bearer {ACTION_KEY}"},
    )

    assert_error(response, 401, code="invalid_api_key")
