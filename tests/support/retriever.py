"""The runtime's retriever over a live index that the indexer's own program built with the scripted server's vectors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from opensearchpy import AsyncOpenSearch
from support.embedding import FakeEmbedder
from support.openai import DIMENSION
from support.processes import BOUND_SECONDS

from runtime.retrieval.index import LiveIndices
from runtime.retrieval.query_embedding import QueryEmbedders
from runtime.retrieval.retriever import Retriever
from runtime.retrieval.search import OpenSearchProducts
from runtime.retrieval.unavailable import ClusterGuard
from shared.embedding.embedder import EmbeddingModel
from shared.indices import IndexMeta, RagNames
from shared.stores import StoreView

SHOP = StoreView(code="default")


@asynccontextmanager
async def a_retriever(client: AsyncOpenSearch, names: RagNames) -> AsyncIterator[Retriever]:
    """A retriever over the one store view SHOP; its questions get the scripted server's vectors without a socket."""
    search = OpenSearchProducts(client)
    retriever = Retriever(
        search,
        indices=LiveIndices(search, [(SHOP, names)], model_of=_model_of),
        # No machine is so busy that the words alone must do, or that nothing can be searched.
        embedders=QueryEmbedders(lambda _: FakeEmbedder(dimension=DIMENSION), deadline=BOUND_SECONDS),
        guard=ClusterGuard(seconds=BOUND_SECONDS),
    )
    try:
        yield retriever
    finally:
        await retriever.aclose()


def _model_of(meta: IndexMeta) -> EmbeddingModel:
    return EmbeddingModel(provider=meta.provider, name=meta.model, dimension=meta.dimension)
