"""A loaded index becomes one that serves: searchable, merged, safe on disk, with the settings it keeps."""

from contextlib import suppress
from functools import partial
from typing import Final

from opensearchpy import AsyncOpenSearch

from indexer.cluster import request
from indexer.load.indices import entrance
from indexer.load.mapping import SERVING_SETTINGS
from shared.opensearch import IndexMissing
from shared.retry import Backoff

MERGE_UP_TO_DOCUMENTS: Final = 5_000
"""Up to here one segment costs seconds. Merging builds the vector graph anew, on one core (0.9 ms a document of 384
dimensions), so a larger index keeps what OpenSearch's own merges left, which is one segment or two of 30,000 products
(measured)."""

WRITE_TIMEOUT_SECONDS: Final = 600.0
"""Of a refresh, a merge or a flush, which write whatever is still in memory, the vector graph with it."""

_TWICE: Final = Backoff(attempts=2)


async def seal(client: AsyncOpenSearch, index: str, *, documents: int) -> None:
    """Close the entrance, make everything written searchable, merge a small index into one segment, commit it, restore
    the settings.

    The commit is for a node that dies while the index serves: it finds the index as it was, and need not build the
    vector graph anew from the translog, which is only written every 5 s where a template of the cluster says so.
    Nothing warms the index up: the searches of the proof, which come next, are the same that shoppers will make.
    """
    subject = f"index {index!r}"
    await _close_entrance(client, index)
    patient = {"request_timeout": WRITE_TIMEOUT_SECONDS}
    refresh = partial(client.indices.refresh, index=index, params=patient)
    await request(subject, refresh, backoff=_TWICE)
    if documents <= MERGE_UP_TO_DOCUMENTS:
        merge = partial(client.indices.forcemerge, index=index, params={"max_num_segments": 1, **patient})
        await request(subject, merge, backoff=_TWICE)
        await request(subject, refresh, backoff=_TWICE)
    flush = partial(client.indices.flush, index=index, params=patient)
    await request(subject, flush, backoff=_TWICE)
    settings = {"index": dict(SERVING_SETTINGS)}
    await request(subject, partial(client.indices.put_settings, index=index, body=settings))


async def _close_entrance(client: AsyncOpenSearch, index: str) -> None:
    """From here on nothing comes in, not even a bulk that was given up as lost and arrives late."""
    close = partial(client.indices.delete_alias, index=index, name=entrance(index))
    # Missing when an earlier attempt removed it and only its answer was lost; or with its index, as the refresh tells.
    with suppress(IndexMissing):
        await request(f"index {index!r}", close)
