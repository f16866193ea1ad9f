"""Our retriever as a LangChain `BaseRetriever`: a step of a chain, and a span of its trace."""

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from runtime.retrieval.hits import Hit, Retrieval, RetrievalRequest, Said
from runtime.retrieval.retriever import Retriever


class ProductDocuments(list[Document]):
    """What LangChain passes on, with the retrieval it came from: `as_of` and `degraded` concern no documents too."""

    def __init__(self, retrieval: Retrieval) -> None:
        super().__init__(_document_of(hit) for hit in retrieval.hits)
        self.retrieval = retrieval


class ProductRetriever(BaseRetriever):
    """Products of the store view `store` in the order asked for: `await retriever.ainvoke("warm jacket")`.

    drop, said: as in RetrievalRequest.

    A document's text is the product's; SKU, name, price and link are its metadata.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    retriever: Retriever
    store: str
    limit: int = 10
    drop: tuple[str, ...] = ()
    said: tuple[Said, ...] = ()

    async def retrieve(self, query: str) -> Retrieval:
        """What `ainvoke` finds, no documents made of it, and no span."""
        request = RetrievalRequest(
            text=query, store=self.store, limit=self.limit, drop=self.drop, said=self.said, texts=True
        )
        return await self.retriever.retrieve(request)

    async def retrieve_traced(self, query: str) -> Retrieval:
        """The same, in a span of its own."""
        documents = await self.ainvoke(query)
        assert isinstance(documents, ProductDocuments)
        return documents.retrieval

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> ProductDocuments:
        return ProductDocuments(await self.retrieve(query))

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        raise NotImplementedError("the catalogue is searched asynchronously; use ainvoke")


def _document_of(hit: Hit) -> Document:
    product = hit.document
    return Document(
        id=product.id,
        page_content=product.text,
        metadata={
            "sku": product.sku,
            "name": product.name,
            "price": product.price_text,
            "in_stock": product.in_stock,
            "url": product.url,
            "score": hit.score,
        },
    )
