"""The demo's steps: a node, the sample shop as native indices, an indexer run, a runtime. All of it ends here.

Both programs run as processes of their own, configured by environment alone, just as an operator runs them.
"""

import asyncio
import http
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sandbox.magento.load import load_sample_shop
from sandbox.opensearch.node import start_node
from shared.opensearch import ClusterAddress, connect

SHOP_URL = "https://shop.example.com"
"""The storefront the sample shop's links lead to; nothing answers there."""

STORES = f"""\
[[store]]
code = "en"
name = "Northfold"
magento_index = "magento2_product_1"
base_url = "{SHOP_URL}/"
media_url = "{SHOP_URL}/media/catalog/product/"
locale = "en_US"
currency = "USD"

[[store]]
code = "ru"
name = "Нортфолд"
magento_index = "magento2_product_2"
base_url = "{SHOP_URL}/ru/"
media_url = "{SHOP_URL}/media/catalog/product/"
locale = "ru_RU"
currency = "RUB"
price_factor = 92.5
price_round = 10
"""

READY_SECONDS = 60.0
STOP_SECONDS = 15.0

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_LOOPBACK = "127.0.0.1"

# Settings of the caller's shell must not leak into the demo, whatever their case; the model's are welcome.
_CLEARED = (
    "OPENSEARCH_", "SOURCE_", "MAGENTO_", "STORE_", "STORES_FILE", "RAG_", "EMBEDDING_", "INDEXER_", "SECRETS_DIR",
    "HOST", "PORT", "PUBLIC_URL", "METRICS_PORT", "CORS_", "ACTION_API_KEYS", "CHAT_API_KEYS", "CHAT_OPEN",
    "CHAT_ENABLED", "RATE_LIMIT_", "LOG_LEVEL",
)  # fmt: skip


class StackFailed(Exception):
    """A step of the demo did not succeed; the message holds what its program said."""


class _PortLost(StackFailed):
    """Another program took the port first, a second demo for instance."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An Action API key and the setting that admits it."""

    name: str
    secret: str

    @property
    def setting(self) -> str:
        return f"{self.name}:{sha256(self.secret.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Shop:
    """The sample shop, indexed: what a runtime needs to serve it."""

    opensearch_url: str
    folder: Path
    environment: Mapping[str, str]
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Runtime:
    """A runtime that answers at `url` and writes what it has to say to `log`."""

    url: str
    key: ApiKey
    log: Path


@contextmanager
def indexed_shop(folder: Path) -> Iterator[Shop]:
    """Start a node, load both store views in Magento's document shape and run the indexer over them.

    Raises StackFailed when the indexer does not exit 0.
    """
    (folder / "stores.toml").write_text(STORES, encoding="utf-8")
    with start_node() as node:
        environment = _environment(node.url, folder)
        asyncio.run(_load_native_indices(node.url))
        report = _run_indexer(folder, environment)
        yield Shop(opensearch_url=node.url, folder=folder, environment=environment, report=report)


@contextmanager
def running_runtime(shop: Shop, *, port: int, extra: Mapping[str, str] | None = None) -> Iterator[Runtime]:
    """Start `vitrina-runtime serve` for `shop`, ready to answer: on 127.0.0.1:`port`, or where nobody is quicker.

    Raises StackFailed when it ends, or is not ready within READY_SECONDS.
    """
    with ExitStack() as running:
        try:
            runtime = running.enter_context(_serving(shop, port=port, extra=extra or {}))
        except _PortLost:
            runtime = running.enter_context(_serving(shop, port=free_port(), extra=extra or {}))
        yield runtime


def free_port(wanted: int | None = None) -> int:
    """`wanted` when nothing listens there, else a port the system gives."""
    for port in (wanted, 0) if wanted else (0,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_LOOPBACK, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise StackFailed(f"no free port on {_LOOPBACK}")


@contextmanager
def stopped_by_signal() -> Iterator[None]:
    """Let SIGTERM and SIGHUP unwind the stack as Ctrl-C does, and nothing interrupt the unwinding."""

    # SIGINT is set too: a shell starts background jobs with it ignored, and Python then leaves it so.
    def interrupt(_number: int, _frame: object) -> None:
        # Stopping takes STOP_SECONDS at most; an impatient second Ctrl-C would leave parts behind.
        for number in _STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    previous = {number: signal.signal(number, interrupt) for number in _STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def reach_loopback_directly() -> None:
    """Keep this process and those it starts from asking the caller's HTTP proxy for the demo's own parts."""
    spared = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(filter(None, [spared, _LOOPBACK]))


@contextmanager
def _serving(shop: Shop, *, port: int, extra: Mapping[str, str]) -> Iterator[Runtime]:
    """A runtime of its own at `port`. Raises StackFailed, _PortLost."""
    key = ApiKey(name="demo", secret=f"sk-demo-{secrets.token_urlsafe(24)}")
    url = f"http://{_LOOPBACK}:{port}"
    environment = {
        **shop.environment, "PORT": str(port), "PUBLIC_URL": url, "CHAT_OPEN": "true",
        "ACTION_API_KEYS": key.setting, **extra,
    }  # fmt: skip
    runtime = Runtime(url=url, key=key, log=shop.folder / f"runtime-{port}.log")
    with runtime.log.open("wb") as stream:
        # A session of its own: a Ctrl-C in the terminal reaches the demo only, which then stops the parts in order.
        process = subprocess.Popen(
            [sys.executable, "-m", "runtime", "serve"], cwd=shop.folder, env=environment,
            stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            _wait_until_ready(runtime, process, port=port)
            yield runtime
        finally:
            _stop(process)


def _environment(opensearch_url: str, folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(_CLEARED)}
    # The programs run in a folder of their own, so that no `.env` of the caller's is read.
    root = str(Path(__file__).resolve().parent.parent)
    return kept | {
        "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")])),
        "OPENSEARCH_URL": opensearch_url,
        "STORES_FILE": str(folder / "stores.toml"),
        "EMBEDDING_PROVIDER": "local",
    }


async def _load_native_indices(url: str) -> None:
    client = connect(ClusterAddress(url=url))
    try:
        for store in ("en", "ru"):
            await load_sample_shop(client, store=store)
    finally:
        await client.close()


def _run_indexer(folder: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    finished = subprocess.run(
        [sys.executable, "-m", "indexer", "run", "--json"], cwd=folder, env=environment,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    if finished.returncode != 0:
        said = (finished.stdout + finished.stderr)[-4000:]
        raise StackFailed(f"vitrina-indexer run ended with {finished.returncode}:\n{said}")
    report: dict[str, Any] = json.loads(finished.stdout)
    return report


def _wait_until_ready(runtime: Runtime, process: subprocess.Popen[bytes], *, port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            failure = StackFailed if free_port(port) == port else _PortLost
            raise failure(f"vitrina-runtime ended with {process.returncode}:\n{_tail(runtime.log)}")
        if _answers(runtime):
            return
        time.sleep(0.2)
    raise StackFailed(f"vitrina-runtime was not ready within {READY_SECONDS:.0f} s:\n{_tail(runtime.log)}")


def _answers(runtime: Runtime) -> bool:
    """Whether it is ready, and it is this runtime that answers at the port: no other one knows the key."""
    headers = {"authorization": f"Bearer {runtime.key.secret}"}
    door = urllib.request.Request(f"{runtime.url}/api/v1/actions/get_product", data=b"", headers=headers)
    try:
        urllib.request.urlopen(f"{runtime.url}/health/ready", timeout=2).close()
        urllib.request.urlopen(door, timeout=2).close()
    except urllib.error.HTTPError as refusal:
        # The key is looked at before the body: an empty one is a bad request from us, and 401 from a stranger.
        return refusal.code == http.HTTPStatus.BAD_REQUEST
    except OSError:
        pass
    return False


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-4000:]


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
