"""The server on its socket: in a thread of this process, or in the foreground."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sandbox.openai_server.app import CHAT_PATH, EMBEDDINGS_PATH, App, Served
from sandbox.openai_server.quota import Quota
from sandbox.openai_server.script import Lane

_START_SECONDS = 60.0
_STOP_SECONDS = 60.0


class ScriptedServer:
    """A running server: where it is, and the script of its two lanes."""

    def __init__(self, app: App, *, port: int) -> None:
        self.port = port
        self.base_url = f"http://127.0.0.1:{port}/v1"
        """What an OpenAI client takes as `base_url`."""
        self.chat: Lane = app.lanes[CHAT_PATH]
        self.embeddings: Lane = app.lanes[EMBEDDINGS_PATH]
        self.set_quota = app.set_quota
        """Change the quota of both lanes while it runs."""
        self.granted_tokens = app.granted_tokens
        """Tokens of all embedding requests that the quota held."""

    def reset(self) -> None:
        """Forget every plan and request."""
        self.chat.reset()
        self.embeddings.reset()


@contextmanager
def scripted_openai(
    *,
    port: int = 0,
    api_key: str | None = None,
    chat_models: tuple[str, ...] = (),
    embedding_models: dict[str, int] | None = None,
    quota: Quota | None = None,
) -> Iterator[ScriptedServer]:
    """Run the server on a loopback port (0 = a free one) until the block ends.

    api_key: the only key accepted, None = any. chat_models, embedding_models: names known beside OpenAI's own, the
    latter with their dimension. quota: requests and tokens a minute for each lane, None = plenty.
    """
    usual = Served()
    served = Served(
        chat=(*usual.chat, *chat_models),
        embeddings={**usual.embeddings, **(embedding_models or {})},
        api_key=api_key,
        quota=quota or usual.quota,
    )
    app = App(served)
    with in_thread(app, port=port) as taken:
        yield ScriptedServer(app, port=taken)


@contextmanager
def in_thread(app: App, *, port: int) -> Iterator[int]:
    """`app` on a loopback port (0 = a free one), which is given, until the block ends."""
    with listening(port) as listener:
        server = build_server(app)
        thread = threading.Thread(target=server.run, args=([listener],), name="scripted-openai", daemon=True)
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield int(listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join(_STOP_SECONDS)


@contextmanager
def listening(port: int) -> Iterator[socket.socket]:
    """A listening loopback socket; a taken port raises OSError here and not later in a thread."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(2048)
        yield listener


def build_server(app: App) -> uvicorn.Server:
    """A server for `app` that logs nothing and never closes an idle connection by itself."""
    config = uvicorn.Config(
        app,
        http=_Protocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_keep_alive=3600,
        server_header=False,
    )
    return _Server(config, app)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, app: App) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # An answer that hangs by plan would otherwise be waited for.
        self._app.close_connections()
        await super().shutdown(sockets)


class _Protocol(HttpToolsProtocol):
    """Hands the application its connection, which ASGI keeps to itself."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        app = self.app

        async def with_connection(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "transport": transport}, receive, send)

        self.app = with_connection


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the scripted OpenAI server did not start")
        time.sleep(0.005)
