"""Starts one OpenSearch node for this process, on loopback, and ends it with this process.

Home and Java come from the cache; configuration, data, logs and temporary files live in one directory per node
that goes with it; a server that was killed can be started again in it. The server binds port 0 and writes the port
it got to a file, so nodes side by side never race for a port. It is started directly: its shell launcher runs four
more JVMs first, to compute the options that `layout` writes out.
"""

import http.client
import json
import os
import shutil
import ssl
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sandbox.opensearch.account import Account, server_account
from sandbox.opensearch.artifacts import make_directory
from sandbox.opensearch.errors import CacheUnusable, PortTaken, StartFailed
from sandbox.opensearch.home import opensearch_home
from sandbox.opensearch.java import Java, JavaChoice, chosen_java, locate
from sandbox.opensearch.layout import HOST, Layout, command, environ, lay_out, write_settings
from sandbox.opensearch.security import Security, admin_headers
from sandbox.opensearch.supervised import Supervised
from sandbox.ports import had
from shared.cache import cache_directory

NEEDED = frozenset(
    {"opensearch-knn", "opensearch-neural-search", "lang-painless", "analysis-common", "mapper-extras", "reindex"}
)
START_SECONDS = 180.0
POLL_SECONDS = 0.1
REQUEST_TIMEOUT_SECONDS = 10
LOG_TAIL_LINES = 40


class Node:
    """A running, healthy server; made by `start_node`. Stop it, or use it as a context manager.

    `url` has no trailing slash, `version` is OpenSearch's, `java` what it runs on.
    """

    def __init__(self, process: Supervised, *, layout: Layout, java: Java, port: int, version: str) -> None:
        self.url = f"{'https' if layout.security else 'http'}://{HOST}:{port}"
        self.port = port
        self.version = version
        self.java = java
        self._process = process
        self._layout = layout

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Of the JVM; another one after a restart."""
        return self._process.pid

    def ended(self) -> bool:
        """Whether the server has ended by itself (a crash, a kill from outside)."""
        return self._process.ended()

    def log_tail(self) -> str:
        """The end of the server's log, while the node has not been stopped."""
        return _tail(self._layout.console)

    def kill(self) -> None:
        """End the server as a crash would, by SIGKILL; what it had written by then stays for `restart`."""
        self._process.kill()

    def restart(self, *, timeout: float = START_SECONDS) -> None:
        """Start the server again after it has ended, with its data and on its port, and wait until it is healthy.

        It blocks as `start_node` does. Raises StartFailed.
        """
        self._layout.http_ports.unlink(missing_ok=True)
        write_settings(self._layout, self.port)
        self._process.start_again()
        _wait_until_healthy(self._process, layout=self._layout, timeout=timeout)

    def stop(self) -> None:
        """End the server and remove its directory; a second call does nothing."""
        self._process.end()


def prepare(*, java: JavaChoice | None = None, secured: bool = False) -> tuple[Path, Java]:
    """Fetch and assemble what a start needs, the one step that may use the network: the home and the Java.

    `java` None = as `VITRINA_JAVA` says; `secured` = the home with the security plugin. Raises NodeError.
    """
    account = server_account()
    cache = cache_directory(os.environ, is_root=os.geteuid() == 0)
    make_directory(cache)
    _must_be_open(cache, account, fix="set VITRINA_CACHE_DIR to a directory that every user may enter")
    home = opensearch_home(cache, secured=secured)
    return home, locate(java or chosen_java(os.environ), environ=os.environ, account=account, cache=cache)


def start_node(
    *,
    port: int | None = None,
    heap: str = "1g",
    java: JavaChoice | None = None,
    security: Security | None = None,
    timeout: float = START_SECONDS,
) -> Node:
    """Start a node and wait until it is healthy with every plugin loaded.

    `port` None = a free one; `heap` as in `-Xmx`; `java` None = as `VITRINA_JAVA` says; `security` None = nobody is
    asked who they are; `timeout` in seconds.
    It blocks: async code calls it through `asyncio.to_thread`. Raises NodeError.
    """
    if port is not None and had(port) is None:
        raise PortTaken(port)
    home, found = prepare(java=java, secured=security is not None)
    account = server_account()
    layout = lay_out(java=found, account=account, port=port, security=security)
    process = None
    try:
        _must_be_open(layout.directory, account, fix="set TMPDIR to a directory that every user may enter")
        process = Supervised(
            command(home, java=found, layout=layout, heap=heap),
            directory=layout.directory,
            log=layout.console,
            environ=environ(layout, found),
            account=account,
        )
        bound = _wait_until_healthy(process, layout=layout, timeout=timeout)
        version = _check_plugins(bound, layout=layout)
    except BaseException:
        if process is not None:
            process.end()
        shutil.rmtree(layout.directory, ignore_errors=True)
        raise
    return Node(process, layout=layout, java=found, port=bound, version=version)


def _wait_until_healthy(process: Supervised, *, layout: Layout, timeout: float) -> int:
    """The port, once the cluster is yellow or green."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if process.ended():
            raise StartFailed("OpenSearch ended while it was starting.", log_tail=_tail(layout.console))
        port = _bound_port(layout.http_ports)
        health = _get(port, "/_cluster/health", layout=layout) if port else None
        if port and health and health["status"] in {"yellow", "green"}:
            return port
        time.sleep(POLL_SECONDS)
    raise StartFailed(f"OpenSearch was not healthy after {timeout:g} s.", log_tail=_tail(layout.console))


def _check_plugins(port: int, *, layout: Layout) -> str:
    """The server's version, once it is sure that everything it needs is loaded."""
    answer = _get(port, "/_nodes/_local/plugins", layout=layout)
    if answer is None:
        raise StartFailed("OpenSearch does not list its plugins.", log_tail=_tail(layout.console))
    (node,) = answer["nodes"].values()
    if missing := missing_parts(node):
        raise StartFailed(f"OpenSearch started without {', '.join(missing)}.", log_tail=_tail(layout.console))
    return str(node["version"])


def missing_parts(node: Mapping[str, Any]) -> list[str]:
    """What is needed and not loaded, by one node's part of the answer to `GET /_nodes/plugins`."""
    loaded = {part["name"] for part in (*node["plugins"], *node["modules"])}
    return sorted(NEEDED - loaded)


def _bound_port(http_ports: Path) -> int | None:
    try:
        first = http_ports.read_text(encoding="utf-8").splitlines()[0]
    except (FileNotFoundError, IndexError):
        return None
    return int(first.rpartition(":")[2])


def _get(port: int, path: str, *, layout: Layout) -> dict[str, Any] | None:
    """The JSON answer to GET `path`; None while the server does not answer with 200."""
    connection = _connection(port, security=layout.security)
    try:
        connection.request("GET", path, headers=admin_headers() if layout.security else {})
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    answer: dict[str, Any] | None = json.loads(body) if response.status == http.HTTPStatus.OK else None
    return answer


def _connection(port: int, *, security: Security | None) -> http.client.HTTPConnection:
    if security is None:
        return http.client.HTTPConnection(HOST, port, timeout=REQUEST_TIMEOUT_SECONDS)
    trust = ssl.create_default_context(cadata=security.tls.authority.decode())
    return http.client.HTTPSConnection(HOST, port, timeout=REQUEST_TIMEOUT_SECONDS, context=trust)


def _must_be_open(path: Path, account: Account, *, fix: str) -> None:
    if blocked := account.blocked_by(path):
        raise CacheUnusable(path, reason=f"the server's user may not enter {blocked}; {fix}")


def _tail(log: Path) -> str:
    if not log.exists():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_TAIL_LINES:])
