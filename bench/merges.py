"""The state an index is left in: merges go on behind a request's back, and whoever leaves them undone is no faster."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from opensearchpy import AsyncOpenSearch

from bench.shop import client_of

_POLL_SECONDS: Final = 0.1
_QUIET_POLLS: Final = 3


async def settle(node: str) -> None:
    """Wait until no merge has been running for a moment."""
    async with client_of(node) as client:
        quiet = 0
        while quiet < _QUIET_POLLS:
            quiet = 0 if await _merges(client) else quiet + 1
            await asyncio.sleep(_POLL_SECONDS)


async def _merges(client: AsyncOpenSearch) -> int:
    stats: Mapping[str, Any] = await client.indices.stats(index="_all", metric="merge")
    return int(stats["_all"]["total"]["merges"]["current"])


async def segments(client: AsyncOpenSearch, index: str) -> int:
    """How many segments an index has."""
    stats: Mapping[str, Any] = await client.indices.stats(index=index, metric="segments")
    return int(stats["_all"]["primaries"]["segments"]["count"])
