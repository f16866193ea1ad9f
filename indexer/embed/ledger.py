"""What a build will have sent to the embedding model, recorded before it is sent."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from shared.errors import Transient

log = structlog.get_logger(__name__)

Announce = Callable[[int, int], Awaitable[None]]
"""Told, before they are sent, how many texts and how many tokens a build will have sent by then."""

MOST_AHEAD: Final = 200
"""Texts announced beyond those about to be sent, at most, and never more than a tenth of all: a provider that takes
one text a request would else mean a write for every text."""

_SHARE_AHEAD: Final = 10


class Ledger:
    """Keeps what is announced ahead of what is sent, so that not even a killed process has sent more than it said."""

    def __init__(self, announce: Announce | None = None) -> None:
        self._announce = announce
        self._texts = 0
        self._tokens = 0
        self._announced = 0
        self._turn = asyncio.Lock()

    async def reserve(self, texts: int, tokens: int) -> None:
        """Return once `texts` more, of `tokens` together, are announced."""
        self._texts += texts
        self._tokens += tokens
        if self._announce is None:
            return
        async with self._turn:
            if self._texts > self._announced:
                # A large request is worth a write of its own, and then says exactly what it sends.
                ahead = max(0, min(MOST_AHEAD, self._texts // _SHARE_AHEAD) - texts)
                self._announced = self._texts + ahead
                try:
                    await self._announce(self._announced, self._tokens + ahead * self._tokens // self._texts)
                except Transient as error:
                    # Only a figure of a later report: whether the run can go on without the cluster, others will see.
                    log.warning("tokens_not_announced", cause=str(error))
