"""The parts of the demo that need a runtime, not the whole shop: where it listens, how it is stopped."""

import os
import signal
import threading
from contextlib import ExitStack

import httpx2
import pytest
from opensearchpy import AsyncOpenSearch
from support.chat import frames_of, text_of
from support.index_meta import a_meta
from support.ports import a_port
from support.processes import own_environment
from support.rag_index import write_index
from support.search import a_catalogue

from sandbox.openai_server import Say, scripted_openai
from sandbox.stack import Shop, StackFailed, running_runtime

STOP_SECONDS = 60
WORDS = [f"word{number} " for number in range(30)]


@pytest.fixture
async def shop(cluster: AsyncOpenSearch, opensearch_url: str, namespace: str) -> Shop:
    """One store view behind an alias of the test's own."""
    meta = a_meta(provider="local", model="all-MiniLM-L6-v2", dimension=384, languages=("en",))
    await write_index(cluster, f"{namespace}rag", a_catalogue(), meta=meta)
    await cluster.indices.put_alias(index=f"{namespace}rag", name=f"{namespace}alias")
    environment = own_environment(
        OPENSEARCH_URL=opensearch_url, RAG_ALIAS=f"{namespace}alias", EMBEDDING_PROVIDER="local"
    )
    return Shop(opensearch_url=opensearch_url, environment=environment, stores=None, report={})


def test_runtime_goes_elsewhere_when_another_was_quicker_at_its_port(shop: Shop) -> None:
    with scripted_openai() as other, running_runtime(shop, port=other.port) as runtime:
        assert runtime.url != f"http://127.0.0.1:{other.port}"


def test_runtime_that_cannot_start_says_why(shop: Shop) -> None:
    settings = {"CHAT_TEMPERATURE": "hot"}
    with pytest.raises(StackFailed, match="CHAT_TEMPERATURE"), running_runtime(shop, port=a_port(), extra=settings):
        pytest.fail("it started")


def test_runtime_that_is_stopped_finishes_the_answer_it_is_giving(shop: Shop) -> None:
    body = {"messages": [{"role": "user", "content": "a wool jacket"}], "stream": True}
    heard = b""
    with scripted_openai() as provider, ExitStack() as started:
        provider.chat.always(Say(WORDS, gap=0.05))
        model = {"OPENAI_API_KEY": "sk-scripted", "OPENAI_BASE_URL": provider.base_url, "CHAT_OPEN": "true"}
        runtime = started.enter_context(running_runtime(shop, port=a_port(), extra=model))
        stopping = threading.Thread(target=started.close)
        with httpx2.stream("POST", f"{runtime.url}/v1/chat/completions", json=body, timeout=60) as answer:
            for piece in answer.iter_bytes():
                if not heard:
                    stopping.start()
                heard += piece
        stopping.join()
    frames = frames_of(heard)
    assert text_of(frames) == "".join(WORDS)
    assert frames[-1] == "[DONE]"


def test_runtime_that_ends_by_itself_is_noticed_with_what_it_said(shop: Shop) -> None:
    with running_runtime(shop, port=a_port()) as runtime:
        os.kill(runtime.program.process.pid, signal.SIGTERM)
        assert runtime.program.wait(STOP_SECONDS) == 0
        assert '"serving"' in runtime.program.failure("ended")
