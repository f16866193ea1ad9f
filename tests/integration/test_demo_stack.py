"""The parts of the demo that need a runtime, not the whole shop: where it listens when others want the port too."""

from pathlib import Path

import pytest
from opensearchpy import AsyncOpenSearch
from support.processes import own_environment
from support.rag_index import write_index
from support.search import a_catalogue, a_meta

from sandbox.openai_server import scripted_openai
from sandbox.stack import Shop, StackFailed, free_port, running_runtime


@pytest.fixture
async def shop(cluster: AsyncOpenSearch, opensearch_url: str, namespace: str, tmp_path: Path) -> Shop:
    """One store view behind an alias of the test's own."""
    meta = a_meta(provider="local", model="all-MiniLM-L6-v2", dimension=384, languages=("en",))
    await write_index(cluster, f"{namespace}rag", a_catalogue(), meta=meta)
    await cluster.indices.put_alias(index=f"{namespace}rag", name=f"{namespace}alias")
    environment = own_environment(
        OPENSEARCH_URL=opensearch_url, RAG_ALIAS=f"{namespace}alias", EMBEDDING_PROVIDER="local"
    )
    return Shop(opensearch_url=opensearch_url, folder=tmp_path, environment=environment, report={})


def test_runtime_goes_elsewhere_when_another_was_quicker_at_its_port(shop: Shop) -> None:
    with scripted_openai() as other, running_runtime(shop, port=other.port) as runtime:
        assert runtime.url != f"http://127.0.0.1:{other.port}"


def test_runtime_that_cannot_start_says_why(shop: Shop) -> None:
    settings = {"CHAT_TEMPERATURE": "hot"}
    with pytest.raises(StackFailed, match="CHAT_TEMPERATURE"), running_runtime(shop, port=free_port(), extra=settings):
        pytest.fail("it started")
