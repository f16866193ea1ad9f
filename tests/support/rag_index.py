"""RAG indices on a real node, made by the indexer's own mapping and bulk writer."""

from collections.abc import Iterable

from opensearchpy import AsyncOpenSearch

from indexer.load.bulk import BulkWriter, encode
from indexer.load.indices import entrance
from indexer.load.mapping import build_body
from sandbox.openai_server.vectors import bag_of_stems
from shared.catalog import CatalogDocument
from shared.indices import IndexMeta


async def write_index(
    client: AsyncOpenSearch,
    index: str,
    documents: Iterable[CatalogDocument],
    *,
    meta: IndexMeta,
    shards: int = 1,
    ours: bool = True,
) -> None:
    """Create `index` with `documents`, searchable at once. ours: False leaves `_meta` out."""
    body = {**build_body(meta), "aliases": {entrance(index): {}}}
    body["settings"]["index"]["number_of_shards"] = shards
    if not ours:
        del body["mappings"]["_meta"]
    await client.indices.create(index=index, body=body)
    window = [
        encode(document, text_hash="0", vector=bag_of_stems(document.text, meta.dimension)) for document in documents
    ]
    if window:
        outcome = await BulkWriter(client, index).write(window)
        assert outcome.indexed == len(window)
    await client.indices.delete_alias(index=index, name=entrance(index))
    await client.indices.refresh(index=index)
