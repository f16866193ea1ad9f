"""A catalogue on a node of its own: native index, the real indexer, and the retriever that the Action route calls."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import orjson
from opensearchpy import AsyncOpenSearch

from bench.quality.catalogue import Catalogue
from runtime.retrieval.retriever import Retriever
from runtime.settings import RuntimeSettings
from runtime.wiring import build_services
from sandbox.magento.core import CoreStore
from sandbox.magento.load import load_store
from sandbox.opensearch.node import start_node
from sandbox.programs import StackFailed, inherited_environment, running
from shared.embedding.embedder import Embedder
from shared.embedding.select import build_embedder
from shared.opensearch import ClusterAddress, connect

HEAP: Final = "2g"
STORE: Final = "default"
ALIAS: Final = "products-rag-active"

_LOCALES: Final = {"en": "en_US", "ru": "ru_RU"}
_INDEXER_SECONDS: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Stand:
    """What questions are asked of. client: to the node, for whoever asks the index itself. embedder: the model of the
    index, None where it does not know the catalogue's language."""

    retriever: Retriever
    client: AsyncOpenSearch
    embedder: Embedder | None


@asynccontextmanager
async def open_stand(catalogue: Catalogue, *, shards: int = 1, say: Callable[[str], None]) -> AsyncIterator[Stand]:
    """`catalogue`, indexed and served; gone at the end. Raises what its parts raise."""
    with start_node(heap=HEAP) as node:
        native = CoreStore(catalogue.view, catalogue.model)
        async with connect(ClusterAddress(url=node.url)) as client:
            loaded = await load_store(client, native, catalogue.products, shards=shards)
            say(f"{loaded} native documents; indexing …")
            settings = {
                "OPENSEARCH_URL": node.url,
                "STORE_LOCALE": _LOCALES[catalogue.view.locale],
                "STORE_CURRENCY": catalogue.view.currency,
                "STORE_BASE_URL": "https://shop.example.com/",
                "STORE_MEDIA_URL": "https://shop.example.com/media/catalog/product/",
                "EMBEDDING_PROVIDER": "local",
                "LOG_LEVEL": "WARNING",
            }
            say(_index({**settings, "MAGENTO_INDEX": native.alias}))
            # Not from the environment, whose settings are of some other shop.
            served = RuntimeSettings.model_validate({name.lower(): value for name, value in settings.items()})
            services, model = build_services(served, None, patient=True), served.embedding()
            embedder = build_embedder(model, base_url=None, api_key=None, cache=served.cache())
            try:
                async with services.running():
                    knows = model.knows(catalogue.view.locale)
                    yield Stand(services.retriever, client, embedder if knows else None)
            finally:
                await embedder.aclose()


def _index(settings: dict[str, str]) -> str:
    """`vitrina-indexer run`, whole; what it says of itself. Raises StackFailed."""
    with running("indexer", "run", "--json", environment=inherited_environment() | settings, stores=None) as program:
        status = program.wait(_INDEXER_SECONDS)
        report = orjson.loads(program.output.read_bytes() or b"{}")
        if status:
            raise StackFailed(program.failure(f"ended with {status}: {report.get('reasons')}"))
    (store,) = report["stores"]
    return f"indexed {store['indexed']} of {store['read']} in {sum(store['seconds'].values()):.0f} s"
