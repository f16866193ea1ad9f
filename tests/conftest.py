"""Fixtures every test may use; the rest of what tests share lives in tests/support.

Sockets: only loopback is allowed (pyproject.toml); under tests/unit not even that (tests/unit/conftest.py).
"""

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import pytest
from opensearchpy import AsyncOpenSearch, OpenSearch
from support.opensearch import ProviderUnusable, provided_node

pytest_plugins = ("support.embedding", "support.openai")

LOOPBACK = ("127.0.0.1", "::1", "localhost")
REQUEST_TIMEOUT_SECONDS = 60


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests reach a given node (OPENSEARCH_TEST_URL) that is not on loopback."""
    host = urlsplit(os.environ.get("OPENSEARCH_TEST_URL", "")).hostname
    if host and host not in LOOPBACK:
        for item in items:
            item.add_marker(pytest.mark.allow_hosts([*LOOPBACK, host]))


@pytest.fixture(scope="session")
def opensearch_url() -> Iterator[str]:
    """The URL of the session's one OpenSearch node, started when the first test asks for it."""
    try:
        with provided_node(os.environ) as url:
            yield url
    except ProviderUnusable as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)


@pytest.fixture
async def cluster(opensearch_url: str) -> AsyncIterator[AsyncOpenSearch]:
    """A client of that node, closed after the test."""
    async with AsyncOpenSearch(hosts=[opensearch_url], timeout=REQUEST_TIMEOUT_SECONDS) as client:
        yield client


@pytest.fixture
def namespace(opensearch_url: str) -> Iterator[str]:
    """A prefix for the names of this test's indices and aliases; whatever carries it is deleted afterwards.

    Tests, and two test runs on one given node, thereby never meet.
    """
    prefix = f"t{uuid.uuid4().hex[:12]}-"
    yield prefix
    with OpenSearch(hosts=[opensearch_url], timeout=REQUEST_TIMEOUT_SECONDS) as client:
        # Listed first: a node may refuse to delete by wildcard (action.destructive_requires_name).
        for index in client.indices.get(index=f"{prefix}*", expand_wildcards="all"):
            client.indices.delete(index=index)
