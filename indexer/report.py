"""What a run did: counters per store view, as JSON and as lines. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

from indexer.figures import Work, told_cost, told_counts
from indexer.proof import Proof
from shared.runs import RejectKind

Status = Literal["running", "done", "refused", "failed"]

LISTED_REJECTS: Final = 100
"""Rejected documents a report lists one by one; beyond them it only counts, and the log names each."""

MOST_REASONS: Final = 20
"""Different reasons that rejects are counted by; the rest are counted as `OTHER`."""

OTHER: Final = "other reasons"

_QUOTED: Final = re.compile(r"'[^']*'")
"""In OpenSearch's words: the id and the value of the one document."""

_TOTALS: Final = ("read", "indexed", "rejected", "skipped", "taken_over", "embedded", "tokens", "tokens_resent")

_EXIT_CODES: Final = {"done": 0, "refused": 3, "failed": 1, "running": 1}
_SEVERITY: Final = (0, 3, 1)
"""Exit codes from the best to the worst."""


class Reject(NamedTuple):
    """A document that could not be indexed."""

    id: str
    sku: str | None
    reason: str


@dataclass(slots=True)
class StoreReport:
    """Counters of one store view, filled while its build goes on: read = indexed + rejected + skipped at the end.

    total: documents of the source. index, previous: the new index and the one that was live before. skips: why
    documents were skipped -> how many; reject_reasons: the same of rejects, without what is particular to one
    document; reject_kinds: the same by a closed set. rejects_file: where every reject is listed. seconds: by stage;
    steps: of the stage `load`. notes: what is no reason to stop and yet worth a look. reasons: why it failed or
    must not go live. status stays `running` when a run was stopped before its turn. dry_run: all of it is what
    would be. unchanged: products copied from the live index as they stand. Vectors: of the products, `taken_over`
    had theirs in an earlier build, `shared` the text of another one, and `embedded` texts of `tokens` were paid
    for, at `cost` in `currency` where the price is known. Of what a run that came to nothing sent, `recovered`
    texts were found in its index. texts_resent, tokens_resent: sent once more, at most: what was not found there,
    and what this run got no usable answer for. on_their_way: the most tokens ever sent and not answered yet;
    bulk_window: products that may be paid for and not written beside them. Both is what a crash can cost.
    estimated_bytes: of the index, in a dry run.
    """

    store: str
    alias: str
    dry_run: bool = False
    status: Status = "running"
    stage: str = "waiting"
    index: str | None = None
    previous: str | None = None
    total: int = 0
    read: int = 0
    indexed: int = 0
    rejected: int = 0
    skipped: int = 0
    unchanged: int = 0
    taken_over: int = 0
    shared: int = 0
    embedded: int = 0
    tokens: int = 0
    cost: float | None = None
    currency: str | None = None
    recovered: int = 0
    texts_resent: int = 0
    tokens_resent: int = 0
    on_their_way: int = 0
    bulk_window: int = 0
    estimated_bytes: int | None = None
    swapped: bool = False
    warnings: Counter[str] = field(default_factory=Counter)
    skips: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)
    reject_reasons: Counter[str] = field(default_factory=Counter)
    reject_kinds: Counter[RejectKind] = field(default_factory=Counter)
    rejects_file: str | None = None
    proof: Proof | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    steps: dict[str, Work] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    @property
    def settled(self) -> int:
        """Documents whose outcome is known."""
        return self.indexed + self.rejected + self.skipped

    def begin(self, *, total: int, notes: Sequence[str] = ()) -> None:
        """Start counting a source of `total` documents from zero; what was paid for so far stays paid.

        notes: what is to be known of that source.
        """
        self.total = total
        self.read = self.indexed = self.rejected = self.skipped = self.unchanged = 0
        self.taken_over = self.shared = self.recovered = self.texts_resent = self.tokens_resent = 0
        self.proof = self.estimated_bytes = None
        for told in (self.warnings, self.skips, self.rejects, self.reject_reasons, self.reject_kinds, self.notes):
            told.clear()
        self.notes.extend(notes)

    def resend(self, texts: int, tokens: int) -> None:
        """Count what is sent once more, beside what is counted so far."""
        self.texts_resent += texts
        self.tokens_resent += tokens

    def work(self, step: str, documents: int, seconds: float) -> None:
        """Count a page, a turn or a request of a step of `load`."""
        done = self.steps.setdefault(step, Work())
        done.times += 1
        done.documents += documents
        done.seconds += seconds

    def skip(self, reason: str) -> None:
        """Count a document that must not be indexed."""
        self.skipped += 1
        self.skips[reason] += 1

    def reject(self, reject: Reject, kind: RejectKind) -> None:
        """Count a rejected document, and list it while the list is short."""
        self.rejected += 1
        self.reject_kinds[kind] += 1
        reason = _QUOTED.sub("'…'", reject.reason)
        known = reason in self.reject_reasons or len(self.reject_reasons) < MOST_REASONS
        self.reject_reasons[reason if known else OTHER] += 1
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
            "unchanged": self.unchanged,
            "taken_over": self.taken_over,
            "shared": self.shared,
            "embedded": self.embedded,
            "tokens": self.tokens,
            "cost": self.cost,
            "currency": None if self.cost is None else self.currency,
            "recovered": self.recovered,
            "texts_resent": self.texts_resent,
            "tokens_resent": self.tokens_resent,
            "on_their_way": self.on_their_way,
            "bulk_window": self.bulk_window,
            "estimated_bytes": self.estimated_bytes,
            "warnings": dict(sorted(self.warnings.items())),
            "skips": dict(sorted(self.skips.items())),
            "reject_reasons": dict(self.reject_reasons.most_common()),
            "reject_kinds": dict(sorted(self.reject_kinds.items())),
            "rejects": [reject._asdict() for reject in self.rejects],
            "rejects_file": self.rejects_file,
            "proof": self.proof.as_json() if self.proof else None,
            "seconds": {stage: round(seconds, 3) for stage, seconds in self.seconds.items()},
            "steps": {step: work.as_json() for step, work in self.steps.items()},
            "notes": list(self.notes),
            "reasons": list(self.reasons),
        }

    def lines(self) -> Iterator[str]:
        """The report as an operator reads it."""
        refused = "would be refused" if self.dry_run and self.status == "refused" else self.status
        yield f"{self.store}: {refused} in {sum(self.seconds.values()):.1f} s{self._where()}"
        yield f"  {self._counted()}"
        if self.unchanged:
            yield f"  unchanged: {self.unchanged} products"
        yield from self._vector_lines()
        if self.warnings:
            yield "  warnings: " + ", ".join(f"{code} {count}" for code, count in sorted(self.warnings.items()))
        if self.skips:
            yield "  skipped: " + ", ".join(f"{reason} {count}" for reason, count in sorted(self.skips.items()))
        yield from (f"  rejected for: {reason} ({count})" for reason, count in self.reject_reasons.most_common())
        if self.proof:
            yield f"  proof: {self.proof.line()}"
        for note in (*self.notes, *(self.proof.notes if self.proof else ())):
            yield f"  note: {note}"
        for reject in self.rejects:
            yield f"  rejected {reject.id} (SKU {reject.sku or 'none'}): {reject.reason}"
        if self.rejected > len(self.rejects):
            yield f"  … and {self.rejected - len(self.rejects)} more rejected; the log names them all"
        if self.rejects_file:
            yield f"  every reject is listed in {self.rejects_file}"
        against = "would be refused: " if refused != self.status else ""
        yield from (f"  {against}{reason}" for reason in self.reasons)

    def _counted(self) -> str:
        if self.dry_run:
            read, rejected, skipped = self.read, self.rejected, self.skipped
            return f"read {read}: {self.indexed} would be indexed, {rejected} rejected, {skipped} skipped"
        return told_counts(self.read, indexed=self.indexed, rejected=self.rejected, skipped=self.skipped)

    def _vector_lines(self) -> Iterator[str]:
        cost = "" if self.cost is None else f", about {told_cost(self.cost, self.currency)}"
        would = "would be " * self.dry_run
        yield (
            f"  vectors: {self.taken_over} {would}taken over, {self.shared} shared, {self.embedded} {would}embedded "
            f"({self.tokens} tokens{cost})"
        )
        if self.recovered:
            yield f"  recovered from the run before, which came to nothing: {self.recovered} texts"
        if self.texts_resent:
            yield f"  sent once more: at most {self.texts_resent} texts ({self.tokens_resent} tokens), lost underway"
        if self.estimated_bytes is not None:
            yield f"  the index would take about {self.estimated_bytes / 1e6:.1f} MB"

    def _where(self) -> str:
        if self.dry_run:
            return ", nothing was written to the cluster"
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

    @property
    def done(self) -> bool:
        """Whether every store view is done; whatever ends the run behind that is no failure."""
        return bool(self.stores) and all(store.status == "done" for store in self.stores)

    def fail(self, reasons: Sequence[str], *, exit_code: int) -> None:
        """The run as a whole failed, unless it had done all of its work."""
        self.reasons.extend(reasons)
        if not self.done:
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
