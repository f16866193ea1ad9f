"""One way to ask the cluster for something: errors translated, transient ones tried again."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

import orjson
from opensearchpy import AsyncOpenSearch

from shared.opensearch import translated
from shared.retry import Backoff, retry

T = TypeVar("T")

SEARCH_GROUP: Final = "vitrina-indexer"
"""What our searches are counted under in the cluster's statistics (`stats` in the body of a search)."""

SEARCH_SECONDS: Final = 60.0

STEADY = Backoff(attempts=6)


async def request(subject: str, call: Callable[[], Awaitable[T]], *, backoff: Backoff = STEADY) -> T:
    """The answer of `call`, which must be safe to repeat; `subject` opens the message of an error.

    Raises what shared.opensearch lists.
    """

    async def attempt() -> T:
        with translated(subject):
            return await call()

    return await retry(attempt, backoff)


async def fetch_raw(client: AsyncOpenSearch, path: str, body: Mapping[str, Any], **params: str) -> bytes:
    """The answer to a search as the bytes it came as; all of the shards answer, or nothing does.

    Not `client.search`, which parses: for thousands of documents that would cost more than all else. Raises the
    client's own exceptions.
    """
    _, _, answer = await client.transport.get_connection().perform_request(
        "POST",
        path,
        params={"allow_partial_search_results": "false", **params},
        body=orjson.dumps(body),
        headers={"content-type": "application/json"},
        timeout=SEARCH_SECONDS,
    )
    return bytes(answer)
