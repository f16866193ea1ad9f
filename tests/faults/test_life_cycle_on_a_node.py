"""The life cycle of the index in any order of events, over a real node, each example under names of its own."""

import asyncio
from functools import partial
from itertools import count
from typing import Any

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from opensearchpy import AIOHttpConnection, AsyncOpenSearch
from support.faults import rounds
from support.life_cycle import Fuse, Killed, LifeCycle
from support.opensearch import REQUEST_TIMEOUT_SECONDS

from shared.indices import RagNames
from shared.opensearch import ClusterAddress, connect


def mortal_connection(fuse: Fuse) -> type[AIOHttpConnection]:
    """Connections that a process may use until its fuse is burnt down."""

    class MortalConnection(AIOHttpConnection):
        async def perform_request(self, *arguments: Any, **named: Any) -> Any:
            last = fuse.burn()
            answer = await super().perform_request(*arguments, **named)
            if last:
                raise Killed
            return answer

    return MortalConnection


async def open_client(url: str, fuse: Fuse) -> AsyncOpenSearch:
    client = connect(ClusterAddress(url=url), timeout=REQUEST_TIMEOUT_SECONDS)
    # Before its first call, which makes the connections.
    client.transport.connection_class = mortal_connection(fuse)
    return client


class LifeCycleOnANode(LifeCycle):
    def __init__(self, url: str, namespace: str, numbers: "count[int]") -> None:
        fuse, loop = Fuse(), asyncio.new_event_loop()
        prefix = f"{namespace}{next(numbers)}-rag"
        client = loop.run_until_complete(open_client(url, fuse))
        super().__init__(loop, client, RagNames(prefix=prefix, alias=f"{prefix}-active"), fuse=fuse)

    async def end(self) -> None:
        await super().end()
        for index in await self.client.indices.get(index=f"{self.names.prefix}-*"):
            await self.client.indices.delete(index=index)
        await self.client.close()


def test_the_alias_always_names_one_complete_index_on_a_node(opensearch_url: str, namespace: str) -> None:
    run_state_machine_as_test(
        partial(LifeCycleOnANode, opensearch_url, namespace, count()),
        settings=settings(max_examples=rounds(short=3, long=30), stateful_step_count=rounds(short=8, long=15)),
    )
