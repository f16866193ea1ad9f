"""The whole path: the sample shop as native indices, indexed and served by the real programs, models scripted."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.openai import KEY
from support.opensearch import own_namespace
from support.ports import a_port
from support.processes import Finished, IndexerProgram

from sandbox.magento.load import Dialect, load_sample_shop
from sandbox.magento.product import Locale
from sandbox.openai_server import ScriptedServer, scripted_openai
from sandbox.stack import Runtime, Shop, running_runtime
from shared.opensearch import ClusterAddress, connect

ADDRESSES = {"en": "http://en.test/", "ru": "http://ru.test/", "suite": "http://suite.test/"}
"""Store view -> storefront. An address of another store's in an answer or a prompt is a leak."""

_STORES = f"""\
[[store]]
code = "en"
name = "Northfold"
magento_index = "{{prefix}}magento2_product_1"
base_url = "{ADDRESSES["en"]}"

[[store]]
code = "ru"
name = "Нортфолд"
magento_index = "{{prefix}}magento2_product_2"
base_url = "{ADDRESSES["ru"]}"
locale = "ru_RU"
currency = "RUB"
price_factor = 92.5
price_round = 10

[[store]]
code = "suite"
name = "Northfold by ElasticSuite"
magento_index = "{{prefix}}magento2_en_catalog_product"
base_url = "{ADDRESSES["suite"]}"
"""

_NATIVE: tuple[tuple[Locale, Dialect, bool], ...] = (
    ("en", "core", False),
    ("ru", "core", True),
    ("en", "elasticsuite", False),
)
"""Language, dialect, and whether the enriching module is installed."""


@dataclass(frozen=True)
class WholePath:
    """Everything is running: `en` and `ru` in core Magento's shape, `ru` enriched, `suite` in ElasticSuite's.

    prefix: what the names of all indices begin with. first: the indexer's first run.
    """

    prefix: str
    indexer: IndexerProgram
    first: Finished
    provider: ScriptedServer
    runtime: Runtime


@contextmanager
def whole_path(opensearch_url: str, folder: Path, **settings: str) -> Iterator[WholePath]:
    """Load, index and serve; everything is gone at the end, the indices too. settings: of the runtime besides."""
    with own_namespace(opensearch_url) as prefix, scripted_openai(api_key=KEY) as provider:
        asyncio.run(_load(opensearch_url, f"{prefix}magento2"))
        stores = _STORES.format(prefix=prefix)
        (folder / "stores.toml").write_text(stores, encoding="utf-8")
        indexer = IndexerProgram(
            folder,
            {
                "OPENSEARCH_URL": opensearch_url,
                "STORES_FILE": "stores.toml",
                "RAG_INDEX_PREFIX": f"{prefix}rag",
                "EMBEDDING_PROVIDER": "openai",
                "OPENAI_BASE_URL": provider.base_url,
                "OPENAI_API_KEY": KEY,
            },
        )
        first = asyncio.run(indexer.run("run", "--json"))
        assert first.code == 0, first.errors
        shop = Shop(opensearch_url=opensearch_url, environment=indexer.environment, stores=stores, report=first.json)
        unlimited = {"RATE_LIMIT_CHAT": "10000/minute", "RATE_LIMIT_ACTIONS": "10000/minute"}
        with running_runtime(shop, port=a_port(), extra=unlimited | settings) as runtime:
            yield WholePath(prefix=prefix, indexer=indexer, first=first, provider=provider, runtime=runtime)


async def _load(opensearch_url: str, prefix: str) -> None:
    async with connect(ClusterAddress(url=opensearch_url)) as client:
        for store, dialect, enriched in _NATIVE:
            await load_sample_shop(client, store=store, dialect=dialect, prefix=prefix, enriched=enriched)
