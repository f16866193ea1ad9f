"""What an embedding service may put on the bill: the texts the scripted server was sent, and those it embedded."""

import asyncio
from collections import Counter
from collections.abc import Iterable

from opensearchpy import AsyncOpenSearch

from indexer.embed.probe import PROBE_TEXT
from sandbox.openai_server import Refuse, ScriptedServer
from sandbox.openai_server.script import Received

WAIT_SECONDS = 60.0


class Bill:
    """The embedding requests of `server` since it was reset, the probe of a run left out."""

    def __init__(self, server: ScriptedServer) -> None:
        self.requests = [request for request in server.embeddings.requests if request.body["input"] != [PROBE_TEXT]]

    @property
    def refused(self) -> int:
        """Requests answered with an error: nobody pays for those."""
        return len(self.requests) - len(self._embedding)

    @property
    def sent(self) -> Counter[str]:
        """Each text and how often it was sent."""
        return texts_of(self.requests)

    @property
    def embedded(self) -> Counter[str]:
        """Each text and how often it may have been embedded: whatever was not refused, answered or not."""
        return texts_of(self._embedding)

    @property
    def _embedding(self) -> list[Received]:
        return [request for request in self.requests if not isinstance(request.plan, Refuse)]


def texts_of(requests: Iterable[Received]) -> Counter[str]:
    """Each text of the requests and how often it is there."""
    return Counter(text for request in requests for text in request.body["input"])


async def until_written(client: AsyncOpenSearch, index: str, count: int) -> None:
    """Wait until `index`, refreshed or not, has taken `count` documents."""
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            stats = await client.indices.stats(index=index, metric="indexing", params={"ignore_unavailable": "true"})
            if stats["_all"]["primaries"].get("indexing", {}).get("index_total", 0) >= count:
                return
            await asyncio.sleep(0.1)
