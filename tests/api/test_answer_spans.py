"""What the spans of a request say of its answer."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from support.llm import FakeModel, says
from support.runtime import ACTION_KEY, CHAT_KEY, Shop, client_of, some_services
from support.spans import ended_spans

from runtime.chat.service import ChatService
from runtime.llm.model import Route


@pytest.fixture
def ended() -> Iterator[InMemorySpanExporter]:
    with ended_spans() as memory:
        yield memory


def told_by(memory: InMemorySpanExporter, name: str) -> Mapping[str, Any]:
    [found] = [span for span in memory.get_finished_spans() if span.name == name]
    return found.attributes or {}


@pytest.mark.parametrize("stream", [True, False])
async def test_answer_says_how_long_its_guards_took(ended: InMemorySpanExporter, stream: bool) -> None:
    shop = Shop()
    model = FakeModel((Route(("main",), "gpt-4o"), *says("The Storm jacket is $1.00.")))
    body = {"messages": [{"role": "user", "content": "jackets"}], "stream": stream}
    async with client_of(some_services(shop, chat=ChatService(shop.retriever, model)), key=CHAT_KEY) as client:
        assert (await client.post("/v1/chat/completions", json=body)).status_code == 200
    told = told_by(ended, "answer")
    assert told["vitrina.outcome"] == "answered"
    assert told["vitrina.guard_seconds"] > 0


@pytest.mark.parametrize(("id", "documents"), [("1", 1), ("none", 0)])
async def test_product_says_whether_it_was_there(ended: InMemorySpanExporter, id: str, documents: int) -> None:
    async with client_of(some_services(Shop()), key=ACTION_KEY) as client:
        await client.post("/api/v1/actions/get_product", json={"id": id})
    assert told_by(ended, "fetch_product")["vitrina.documents"] == documents
