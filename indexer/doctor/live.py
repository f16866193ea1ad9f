"""Checks of what shoppers see now: the alias, the live index behind it, and how the last runs went."""

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Final

from indexer.cluster import request
from indexer.doctor.cluster import REACHABLE
from indexer.doctor.patient import QUICK, Chart, Patient
from indexer.load.indices import OwnIndex, fetch_live, fetch_own, find
from indexer.runs.history import History, fetch_history
from indexer.runs.lease_document import Held, Silent, judge
from indexer.runs.record import RunRecord
from indexer.runs.state_index import check_ours, state_index
from shared.checklist import Check
from shared.findings import Verdict, failed, listed, ok, skipped, warning
from shared.indices import SCHEMA_VERSION, older_version
from shared.opensearch import IndexMissing

ALIAS: Final = "alias"
LIVE: Final = "live index"
RUNS: Final = "lease"

STALE_HOURS: Final = 36.0
"""A nightly run that was missed once."""

_MOST_DRIFT: Final = 0.05
_MOST_LEFT_BEHIND: Final = 3


class LiveExam:
    """The live index of one store view; fills the chart."""

    def __init__(self, patient: Patient, chart: Chart) -> None:
        self._patient = patient
        self._chart = chart
        self._own: tuple[OwnIndex, ...] = ()

    def checks(self) -> Iterator[Check]:
        """From the alias to what stands beside the live index."""
        check = partial(Check, store=self._chart.job.store.code)
        run = "`vitrina-indexer run`"
        yield check(ALIAS, self.alias, "put the alias right, then run", needs=(REACHABLE,))
        yield check(LIVE, self.index, f"{run} of this version", needs=(ALIAS,))
        yield check("live index age", self.age, run, needs=(LIVE,))
        yield check("live index count", self.count, run, needs=(LIVE,))
        yield check("embedding settings", self.model, run, needs=(LIVE,))
        yield check("leftovers", self.leftovers, "`vitrina-indexer prune`", needs=(ALIAS,))

    async def alias(self) -> Verdict:
        """Whether it names one index of ours."""
        names = self._chart.job.names
        live = await fetch_live(self._patient.target, names)
        self._own = await fetch_own(self._patient.target, names)
        if live is None:
            return warning(f"{names.alias} does not exist yet, so nothing is live", "`vitrina-indexer run`")
        self._chart.live = find(self._own, live) or OwnIndex(name=live)
        return ok(f"{names.alias} -> {live}")

    async def index(self) -> Verdict:
        """Whether the runtime can read it."""
        live = self._chart.live
        if live is None:
            return skipped("nothing is live")
        if live.problem is not None:
            return failed(live.problem, "`vitrina-indexer run` of this version")
        if live.meta is None:
            return warning(
                f"{live.name} is not of RAG_INDEX_PREFIX={self._chart.job.names.prefix}",
                "a run makes one of this prefix and moves the alias there; nothing prunes the old one",
            )
        meta = live.meta
        if meta.schema_version != SCHEMA_VERSION:
            return warning(older_version(live.name, meta), "`vitrina-indexer run` of this version")
        return ok(f"{live.name}, {meta.counts.indexed} products, {meta.provider}/{meta.model}/{meta.dimension}")

    async def age(self) -> Verdict:
        """How old the data are that shoppers see."""
        meta = self._chart.live.meta if self._chart.live else None
        if meta is None:
            return skipped("nothing is live that says when it was built")
        hours = (self._patient.now() - meta.started_at).total_seconds() / 3600
        seen = f"built {hours:.1f} h ago, from {meta.source_index}"
        if hours > STALE_HOURS:
            return warning(
                f"{seen}: prices and stock are that old",
                "see `vitrina-indexer status` for why the last runs came to nothing, and that `schedule` is running",
            )
        return ok(seen)

    async def count(self) -> Verdict:
        """Whether it still is the catalogue."""
        live, snapshot = self._chart.live, self._chart.snapshot
        if live is None or snapshot is None:
            return skipped("nothing is live" if live is None else "the source could not be counted")
        ask = partial(self._patient.target.count, index=live.name)
        documents = int((await request(f"index {live.name!r}", ask, backoff=QUICK))["count"])
        self._chart.documents = documents
        left_out = live.meta.counts.skipped + live.meta.counts.rejected if live.meta else 0
        expected = snapshot.total - left_out
        seen = f"{documents} products live, {snapshot.total} in the source, {left_out} left out by the last run"
        if live.meta and documents != live.meta.counts.indexed:
            return warning(
                f"{seen}; the run indexed {live.meta.counts.indexed}",
                "somebody wrote to the live index; a run builds it anew",
            )
        if abs(documents - expected) > _MOST_DRIFT * max(expected, 1):
            return warning(seen, "the catalogue has changed much since the last run; run again")
        return ok(seen)

    async def model(self) -> Verdict:
        """Whether the next run embeds with the model that the live index was embedded with."""
        meta = self._chart.live.meta if self._chart.live else None
        if meta is None:
            return skipped("nothing is live that says what it was embedded with")
        wanted = self._patient.model
        now, then = (wanted.provider, wanted.name, wanted.dimension), (meta.provider, meta.model, meta.dimension)
        if now != then:
            return warning(
                f"the live index was embedded with {_model(then)}, the settings say {_model(now)}",
                "the next run embeds and pays for the whole catalogue; set EMBEDDING_* back if that is not meant",
            )
        return ok(f"EMBEDDING_* say {_model(now)}, and so does the live index")

    async def leftovers(self) -> Verdict:
        """How many builds that came to nothing stand beside it."""
        unfinished = [index.name for index in self._own if not index.complete and not index.aliases]
        if len(unfinished) > _MOST_LEFT_BEHIND:
            return warning(
                f"{len(unfinished)} builds came to nothing: {listed(unfinished, 3)}",
                "`vitrina-indexer status` says why each did; `vitrina-indexer prune` removes them",
            )
        return ok(f"{len(self._own)} indices of this store view, {len(unfinished)} of them unfinished")


class RunsExam:
    """The lease and the records of runs, which all store views share."""

    def __init__(self, patient: Patient) -> None:
        self._patient = patient
        self._history: History | None = None

    def checks(self) -> Iterator[Check]:
        """Who is at work, and how the last run ended."""
        status = "see `vitrina-indexer status`"
        yield Check(RUNS, self.lease, status, needs=(REACHABLE,))
        yield Check("last run", self.last_run, status, needs=(RUNS,))

    async def lease(self) -> Verdict:
        """Whether a run could begin now."""
        now = self._patient.now()
        with suppress(IndexMissing):
            await check_ours(self._patient.target, state_index(self._patient.prefix))
        self._history = await fetch_history(self._patient.target, self._patient.prefix, now=now)
        lease = self._history.lease
        match judge(lease, now=now):
            case Held() if lease is not None:
                return ok(f"held by {lease.holder}, which is at work; a run begun now ends with exit code 75")
            case Silent(seconds) if lease is not None and lease.expires_at > now:
                return warning(
                    f"{lease.holder} holds it until {lease.expires_at:%Y-%m-%d %H:%M} UTC, which no holder ever writes",
                    f"a clock was wrong: set it by NTP; the next run takes the lease over after {seconds:.0f} s",
                )
            case Silent(seconds) if lease is not None:
                return warning(
                    f"{lease.holder} let it expire, so it was killed or its machine was lost",
                    f"see that process; the next run takes the lease over after {seconds:.0f} s",
                )
            case _:
                return ok("free")

    async def last_run(self) -> Verdict:
        """How it ended."""
        # A rollback is on record too, and says nothing of the night that it was made for.
        runs = [run for run in self._history.runs if run.command != "rollback"] if self._history else []
        if self._history is None or not runs:
            return skipped("no run is on record", "`vitrina-indexer run`")
        run = runs[0]
        status = self._history.status_of(run)
        seen = f"{run.run_id}, {run.started_at:%Y-%m-%d %H:%M} UTC: {status}"
        if status in ("done", "running"):
            return ok(seen)
        # What ended the run is often what ended its last store view.
        why = dict.fromkeys([*run.reasons, *(str(one) for store in run.stores for one in store.get("reasons", ()))])
        told = f"; {listed(why, 2)}" if why else ""
        return warning(f"{seen}{told}", f"{_what_it_left(status, run)}; mend what it names and run again")


def _what_it_left(status: str, run: RunRecord) -> str:
    """What is live after a run that did not do all it should."""
    if status == "interrupted":
        return "`vitrina-indexer status` shows what is live"
    moved = [f"{store['alias']} is {store['index']}" for store in run.stores if store.get("swapped")]
    return f"{listed(moved)} all the same" if moved else "no live index was touched"


def _model(recipe: tuple[str, str, int]) -> str:
    return "/".join(map(str, recipe))
