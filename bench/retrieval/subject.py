"""The retriever as the runtime builds it, but for its query vectors, which it is given at no cost."""

from collections.abc import Sequence
from typing import Final

from opensearchpy import AsyncOpenSearch

from bench.retrieval.catalogue import MODEL, NAMES, STORE
from bench.retrieval.questions import Question
from bench.vectors import related
from runtime.retrieval.hits import RetrievalRequest
from runtime.retrieval.index import MAX_AGE_SECONDS, LiveIndices
from runtime.retrieval.live import LiveSearch
from runtime.retrieval.native import OpenSearchNative
from runtime.retrieval.query_embedding import QueryEmbedders
from runtime.retrieval.retriever import Retriever
from runtime.retrieval.search import OpenSearchProducts, ProductSearch
from runtime.retrieval.unavailable import ClusterGuard
from shared.embedding.embedder import EmbeddingModel, OnAnswer, Vector, Vectors

_PATIENCE_SECONDS: Final = 60.0


class PreparedEmbedder:
    """An Embedder that computes a query's vector once; from then on it is a look into a dictionary."""

    def __init__(self, model: EmbeddingModel) -> None:
        self._model = model
        self._known: dict[str, Vector] = {}

    @property
    def model(self) -> EmbeddingModel:
        return self._model

    def count_tokens(self, text: str) -> int:
        """Words, for nobody packs anything by it."""
        return len(text.split())

    async def embed_documents(self, texts: Sequence[str], *, on_answer: OnAnswer | None = None) -> Vectors:
        """The vectors the scripted service would give."""
        return related(texts, dimension=self._model.dimension)

    async def embed_query(self, text: str) -> Vector:
        """The same for one query."""
        vector = self._known.get(text)
        if vector is None:
            vector = self._known[text] = related([text], dimension=self._model.dimension)[0]
        return vector

    async def aclose(self) -> None:
        """Nothing is open."""


def open_retriever(client: AsyncOpenSearch, *, index_age: float = MAX_AGE_SECONDS, live: bool = False) -> Retriever:
    """The retriever over NAMES.alias. index_age: seconds for which it remembers what the alias stands for. live: with
    prices of now.
    """
    search: ProductSearch = OpenSearchProducts(client)
    if live:
        search = LiveSearch(search, OpenSearchNative(client), [STORE])
    return Retriever(
        search,
        indices=LiveIndices(search, [(STORE, NAMES)], model_of=lambda meta: MODEL, max_age=index_age),
        embedders=QueryEmbedders(PreparedEmbedder),
        # What is slow is to be measured, and not refused.
        guard=ClusterGuard(seconds=_PATIENCE_SECONDS),
    )


def request_of(question: Question) -> RetrievalRequest:
    """The default request: ten products, nothing but the words."""
    return RetrievalRequest(text=question.text, store=STORE.code)
