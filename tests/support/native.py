"""A native index without a cluster: `FakeNative` keeps documents in memory, in core Magento's shape."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared.catalog import CatalogDocument
from shared.opensearch import IndexMissing
from shared.stores import StoreView


def native_of(document: CatalogDocument, **changes: Any) -> dict[str, Any]:
    """What core Magento holds of `document`, in dollars. changes: native field -> value, None takes it away."""
    source = {
        "price_0_1": None if document.price_from is None else f"{document.price_from:.6f}",
        "is_out_of_stock": int(document.in_stock),
        "status": 1,
        "visibility": 4,
        **changes,
    }
    return {name: value for name, value in source.items() if value is not None}


class FakeNative:
    """`NativeProducts` in memory. asked: the ids of every call. failure: raised instead. silent: it never answers.
    broken: store codes whose index is gone.
    """

    def __init__(self, documents: Iterable[CatalogDocument] = ()) -> None:
        self.sources: dict[str, dict[str, Any]] = {document.id: native_of(document) for document in documents}
        self.asked: list[Sequence[str]] = []
        self.failure: Exception | None = None
        self.silent = False
        self.broken: set[str] = set()

    async def fetch(self, store: StoreView, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        self.asked.append(ids)
        if self.silent:
            await asyncio.Event().wait()
        if store.code in self.broken:
            raise IndexMissing("gone")
        if self.failure is not None:
            raise self.failure
        return {id: self.sources[id] for id in ids if id in self.sources}
