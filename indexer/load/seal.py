"""A loaded index becomes one that serves: searchable, merged, with the settings it keeps."""

from functools import partial
from typing import Final

from opensearchpy import AsyncOpenSearch

from indexer.cluster import request
from indexer.load.mapping import SERVING_SETTINGS
from shared.retry import Backoff

MERGE_UP_TO_DOCUMENTS: Final = 5_000
"""Up to here one segment costs seconds. Merging builds the vector graph anew, on one core (0.9 ms a document of 384
dimensions), so a larger index keeps what OpenSearch's own merges left: one bulk request at a time leaves few segments,
and often a single one."""

WRITE_TIMEOUT_SECONDS: Final = 600.0
"""Of a refresh or a merge, which write whatever is still in memory, the vector graph with it."""

_TWICE: Final = Backoff(attempts=2)


async def seal(client: AsyncOpenSearch, index: str, *, documents: int) -> None:
    """Make everything written searchable, merge a small index into one segment, restore the settings.

    Nothing warms the index up: the searches of the proof, which come next, are the same that shoppers will make.
    """
    subject = f"index {index!r}"
    patient = {"request_timeout": WRITE_TIMEOUT_SECONDS}
    refresh = partial(client.indices.refresh, index=index, params=patient)
    await request(subject, refresh, backoff=_TWICE)
    if documents <= MERGE_UP_TO_DOCUMENTS:
        merge = partial(client.indices.forcemerge, index=index, params={"max_num_segments": 1, **patient})
        await request(subject, merge, backoff=_TWICE)
        await request(subject, refresh, backoff=_TWICE)
    settings = {"index": dict(SERVING_SETTINGS)}
    await request(subject, partial(client.indices.put_settings, index=index, body=settings))
