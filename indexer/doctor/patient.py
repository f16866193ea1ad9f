"""What is examined, as values and open clients; and what becomes known of a store view on the way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from opensearchpy import AsyncOpenSearch

from indexer.attributes import NO_RULES, AttributeRules
from indexer.doctor.products import Sample
from indexer.extract.resolve import ConcreteIndex
from indexer.load.canaries import Canary
from indexer.load.indices import OwnIndex
from indexer.records import SourceSnapshot
from indexer.workshop import Job
from shared.embedding.embedder import Embedder, EmbeddingModel
from shared.indices import IndexMeta
from shared.opensearch import ClusterAddress
from shared.retry import Backoff

QUICK: Final = Backoff(attempts=2, base=0.2, cap=0.5)
"""A second try for a dropped connection; an operator is waiting."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When `schedule` runs. next_run: None when it never would."""

    expression: str
    timezone: str
    next_run: datetime | None


@dataclass(frozen=True, slots=True)
class Patient:
    """An installation. Who made it closes the clients.

    jobs: the store views, all under `prefix`. model: what new documents are embedded with. open_model,
    open_question_model: may block and may raise; the doctor closes what they give. canaries: None without a file.
    stores_file: where the store views are described, if not by settings. old_names: what to say of settings given by a
    name they had before. version: of the program.
    """

    source: AsyncOpenSearch
    source_address: ClusterAddress
    target: AsyncOpenSearch
    target_address: ClusterAddress
    prefix: str
    jobs: Sequence[Job]
    model: EmbeddingModel
    open_model: Callable[[], Embedder]
    open_question_model: Callable[[IndexMeta], Embedder]
    schedule: Schedule
    canaries: Sequence[Canary] | None = None
    attributes: AttributeRules = NO_RULES
    stores_file: Path | None = None
    old_names: Sequence[str] = ()
    version: str = "0"
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


@dataclass(slots=True)
class Chart:
    """What the checks of one store view found out for those after them; None until then."""

    job: Job
    source: ConcreteIndex | None = None
    snapshot: SourceSnapshot | None = None
    sample: Sample | None = None
    live: OwnIndex | None = None
    documents: int | None = None
