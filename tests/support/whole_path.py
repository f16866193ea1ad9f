"""The whole path: the sample shop as native indices, indexed and served by the real programs, models scripted."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from support.openai import KEY
from support.opensearch import own_namespace
from support.ports import a_port
from support.processes import Finished, IndexerProgram
from support.secured import Place

from sandbox.magento.load import Dialect, load_sample_shop
from sandbox.magento.product import Locale
from sandbox.openai_server import ScriptedServer, scripted_openai
from sandbox.stack import Runtime, Shop, running_runtime
from shared.opensearch import connect

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

    place: the node, as its administrator comes to it. prefix: what the names of all indices begin with. first: the
    indexer's first run.
    """

    place: Place
    prefix: str
    indexer: IndexerProgram
    first: Finished
    provider: ScriptedServer
    runtime: Runtime


@contextmanager
def whole_path(place: Place, folder: Path, *, url: str | None = None, **settings: str) -> Iterator[WholePath]:
    """Load, index and serve; everything is gone at the end, the indices too.

    Each program comes as the user that is meant for it. url: where they find the node, if not where it is. settings:
    of the runtime besides.
    """
    there = replace(place, url=url or place.url)
    with own_namespace(place.url, **place.options) as prefix, scripted_openai(api_key=KEY) as provider:
        asyncio.run(_load(place, f"{prefix}magento2"))
        stores = _STORES.format(prefix=prefix)
        (folder / "stores.toml").write_text(stores, encoding="utf-8")
        indexer = IndexerProgram(
            folder,
            {
                **there.settings("vitrina-indexer"),
                "STORES_FILE": "stores.toml",
                "RAG_INDEX_PREFIX": f"{prefix}rag",
                "EMBEDDING_PROVIDER": "openai",
                "OPENAI_BASE_URL": provider.base_url,
                "OPENAI_API_KEY": KEY,
            },
        )
        first = asyncio.run(indexer.run("run", "--json"))
        assert first.code == 0, first.errors
        shop = Shop(opensearch_url=there.url, environment=indexer.environment, stores=stores, report=first.json)
        unlimited = {"RATE_LIMIT_CHAT": "10000/minute", "RATE_LIMIT_ACTIONS": "10000/minute"}
        own = {**unlimited, **there.settings("vitrina-runtime"), **settings}
        with running_runtime(shop, port=a_port(), extra=own) as runtime:
            yield WholePath(
                place=place, prefix=prefix, indexer=indexer, first=first, provider=provider, runtime=runtime
            )


async def _load(place: Place, prefix: str) -> None:
    async with connect(place.address()) as client:
        for store, dialect, enriched in _NATIVE:
            await load_sample_shop(client, store=store, dialect=dialect, prefix=prefix, enriched=enriched)
