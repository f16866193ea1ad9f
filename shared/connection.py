"""A connection of the OpenSearch client whose answers stay the bytes they came as.

The client's own decodes every answer to text. Parsing needs none, and one Cyrillic letter in a page of a catalogue
makes the whole of it take two bytes a character: a quarter of an indexer's CPU, and its largest piece of memory.
"""

import asyncio
from typing import Any, Final

from aiohttp import ClientResponse, ClientSession, DummyCookieJar, TCPConnector
from aiohttp.connector import NEEDS_CLEANUP_CLOSED
from opensearchpy import AIOHttpConnection

_READ_AHEAD: Final = 1 << 20
"""Bytes of an answer that may wait to be read; by default aiohttp stops and starts the socket every 64 kB."""


class _BytesResponse(ClientResponse):
    async def text(self, encoding: Any = None, errors: str = "strict") -> Any:
        """The body as it came."""
        return await self.read()


class BytesConnection(AIOHttpConnection):
    """Gives its serializer, and whoever calls `perform_request`, bytes; errors are told in text."""

    async def _create_aiohttp_session(self) -> None:
        # As the client makes it, which has no place for another class of responses.
        self.loop = self.loop or asyncio.get_running_loop()
        self.session = ClientSession(
            headers=self.headers,
            skip_auto_headers=("accept", "accept-encoding"),
            cookie_jar=DummyCookieJar(),
            response_class=_BytesResponse,
            connector=TCPConnector(
                limit=self._limit or 0,
                ssl=self._ssl_context or True,
                # Elsewhere it warns that it is of no use there.
                enable_cleanup_closed=NEEDS_CLEANUP_CLOSED,
            ),
            trust_env=self._trust_env or False,
            read_bufsize=_READ_AHEAD,
        )

    def _raise_error(self, status_code: int, raw_data: Any, content_type: str | None = None) -> Any:
        return super()._raise_error(status_code, raw_data.decode(errors="replace"), content_type)
