"""What a run did: counters per store view, the reject budget, and both as JSON and as lines. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, NamedTuple

Status = Literal["running", "done", "refused", "failed"]

LISTED_REJECTS: Final = 100
"""Rejected documents a report lists one by one; beyond them it only counts, and the log names each."""

_TOTALS: Final = ("read", "indexed", "rejected", "skipped", "taken_over", "embedded", "tokens", "tokens_resent")

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

    def exceeded(self, rejected: int, *, of: int) -> bool:
        """Whether it is certain that the build will not go live; nothing more need be paid for then."""
        return rejected > self.allowed(of)

    def complaints(self, rejected: int, *, of: int) -> list[str]:
        """The reason against going live, if there is one."""
        if not self.exceeded(rejected, of=of):
            return []
        return [
            f"{rejected} of {of} documents were rejected, at most {self.allowed(of)} may be; mend what the report "
            "lists, and run again"
        ]


@dataclass(frozen=True, slots=True)
class Proof:
    """The figures by which a build was judged.

    documents: of the new index; previous_documents: of the live one, None when there was none. sampled: products read
    back, of which sound_vectors had a finite vector of unit length and the model's dimension, and same_as_source were
    what the source says (None: it could not be asked again). searched: products a search for themselves was made for.
    canaries: the operator's questions. overlap: share of the live index' first answers that the new one gives too,
    None when there was nothing to compare. notes: what is no reason to stop and yet worth a look.
    """

    documents: int
    previous_documents: int | None = None
    sampled: int = 0
    sound_vectors: int = 0
    same_as_source: int | None = None
    searched: int = 0
    found: int = 0
    canaries: int = 0
    canaries_found: int = 0
    overlap: float | None = None
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """JSON-ready, under the names above."""
        return {**asdict(self), "notes": list(self.notes)}

    def line(self) -> str:
        """In one line; the notes are told apart."""
        before = "no live index before" if self.previous_documents is None else f"{self.previous_documents} live before"
        source = "could not be asked again" if self.same_as_source is None else f"confirms {self.same_as_source}"
        parts = [
            f"{self.documents} documents, {before}",
            f"of {self.sampled} sampled {self.sound_vectors} vectors sound, the source {source}",
            f"{self.found} of {self.searched} find themselves",
        ]
        if self.canaries:
            parts.append(f"{self.canaries_found} of {self.canaries} canaries found")
        if self.overlap is not None:
            parts.append(f"{self.overlap:.0%} of the live index' first answers")
        return "; ".join(parts)


class Reject(NamedTuple):
    """A document that could not be indexed."""

    id: str
    sku: str | None
    reason: str


@dataclass(slots=True)
class StoreReport:
    """Counters of one store view, filled while its build goes on: read = indexed + rejected + skipped at the end.

    total: documents of the source. index, previous: the new index and the one that was live before. skips: why
    documents were skipped -> how many. rejects_file: where every reject is listed. seconds: by stage. notes: what is
    no reason to stop and yet worth a look. reasons: why it failed or must not go live. status stays `running` when a
    run was stopped before its turn.
    Vectors: of the products, `taken_over` had theirs in an earlier build, `shared` the text of another one, and
    `embedded` texts of `tokens` were paid for, at `cost` where the price is known. Of what an interrupted run sent,
    `recovered` texts were found in its index, texts_resent and tokens_resent were not. on_their_way: the most tokens
    ever sent and not answered yet. estimated_bytes: of the index, in a dry run.
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
    taken_over: int = 0
    shared: int = 0
    embedded: int = 0
    tokens: int = 0
    cost: float | None = None
    recovered: int = 0
    texts_resent: int = 0
    tokens_resent: int = 0
    on_their_way: int = 0
    estimated_bytes: int | None = None
    swapped: bool = False
    warnings: Counter[str] = field(default_factory=Counter)
    skips: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)
    rejects_file: str | None = None
    proof: Proof | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    @property
    def settled(self) -> int:
        """Documents whose outcome is known."""
        return self.indexed + self.rejected + self.skipped

    def begin(self, *, total: int) -> None:
        """Start counting a source of `total` documents from zero; what was paid for so far stays paid."""
        self.total = total
        self.read = self.indexed = self.rejected = self.skipped = 0
        self.taken_over = self.shared = self.recovered = self.texts_resent = self.tokens_resent = 0
        self.proof = self.estimated_bytes = None
        for told in (self.warnings, self.skips, self.rejects, self.notes):
            told.clear()

    def skip(self, reason: str) -> None:
        """Count a document that must not be indexed."""
        self.skipped += 1
        self.skips[reason] += 1

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
            "taken_over": self.taken_over,
            "shared": self.shared,
            "embedded": self.embedded,
            "tokens": self.tokens,
            "cost": self.cost,
            "recovered": self.recovered,
            "texts_resent": self.texts_resent,
            "tokens_resent": self.tokens_resent,
            "on_their_way": self.on_their_way,
            "estimated_bytes": self.estimated_bytes,
            "warnings": dict(sorted(self.warnings.items())),
            "skips": dict(sorted(self.skips.items())),
            "rejects": [reject._asdict() for reject in self.rejects],
            "rejects_file": self.rejects_file,
            "proof": self.proof.as_json() if self.proof else None,
            "seconds": {stage: round(seconds, 3) for stage, seconds in self.seconds.items()},
            "notes": list(self.notes),
            "reasons": list(self.reasons),
        }

    def lines(self) -> Iterator[str]:
        """The report as an operator reads it."""
        yield f"{self.store}: {self.status} in {sum(self.seconds.values()):.1f} s{self._where()}"
        yield f"  read {self.read} = indexed {self.indexed} + rejected {self.rejected} + skipped {self.skipped}"
        yield from self._vector_lines()
        if self.warnings:
            yield "  warnings: " + ", ".join(f"{code} {count}" for code, count in sorted(self.warnings.items()))
        if self.skips:
            yield "  skipped: " + ", ".join(f"{reason} {count}" for reason, count in sorted(self.skips.items()))
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
        yield from (f"  {reason}" for reason in self.reasons)

    def _vector_lines(self) -> Iterator[str]:
        cost = "" if self.cost is None else f", about {self.cost:.4f}"
        yield (
            f"  vectors: {self.taken_over} taken over, {self.shared} shared, {self.embedded} embedded "
            f"({self.tokens} tokens{cost})"
        )
        if self.recovered or self.texts_resent:
            yield (
                f"  after the interrupted run: {self.recovered} texts recovered, {self.texts_resent} sent once more "
                f"({self.tokens_resent} tokens)"
            )
        if self.estimated_bytes is not None:
            yield f"  the index would take about {self.estimated_bytes / 1e6:.1f} MB"

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
