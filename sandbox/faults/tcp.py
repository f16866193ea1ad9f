"""A TCP proxy that mistreats what passes through it."""

import asyncio
import random
import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final, TypeVar

from sandbox.faults.loop import LoopThread, loop_thread
from sandbox.faults.toxics import Bandwidth, BlackHole, Cut, Down, Latency, Reset, SlowClose, Towards, Toxic

HOST: Final = "127.0.0.1"

_CHUNK: Final = 1 << 16
_QUEUED: Final = 64
_TICK: Final = 0.02
"""Seconds between the pieces that a limited bandwidth lets through."""

_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)
"""`struct linger` with a wait of zero: the kernel sends RST instead of FIN."""

_SHUT: Final = (ConnectionError, OSError)

T = TypeVar("T", bound=Toxic)


class TcpFaults:
    """A running proxy; `tcp_faults` makes it. `address` is host:port, `url` the same as http."""

    def __init__(self, proxy: "_Proxy", thread: LoopThread) -> None:
        self._proxy = proxy
        self._thread = thread
        self.address = f"{HOST}:{proxy.port}"
        self.url = f"http://{self.address}"

    @property
    def connections(self) -> int:
        """Connections accepted so far."""
        return self._proxy.accepted

    def set(self, *toxics: Toxic) -> None:
        """These toxics and no others from now on; open connections feel them with their next bytes."""
        self._thread.call(self._proxy.set(toxics))

    def clear(self) -> None:
        """Pass everything on, unharmed."""
        self.set()


@contextmanager
def tcp_faults(upstream: str, *, seed: int = 0) -> Iterator[TcpFaults]:
    """A proxy in front of `upstream` ("host:port") on a free loopback port; `seed` decides the jitter."""
    host, _, port = upstream.rpartition(":")
    with loop_thread("tcp-faults") as thread:
        proxy = _Proxy((host, int(port)), random.Random(seed))
        thread.call(proxy.open())
        try:
            yield TcpFaults(proxy, thread)
        finally:
            thread.call(proxy.close())


class _Proxy:
    """The listening side, in its loop."""

    def __init__(self, upstream: tuple[str, int], randomness: random.Random) -> None:
        self.port = 0
        self.accepted = 0
        self.toxics: tuple[Toxic, ...] = ()
        self.randomness = randomness
        self._upstream = upstream
        self._server: asyncio.Server | None = None
        self._open: set[_Connection] = set()

    async def open(self) -> None:
        """Listen, on the same port every time."""
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, HOST, self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Refuse connections and end the open ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._reset_all()

    async def set(self, toxics: Sequence[Toxic]) -> None:
        self.toxics = tuple(toxics)
        if self.find(Down):
            await self.close()
            return
        await self.open()
        if self.find(Reset):
            self._reset_all()

    def find(self, kind: type[T]) -> T | None:
        """The toxic of that kind, when it is in force."""
        return next((toxic for toxic in self.toxics if isinstance(toxic, kind)), None)

    def find_towards(self, kind: type[Latency] | type[Bandwidth] | type[Cut], towards: Towards) -> Toxic | None:
        """The toxic of that kind and direction."""
        return next((toxic for toxic in self.toxics if isinstance(toxic, kind) and toxic.towards == towards), None)

    def _reset_all(self) -> None:
        for connection in tuple(self._open):
            connection.reset()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        if self.find(Reset):
            _reset(writer)
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._upstream)
        except OSError:
            _reset(writer)
            return
        except asyncio.CancelledError:
            _reset(writer)
            raise
        connection = _Connection(self, client=writer, server=far_writer)
        self._open.add(connection)
        try:
            await asyncio.gather(
                connection.carry(reader, far_writer, towards="server"),
                connection.carry(far_reader, writer, towards="client"),
            )
        finally:
            self._open.discard(connection)
            connection.end()


class _Connection:
    """A client, the server behind the proxy, and the bytes on their way."""

    def __init__(self, proxy: _Proxy, *, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self._proxy = proxy
        self._client = client
        self._server = server

    def reset(self) -> None:
        """End both halves as a crashed machine would."""
        _reset(self._client)
        _reset(self._server)

    def end(self) -> None:
        """Close both halves; what was written is still delivered."""
        self._client.close()
        self._server.close()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, towards: Towards) -> None:
        """Bytes from one side to the other, until one of them closes."""
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_QUEUED)
        receiving = asyncio.create_task(self._receive(reader, queue, towards))
        try:
            with suppress(*_SHUT):
                await self._deliver(queue, writer, towards)
        finally:
            receiving.cancel()
            await asyncio.gather(receiving, return_exceptions=True)

    async def _receive(
        self, reader: asyncio.StreamReader, queue: asyncio.Queue[tuple[float, bytes]], towards: Towards
    ) -> None:
        """Queue what arrives with the moment it may go on; an empty piece says that the side has closed."""
        now = asyncio.get_running_loop().time
        due = 0.0
        data = b"more"
        while data:
            try:
                data = await reader.read(_CHUNK)
            except _SHUT:
                data = b""
            # Never before what was sent earlier, whatever the jitter says.
            due = max(due, now() + self._delay(towards, closing=not data))
            if data and self._proxy.find(BlackHole):
                continue
            await queue.put((due, data))

    def _delay(self, towards: Towards, *, closing: bool) -> float:
        slow = self._proxy.find(SlowClose)
        seconds = slow.seconds if closing and slow else 0.0
        latency = self._proxy.find_towards(Latency, towards)
        if isinstance(latency, Latency):
            seconds += max(0.0, latency.seconds + latency.jitter * self._proxy.randomness.uniform(-1, 1))
        return seconds

    async def _deliver(
        self, queue: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter, towards: Towards
    ) -> None:
        now = asyncio.get_running_loop().time
        passed = 0
        while True:
            due, data = await queue.get()
            await asyncio.sleep(max(0.0, due - now()))
            if not data:
                with suppress(*_SHUT):
                    writer.write_eof()
                return
            cut = self._proxy.find_towards(Cut, towards)
            left = max(0, cut.after - passed) if isinstance(cut, Cut) else len(data)
            await self._write(writer, data[:left], towards)
            passed += len(data)
            if isinstance(cut, Cut) and passed >= cut.after:
                self.end()
                return

    async def _write(self, writer: asyncio.StreamWriter, data: bytes, towards: Towards) -> None:
        limit = self._proxy.find_towards(Bandwidth, towards)
        step = max(1, int(limit.bytes_per_second * _TICK)) if isinstance(limit, Bandwidth) else len(data) or 1
        for start in range(0, len(data), step):
            piece = data[start : start + step]
            writer.write(piece)
            await writer.drain()
            if isinstance(limit, Bandwidth):
                await asyncio.sleep(len(piece) / limit.bytes_per_second)


def _reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    if connection is not None and connection.fileno() >= 0:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    writer.transport.abort()
