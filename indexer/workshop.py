"""What builds are made with: the store view, the clients, the model, and the operator's rules."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Protocol

from opensearchpy import AsyncOpenSearch

from indexer.attributes import NO_RULES, AttributeRules
from indexer.embed.sending import Sender
from indexer.load.canaries import Canary
from indexer.load.throttle import Throttle
from indexer.proof import ErrorBudget
from indexer.records import Outcome, SourceDocument, SourceRecord, SourceSnapshot
from indexer.rejects import RejectFile
from indexer.report import StoreReport
from indexer.runs.lease import Lease
from indexer.runs.recipe import build_recipe
from indexer.transform.product import transform_batch
from indexer.transform.rules import Selection
from shared.embedding.embedder import Embedder
from shared.indices import RagNames
from shared.opensearch import ClusterAddress
from shared.stores import StoreView


class Source(Protocol):
    """An open native index."""

    @property
    def snapshot(self) -> SourceSnapshot: ...

    @property
    def fields(self) -> object:
        """How documents are read: another plan may make another product of the same document."""
        ...

    def read(self) -> AsyncGenerator[SourceDocument, None]: ...

    def record(self, document: SourceDocument) -> SourceRecord:
        """The product that a document is."""
        ...

    async def fetch(self, ids: Sequence[str]) -> list[SourceRecord]:
        """The products of these ids once more. Raises SourceVanished."""
        ...


OpenSource = Callable[[StoreView], AbstractAsyncContextManager[Source]]
Watch = Callable[[StoreReport], None]


@dataclass(frozen=True, slots=True)
class Job:
    """A store view and the names of its indices."""

    store: StoreView
    names: RagNames


@dataclass(slots=True)
class Workshop:
    """What every build of a run uses; who made it closes it.

    sender: to the embedding model, one for the whole run. retain: previous indices kept for a rollback. lease: what
    every swap of the run demands; None only where nobody else can be at work. throttle: bounds the documents a second.
    rejects: the file of rejected documents. allow_shrink: whether an index may be much smaller than the one it
    replaces. watch: called with the report whenever it has changed.
    """

    open_source: OpenSource
    target: AsyncOpenSearch
    address: ClusterAddress
    sender: Sender
    retain: int = 1
    lease: Lease | None = None
    attributes: AttributeRules = NO_RULES
    canaries: Collection[Canary] = ()
    throttle: Throttle | None = None
    rejects: RejectFile | None = None
    budget: ErrorBudget = field(default_factory=ErrorBudget)
    allow_shrink: bool = False
    watch: Watch = lambda report: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    @property
    def embedder(self) -> Embedder:
        """The model documents are embedded with."""
        return self.sender.embedder


@dataclass(frozen=True)
class Judge:
    """What a run makes of the records of one store view, by the operator's rules."""

    store: StoreView
    embedder: Embedder
    attributes: AttributeRules = NO_RULES

    @cached_property
    def selection(self) -> Selection:
        """The store view's `include` and `exclude`."""
        return Selection(self.store)

    def recipe(self, source: Source) -> str:
        """Fingerprint of everything but its documents that decides what becomes of those of `source`."""
        max_tokens = self.embedder.model.max_tokens
        return build_recipe(store=self.store, attributes=self.attributes, fields=source.fields, max_tokens=max_tokens)

    def judge(self, records: Sequence[SourceRecord]) -> list[Outcome]:
        """An outcome for each record, in order."""
        skips = [self.selection.skip(record) for record in records]
        kept = [record for record, skipped in zip(records, skips, strict=True) if skipped is None]
        outcomes = iter(
            transform_batch(
                kept,
                self.store,
                model_limit=self.embedder.model.max_tokens,
                count_tokens=self.embedder.count_tokens,
                attributes=self.attributes,
            )
        )
        return [skipped or next(outcomes) for skipped in skips]
