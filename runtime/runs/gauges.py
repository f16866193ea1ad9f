"""What was seen of runs, as gauges that are made when somebody scrapes: an age is that of the moment."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import get_args

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from runtime.retrieval.index import LiveIndex
from runtime.runs.reading import StoreReport, StoreRuns
from shared.runs import Ended, RejectKind, Stage


@dataclass(frozen=True, slots=True)
class Seen:
    """up: whether the records could be read the last time, None before the first. served: whether the index behind the
    alias could be. live: the last one that could, while there is one. All three by store code, as are runs.
    """

    up: bool | None = None
    served: Mapping[str, bool] = field(default_factory=dict)
    live: Mapping[str, LiveIndex] = field(default_factory=dict)
    runs: Mapping[str, StoreRuns] = field(default_factory=dict)


class RunGauges(Collector):
    """Of what `seen` gives; a store view of which nothing is known has no series. now: the time of day."""

    def __init__(self, seen: Callable[[], Seen], *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._seen = seen
        self._now = now

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """No name is claimed: of two services in one process the second could not start."""
        return ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """All gauges, those without a series too."""
        seen, now = self._seen(), self._now()
        up = GaugeMetricFamily("vitrina_run_records_up", "Whether the run records could be read at the last look.")
        if seen.up is not None:
            up.add_metric([], float(seen.up))
        yield up
        yield _gauge(
            "vitrina_index_served",
            "Whether the index behind the alias was searched and read at the last look.",
            {(store,): served for store, served in seen.served.items()},
        )
        yield _gauge(
            "vitrina_index_age_seconds",
            "Seconds since the catalogue behind the live index was read.",
            {(store,): (now - live.as_of).total_seconds() for store, live in seen.live.items()},
        )
        yield _gauge(
            "vitrina_index_documents",
            "Documents of the live index.",
            {(store,): live.meta.counts.indexed for store, live in seen.live.items()},
        )
        yield from _of_builds(seen.runs)
        reports = {store: runs.last.report for store, runs in seen.runs.items() if runs.last and runs.last.report}
        yield from _of_reports(reports)


def _of_builds(runs: Mapping[str, StoreRuns]) -> Iterator[GaugeMetricFamily]:
    builds = {store: own.last for store, own in runs.items() if own.last is not None}
    yield _gauge(
        "vitrina_last_run_status",
        "How the last run ended: 1 for what holds.",
        {(store, status): build.status == status for store, build in builds.items() for status in get_args(Ended)},
        "status",
    )
    yield _gauge(
        "vitrina_last_run_timestamp_seconds",
        "When the last run ended.",
        {(store,): build.ended_at for store, build in builds.items()},
    )
    yield _gauge(
        "vitrina_last_success_timestamp_seconds",
        "When the last run ended that went live.",
        {(store,): own.succeeded_at for store, own in runs.items() if own.succeeded_at is not None},
    )


def _of_reports(reports: Mapping[str, StoreReport]) -> Iterator[GaugeMetricFamily]:
    """What the last runs did. What a record has under names that are none of ours is left out."""
    told = reports.items()
    yield _gauge(
        "vitrina_last_run_seconds",
        "Seconds the last run took, by stage.",
        {
            (store, stage): own.seconds[stage]
            for store, own in told
            for stage in get_args(Stage)
            if stage in own.seconds
        },
        "stage",
    )
    yield _gauge(
        "vitrina_last_run_documents",
        "Documents of the last run, by what became of them.",
        {
            (store, outcome): number
            for store, own in told
            for outcome, number in (("indexed", own.indexed), ("rejected", own.rejected), ("skipped", own.skipped))
        },
        "outcome",
    )
    yield _gauge(
        "vitrina_last_run_rejects",
        "Documents the last run rejected, by reason.",
        {(store, kind): own.reject_kinds.get(kind, 0) for store, own in told for kind in get_args(RejectKind)},
        "reason",
    )
    yield _gauge(
        "vitrina_last_run_tokens",
        "Tokens the last run paid the embedding model for.",
        {(store,): own.tokens for store, own in told},
    )
    yield _gauge(
        "vitrina_last_run_cost",
        "What those tokens cost, where the price is known.",
        {(store, own.currency): own.cost for store, own in told if own.cost is not None and own.currency is not None},
        "currency",
    )


def _gauge(name: str, told: str, values: Mapping[tuple[str, ...], float], *others: str) -> GaugeMetricFamily:
    """A gauge by store view and `others`."""
    family = GaugeMetricFamily(name, told, labels=("store", *others))
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family
