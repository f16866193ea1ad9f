"""Calls that meet on a real node: whichever comes first, the alias names one index, and the right one."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from functools import partial

import pytest
from opensearchpy import AsyncOpenSearch

from indexer.cluster import request
from indexer.errors import LeaseLost
from indexer.load.indices import fetch_alias
from indexer.load.retention import Removal, plan_removal
from indexer.load.swap import swap
from indexer.runs.state_index import fence_of, fetch_fences, move_fence, open_state
from shared.errors import AppError
from shared.indices import RagNames

ROUNDS = 20


@dataclass
class Live:
    """An alias, the index it names and the one it does not."""

    client: AsyncOpenSearch
    names: RagNames
    named: str
    other: str

    async def check(self, expected: str) -> None:
        assert await fetch_alias(self.client, self.names.alias) == (expected,)


@pytest.fixture
async def live(cluster: AsyncOpenSearch, namespace: str) -> Live:
    names = RagNames(prefix=f"{namespace}rag", alias=f"{namespace}rag-active")
    first, second = f"{names.base}-20261119-030000", f"{names.base}-20261120-030000"
    for index in (first, second):
        await cluster.indices.create(index=index, body={})
    await swap(cluster, names.alias, old=None, new=first)
    await open_state(cluster, names.prefix)
    return Live(cluster, names, first, second)


async def succeeds(call: Awaitable[object]) -> bool:
    """Whether it was not refused."""
    try:
        await call
    except AppError:
        return False
    return True


async def test_a_swap_and_a_takeover_in_the_same_moment(live: Live) -> None:
    client, prefix, alias = live.client, live.names.prefix, live.names.alias
    for number in range(1, 2 * ROUNDS, 2):
        old, new = (fence_of(prefix, number + step, run_id="run") for step in (0, 1))
        await move_fence(client, prefix, old, fencing=number)
        swapped, taken = await asyncio.gather(
            succeeds(swap(client, alias, old=live.named, new=live.other, fence=old)),
            succeeds(move_fence(client, prefix, new, fencing=number + 1)),
        )
        if swapped:
            live.named, live.other = live.other, live.named
        assert taken
        assert await fetch_fences(client, prefix) == (new.name,)
        await live.check(live.named)
        with pytest.raises(LeaseLost):
            await swap(client, alias, old=live.named, new=live.other, fence=old)


async def test_two_holders_that_put_up_their_fences_in_the_same_moment(live: Live) -> None:
    client, prefix = live.client, live.names.prefix
    for number in range(1, 2 * ROUNDS, 2):
        fences = [fence_of(prefix, number + step, run_id="run") for step in (0, 1)]
        older, newer = await asyncio.gather(
            *(succeeds(move_fence(client, prefix, fence, fencing=number + step)) for step, fence in enumerate(fences))
        )
        assert newer
        assert await fetch_fences(client, prefix) == (fences[1].name,), f"the older one was up before: {older}"


async def test_a_rollback_and_the_removal_of_its_target_in_the_same_moment(live: Live) -> None:
    client, alias = live.client, live.names.alias
    for number in range(ROUNDS // 2):
        doomed = f"{live.names.base}-20261101-{number:06}"
        await client.indices.create(index=doomed, body={})
        actions = plan_removal(Removal(doomed, "beyond the 0 kept"), alias=alias, live=live.named)
        back, removed = await asyncio.gather(
            succeeds(swap(client, alias, old=live.named, new=doomed)),
            succeeds(request(alias, partial(client.indices.update_aliases, body={"actions": actions}))),
        )
        assert back is not removed
        await live.check(doomed if back else live.named)
        if back:
            await swap(client, alias, old=doomed, new=live.named)
