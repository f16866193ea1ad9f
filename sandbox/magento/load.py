"""Native documents into a real index, the way Magento leaves them: a concrete index behind an alias."""

from collections.abc import Iterable, Iterator
from typing import Any, Literal, Protocol, assert_never

import orjson
from opensearchpy import AsyncOpenSearch

from sandbox.magento.core import CoreStore
from sandbox.magento.elasticsuite import ElasticSuiteStore
from sandbox.magento.product import ENGLISH, RUSSIAN, Locale, NativeDocument, ShopModel, ShopProduct, StoreView
from sandbox.magento.sample import read_sample_shop
from shared.errors import Terminal
from shared.opensearch import translated

Dialect = Literal["core", "elasticsuite"]

BULK_BYTES = 1 << 19
"""Size at which a bulk is sent. aiohttp warns about a body of bytes above 1 MiB, so it stays well below."""

TIMEOUT_SECONDS = 60.0
_PARAMS = {"request_timeout": TIMEOUT_SECONDS}
# One refresh at the end, and no fsync for each bulk: a fixture that a crash loses is simply loaded again.
_WHILE_LOADING = {"index": {"refresh_interval": "-1", "translog.durability": "async"}}
_AS_MAGENTO_LEAVES_IT = {"index": {"refresh_interval": None, "translog.durability": None}}
_STORES: dict[Locale, StoreView] = {"en": ENGLISH, "ru": RUSSIAN}


class NativeLoadFailed(Terminal):
    """The node refused native documents; the text names the first one and why."""

    def __init__(self, index: str, *, refused: int, document: str, reason: str) -> None:
        super().__init__(f"Index {index!r} refused {refused} of a bulk, first document {document!r}: {reason}")


class NativeStore(Protocol):
    """A store view's index in one dialect: its names, its body, its documents."""

    @property
    def alias(self) -> str: ...

    @property
    def index(self) -> str: ...

    def body(self, *, shards: int = 1, enriched: bool = False) -> dict[str, Any]:
        """Settings and mappings of the index."""
        ...

    def document(self, product: ShopProduct) -> NativeDocument:
        """The index document of one product."""
        ...


def native_store(
    view: StoreView, model: ShopModel, *, dialect: Dialect = "core", prefix: str = "magento2"
) -> NativeStore:
    """The renderer of `dialect` for `view`; `prefix` is Magento's index prefix."""
    match dialect:
        case "core":
            return CoreStore(view, model, prefix=prefix)
        case "elasticsuite":
            return ElasticSuiteStore(view, model, prefix=prefix)
    assert_never(dialect)


async def load_native_index(
    client: AsyncOpenSearch,
    *,
    index: str,
    alias: str,
    body: dict[str, Any],
    documents: Iterable[NativeDocument],
) -> int:
    """Create `index` with `body`, fill it, refresh it, and move `alias` to it; returns the number of documents.

    `documents` is consumed as it is sent, so any number passes through bounded memory. Whatever the alias named
    before keeps existing. Raises what `shared.opensearch` raises, and NativeLoadFailed.
    """
    with translated(f"native index {index!r}"):
        await client.indices.create(index=index, body=body, params=_PARAMS)
        await client.indices.put_settings(index=index, body=_WHILE_LOADING, params=_PARAMS)
        loaded = 0
        for bulk, size in _bulks(documents):
            await _send(client, index, bulk)
            loaded += size
        await client.indices.put_settings(index=index, body=_AS_MAGENTO_LEAVES_IT, params=_PARAMS)
        await client.indices.refresh(index=index, params=_PARAMS)
        await _move_alias(client, alias=alias, index=index)
    return loaded


async def load_store(
    client: AsyncOpenSearch,
    store: NativeStore,
    products: Iterable[ShopProduct],
    *,
    shards: int = 1,
    enriched: bool = False,
) -> int:
    """Load `products` into the index of `store`; as `load_native_index`."""
    return await load_native_index(
        client,
        index=store.index,
        alias=store.alias,
        body=store.body(shards=shards, enriched=enriched),
        documents=map(store.document, products),
    )


async def load_sample_shop(
    client: AsyncOpenSearch,
    *,
    store: Locale,
    dialect: Dialect = "core",
    prefix: str = "magento2",
    shards: int = 1,
    enriched: bool = False,
) -> int:
    """Load one store view of the sample shop: `magento2_product_1` is English, `magento2_product_2` Russian.

    Returns the number of documents. Raises as `load_native_index`, and SampleShopError.
    """
    shop = read_sample_shop(enriched=enriched)
    native = native_store(_STORES[store], shop.model, dialect=dialect, prefix=prefix)
    return await load_store(client, native, shop.products, shards=shards, enriched=enriched)


def _bulks(documents: Iterable[NativeDocument]) -> Iterator[tuple[bytes, int]]:
    """NDJSON bodies of about `BULK_BYTES`, each with its number of documents."""
    lines: list[bytes] = []
    size = 0
    for document in documents:
        source = orjson.dumps(document.source)
        lines += (orjson.dumps({"index": {"_id": document.id}}), source)
        size += len(source)
        if size >= BULK_BYTES:
            yield b"\n".join(lines) + b"\n", len(lines) // 2
            lines, size = [], 0
    if lines:
        yield b"\n".join(lines) + b"\n", len(lines) // 2


async def _send(client: AsyncOpenSearch, index: str, bulk: bytes) -> None:
    wanted = {"filter_path": "errors,items.*.error,items.*._id"}
    answer = await client.bulk(body=bulk, index=index, params={**_PARAMS, **wanted})
    if answer["errors"]:
        refused = [item["index"] for item in answer["items"] if "error" in item["index"]]
        error = refused[0]["error"]
        reason = f"{error['type']}: {error['reason']}"
        raise NativeLoadFailed(index, refused=len(refused), document=refused[0]["_id"], reason=reason)


async def _move_alias(client: AsyncOpenSearch, *, alias: str, index: str) -> None:
    actions: list[dict[str, Any]] = [{"add": {"index": index, "alias": alias}}]
    if await client.indices.exists_alias(name=alias, params=_PARAMS):
        named = await client.indices.get_alias(name=alias, params=_PARAMS)
        actions = [*({"remove": {"index": old, "alias": alias}} for old in named if old != index), *actions]
    await client.indices.update_aliases(body={"actions": actions}, params=_PARAMS)
