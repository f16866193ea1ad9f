"""What a run did: counters per store view, the reject budget, and both as JSON and as lines. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

Status = Literal["running", "done", "refused", "failed"]

LISTED_REJECTS: Final = 100
"""Rejected documents a report lists one by one; beyond them it only counts, and the log names each."""

_TOTALS: Final = ("read", "indexed", "rejected", "skipped", "tokens")

_EXIT_CODES: Final = {"done": 0, "refused": 3, "failed": 1, "running": 1}
_SEVERITY: Final = (0, 3, 1)
"""Exit codes from the best to the worst."""


@dataclass(frozen=True, slots=True)
class ErrorBudget:
    """How many documents of a source may be rejected before the build must not go live."""

    share: float = 0.005
    least: int = 1

    def allowed(self, total: int) -> int:
        """Rejects that `total` documents may have."""
        return max(self.least, int(total * self.share))


class Reject(NamedTuple):
    """A document that could not be indexed."""

    id: str
    sku: str | None
    reason: str


@dataclass(slots=True)
class StoreReport:
    """Counters of one store view, filled while its build goes on: read = indexed + rejected + skipped at the end.

    total: documents of the source. index, previous: the new index and the one that was live before. seconds: by
    stage. reasons: why it failed or must not go live. status stays `running` when a run was stopped before its turn.
    """

    store: str
    alias: str
    status: Status = "running"
    stage: str = "waiting"
    index: str | None = None
    previous: str | None = None
    total: int = 0
    read: int = 0
    indexed: int = 0
    rejected: int = 0
    skipped: int = 0
    tokens: int = 0
    swapped: bool = False
    warnings: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)

    @property
    def settled(self) -> int:
        """Documents whose outcome is known."""
        return self.indexed + self.rejected + self.skipped

    def begin(self, *, total: int) -> None:
        """Start counting a source of `total` documents from zero."""
        self.total = total
        self.read = self.indexed = self.rejected = self.skipped = self.tokens = 0
        self.warnings.clear()
        self.rejects.clear()

    def reject(self, reject: Reject) -> None:
        """Count a rejected document, and list it while the list is short."""
        self.rejected += 1
        if len(self.rejects) < LISTED_REJECTS:
            self.rejects.append(reject)

    def close(self, status: Status, *reasons: str) -> None:
        """The end, and why."""
        self.status = status
        self.reasons.extend(reasons)

    def break_off(self, reason: str) -> None:
        """An error ended it. Behind the swap that is no failure: the new index is live, the run has done its work."""
        self.close("done" if self.swapped else "failed", reason)

    def as_json(self) -> dict[str, Any]:
        """The report as contracts promise it to machines."""
        return {
            "store": self.store,
            "alias": self.alias,
            "status": self.status,
            "index": self.index,
            "previous": self.previous,
            "swapped": self.swapped,
            "total": self.total,
            "read": self.read,
            "indexed": self.indexed,
            "rejected": self.rejected,
            "skipped": self.skipped,
            "tokens": self.tokens,
            "warnings": dict(sorted(self.warnings.items())),
            "rejects": [reject._asdict() for reject in self.rejects],
            "seconds": {stage: round(seconds, 3) for stage, seconds in self.seconds.items()},
            "reasons": list(self.reasons),
        }

    def lines(self) -> Iterator[str]:
        """The report as an operator reads it."""
        yield f"{self.store}: {self.status} in {sum(self.seconds.values()):.1f} s{self._where()}"
        yield (
            f"  read {self.read} = indexed {self.indexed} + rejected {self.rejected} + skipped {self.skipped}; "
            f"{self.tokens} tokens"
        )
        if self.warnings:
            yield "  warnings: " + ", ".join(f"{code} {count}" for code, count in sorted(self.warnings.items()))
        for reject in self.rejects:
            yield f"  rejected {reject.id} (SKU {reject.sku or 'none'}): {reject.reason}"
        if self.rejected > len(self.rejects):
            yield f"  … and {self.rejected - len(self.rejects)} more rejected; the log names them all"
        for reason in self.reasons:
            yield f"  {reason}"

    def _where(self) -> str:
        if self.swapped:
            return f", {self.alias} is now {self.index}"
        return f", {self.alias} was not moved" + (f", {self.index} is left for inspection" if self.index else "")


@dataclass(slots=True)
class RunReport:
    """All store views of a run. reasons: why the run as a whole could not begin, or was stopped."""

    run_id: str
    dry_run: bool = False
    stores: list[StoreReport] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    failed_with: int | None = None

    @property
    def exit_code(self) -> int:
        """Of the run if it failed as a whole, else of the store view that fared worst: failed, refused, done."""
        if self.failed_with is not None:
            return self.failed_with
        return max((_EXIT_CODES[store.status] for store in self.stores), key=_SEVERITY.index, default=0)

    def fail(self, reasons: Sequence[str], *, exit_code: int) -> None:
        """The run as a whole failed."""
        self.reasons.extend(reasons)
        self.failed_with = exit_code

    def as_json(self) -> dict[str, Any]:
        """Totals beside the store views."""
        totals = {name: sum(getattr(store, name) for store in self.stores) for name in _TOTALS}
        return {
            "run_id": self.run_id,
            "dry_run": self.dry_run,
            "exit_code": self.exit_code,
            **totals,
            "reasons": list(self.reasons),
            "stores": [store.as_json() for store in self.stores],
        }

    def lines(self) -> Iterator[str]:
        """One block a store view."""
        for store in self.stores:
            yield from store.lines()
