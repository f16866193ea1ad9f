"""Whole runs on a real node: native index in, alias moved, products found."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from opensearchpy import AsyncOpenSearch
from support.builds import a_question_model
from support.embedding import FakeEmbedder
from support.openai import an_embedder
from support.records import a_store

from indexer.embed.probe import PROBE_TEXT, probe
from indexer.embed.sending import Sender
from indexer.errors import NothingToRollBack
from indexer.extract.opensearch import open_source
from indexer.load.indices import fetch_alias, fetch_own
from indexer.load.rollback import roll_back
from indexer.pipeline import run_all
from indexer.report import RunReport, StoreReport
from indexer.workshop import Job, Workshop
from sandbox.magento.catalogue import generate_catalogue, seeded_model
from sandbox.magento.load import (
    Dialect,
    NativeStore,
    load_native_index,
    load_sample_shop,
    load_store,
    native_store,
)
from sandbox.magento.product import ENGLISH
from sandbox.openai_server import Refuse, ScriptedServer
from shared import catalog
from shared.embedding.embedder import EmbeddingModel, OnAnswer, Vectors
from shared.errors import ConfigurationError
from shared.hybrid.filters import ProductFilter, build_filter
from shared.hybrid.query import build_lexical, build_semantic
from shared.hybrid.words import Words
from shared.indices import RagNames, named_store_names
from shared.opensearch import ClusterAddress

PRODUCTS = 100


class Shop:
    """One native store view on the node, and the runs over it."""

    def __init__(self, client: AsyncOpenSearch, url: str, namespace: str) -> None:
        self.client = client
        self.namespace = namespace
        self.address = ClusterAddress(url=url)
        self.names = RagNames(prefix=f"{namespace}rag", alias=f"{namespace}rag-active")
        self.embedder: Any = FakeEmbedder(dimension=32)
        self.alias = f"{namespace}magento2_product_1"

    async def fill(self, *, dialect: Dialect = "core", shards: int = 1, count: int = PRODUCTS) -> NativeStore:
        native = native_store(ENGLISH, seeded_model(), dialect=dialect, prefix=f"{self.namespace}magento2")
        await load_store(self.client, native, generate_catalogue(count, seed=3), shards=shards)
        self.alias = native.alias
        return native

    async def put(self, documents: dict[str, dict[str, Any]]) -> None:
        """Native documents as anyone may load them, without a mapping of their own."""
        index = f"{self.namespace}magento2_product_1_v1"
        await self.client.indices.create(index=index, body={"aliases": {self.alias: {}}})
        for key, source in documents.items():
            await self.client.index(index=index, id=key, body=source)
        await self.client.indices.refresh(index=index)

    async def run(self, **reading: Any) -> StoreReport:
        store = a_store(magento_index=self.alias)
        shop = Workshop(
            open_source=partial(open_source, self.client, self.address, **reading),
            target=self.client,
            address=self.address,
            sender=Sender(self.embedder),
        )
        run = RunReport(run_id="run")
        await run_all([Job(store=store, names=self.names)], shop, run)
        return run.stores[0]

    async def live(self) -> tuple[str, ...]:
        return await fetch_alias(self.client, self.names.alias)

    async def count(self) -> int:
        return int((await self.client.count(index=self.names.alias))["count"])

    async def states(self) -> dict[str, str]:
        return {index.name: index.meta.state for index in await fetch_own(self.client, self.names) if index.meta}


@pytest.fixture
def shop(cluster: AsyncOpenSearch, opensearch_url: str, namespace: str) -> Shop:
    return Shop(cluster, opensearch_url, namespace)


def a_native_product(number: int, **changes: Any) -> dict[str, Any]:
    source = {
        "store_id": "1", "sku": f"SKU-{number}", "name": f"product number {number}", "status": 1, "visibility": 4,
        "url_key": f"product-{number}", "category_ids": [2, 14], "price_0_1": "52.000000",
    }  # fmt: skip
    return {field: value for field, value in (source | changes).items() if value is not None}


@pytest.mark.parametrize("shards", [1, 3])
@pytest.mark.parametrize("dialect", ["core", "elasticsuite"])
async def test_a_native_index_becomes_a_live_index_to_the_document(shop: Shop, dialect: Dialect, shards: int) -> None:
    await shop.fill(dialect=dialect, shards=shards)
    report = await shop.run()
    assert (report.status, report.reasons) == ("done", [])
    assert report.read == PRODUCTS == report.indexed + report.rejected + report.skipped
    assert await shop.count() == report.indexed > 0.9 * PRODUCTS
    assert await shop.live() == (report.index,)
    assert await shop.states() == {report.index: "live"}


async def test_a_second_run_leaves_one_index_for_a_rollback_that_works_both_ways(shop: Shop) -> None:
    await shop.fill(count=20)
    first, second, third = [await shop.run() for _ in range(3)]
    assert set(await shop.states()) == {second.index, third.index}
    assert (second.previous, third.previous) == (first.index, second.index)

    assert (await roll_back(shop.client, shop.names, open_embedder=a_question_model)).live == second.index
    assert await shop.live() == (second.index,)
    with pytest.raises(NothingToRollBack):
        await roll_back(shop.client, shop.names, open_embedder=a_question_model)
    assert (
        await roll_back(shop.client, shop.names, open_embedder=a_question_model, to=third.index)
    ).live == third.index
    assert await shop.count() == third.indexed

    # After a rollback the next run keeps what was live, not what was rolled back from.
    await roll_back(shop.client, shop.names, open_embedder=a_question_model)
    fourth = await shop.run()
    assert set(await shop.states()) == {second.index, fourth.index}


async def test_the_live_index_answers_questions_with_both_legs(shop: Shop) -> None:
    await shop.put(
        {
            "1": a_native_product(1, name="warm wool jacket", sku="WJ-01 / XS", name_category_14="Куртки Тёплые"),
            "2": a_native_product(2, name="steel mug", sku="MUG.2"),
            "3": a_native_product(3, name="trail running shoes"),
        }
    )
    await shop.run()

    async def found(body: dict[str, Any]) -> list[str]:
        hits = (await shop.client.search(index=shop.names.alias, body=body))["hits"]["hits"]
        return [hit["_id"] for hit in hits]

    assert (await found(build_lexical(Words.of("jackets of wool"), filters=[], size=5)))[0] == "1"
    for code in ("WJ-01 / XS", "wj01xs", "mug2"):
        expected = "2" if code == "mug2" else "1"
        assert (await found(build_lexical(Words.of(code), filters=[], size=5)))[0] == expected
    vector = await shop.embedder.embed_query("running shoes for the trail")
    assert (await found(build_semantic(vector.tolist(), filters=[], size=3)))[0] == "3"
    only_category = build_filter(ProductFilter(categories=("куртки теплые",)))
    assert await found(build_semantic(vector.tolist(), filters=only_category, size=3)) == ["1"]


async def test_russian_words_are_found_in_another_form_and_without_yo(shop: Shop) -> None:
    await load_sample_shop(shop.client, store="ru", prefix=f"{shop.namespace}magento2")
    names = named_store_names("ru", prefix=f"{shop.namespace}rag")
    store = a_store(code="ru", locale="ru_RU", currency="RUB", magento_index=f"{shop.namespace}magento2_product_2")
    workshop = Workshop(
        open_source=partial(open_source, shop.client, shop.address),
        target=shop.client,
        address=shop.address,
        sender=Sender(shop.embedder),
    )
    run = RunReport(run_id="run")
    await run_all([Job(store=store, names=names)], workshop, run)
    assert run.exit_code == 0
    analyzed = [
        await shop.client.indices.analyze(index=names.alias, body={"field": "body", "text": words})
        for words in ("тёплая куртка", "теплые куртки")
    ]
    first, second = [[token["token"] for token in one["tokens"]] for one in analyzed]
    assert first == second


async def test_an_embedding_service_that_refuses_leaves_the_alias_and_marks_the_build(
    shop: Shop, openai_server: ScriptedServer
) -> None:
    native = await shop.fill(count=40)
    async with an_embedder(openai_server) as embedder:
        shop.embedder = embedder
        good = await shop.run()
        openai_server.embeddings.always(Refuse(401))
        await shop.client.update(index=native.alias, id="1", body={"doc": {"name": "something new"}}, refresh=True)
        report = await shop.run()
    assert (report.status, report.swapped) == ("failed", False)
    assert "EMBEDDING_API_KEY" in report.reasons[0]
    assert await shop.live() == (good.index,)
    assert (await shop.states())[report.index or ""] == "failed"


async def test_an_embedding_service_that_is_busy_is_waited_for(shop: Shop, openai_server: ScriptedServer) -> None:
    await shop.fill(count=40)
    openai_server.embeddings.then(Refuse(429, retry_after=0.01), Refuse(503))
    async with an_embedder(openai_server) as embedder:
        shop.embedder = embedder
        report = await shop.run()
    assert (report.status, await shop.count()) == ("done", report.indexed)
    assert len(openai_server.embeddings.requests) == 4, "two refusals, the probe, and the texts"


async def test_a_model_of_another_dimension_is_found_before_anything_is_built(
    shop: Shop, openai_server: ScriptedServer
) -> None:
    async with an_embedder(openai_server, name="house-model", dimension=16) as embedder:
        with pytest.raises(ConfigurationError, match="EMBEDDING_DIMENSION=16"):
            await probe(Sender(embedder))
    assert await shop.states() == {}


async def test_vectors_that_the_index_cannot_take_are_rejected_and_the_build_refused(shop: Shop) -> None:
    class Shrinking(FakeEmbedder):
        """Says one dimension to the probe and another later, past the check of its answers."""

        said = 16

        @property
        def model(self) -> EmbeddingModel:
            return replace(super().model, dimension=self.said)

        async def embed_documents(self, texts: Sequence[str], *, on_answer: OnAnswer | None = None) -> Vectors:
            if texts == [PROBE_TEXT]:
                return np.eye(1, self.said, dtype=np.float32)
            self.said = 32
            return await super().embed_documents(texts, on_answer=on_answer)

    await shop.fill(count=20)
    shop.embedder = Shrinking(dimension=32)
    report = await shop.run()
    assert report.status == "refused"
    assert report.rejected == report.read - report.skipped > 0
    assert "mapper_parsing_exception" in report.rejects[0].reason
    assert await shop.live() == ()


async def test_a_native_document_without_name_and_sku_is_rejected_counted_and_listed(shop: Shop) -> None:
    await shop.put({"1": a_native_product(1), "2": a_native_product(2), "9": a_native_product(9, name=None, sku=None)})
    report = await shop.run()
    assert (report.status, report.read, report.indexed, report.rejected) == ("done", 3, 2, 1)
    assert [(reject.id, reject.sku) for reject in report.rejects] == [("9", None)]
    assert await shop.count() == 2


async def test_an_index_with_the_name_of_the_alias_is_refused_and_left_alone(shop: Shop) -> None:
    await shop.fill(count=10)
    await shop.client.index(index=shop.names.alias, id="1", body={"precious": True}, refresh=True)
    report = await shop.run()
    assert report.status == "failed"
    assert "an index has this name" in report.reasons[0]
    assert await shop.count() == 1
    assert await shop.states() == {}


async def test_a_blocked_index_ends_the_run(shop: Shop) -> None:
    await shop.fill(count=10)

    class Blocking(FakeEmbedder):
        async def embed_documents(self, texts: Sequence[str], *, on_answer: OnAnswer | None = None) -> Vectors:
            for index in await fetch_own(shop.client, shop.names):
                await shop.client.indices.put_settings(index=index.name, body={"index.blocks.write": True})
            return await super().embed_documents(texts, on_answer=on_answer)

    shop.embedder = Blocking(dimension=32)
    report = await shop.run()
    assert (report.status, report.swapped) == ("failed", False)
    assert "cannot be built any further: cluster_block_exception" in report.reasons[0]


class OneAtATime(FakeEmbedder):
    """A text a request, so that the source is read slowly."""

    @property
    def model(self) -> EmbeddingModel:
        return replace(super().model, batch_texts=1)


async def test_a_source_deleted_under_the_run_is_read_again_from_zero(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So few products are held at once that the source is still being read when the first of them are embedded.
    monkeypatch.setattr("indexer.runs.raw_search.MOST_PRODUCTS", 4)
    monkeypatch.setattr("indexer.embed.rounds.HELD_PRODUCTS", 8)
    native = await shop.fill(count=60)

    class Reindexing(OneAtATime):
        """Magento replaces its index while the first texts are embedded."""

        replacing = asyncio.Lock()
        replaced = False

        async def embed_documents(self, texts: Sequence[str], *, on_answer: OnAnswer | None = None) -> Vectors:
            async with self.replacing:
                if not self.replaced:
                    await reindex(shop.client, native, count=70)
                    self.replaced = True
            return await super().embed_documents(texts, on_answer=on_answer)

    shop.embedder = Reindexing(dimension=32)
    report = await shop.run(page_size=4)
    assert (report.status, report.read) == ("done", 70)
    assert await shop.count() == report.indexed
    assert await shop.states() == {report.index: "live"}


async def reindex(client: AsyncOpenSearch, native: NativeStore, *, count: int) -> None:
    """A new index behind the native alias, and the old one gone at once, as Magento does it."""
    await load_native_index(
        client,
        index=f"{native.index}9",
        alias=native.alias,
        body=native.body(),
        documents=map(native.document, generate_catalogue(count, seed=3)),
    )
    await client.indices.delete(index=native.index)


async def test_many_requests_in_parallel_lose_nothing_and_mix_nothing_up(shop: Shop) -> None:
    await shop.fill(count=100)
    shop.embedder = OneAtATime(dimension=32)
    report = await shop.run(slices=1)
    assert report.status == "done"
    body = {"size": 200, "query": {"match_all": {}}, "_source": [catalog.ID, catalog.TEXT, catalog.VECTOR]}
    hits = (await shop.client.search(index=shop.names.alias, body=body))["hits"]["hits"]
    assert len(hits) == report.indexed
    for hit in hits:
        expected = (await shop.embedder.embed_query(hit["_source"][catalog.TEXT])).tolist()
        assert hit["_source"][catalog.VECTOR] == pytest.approx(expected, abs=1e-6)
        assert hit["_id"] == hit["_source"][catalog.ID]


async def test_an_index_deleted_under_its_run_leaves_nothing_that_holds_up_the_next(shop: Shop) -> None:
    class Deleting(FakeEmbedder):
        async def embed_documents(self, texts: Sequence[str], **told: Any) -> Vectors:
            for index, state in (await shop.states()).items():
                if state == "building":
                    await shop.client.indices.delete(index=index)
            return await super().embed_documents(texts, **told)

    await shop.fill(count=20)
    shop.embedder = Deleting(dimension=32)
    broken = await shop.run()
    assert broken.status == "failed"
    assert "something deleted it" in broken.reasons[0]
    assert await fetch_own(shop.client, shop.names) == ()
    shop.embedder = FakeEmbedder(dimension=32)
    assert (await shop.run()).status == "done"


async def test_a_strange_index_among_ours_does_not_hold_up_a_run(shop: Shop) -> None:
    """As a tool leaves it that copies an index with its `_meta` and lets OpenSearch guess the fields."""
    await shop.put({str(number): a_native_product(number) for number in range(10)})
    first = await shop.run()
    mapping = (await shop.client.indices.get_mapping(index=first.index))[first.index]["mappings"]
    body = {"mappings": {"_meta": mapping["_meta"]}}
    strange = f"{shop.names.base}-20200101-000000"
    await shop.client.indices.create(index=strange, body=body)
    await shop.client.index(index=strange, id="1", body={"text_hash": "a" * 32}, params={"refresh": "true"})
    for key in range(10, 13):
        await shop.client.index(index=shop.alias, id=str(key), body=a_native_product(key), params={"refresh": "true"})
    second = await shop.run()
    assert (second.status, second.reasons) == ("done", [])
    assert second.embedded == 3


async def test_a_closed_live_index_does_not_hold_up_a_run(shop: Shop) -> None:
    await shop.fill(count=20)
    first = await shop.run()
    await shop.client.indices.close(index=first.index)
    second = await shop.run()
    assert (second.status, second.reasons) == ("done", [])
    assert second.proof is not None
    assert second.proof.previous_documents is None
    assert await shop.live() == (second.index,)
    [_, closed] = await fetch_own(shop.client, shop.names)
    assert (closed.name, closed.meta) == (first.index, None)
    assert closed.problem == f"it is closed; open it with POST {first.index}/_open"
