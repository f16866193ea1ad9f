"""Who is at work now and how the last runs ended, for an operator and for machines."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from opensearchpy import AsyncOpenSearch

from indexer.figures import told_counts
from indexer.runs.lease_document import LeaseDocument
from indexer.runs.lease_store import fetch_lease
from indexer.runs.record import RunRecord, fetch_records

SHOWN: Final = 5

_INTERRUPTED: Final = (
    "it ended without a word (killed, or its machine was lost); what it built, an index `by run` of this number, is "
    "taken up or pruned later"
)


@dataclass(frozen=True, slots=True)
class History:
    """The lease, None when nobody ever took it, and the newest runs, all at `as_of`."""

    as_of: datetime
    lease: LeaseDocument | None
    runs: tuple[RunRecord, ...]

    @property
    def held(self) -> LeaseDocument | None:
        """The lease of a run that is at work."""
        return self.lease if self.lease is not None and self.lease.alive(self.as_of) else None

    def status_of(self, run: RunRecord) -> str:
        """How a run ended; one that never said so and holds no lease any more was `interrupted`."""
        if run.status == "running" and (self.held is None or self.held.run_id != run.run_id):
            return "interrupted"
        return run.status

    def as_json(self) -> dict[str, Any]:
        """The history as machines read it."""
        return {
            "lease": self._lease_json(),
            "runs": [{**run.model_dump(mode="json"), "status": self.status_of(run)} for run in self.runs],
        }

    def lines(self) -> Iterator[str]:
        """The history as an operator reads it."""
        yield f"lease: {self._lease_line()}"
        for run in self.runs:
            yield f"run {run.run_id}: {self._run_line(run)}"
            for reason in self._reasons(run):
                yield f"  {reason}"
            for store in run.stores:
                yield from _store_lines(store)

    def _lease_json(self) -> dict[str, Any] | None:
        if self.lease is None:
            return None
        return {**self.lease.model_dump(mode="json"), "held": self.held is not None}

    def _lease_line(self) -> str:
        lease = self.lease
        if self.held is not None:
            return f"held by {self.held.holder} until {_moment(self.held.expires_at)}, fencing {self.held.fencing}"
        if lease is None or lease.released_at is not None:
            return "free"
        return f"free once a run has watched it: {lease.holder} let it expire {_moment(lease.expires_at)}"

    def _run_line(self, run: RunRecord) -> str:
        ended = "" if run.finished_at is None else f" after {(run.finished_at - run.started_at).total_seconds():.0f} s"
        code = "" if run.exit_code is None else f", exit code {run.exit_code}"
        began = f"began {_moment(run.started_at)} as {run.command} on {run.host}, version {run.version}"
        return f"{self.status_of(run)}{ended}{code}; {began}"

    def _reasons(self, run: RunRecord) -> tuple[str, ...]:
        return (_INTERRUPTED,) if self.status_of(run) == "interrupted" else run.reasons


async def fetch_history(client: AsyncOpenSearch, prefix: str, *, now: datetime, count: int = SHOWN) -> History:
    """The lease and the newest `count` runs. Raises StateForeign, and what shared.opensearch lists."""
    stored = await fetch_lease(client, prefix)
    runs = await fetch_records(client, prefix, count=count)
    return History(as_of=now, lease=stored.document if stored else None, runs=runs)


def _store_lines(store: Mapping[str, Any]) -> Iterator[str]:
    where = f"{store['alias']} became {store['index']}" if store["swapped"] else f"{store['alias']} was not moved"
    told = f"  {store['store']}: {store['status']}, {where}"
    if "read" in store:
        outcomes = {name: store[name] for name in ("indexed", "rejected", "skipped")}
        told += f"; {told_counts(store['read'], **outcomes)}; {store['tokens']} tokens"
        told += f", {store.get('taken_over', 0)} vectors taken over"
    yield told
    for reason in store["reasons"]:
        yield f"    {reason}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
