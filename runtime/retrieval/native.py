"""The port to the native index and its OpenSearch adapter: products by id, and nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from opensearchpy import AsyncOpenSearch

from runtime.retrieval.offers import native_fields
from shared.errors import Transient
from shared.opensearch import raise_part, translated
from shared.stores import StoreView


class NativeEmpty(Transient):
    """The native index holds nothing: it is being built, or lost."""


class NativeProducts(Protocol):
    """What is read again of the native index of a store view."""

    async def fetch(self, store: StoreView, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """The native documents of `ids` that exist, by id, as far as `native_fields` goes.

        Raises NativeEmpty, and what `shared.opensearch.translated` says.
        """
        ...


class OpenSearchNative:
    """NativeProducts over OpenSearch, in one `_mget`; the client's owner closes it."""

    def __init__(self, client: AsyncOpenSearch) -> None:
        self._client = client

    async def fetch(self, store: StoreView, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        index = store.magento_index
        with translated(f"native index {index!r}"):
            answer = await self._client.mget(
                body={"ids": list(ids)}, index=index, _source_includes=native_fields(store)
            )
            for entry in answer["docs"]:
                if "error" in entry:
                    raise_part(f"native index {index!r}", entry["error"], status=503)
            found = {entry["_id"]: entry.get("_source", {}) for entry in answer["docs"] if entry["found"]}
            # Nothing at all: all of them may have gone, or all there ever was.
            if not found and ids and not (await self._client.count(index=index))["count"]:
                raise NativeEmpty(f"The native index {index!r} is empty.")
        return found
