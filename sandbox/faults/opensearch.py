"""An HTTP proxy in front of an OpenSearch node that answers, loses or spoils chosen requests."""

import asyncio
import re
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final, assert_never

import aiohttp
import orjson
from aiohttp import web

from sandbox.faults.loop import loop_thread
from sandbox.faults.plans import Answer, Delay, FailItems, LoseAnswer, LoseRequest, Meanwhile, Plan

HOST: Final = "127.0.0.1"
TIMEOUT_SECONDS: Final = 300.0
IDLE_SECONDS: Final = 86_400.0
"""Of a connection over TLS, which ends with the proxy: one that is closed before waits half a minute for the node
to say goodbye, and would be left open by a proxy that ends meanwhile.
"""

_LARGEST_BODY: Final = 1 << 30
_REFUSED: Final = 403

_OF_ONE_CONNECTION: Final = frozenset(
    {"accept-encoding", "connection", "content-length", "host", "keep-alive", "transfer-encoding"}
)
"""Headers that belong to one connection and are not passed on, in lower case. Answers come uncompressed: a plan may
have to read them."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One request. path: without its query. size: bytes of its body. status: of the answer that was sent, None while
    there is none. plan: what had its turn with it.
    """

    method: str
    path: str
    size: int
    status: int | None
    plan: Plan | None

    @property
    def played(self) -> bool:
        """Whether a plan had its turn."""
        return self.plan is not None


@dataclass(slots=True)
class _Order:
    """A plan waiting for its requests: `skip` more pass first, then it has `times` turns (None: every one)."""

    plan: Plan
    method: str
    path: re.Pattern[str]
    skip: int
    times: int | None

    def wants(self, method: str, path: str) -> bool:
        """Whether it is this request's turn; counts it."""
        if self.method not in ("", method) or not self.path.search(path) or self.times == 0:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


class OpenSearchFaults:
    """The plans of a running proxy and what it has seen. Safe to use from any thread."""

    def __init__(self) -> None:
        self.url = ""
        self._orders: list[_Order] = []
        self._seen: list[Seen] = []
        self._lock = threading.Lock()

    def plan(self, plan: Plan, *, method: str = "", path: str = "", skip: int = 0, times: int | None = 1) -> None:
        """Play `plan` on requests of `method` whose path matches the expression `path`; empty = any.

        skip: matching requests that pass first. times: turns, None = every one from then on. A request is offered to
        the plans in their order; one that has taken it keeps it from the next.
        """
        with self._lock:
            self._orders.append(_Order(plan, method, re.compile(path), skip, times))

    def clear(self) -> None:
        """Forget plans and requests."""
        with self._lock:
            self._orders.clear()
            self._seen.clear()

    @property
    def seen(self) -> tuple[Seen, ...]:
        """Requests that have been answered or lost, oldest first."""
        with self._lock:
            return tuple(self._seen)

    def asked(self, method: str = "", path: str = "") -> int:
        """How many requests of `method` matched the expression `path`."""
        return len([one for one in self.seen if method in ("", one.method) and re.search(path, one.path)])

    def take(self, method: str, path: str) -> Plan | None:
        """The plan whose turn it is with this request."""
        with self._lock:
            return next((order.plan for order in self._orders if order.wants(method, path)), None)

    def note(self, seen: Seen) -> None:
        """Record a request."""
        with self._lock:
            self._seen.append(seen)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request before anything is done about it. path: without its query. headers: names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


Guard = Callable[[Asked], str | None]
"""Why a request is refused, as OpenSearch refuses what a role does not allow; None lets it pass."""


@dataclass(frozen=True, slots=True)
class Tls:
    """For an https node: what the proxy shows to those who come, and what it trusts in the node."""

    shown: ssl.SSLContext
    trusted: ssl.SSLContext


@contextmanager
def opensearch_faults(
    upstream: str, *, guard: Guard | None = None, tls: Tls | None = None
) -> Iterator[OpenSearchFaults]:
    """A proxy in front of the node at `upstream` (its URL) on a free loopback port."""
    faults = OpenSearchFaults()
    with loop_thread("opensearch-faults") as thread:
        server = _Server(upstream.rstrip("/"), faults, guard=guard, tls=tls)
        faults.url = thread.call(server.open())
        try:
            yield faults
        finally:
            thread.call(server.close())


class _Server:
    """The proxy in its loop."""

    def __init__(self, upstream: str, faults: OpenSearchFaults, *, guard: Guard | None, tls: Tls | None) -> None:
        self._upstream = upstream
        self._faults = faults
        self._guard = guard
        self._tls = tls
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> str:
        """Listen; returns the URL."""
        application = web.Application(client_max_size=_LARGEST_BODY)
        application.router.add_route("*", "/{path:.*}", self._serve)
        self._session = aiohttp.ClientSession(
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS),
            connector=aiohttp.TCPConnector(ssl=self._tls.trusted, keepalive_timeout=IDLE_SECONDS)
            if self._tls
            else None,
        )
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, 0, ssl_context=self._tls.shown if self._tls else None).start()
        return f"{'https' if self._tls else 'http'}://{HOST}:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        """Stop listening; requests under way are dropped."""
        if self._runner is not None:
            await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        plan = self._faults.take(request.method, request.path)
        body = await request.read()
        status: int | None = None
        headers = {name.lower(): text for name, text in request.headers.items()}
        refusal = self._guard(Asked(request.method, request.path, headers, body)) if self._guard else None
        if refusal is not None:
            self._faults.note(Seen(request.method, request.path, len(body), _REFUSED, plan))
            return web.json_response(_refused(refusal), status=_REFUSED)
        try:
            answer = await self._play(request, body, plan)
            status = answer.status
        except _Lost:
            if request.transport is not None:
                request.transport.abort()
            # The connection is gone; aiohttp still wants an answer it could have sent.
            return web.Response(status=499)
        else:
            return answer
        finally:
            self._faults.note(Seen(request.method, request.path, len(body), status, plan))

    async def _play(self, request: web.Request, body: bytes, plan: Plan | None) -> web.Response:
        match plan:
            case None:
                return await self._pass_on(request, body)
            case Answer(status, content, headers):
                return web.json_response(dict(content), status=status, headers=dict(headers))
            case LoseRequest():
                raise _Lost
            case LoseAnswer():
                await self._pass_on(request, body)
                raise _Lost
            case Delay(seconds):
                answer = await self._pass_on(request, body)
                await asyncio.sleep(seconds)
                return answer
            case Meanwhile(action, lost):
                await asyncio.to_thread(action)
                if lost:
                    raise _Lost
                return await self._pass_on(request, body)
            case FailItems():
                return await self._fail_items(request, body, plan)
        assert_never(plan)

    async def _pass_on(self, request: web.Request, body: bytes) -> web.Response:
        assert self._session is not None
        kept = {name: text for name, text in request.headers.items() if name.lower() not in _OF_ONE_CONNECTION}
        headers = {**kept, "accept-encoding": "identity"}
        address = f"{self._upstream}{request.raw_path}"
        try:
            async with self._session.request(request.method, address, headers=headers, data=BytesIO(body)) as answer:
                content = await answer.read()
                passed = {name: text for name, text in answer.headers.items() if name.lower() not in _OF_ONE_CONNECTION}
                return web.Response(status=answer.status, body=content, headers=passed)
        except aiohttp.ClientError as error:
            raise _Lost from error

    async def _fail_items(self, request: web.Request, body: bytes, plan: FailItems) -> web.Response:
        lines = body.splitlines(keepends=True)
        pairs = [b"".join(lines[at : at + 2]) for at in range(0, len(lines), 2)]
        written = [pair for number, pair in enumerate(pairs) if number % plan.every]
        items: list[Any] = []
        if written:
            answer = await self._pass_on(request, b"".join(written))
            assert isinstance(answer.body, bytes)
            items = orjson.loads(answer.body)["items"]
        merged = _merged(items, plan, count=len(pairs))
        return web.json_response({"took": 1, "errors": True, "items": merged})


def _refused(reason: str) -> dict[str, Any]:
    cause = {"type": "security_exception", "reason": reason}
    return {"error": {"root_cause": [cause], **cause}, "status": _REFUSED}


class _Lost(Exception):
    """The connection is to be reset instead of an answer."""


def _merged(items: Sequence[Any], plan: FailItems, *, count: int) -> list[Any]:
    """The answer's items in the order of the request."""
    error = {"type": plan.kind, "reason": plan.reason}
    failed = {"index": {"status": plan.status, "error": error}}
    others = iter(items)
    return [next(others) if number % plan.every else failed for number in range(count)]
