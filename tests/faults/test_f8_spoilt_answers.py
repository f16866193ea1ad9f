"""F8: the embedding service answers wrongly. No bad vector gets into any index, and no product loses its own."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from opensearchpy import AsyncOpenSearch
from support.bills import Bill
from support.faults import a_product, a_program, put_shop, rounds
from support.mutations import as_written, mutated, spoil
from support.openai import DIMENSION

from sandbox.openai_server import Embed, ScriptedServer
from sandbox.openai_server.vectors import bag_of_stems
from shared import catalog

PRODUCTS = 200
BATCH = 16
SPOILT = 0.8
"""Of the answers; a run asks again in halves, and so goes on."""


class Spoiler:
    """Edits answers to more than one text, and every answer to the first text it meets.

    How, is decided by what is in an answer, and not by the order they come in.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._victim: list[float] = []
        self.spoilt = 0

    def __call__(self, body: dict[str, Any]) -> Any:
        seeded = random.Random(f"{self._seed} {body['data']}")
        vectors = [entry["embedding"] for entry in body["data"]]
        self._victim = self._victim or vectors[0]
        if self._victim in vectors:
            return orjson.Fragment(as_written(spoil(body, seeded)))
        if len(vectors) == 1 or seeded.random() > SPOILT:
            return body
        self.spoilt += 1
        return orjson.Fragment(mutated(body, seeded))


async def indexed(cluster: AsyncOpenSearch, namespace: str) -> list[dict[str, Any]]:
    """The documents of all dated indices, of failed builds too."""
    indices = f"{namespace}rag-2*"
    await cluster.indices.refresh(index=indices)
    body = {"size": 10_000, "_source": [catalog.TEXT, catalog.VECTOR]}
    return [hit["_source"] for hit in (await cluster.search(index=indices, body=body))["hits"]["hits"]]


def check_vectors(documents: list[dict[str, Any]]) -> None:
    """Every document has the vector of its own text."""
    found = np.array([document[catalog.VECTOR] for document in documents], dtype=np.float32).reshape(-1, DIMENSION)
    right = np.array([bag_of_stems(document[catalog.TEXT], DIMENSION) for document in documents]).reshape(-1, DIMENSION)
    np.testing.assert_allclose(found, right, atol=1e-6)


async def test_f8_spoilt_answers_leave_every_product_its_own_vector(
    tmp_path: Path, cluster: AsyncOpenSearch, opensearch_url: str, namespace: str, openai_server: ScriptedServer
) -> None:
    program = a_program(
        tmp_path, opensearch_url, provider=openai_server.base_url, namespace=namespace, EMBEDDING_BATCH_TEXTS=str(BATCH)
    )
    spoilt = turn = 0
    while spoilt < rounds(short=50, long=1000):
        turn += 1
        products = {str(n): a_product(n, name=f"Jacket {n} of turn {turn}") for n in range(PRODUCTS)}
        await put_shop(cluster, namespace, products, version=turn)
        openai_server.reset()
        # The first request is the probe, of a first run only.
        openai_server.embeddings.then(*[Embed()] * (turn == 1))
        openai_server.embeddings.always(Embed(edit=(spoiler := Spoiler(turn))))

        ended = await program.run("run", "--json")

        assert ended.code == 0, ended.errors[-2000:]
        [told] = ended.json["stores"]
        # The product whose text is never answered as it should be is the one that is rejected.
        assert (told["indexed"], told["rejected"], told["embedded"]) == (PRODUCTS - 1, 1, PRODUCTS - 1)
        assert "not embedded" in told["rejects"][0]["reason"]
        documents = await indexed(cluster, namespace)
        assert len(documents) == (PRODUCTS - 1) * min(turn, 2)
        check_vectors(documents)
        # An answer that is no use may be paid for, as may the next one, and the report says so.
        assert told["texts_resent"] == Bill(openai_server).embedded.total() - (PRODUCTS - 1)
        spoilt += spoiler.spoilt
