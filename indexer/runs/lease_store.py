"""The lease document on the cluster: read, and written only over the version that was read."""

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from opensearchpy import AsyncOpenSearch
from pydantic import ValidationError

from indexer.cluster import STEADY, request
from indexer.errors import StateForeign
from indexer.runs.lease_document import LeaseDocument
from indexer.runs.state_index import state_index
from shared.opensearch import IndexMissing, RequestRefused
from shared.retry import Backoff

DOCUMENT_ID: Final = "lease"

_CONFLICT: Final = 409


class Overtaken(Exception):
    """The document is not what it was when it was read. Never leaves indexer.runs."""


@dataclass(frozen=True, slots=True)
class Version:
    """What OpenSearch counts the changes of a document by."""

    seq_no: int
    primary_term: int

    def condition(self) -> dict[str, Any]:
        """Parameters that let a write through only over this version."""
        return {"if_seq_no": self.seq_no, "if_primary_term": self.primary_term}


@dataclass(frozen=True, slots=True)
class StoredLease:
    """The lease as read, and the version it had."""

    document: LeaseDocument
    version: Version


async def fetch_lease(client: AsyncOpenSearch, prefix: str) -> StoredLease | None:
    """The lease as it stands, None when there never was one. Raises StateForeign for a document that is none."""
    index = state_index(prefix)
    try:
        answer = await request(f"index {index!r}", partial(client.get, index=index, id=DOCUMENT_ID))
    except IndexMissing:
        return None
    try:
        document = LeaseDocument.model_validate(answer["_source"])
    except ValidationError as exc:
        raise StateForeign(index, f"its document {DOCUMENT_ID!r} is no lease") from exc
    return StoredLease(document, _version(answer))


async def write_lease(
    client: AsyncOpenSearch,
    prefix: str,
    document: LeaseDocument,
    *,
    fence: str,
    over: Version | None,
    backoff: Backoff = STEADY,
) -> StoredLease:
    """Write the lease over the version that was read, None = where there was none. Raises Overtaken.

    fence: the name of the one that stands, which is written through: a write that demands an alias does not make the
    index anew when somebody deleted it. Raises IndexMissing when that fence stands no more.
    """
    condition = {"op_type": "create"} if over is None else over.condition()
    write = partial(
        client.index,
        index=fence,
        id=DOCUMENT_ID,
        body=document.model_dump(mode="json"),
        params={**condition, "require_alias": "true"},
    )
    try:
        answer = await request(f"index {state_index(prefix)!r}", write, backoff=backoff)
    except RequestRefused as refusal:
        if refusal.status != _CONFLICT:
            raise
        # An earlier attempt of this very write may have succeeded and only its answer been lost.
        seen = await fetch_lease(client, prefix)
        if seen is None or seen.document != document:
            raise Overtaken from refusal
        return seen
    return StoredLease(document, _version(answer))


def _version(answer: Any) -> Version:
    return Version(seq_no=answer["_seq_no"], primary_term=answer["_primary_term"])
