"""Fixtures every test may use; the rest of what tests share lives in tests/support.

Sockets: only loopback is allowed (pyproject.toml); under tests/unit not even that (tests/unit/conftest.py).
"""

import os
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import hypothesis
import pytest
from opensearchpy import AsyncOpenSearch
from support.opensearch import REQUEST_TIMEOUT_SECONDS, ProviderUnusable, own_namespace, provided_node
from support.secured import Place, secured_node

from indexer.settings import IndexerSettings
from runtime.settings import RuntimeSettings
from shared.opensearch import ClusterAddress, connect

pytest_plugins = ("support.embedding", "support.openai", "support.wall_clock")

# The same examples in every run, and none of them timed: a busy machine must not turn a property red. To look for new
# examples: pytest --hypothesis-profile=default.
hypothesis.settings.register_profile(
    "suite", derandomize=True, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("suite")

LOOPBACK = ("127.0.0.1", "::1", "localhost")

SETTINGS = {*IndexerSettings.model_fields, *RuntimeSettings.model_fields, "secrets_dir"} - {"vitrina_cache_dir"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests reach a given node (OPENSEARCH_TEST_URL) that is not on loopback."""
    host = urlsplit(os.environ.get("OPENSEARCH_TEST_URL", "")).hostname
    if host and host not in LOOPBACK:
        for item in items:
            item.add_marker(pytest.mark.allow_hosts([*LOOPBACK, host]))


@pytest.fixture(scope="session", autouse=True)
def nobodys_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Neither what a developer's shell exports nor a `.env` in the repository reaches a test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.lower() in SETTINGS]:
            patch.delenv(name)
        patch.chdir(tmp_path_factory.mktemp("elsewhere"))
        yield


@pytest.fixture(scope="session")
def opensearch_url() -> Iterator[str]:
    """The URL of the session's one OpenSearch node, started when the first test asks for it."""
    try:
        with provided_node(os.environ) as url:
            yield url
    except ProviderUnusable as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)


@pytest.fixture(scope="session")
def secured() -> Iterator[Place]:
    """The session's one node that asks who is there, started when the first test asks for it."""
    with secured_node() as place:
        yield place


@pytest.fixture
async def cluster(opensearch_url: str) -> AsyncIterator[AsyncOpenSearch]:
    """The product's own client of that node, closed after the test."""
    async with connect(ClusterAddress(url=opensearch_url), timeout=REQUEST_TIMEOUT_SECONDS) as client:
        yield client


@pytest.fixture
def namespace(opensearch_url: str) -> Iterator[str]:
    """A prefix for the names of this test's indices and aliases; whatever carries it is deleted afterwards."""
    with own_namespace(opensearch_url) as prefix:
        yield prefix
