"""Clusters of every kind, scripted on a loopback socket: what is refused by name, what is tried again."""

from typing import Any

import pytest
from support.records import a_store, native_source
from support.retries import AT_ONCE
from support.scripted_cluster import Answer, ScriptedCluster, scripted_cluster

from indexer.extract.errors import SourceIncomplete, SourceUnknown
from indexer.extract.opensearch import open_source
from shared.opensearch import AccessDenied, ClusterAddress, ClusterBusy, RequestRefused, UnsuitableCluster, connect

INDEX = "magento2_product_1_v1"
FORBIDDEN: Answer = (403, {"error": {"type": "security_exception", "reason": "no permissions"}, "status": 403})
BUSY: Answer = (429, {"error": {"type": "circuit_breaking_exception", "reason": "busy"}, "status": 429})


def info(version: str, distribution: str | None = "opensearch") -> Answer:
    return 200, {"version": {"number": version} | ({"distribution": distribution} if distribution else {})}


def page(*ids: str, total: int | None = None) -> Answer:
    hits: dict[str, Any] = {"hits": [{"_id": id, "_source": native_source("core"), "sort": [id]} for id in ids]}
    if total is not None:
        hits["total"] = {"value": total, "relation": "eq"}
    return 200, {"pit_id": f"pit-after-{'-'.join(ids)}", "hits": hits}


def a_script(**changes: list[Answer]) -> dict[str, list[Answer]]:
    """A cluster with two documents; changes: info, index, pit, search."""
    settings = {"index": {"uuid": "u", "number_of_shards": "1"}}
    index = {INDEX: {"settings": settings, "mappings": {"properties": {}}, "aliases": {}}}
    return {
        "GET /": changes.get("info", [info("2.19.1")]),
        "GET /magento2_product_1": changes.get("index", [(200, index)]),
        f"POST /{INDEX}/_search/point_in_time": changes.get("pit", [(200, {"pit_id": "pit-1"})]),
        "POST /_search": changes.get("search", [page("1", total=2), page("1", "2"), page()]),
        "DELETE /_search/point_in_time": [(200, {"pits": []})],
    }


async def read_all(cluster: ScriptedCluster) -> list[str]:
    address = ClusterAddress(url=cluster.url, name="SOURCE_OPENSEARCH_URL")
    async with (
        connect(address, timeout=60) as client,
        open_source(client, address, a_store(), page_size=2, backoff=AT_ONCE) as source,
    ):
        return [record.id async for record in source.read()]


async def test_the_scripted_cluster_is_read_whole() -> None:
    async with scripted_cluster(a_script()) as cluster:
        assert await read_all(cluster) == ["1", "2"]
        assert cluster.asked[-1] == "DELETE /_search/point_in_time"


@pytest.mark.parametrize("pages_before", [0, 1])
async def test_an_answer_that_is_no_json_is_no_opensearchs(pages_before: int) -> None:
    answers = [page("1", total=2), page("1", "2")][:pages_before]
    async with scripted_cluster(a_script(search=[*answers, (200, "<html>Please log in</html>")])) as cluster:
        with pytest.raises(UnsuitableCluster, match=r"source index 'magento2_product_1_v1'|SOURCE_OPENSEARCH_URL"):
            await read_all(cluster)


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        pytest.param(info("8.11.0", None), "Elasticsearch 8.11.0", id="Elasticsearch"),
        pytest.param(info("2.3.0"), "OpenSearch 2.3.0", id="OpenSearch before points in time"),
        pytest.param(info("1.3.20"), "OpenSearch 1.3.20", id="OpenSearch 1"),
    ],
)
async def test_a_cluster_that_cannot_be_read_is_refused_by_name(answer: Answer, named: str) -> None:
    async with scripted_cluster(a_script(info=[answer])) as cluster:
        with pytest.raises(UnsuitableCluster, match=named):
            await read_all(cluster)
        assert cluster.asked == ["GET /"]


async def test_credentials_that_may_not_ask_for_the_version_may_still_read() -> None:
    async with scripted_cluster(a_script(info=[FORBIDDEN])) as cluster:
        assert await read_all(cluster) == ["1", "2"]


async def test_without_points_in_time_the_cluster_is_unsuitable() -> None:
    refused: Answer = (400, {"error": "no handler found for uri", "status": 400})
    async with scripted_cluster(a_script(info=[FORBIDDEN], pit=[refused])) as cluster:
        with pytest.raises(UnsuitableCluster, match=r"2\.4 or newer"):
            await read_all(cluster)


async def test_a_closed_index_is_not_taken_for_an_old_cluster() -> None:
    closed: Answer = (400, {"error": {"type": "index_closed_exception", "reason": "closed"}, "status": 400})
    async with scripted_cluster(a_script(pit=[closed])) as cluster:
        with pytest.raises(RequestRefused, match="index_closed_exception"):
            await read_all(cluster)


async def test_missing_permissions_are_listed() -> None:
    async with scripted_cluster(a_script(pit=[FORBIDDEN])) as cluster:
        with pytest.raises(AccessDenied, match="indices:data/read/point_in_time/create"):
            await read_all(cluster)


async def test_an_unknown_name_is_named_even_where_nothing_may_be_listed() -> None:
    missing: Answer = (404, {"error": {"type": "index_not_found_exception", "reason": "no such index"}, "status": 404})
    script = a_script(index=[missing]) | {"GET /*/_alias": [FORBIDDEN], "GET /magento2_*/_alias": [FORBIDDEN]}
    async with scripted_cluster(script) as cluster:
        with pytest.raises(SourceUnknown, match="MAGENTO_INDEX='magento2_product_1'"):
            await read_all(cluster)


async def test_a_busy_cluster_is_asked_again() -> None:
    search = [BUSY, page("1", total=2), BUSY, page("1", "2"), page()]
    async with scripted_cluster(a_script(search=search)) as cluster:
        assert await read_all(cluster) == ["1", "2"]


async def test_a_cluster_that_stays_busy_ends_the_read_and_closes_the_view() -> None:
    async with scripted_cluster(a_script(search=[page("1", total=2), BUSY])) as cluster:
        with pytest.raises(ClusterBusy):
            await read_all(cluster)
        assert cluster.asked.count("POST /_search") == 1 + AT_ONCE.attempts
        assert cluster.asked[-1] == "DELETE /_search/point_in_time"


@pytest.mark.parametrize("pages", [[page("1")], [page("1", "2"), page("3")]], ids=["too few", "too many"])
async def test_another_number_of_documents_than_there_are_is_an_error(pages: list[Answer]) -> None:
    async with scripted_cluster(a_script(search=[page("1", total=2), *pages, page()])) as cluster:
        with pytest.raises(SourceIncomplete, match="holds 2 documents"):
            await read_all(cluster)
