"""Checks of the clusters: what they are, how they are, and whether they have room for an index."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from indexer.cluster import request
from indexer.doctor.patient import QUICK, Chart, Patient
from indexer.load.capacity import DISK_FACTOR, check_capacity
from indexer.load.mapping import estimate_index_bytes, language_analyzer
from indexer.load.preflight import KNN_PLUGIN
from shared.checklist import Check
from shared.findings import Verdict, failed, listed, ok, skipped, warning
from shared.opensearch import ClusterInfo, fetch_cluster_info, require_opensearch
from shared.retry import retry

REACHABLE: Final = "cluster reachable"

MOST_SKEW_SECONDS: Final = 10.0

_BLOCKS: Final = ("read_only", "read_only_allow_delete", "create_index")
_SPARE_SHARDS: Final = 4
"""Of a new index and of the two small ones, with a copy each where nodes allow it."""

_WAIT_SECONDS: Final = 1.0

_PARTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "vitrina_russian": {
        "tokenizer": "standard",
        "filter": [
            "lowercase",
            {"type": "stop", "stopwords": "_russian_"},
            {"type": "stemmer", "language": "russian"},
        ],
    },
}
"""Analysers that are no part of OpenSearch, by what they consist of."""


class ClusterExam:
    """The cluster of the RAG index."""

    def __init__(self, patient: Patient, charts: Sequence[Chart]) -> None:
        self._patient = patient
        self._charts = charts
        self._client = patient.target
        self._address = patient.target_address
        self._info: ClusterInfo | None = None
        self._health: Mapping[str, Any] = {}

    def checks(self) -> Iterator[Check]:
        """From the address to the shard limit; what credentials may not ask is skipped."""
        after = (REACHABLE,)
        where = self._address.name
        yield Check(REACHABLE, self.reachable, self._address.remedy)
        yield Check("cluster version", self.version, f"name an OpenSearch in {where}", needs=after)
        yield Check(
            "k-NN plugin", self.plugin, f"install {KNN_PLUGIN} on every node", needs=("cluster version",), advisory=True
        )
        yield Check("cluster health", self.health, "see GET _cluster/allocation/explain", needs=after, advisory=True)
        yield Check("cluster clock", self.clock, "set the clocks by NTP", needs=after, advisory=True)
        yield Check("cluster limits", self.limits, "see GET _cluster/settings", needs=after, advisory=True)
        yield Check(
            "analysers",
            self.analysers,
            "correct STORE_LOCALE, or use the full OpenSearch distribution",
            needs=("cluster version",),
            advisory=True,
        )

    async def reachable(self) -> Verdict:
        """Whether anybody answers, and lets us in."""
        self._info = await retry(partial(fetch_cluster_info, self._client, self._address), QUICK)
        who = "" if self._address.who is None else f" as {self._address.who}"
        return ok(f"{self._address.shown} answers{who}")

    async def version(self) -> Verdict:
        """Whether it is an OpenSearch that is new enough."""
        require_opensearch(self._info, self._address)
        if self._info is None:
            return skipped("the credentials may not ask for the version (cluster:monitor/main)")
        return ok(f"OpenSearch {self._info.version}")

    async def plugin(self) -> Verdict:
        """Whether it can search by vectors."""
        params = {"format": "json", "h": "component,version"}
        plugins = await request(self._address.shown, partial(self._client.cat.plugins, params=params), backoff=QUICK)
        version = next((plugin["version"] for plugin in plugins if plugin["component"] == KNN_PLUGIN), None)
        if version is None:
            return failed(
                f"no node has {KNN_PLUGIN}",
                f"`bin/opensearch-plugin install {KNN_PLUGIN}` on every node, or use the full OpenSearch distribution",
            )
        return ok(f"{KNN_PLUGIN} {version}")

    async def health(self) -> Verdict:
        """Whether every shard has a home."""
        self._health = await request(self._address.shown, self._client.cluster.health, backoff=QUICK)
        status, nodes = self._health["status"], self._health["number_of_data_nodes"]
        homeless = self._health["unassigned_shards"]
        seen = f"{status}, {nodes} data nodes, {homeless} shards without a node"
        if status == "red":
            return failed(seen, "see GET _cluster/allocation/explain: data is missing that searches need")
        if status == "yellow" and nodes > 1:
            return warning(seen, "see GET _cluster/allocation/explain: copies are missing, and a node may fail")
        return ok(seen)

    async def clock(self) -> Verdict:
        """Whether our clock and the cluster's agree: leases and ages are told by them."""
        ask = partial(self._client.cat.health, params={"format": "json", "h": "epoch"})
        before = self._patient.now().timestamp()
        rows = await request(self._address.shown, ask, backoff=QUICK)
        ours = (before + self._patient.now().timestamp()) / 2
        skew = float(rows[0]["epoch"]) + 0.5 - ours  # The cluster tells whole seconds.
        if abs(skew) > MOST_SKEW_SECONDS:
            direction = "ahead of" if skew > 0 else "behind"
            return warning(
                f"the cluster's clock is {abs(skew):.0f} s {direction} ours",
                "set both by NTP: ages and the lease's end are shown wrongly, and taking over a lease takes longer",
            )
        return ok("the cluster's clock and ours agree")

    async def limits(self) -> Verdict:
        """Whether another index may be made at all."""
        params = {"include_defaults": "true", "filter_path": "*.cluster.blocks,*.cluster.max_shards_per_node"}
        ask = partial(self._client.cluster.get_settings, params=params)
        settings = effective(await request(self._address.shown, ask, backoff=QUICK))
        blocks = settings.get("blocks") or {}
        blocked = [name for name in _BLOCKS if str(blocks.get(name)).lower() == "true"]
        if blocked:
            return failed(
                f"the cluster is blocked: {listed(f'cluster.blocks.{name}' for name in blocked)}",
                "find out who set it and why (a full disk, a migration), then lift it by PUT _cluster/settings",
            )
        if not self._health or "max_shards_per_node" not in settings:
            return ok("no block on new indices")
        most = int(settings["max_shards_per_node"]) * max(1, int(self._health["number_of_data_nodes"]))
        used = int(self._health["active_shards"]) + int(self._health["unassigned_shards"])
        if used + _SPARE_SHARDS > most:
            return failed(
                f"{used} of at most {most} shards are in use, so no index can be made",
                "delete old indices, or raise cluster.max_shards_per_node",
            )
        return ok(f"no block on new indices, {used} of {most} shards in use")

    async def analysers(self) -> Verdict:
        """Whether the analysers of all store views are there."""
        names = sorted({language_analyzer(chart.job.store.locale) for chart in self._charts})
        for name in names:
            body = {**_PARTS.get(name, {"analyzer": name}), "text": "test"}
            await request(f"analyser {name!r}", partial(self._client.indices.analyze, body=body), backoff=QUICK)
        return ok(listed(names))

    def room_checks(self) -> Iterator[Check]:
        """Free disk and heap for each store view's next index; asked once it is known how large that will be."""
        for chart in self._charts:
            yield Check(
                "room for an index",
                partial(self._room, chart),
                "give the cluster more room, or remove what is not needed (`vitrina-indexer prune`)",
                store=chart.job.store.code,
                needs=(REACHABLE, "source readable"),
                advisory=True,
            )

    async def _room(self, chart: Chart) -> Verdict:
        assert chart.snapshot is not None
        documents, dimension = chart.snapshot.total, self._patient.model.dimension
        notes = await check_capacity(
            self._client,
            self._address,
            chart.job.names,
            documents=documents,
            dimension=dimension,
            previous=chart.live.name if chart.live else None,
            sleep=_short_sleep,
        )
        wanted = max(1.0, DISK_FACTOR * estimate_index_bytes(documents, dimension=dimension) / 1e6)
        if notes:
            return skipped("; ".join(notes), f"make sure yourself that a node has about {wanted:.0f} MB to spare")
        return ok(f"about {wanted:.0f} MB of disk for {documents} products are there, and the heap is free enough")


async def _short_sleep(seconds: float) -> None:
    """Between two looks at a full heap, for an operator who waits."""
    await asyncio.sleep(min(seconds, _WAIT_SECONDS))


def effective(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Settings below `cluster` of `GET _cluster/settings`: transient before persistent before defaults. Pure."""
    found: dict[str, Any] = {}
    for level in ("defaults", "persistent", "transient"):
        for name, value in (answer.get(level, {}).get("cluster") or {}).items():
            merged = found.get(name)
            found[name] = {**merged, **value} if isinstance(merged, dict) and isinstance(value, dict) else value
    return found
