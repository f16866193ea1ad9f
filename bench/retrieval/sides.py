"""Who is asked: a bare HTTP client, the retriever, and the Action API of a runtime in a process of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

import orjson
from aiohttp import ClientSession, DummyCookieJar
from yarl import URL

from bench.retrieval.catalogue import MODEL, NAMES, STORE
from bench.retrieval.recording import Recorded
from bench.retrieval.subject import open_retriever, request_of
from bench.shop import client_of
from sandbox.programs import inherited_environment
from sandbox.stack import Runtime, Shop, running_runtime

Ask = Callable[[Recorded], Awaitable[tuple[str, ...]]]
"""Asks one question; the ids of the products it was answered with."""

_JSON: Final = {"content-type": "application/json"}
_PATIENT_RATE: Final = "1000000/second"


@asynccontextmanager
async def raw_client(node: str) -> AsyncIterator[Ask]:
    """aiohttp and orjson: sends the bytes the retriever needs to send, one request after the other, and parses what
    comes back."""
    async with _session() as session:

        async def ask(recorded: Recorded) -> tuple[str, ...]:
            for sent in recorded.needed:
                url = URL(f"{node}{sent.target}", encoded=True)
                async with session.request(sent.method, url, data=sent.body, headers=_JSON) as response:
                    response.raise_for_status()
                    orjson.loads(await response.read())
            return recorded.found

        yield ask


@asynccontextmanager
async def retrieving(node: str, *, live: bool = False) -> AsyncIterator[Ask]:
    """`Retriever.retrieve` in this process. live: with prices of now."""
    async with client_of(node) as client:
        retriever = open_retriever(client, live=live)
        try:

            async def ask(recorded: Recorded) -> tuple[str, ...]:
                found = await retriever.retrieve(request_of(recorded.question))
                return tuple(hit.document.id for hit in found.hits)

            yield ask
        finally:
            await retriever.aclose()


@asynccontextmanager
async def acting(runtime: Runtime) -> AsyncIterator[Ask]:
    """`POST /api/v1/actions/retrieve_products` with default values."""
    url = f"{runtime.url}/api/v1/actions/retrieve_products"
    headers = {**_JSON, "authorization": f"Bearer {runtime.key.secret}"}
    async with _session() as session:

        async def ask(recorded: Recorded) -> tuple[str, ...]:
            body = orjson.dumps({"query": recorded.question.text})
            async with session.post(url, data=body, headers=headers) as response:
                response.raise_for_status()
                answer: dict[str, Any] = orjson.loads(await response.read())
            return tuple(product["id"] for product in answer["products"])

        yield ask


@contextmanager
def serving(node: str, *, embeddings: str, port: int) -> Iterator[Runtime]:
    """`vitrina-runtime serve` over NAMES.alias, ready. embeddings: base URL of the scripted service."""
    environment = {
        **inherited_environment(),
        "OPENSEARCH_URL": node,
        "STORE_BASE_URL": str(STORE.base_url),
        "STORE_MEDIA_URL": str(STORE.media_url),
        "RAG_ALIAS": NAMES.alias,
        "RAG_INDEX_PREFIX": NAMES.prefix,
        "EMBEDDING_MODEL": MODEL.name,
        "EMBEDDING_DIMENSION": str(MODEL.dimension),
        "EMBEDDING_BASE_URL": embeddings,
        "EMBEDDING_API_KEY": "bench",
        "RATE_LIMIT_ACTIONS": _PATIENT_RATE,
        "LOG_LEVEL": "WARNING",
        # Timed by themselves: bench.retrieval.live.
        "LIVE_PRICES": "false",
    }
    shop = Shop(opensearch_url=node, environment=environment, stores=None, report={})
    with running_runtime(shop, port=port) as runtime:
        yield runtime


def _session() -> ClientSession:
    """As our own connections to a cluster: no compressed answers, no cookies."""
    return ClientSession(skip_auto_headers=("accept", "accept-encoding"), cookie_jar=DummyCookieJar())
