"""The demo's steps: a node, the sample shop as native indices, an indexer run, a runtime. All of it ends here."""

import asyncio
import http
import json
import secrets
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sandbox.magento.load import load_sample_shop
from sandbox.opensearch.node import start_node
from sandbox.ports import LOOPBACK, had
from sandbox.programs import STORES_FILE, Program, StackFailed, inherited_environment, running
from shared.opensearch import ClusterAddress, connect
from shared.stores import StoreView

SHOP_URL = "https://shop.example.com"
"""Where the sample shop's links lead to when there is no storefront; nothing answers there."""

_STORES = """\
[[store]]
code = "en"
name = "Northfold"
magento_index = "magento2_product_1"
base_url = "{shop_url}/"
media_url = "{shop_url}/media/catalog/product/"
locale = "en_US"
currency = "USD"

[[store]]
code = "ru"
name = "Нортфолд"
magento_index = "magento2_product_2"
base_url = "{shop_url}/ru/"
media_url = "{shop_url}/media/catalog/product/"
locale = "ru_RU"
currency = "RUB"
price_factor = 92.5
price_round = 10
"""

INDEX_SECONDS = 600.0
READY_SECONDS = 60.0


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
    """The sample shop, indexed: what a runtime needs to serve it.

    stores: the contents of its stores.toml, None where `environment` alone describes the one store view.
    report: what the indexer said of its run.
    """

    opensearch_url: str
    environment: Mapping[str, str]
    stores: str | None
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Runtime:
    """A runtime that answers at `url` and admits `key`."""

    url: str
    key: ApiKey
    program: Program


def stores_at(shop_url: str) -> str:
    """The stores.toml of the sample shop, its storefront at `shop_url` (no slash at its end)."""
    return _STORES.format(shop_url=shop_url)


def views_at(shop_url: str) -> tuple[StoreView, ...]:
    """The store views of `stores_at`."""
    return tuple(StoreView.model_validate(table) for table in tomllib.loads(stores_at(shop_url))["store"])


@contextmanager
def indexed_shop(shop_url: str = SHOP_URL, *, enriched: bool = False) -> Iterator[Shop]:
    """Start a node, load both store views in Magento's document shape and run the indexer over them; say each step.

    shop_url: the storefront that links and pictures lead to. enriched: as if the enriching module were installed; core
    Magento indexes no pictures. Raises NodeError, and StackFailed when the indexer does not exit 0.
    """
    print("Starting OpenSearch …", flush=True)
    with start_node() as node:
        environment = {
            **inherited_environment(), "OPENSEARCH_URL": node.url, "STORES_FILE": STORES_FILE,
            "EMBEDDING_PROVIDER": "local",
        }  # fmt: skip
        print("Loading the sample shop in Magento's own document shape …", flush=True)
        asyncio.run(_load_native_indices(node.url, enriched=enriched))
        print("Running the indexer …", flush=True)
        stores = stores_at(shop_url)
        report = _run_indexer(environment, stores)
        yield Shop(opensearch_url=node.url, environment=environment, stores=stores, report=report)


@contextmanager
def running_runtime(shop: Shop, *, port: int, extra: Mapping[str, str] | None = None) -> Iterator[Runtime]:
    """Start `vitrina-runtime serve` for `shop`, ready to answer: on 127.0.0.1:`port`, or where nobody is quicker.

    Raises StackFailed when it ends, or is not ready within READY_SECONDS.
    """
    with ExitStack() as stack:
        try:
            runtime = stack.enter_context(_serving(shop, port=port, extra=extra or {}))
        except _PortLost:
            runtime = stack.enter_context(_serving(shop, port=free_port(), extra=extra or {}))
        yield runtime


def free_port(wanted: int | None = None) -> int:
    """`wanted` when nothing listens there, else a port the system gives."""
    found = (had(wanted) if wanted else None) or had(0)
    if found is None:
        raise StackFailed(f"no free port on {LOOPBACK}")
    return found


@contextmanager
def _serving(shop: Shop, *, port: int, extra: Mapping[str, str]) -> Iterator[Runtime]:
    """A runtime of its own at `port`. Raises StackFailed, _PortLost."""
    key = ApiKey(name="demo", secret=f"sk-demo-{secrets.token_urlsafe(24)}")
    url = f"http://{LOOPBACK}:{port}"
    environment = {
        **shop.environment, "PORT": str(port), "PUBLIC_URL": url, "CHAT_OPEN": "true",
        "ACTION_API_KEYS": key.setting, **extra,
    }  # fmt: skip
    with running("runtime", "serve", environment=environment, stores=shop.stores) as program:
        runtime = Runtime(url=url, key=key, program=program)
        _wait_until_ready(runtime, port=port)
        yield runtime


async def _load_native_indices(url: str, *, enriched: bool) -> None:
    client = connect(ClusterAddress(url=url))
    try:
        for store in ("en", "ru"):
            await load_sample_shop(client, store=store, enriched=enriched)
    finally:
        await client.close()


def _run_indexer(environment: Mapping[str, str], stores: str) -> dict[str, Any]:
    with running("indexer", "run", "--json", environment=environment, stores=stores) as indexer:
        if status := indexer.wait(INDEX_SECONDS):
            raise StackFailed(indexer.failure(f"run ended with {status}"))
        report: dict[str, Any] = json.loads(indexer.output.read_bytes())
    return report


def _wait_until_ready(runtime: Runtime, *, port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if runtime.program.process.ended():
            failure = StackFailed if free_port(port) == port else _PortLost
            raise failure(runtime.program.failure(f"ended with {runtime.program.wait()}"))
        if _answers(runtime):
            return
        time.sleep(0.2)
    raise StackFailed(runtime.program.failure(f"was not ready within {READY_SECONDS:.0f} s"))


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
