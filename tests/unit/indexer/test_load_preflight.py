"""indexer.load.preflight: a cluster that cannot hold a RAG index is named before anything is built."""

from typing import Any

import pytest
from opensearchpy.exceptions import AuthorizationException

from indexer.load.preflight import check_target
from shared.opensearch import ClusterAddress, UnsuitableCluster

ADDRESS = ClusterAddress(url="http://rag:9200")
FORBIDDEN = AuthorizationException(403, "security_exception", {})
KNN = [{"component": "opensearch-knn"}, {"component": "opensearch-security"}]


class AskedCluster:
    """Answers two questions; an exception is raised instead."""

    def __init__(self, *, version: Any = None, plugins: Any = KNN) -> None:
        self._version = version or {"distribution": "opensearch", "number": "2.19.1"}
        self._plugins = plugins
        self.cat = self

    async def info(self) -> dict[str, Any]:
        return {"version": _answer(self._version)}

    async def plugins(self, *, params: dict[str, str]) -> list[dict[str, str]]:
        assert params["format"] == "json"
        return _answer(self._plugins)


def _answer(found: Any) -> Any:
    if isinstance(found, Exception):
        raise found
    return found


@pytest.mark.parametrize("number", ["2.4.0", "2.19.1", "3.0.0-SNAPSHOT"])
async def test_an_opensearch_with_the_plugin_is_fine(number: str) -> None:
    await check_target(AskedCluster(version={"distribution": "opensearch", "number": number}), ADDRESS)


UNSUITABLE = {
    "elasticsearch": ({"version": {"number": "8.15.0"}}, "OPENSEARCH_URL=http://rag:9200 is Elasticsearch 8.15.0"),
    "too old": ({"version": {"distribution": "opensearch", "number": "2.3.0"}}, "is OpenSearch 2.3.0; .* 2.4 or newer"),
    "no plugin": ({"plugins": [{"component": "opensearch-sql"}]}, "no k-NN plugin; install `opensearch-knn`"),
}


@pytest.mark.parametrize(("answers", "words"), UNSUITABLE.values(), ids=UNSUITABLE.keys())
async def test_any_other_is_refused_by_name(answers: dict[str, Any], words: str) -> None:
    with pytest.raises(UnsuitableCluster, match=words):
        await check_target(AskedCluster(**answers), ADDRESS)


async def test_what_may_not_be_asked_is_left_to_the_creation_of_the_index() -> None:
    await check_target(AskedCluster(version=FORBIDDEN, plugins=FORBIDDEN), ADDRESS)
