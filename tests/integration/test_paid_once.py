"""What is paid for once is not paid for again: whole runs of the program, counted by the server that is paid."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
from opensearchpy import AsyncOpenSearch
from support.bills import until_written
from support.faults import let_go
from support.openai import DIMENSION, KEY
from support.processes import IndexerProgram

from indexer.embed.limiter import MOST_BATCHES
from indexer.embed.probe import PROBE_TEXT
from sandbox.openai_server import Embed, Hang, Refuse, ScriptedServer
from sandbox.openai_server.tokens import counter_of

MODEL = "text-embedding-3-small"
BATCH = 10
PRODUCTS = 200

Sources = Mapping[str, Mapping[str, Any]]


@pytest.fixture
def program(tmp_path: Path, opensearch_url: str, openai_server: ScriptedServer, namespace: str) -> IndexerProgram:
    """One store view, embedded by the scripted server, ten texts a request."""
    return IndexerProgram(
        tmp_path,
        {
            "OPENSEARCH_URL": opensearch_url,
            "MAGENTO_INDEX": f"{namespace}magento2_product_1",
            "RAG_ALIAS": f"{namespace}rag-active",
            "RAG_INDEX_PREFIX": f"{namespace}rag",
            "STORE_BASE_URL": "http://shop.test",
            "EMBEDDING_BASE_URL": openai_server.base_url,
            "EMBEDDING_API_KEY": KEY,
            "EMBEDDING_MODEL": MODEL,
            "EMBEDDING_DIMENSION": str(DIMENSION),
            "EMBEDDING_BATCH_TEXTS": str(BATCH),
        },
    )


class Catalogue:
    """A native index that a test may change between two runs."""

    def __init__(self, client: AsyncOpenSearch, namespace: str) -> None:
        self._client = client
        self._index = f"{namespace}magento2_product_1"
        self.sources = {str(number): a_product(number) for number in range(1, PRODUCTS + 1)}

    async def write(self) -> None:
        lines = []
        for key, source in self.sources.items():
            lines += [{"index": {"_id": key}}, source]
        await self._client.bulk(index=self._index, body=lines, params={"refresh": "true"})

    def change(self, *numbers: int, **fields: Any) -> None:
        for number in numbers:
            self.sources[str(number)] = {**self.sources[str(number)], **fields}


def a_product(number: int, *, name: str | None = None) -> dict[str, Any]:
    return {
        "store_id": "1", "sku": f"SKU-{number}", "name": name or f"wool jacket number {number}", "status": 1,
        "visibility": 4, "url_key": f"product-{number}", "category_ids": [2, 14], "price_0_1": "50.000000",
    }  # fmt: skip


@pytest.fixture
async def catalogue(cluster: AsyncOpenSearch, namespace: str) -> Catalogue:
    catalogue = Catalogue(cluster, namespace)
    await catalogue.write()
    return catalogue


class Bill:
    """Texts and tokens the server was asked to embed since the last look, the probe left out."""

    def __init__(self, server: ScriptedServer) -> None:
        self._server = server
        self._count = counter_of(MODEL)

    def texts(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for request in self._server.embeddings.requests:
            found.update(text for text in request.body["input"] if text != PROBE_TEXT)
        return found

    def tokens(self, texts: Sequence[str] | Counter[str]) -> int:
        return sum(self._count(text) for text in texts)


async def live_documents(client: AsyncOpenSearch, namespace: str) -> dict[str, dict[str, Any]]:
    answer = await client.search(index=f"{namespace}rag-active", body={"size": 1000})
    return {hit["_id"]: hit["_source"] for hit in answer["hits"]["hits"]}


async def succeed(program: IndexerProgram, **settings: str) -> dict[str, Any]:
    """The report of a run's one store view."""
    done = await program.run("run", "--json", **settings)
    assert done.code == 0, done.errors
    [store] = done.json["stores"]
    assert isinstance(store, dict)
    return store


async def test_neither_an_unchanged_catalogue_nor_new_prices_send_a_single_text(
    program: IndexerProgram,
    catalogue: Catalogue,
    cluster: AsyncOpenSearch,
    namespace: str,
    openai_server: ScriptedServer,
) -> None:
    first = await succeed(program)
    bill = Bill(openai_server)
    assert (first["taken_over"], first["embedded"]) == (0, PRODUCTS)
    assert first["tokens"] >= bill.tokens(bill.texts())
    before = await live_documents(cluster, namespace)
    openai_server.reset()

    second = await succeed(program)
    assert (second["taken_over"], second["embedded"], second["tokens"]) == (PRODUCTS, 0, 0)
    assert second["index"] != first["index"]
    # Digit by digit.
    assert orjson.dumps(await live_documents(cluster, namespace), option=orjson.OPT_SORT_KEYS) == orjson.dumps(
        before, option=orjson.OPT_SORT_KEYS
    )

    catalogue.change(*range(1, PRODUCTS + 1), price_0_1="55.000000")
    await catalogue.write()
    third = await succeed(program)
    assert (third["taken_over"], third["tokens"]) == (PRODUCTS, 0)
    prices = {source["price_from"] for source in (await live_documents(cluster, namespace)).values()}
    assert prices == {55.0}
    assert openai_server.embeddings.requests == ()


async def test_only_changed_texts_are_paid_for_and_no_product_for_coming_back_under_another_id(
    program: IndexerProgram, catalogue: Catalogue, openai_server: ScriptedServer
) -> None:
    first = await succeed(program)
    openai_server.reset()
    catalogue.change(7, name="wool jacket number 7 in green")
    catalogue.change(8, name="wool jacket number 8 in green")
    catalogue.sources["9001"] = a_product(1)
    await catalogue.write()
    report = await succeed(program)
    assert sorted(text.splitlines()[0].lower() for text in Bill(openai_server).texts()) == [
        "wool jacket number 7 in green",
        "wool jacket number 8 in green",
    ]
    assert (report["indexed"], report["taken_over"], report["embedded"]) == (PRODUCTS + 1, PRODUCTS - 1, 2)
    assert report["tokens"] <= 0.02 * first["tokens"]


async def test_products_of_one_text_are_paid_for_once_however_far_apart(
    program: IndexerProgram,
    catalogue: Catalogue,
    cluster: AsyncOpenSearch,
    namespace: str,
    openai_server: ScriptedServer,
) -> None:
    for number in range(1, PRODUCTS + 1):
        catalogue.change(number, name=f"wool jacket in colour {number % 40}")
    await catalogue.write()
    report = await succeed(program)
    texts = Bill(openai_server).texts()
    assert (len(texts), set(texts.values())) == (40, {1})
    assert (report["indexed"], report["embedded"]) == (PRODUCTS, 40)
    documents = await live_documents(cluster, namespace)
    assert len({orjson.dumps([source["text_hash"], source["vector"]]) for source in documents.values()}) == 40


@pytest.mark.parametrize("answered", [1, 15])
async def test_a_killed_run_is_resumed_and_pays_again_only_for_what_was_on_its_way(
    program: IndexerProgram,
    catalogue: Catalogue,
    cluster: AsyncOpenSearch,
    namespace: str,
    openai_server: ScriptedServer,
    answered: int,
) -> None:
    # The first request is the probe.
    openai_server.embeddings.then(*[Embed()] * (1 + answered))
    openai_server.embeddings.always(Hang())
    process = await program.start("run")
    await until_written(cluster, f"{namespace}rag-2*", answered * BATCH)
    process.kill()
    await process.communicate()
    await let_go(cluster, namespace)
    requests = [request for request in openai_server.embeddings.requests if request.body["input"] != [PROBE_TEXT]]
    paid = Counter(text for request in requests[:answered] for text in request.body["input"])
    lost = Counter(text for request in requests[answered:] for text in request.body["input"])
    openai_server.reset()

    report = await succeed(program)
    again = Bill(openai_server).texts()
    assert paid & again == Counter()
    assert lost - again == Counter()
    assert (report["taken_over"], report["embedded"]) == (answered * BATCH, PRODUCTS - answered * BATCH)
    # Announced is what was about to be sent when the run was killed, and up to a tenth of everything beyond.
    ahead = MOST_BATCHES * BATCH + PRODUCTS / 10
    assert len(lost) <= report["texts_resent"] <= len(lost) + ahead
    assert report["tokens_resent"] >= Bill(openai_server).tokens(lost)


async def test_a_text_the_model_does_not_take_is_one_rejected_product(
    program: IndexerProgram, catalogue: Catalogue, openai_server: ScriptedServer
) -> None:
    # The probe is taken; all texts together are not, nor is the first half of them, and so down to the first text.
    halves = [Refuse(400, message="this text is against the rules")] * len([200, 100, 50, 25, 12, 6, 3, 1])
    openai_server.embeddings.then(Embed(), *halves)
    report = await succeed(program, EMBEDDING_BATCH_TEXTS="2048")
    assert (report["indexed"], report["rejected"]) == (PRODUCTS - 1, 1)
    assert "against the rules" in report["rejects"][0]["reason"]
