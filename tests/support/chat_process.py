"""The chat as a process of its own: `python -m support.chat_process <provider's base_url>` prints its port first."""

import argparse
import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NamedTuple

import httpx2
import orjson
import psutil
from pydantic import SecretStr
from support.adapters import ADAPTERS
from support.chains import a_provider
from support.chat import FakeCatalogue, a_document, build_chat_app
from support.openai import BOUND_SECONDS, KEY
from support.opensearch import REPOSITORY

from runtime.chat.service import ChatService
from runtime.chat.stream import TIMING, StreamTiming
from runtime.cli import SHUTDOWN_SECONDS
from runtime.llm.providers import Deadlines, ProviderPlan
from runtime.log_sink import LogSink
from runtime.memory import keep_what_is_here
from runtime.web.draining import Draining, DrainingServer
from runtime.web.listening import SEND_BUFFER, listen, server_config
from runtime.wiring import build_chain
from shared.telemetry import configure_logging

PATIENT = Deadlines(first_token=10 * BOUND_SECONDS, gap=10 * BOUND_SECONDS, total=10 * BOUND_SECONDS)
"""For what is not about them."""

QUESTION = {"messages": [{"role": "user", "content": "Which bag?"}], "stream": True}


class ChatProcess(NamedTuple):
    """A running one, as the test sees it."""

    process: asyncio.subprocess.Process
    url: str
    log: Path

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @property
    def seen(self) -> psutil.Process:
        """What the system knows of it."""
        return psutil.Process(self.process.pid)

    @property
    def logged(self) -> list[dict[str, Any]]:
        """Every whole line of its log so far; what goes there otherwise fails."""
        return [orjson.loads(line) for line in self.log.read_bytes().rpartition(b"\n")[0].splitlines()]

    async def ended(self) -> int:
        """Its exit code."""
        return await asyncio.wait_for(self.process.wait(), timeout=BOUND_SECONDS)


@asynccontextmanager
async def chat_process(base_url: str, *options: str) -> AsyncIterator[ChatProcess]:
    """The chat with this provider; options: see `main`."""
    with NamedTemporaryFile() as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "support.chat_process",
            base_url,
            *options,
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{REPOSITORY / 'tests'}"},
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
        try:
            assert process.stdout is not None
            port = int(await asyncio.wait_for(process.stdout.readline(), timeout=BOUND_SECONDS))
            yield ChatProcess(process, f"http://127.0.0.1:{port}", Path(log.name))
        finally:
            if process.returncode is None:
                process.kill()
            # To the end of its output too: a pipe that is still open would be complained of in some later test.
            await process.communicate()


def many_connections(number: int) -> httpx2.AsyncClient:
    """A client that keeps `number` answers open at once."""
    limits = httpx2.Limits(max_connections=number, max_keepalive_connections=0)
    return httpx2.AsyncClient(timeout=BOUND_SECONDS, limits=limits)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("base_url")
    parser.add_argument("--grace", type=float, default=10.0)
    parser.add_argument("--send", type=float, default=30.0)
    parser.add_argument("--send-buffer", type=int, default=SEND_BUFFER)
    parser.add_argument("--adapter", choices=ADAPTERS, default="lean")
    given = parser.parse_args()
    with LogSink(sys.stderr.fileno()) as stream:
        configure_logging(level="INFO", stream=stream)
        serve(given)


def serve(given: argparse.Namespace) -> None:
    draining = Draining(grace=given.grace)
    provider = a_provider(base_url=given.base_url, key=SecretStr(KEY), adapter=given.adapter, deadlines=PATIENT)
    chain = build_chain(ProviderPlan(providers=(provider,), budget_first_token=PATIENT.first_token))
    service = ChatService(FakeCatalogue(a_document()), chain)
    # A stream looks after its client when a comment may be due, which must not be later than what it looks for.
    often = {"opening": min(TIMING.opening, given.send), "ping": min(TIMING.ping, given.send)}
    timing = StreamTiming(send=given.send, **often)
    app = build_chat_app(service, closers=[chain.aclose], draining=draining, timing=timing, rate="100000/minute")
    # As runtime/cli.py: uvicorn hands a signal on once everything is closed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with closing(listen("127.0.0.1", 0)) as listener:
        # Connections have it from their listener.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, given.send_buffer)
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        config = server_config(app, closing_seconds=SHUTDOWN_SECONDS)
        keep_what_is_here()
        DrainingServer(config, draining).run(sockets=[listener])


if __name__ == "__main__":
    main()
