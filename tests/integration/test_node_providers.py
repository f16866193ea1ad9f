"""Where the tests' own node comes from, and what a run says when it cannot have one."""

import os
import subprocess
import sys

import pytest
from support.opensearch import IMAGE, REPOSITORY, provided_node

NO_ENGINE = {"DOCKER_HOST": "unix:///nowhere/docker.sock"}
A_TEST_THAT_NEEDS_A_NODE = "tests/integration/test_embedded_node.py::test_node_fuses_by_rank_itself"


def test_given_node_wins_over_the_provider() -> None:
    environ = {"OPENSEARCH_TEST_URL": "http://given:9200/", "OPENSEARCH_TEST_PROVIDER": "testcontainers"}
    with provided_node(environ) as url:
        assert url == "http://given:9200"


@pytest.mark.parametrize(
    ("provider", "expected"),
    [
        pytest.param("testcontainers", f"could not run {IMAGE}: ", id="no engine"),
        pytest.param("nonsense", "use embedded or testcontainers", id="unknown provider"),
    ],
)
def test_run_without_a_node_stops_with_one_clear_message(provider: str, expected: str) -> None:
    environ = {name: value for name, value in os.environ.items() if name != "OPENSEARCH_TEST_URL"}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", A_TEST_THAT_NEEDS_A_NODE],
        cwd=REPOSITORY,
        env={**environ, **NO_ENGINE, "OPENSEARCH_TEST_PROVIDER": provider},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"OPENSEARCH_TEST_PROVIDER={provider}" in run.stdout.replace("'", "")
    assert expected in run.stdout
    assert "Traceback" not in run.stdout + run.stderr
