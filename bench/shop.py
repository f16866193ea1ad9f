"""The measured shop: a seeded catalogue as a native index, and the settings an indexer of it runs with."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from opensearchpy import AsyncOpenSearch

from sandbox.magento.catalogue import generate_catalogue, seeded_model
from sandbox.magento.core import CoreStore
from sandbox.magento.load import load_native_index
from sandbox.magento.product import ENGLISH, NativeDocument
from shared.opensearch import ClusterAddress, connect

SEED: Final = 4

PATIENCE: Final = 600.0
"""Seconds a single call may take: a server-side reindex is one call."""

Edit = Callable[[NativeDocument], NativeDocument]


def unchanged(document: NativeDocument) -> NativeDocument:
    """The document as it is."""
    return document


@dataclass(frozen=True, slots=True)
class Shop:
    """One store view on one node. name: of its native index and its RAG indices; dimension: of its vectors."""

    node: str
    embeddings: str
    name: str
    dimension: int

    @property
    def alias(self) -> str:
        """Of its RAG index."""
        return f"{self.name}-active"

    @property
    def environment(self) -> dict[str, str]:
        """What the indexer reads its settings from."""
        return {
            "OPENSEARCH_URL": self.node,
            "MAGENTO_INDEX": self.native.alias,
            "STORE_BASE_URL": "https://shop.example.com/",
            "STORE_MEDIA_URL": "https://shop.example.com/media/catalog/product/",
            "RAG_ALIAS": self.alias,
            "RAG_INDEX_PREFIX": self.name,
            "RAG_RETAIN": "0",
            "EMBEDDING_MODEL": f"bench-{self.dimension}",
            "EMBEDDING_DIMENSION": str(self.dimension),
            "EMBEDDING_BASE_URL": self.embeddings,
            "EMBEDDING_API_KEY": "bench",
            "LOG_LEVEL": "WARNING",
        }

    @property
    def native(self) -> CoreStore:
        """Its native index in core Magento's shape."""
        return CoreStore(ENGLISH, seeded_model(), prefix=self.name)

    async def fill(self, documents: int, *, version: int = 1, edit: Edit = unchanged) -> None:
        """Write `documents` products as native index `version` and move Magento's alias to it."""
        store = CoreStore(ENGLISH, seeded_model(), prefix=self.name, version=version)
        products = generate_catalogue(documents, seed=SEED)
        async with client_of(self.node) as client:
            await load_native_index(
                client,
                index=store.index,
                alias=store.alias,
                body=store.body(),
                documents=(edit(store.document(product)) for product in products),
            )


def client_of(node: str) -> AsyncOpenSearch:
    """A patient client; the caller closes it."""
    return connect(ClusterAddress(url=node), timeout=PATIENCE)


def dearer(document: NativeDocument) -> NativeDocument:
    """The document with every price raised by a tenth."""
    prices = {name: f"{float(value) * 1.1:.6f}" for name, value in document.source.items() if name.startswith("price_")}
    return NativeDocument(id=document.id, source=document.source | prices)


def reworded(one_in: int) -> Edit:
    """An edit that changes the order of two words in the text of every `one_in`-th product, evenly spread."""

    def edit(document: NativeDocument) -> NativeDocument:
        if int(document.id) // _ID_STRIDE % one_in != one_in // 2:
            return document
        told = document.source["description"]
        texts = [told] if isinstance(told, str) else told
        changed = [_TWO_WORDS.sub(r"\2 \1", texts[0], count=1), *texts[1:]]
        return NativeDocument(id=document.id, source=document.source | {"description": changed})

    return edit


_ID_STRIDE: Final = 16
"""Entity ids between two seeded products."""
_TWO_WORDS = re.compile(r"\b([^\W\d_]+) ([^\W\d_]+)\b")
