"""A polite visitor of the shop: its own host only, one request a second, what robots.txt allows, bounded pages."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import aiohttp

AGENT: Final = "Vitrina-doctor"

PAUSE_SECONDS: Final = 1.0
PAGE_SECONDS: Final = 10.0
PAGE_BYTES: Final = 3 << 20
"""A page is read this far; what it says to machines stands at its beginning, mostly in its head."""

_MOST_REDIRECTS: Final = 4
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of asking for an address.

    status: None when nobody answered. address: where it ended. elsewhere: where it would have gone on another host.
    problem: why there is no page.
    """

    asked: str
    address: str
    status: int | None = None
    html: str = ""
    elsewhere: str | None = None
    problem: str | None = None

    @property
    def found(self) -> bool:
        """Whether there is a page."""
        return self.status == 200 and self.problem is None

    @property
    def missing(self) -> bool:
        """Whether the shop says that there is no such page."""
        return self.status in (404, 410)


class Visitor:
    """Visits pages of one host; every request, redirects too, waits its turn."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        self._session = session
        self._base = urlsplit(base_url)
        self._sleep = sleep
        self._clock = clock
        self._pause = pause
        self._next = clock()
        self._robots: RobotFileParser | None = None

    def is_own(self, address: str) -> bool:
        """Whether an address is on the shop's own host."""
        parts = urlsplit(address)
        return parts.scheme in _PORTS and _place(parts) == _place(self._base)

    async def visit(self, address: str) -> Visit:
        """The page at `address`, with redirects followed on the own host. Never raises for what the shop does."""
        if self._robots is None:
            self._robots = await self._fetch_robots()
        if not self._robots.can_fetch(AGENT, address):
            return Visit(address, address, problem="robots.txt asks not to visit it")
        return await self._follow(address)

    async def _fetch_robots(self) -> RobotFileParser:
        robots = RobotFileParser()
        found = await self._follow(f"{self._base.scheme}://{self._base.netloc}/robots.txt")
        robots.parse(found.html.splitlines() if found.found else [])
        return robots

    async def _follow(self, asked: str) -> Visit:
        address = asked
        for _ in range(_MOST_REDIRECTS):
            status, location, html, problem = await self._request(address)
            if problem is not None or status not in _REDIRECTS or not location:
                return Visit(asked, address, status=status, html=html, problem=problem)
            target = urljoin(address, location)
            if not self.is_own(target):
                return Visit(asked, address, status=status, elsewhere=target, problem="leads to another host")
            address = target
        return Visit(asked, address, problem="is redirected again and again")

    async def _request(self, address: str) -> tuple[int | None, str, str, str | None]:
        """Status, Location, page, problem."""
        now = self._clock()
        if now < self._next:
            await self._sleep(self._next - now)
        self._next = max(now, self._next) + self._pause
        try:
            async with asyncio.timeout(PAGE_SECONDS), self._session.get(address, allow_redirects=False) as answer:
                html = await _read(answer) if answer.status == 200 else ""
                return answer.status, answer.headers.get("Location", ""), html, None
        except TimeoutError:
            return None, "", "", f"no answer within {PAGE_SECONDS:g} s"
        except (aiohttp.ClientError, ValueError) as error:
            return None, "", "", f"cannot be opened ({type(error).__name__}: {error})"


@asynccontextmanager
async def open_visitor(
    base_url: str,
    *,
    version: str,
    language: str,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncIterator[Visitor]:
    """A visitor of the shop at `base_url` who says who it is, and takes no cookies."""
    headers = {
        "User-Agent": f"{AGENT}/{version}",
        "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5",
        "Accept-Language": language,
    }
    async with aiohttp.ClientSession(headers=headers, cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield Visitor(session, base_url, sleep=sleep, clock=clock)


async def _read(answer: aiohttp.ClientResponse) -> str:
    page = bytearray()
    async for part in answer.content.iter_chunked(1 << 16):
        page += part
        if len(page) >= PAGE_BYTES:
            break
    try:
        return page.decode(answer.charset or "utf-8", errors="replace")
    except LookupError:  # A charset that nobody knows.
        return page.decode("utf-8", errors="replace")


def _place(parts: SplitResult) -> tuple[str, int | None]:
    """Host and port; the usual ports of http and https are one place, for shops redirect from one to the other."""
    port = parts.port
    return parts.hostname or "", None if port in (None, _PORTS.get(parts.scheme)) else port
