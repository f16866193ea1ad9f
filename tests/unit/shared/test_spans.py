"""Spans: none without somebody who takes them; the right parent; no words of an error, no secrets, no content."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from support.spans import ended_spans

from shared.spans import (
    ERROR,
    OUTCOME,
    Attributes,
    begin,
    current,
    fail,
    is_tracing,
    log_fields,
    span,
    tell,
)
from shared.telemetry import MASK

SECRET = "hunter2-hunter2"


@pytest.fixture
def ended() -> Iterator[InMemorySpanExporter]:
    """What has ended, on its way through the redactor."""
    with ended_spans([SECRET]) as memory:
        yield memory


def attributes_of(memory: InMemorySpanExporter, name: str) -> Attributes:
    return next(dict(found.attributes or {}) for found in memory.get_finished_spans() if found.name == name)


def test_without_a_tracer_there_are_no_spans() -> None:
    assert not is_tracing()
    with span("a") as own:
        tell(own, "asked", lambda: pytest.fail("nobody asked"))
        assert (own.is_recording(), current().is_recording(), begin("b").is_recording()) == (False, False, False)
        assert log_fields(own) == {}


def test_what_is_called_in_a_span_stands_below_it(ended: InMemorySpanExporter) -> None:
    with span("outer") as outer:
        with span("inner"):
            begin("innermost").end()
        begin("beside").end()
        told = log_fields(outer)
    innermost, inner, beside, whole = ended.get_finished_spans()
    assert [found.parent and found.parent.span_id for found in (inner, beside)] == [
        outer.get_span_context().span_id
    ] * 2
    assert innermost.parent == inner.context
    assert whole.parent is None
    assert told == {"trace_id": f"{whole.context.trace_id:032x}"}


async def test_a_span_begun_in_a_generator_is_nobodys_parent_outside(ended: InMemorySpanExporter) -> None:
    async def words() -> AsyncGenerator[str, None]:
        own = begin("generator")
        try:
            yield "a"
            yield "b"
        finally:
            own.end()

    with span("reader") as reader:
        async with aclosing(words()) as told:
            async for _ in told:
                with span("reading"):
                    await asyncio.sleep(0)
                break
    parents = {found.name: found.parent.span_id for found in ended.get_finished_spans() if found.parent}
    assert parents == dict.fromkeys(["reading", "generator"], reader.get_span_context().span_id)


def test_an_error_is_its_class_and_none_of_its_words(ended: InMemorySpanExporter) -> None:
    own = begin("begun")
    fail(own, ValueError("the provider says sk-123456789"))
    own.end()
    with pytest.raises(ValueError, match="sk-1"), span("around"):
        raise ValueError("the provider says sk-123456789") from OSError("sk-987654321")
    for found in ended.get_finished_spans():
        assert (found.attributes, found.events, found.status.status_code, found.status.description) == (
            {ERROR: "ValueError"}, (), StatusCode.ERROR, None,
        )  # fmt: skip


async def test_to_be_left_is_no_failure(ended: InMemorySpanExporter) -> None:
    async def wait() -> None:
        with span("left"):
            await asyncio.Event().wait()

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    [found] = ended.get_finished_spans()
    assert (found.attributes, found.status.status_code) == ({OUTCOME: "left"}, StatusCode.UNSET)


def test_secrets_leave_neither_by_key_nor_by_value(ended: InMemorySpanExporter) -> None:
    with span(f"embeddings {SECRET}", {"api_key": "whatever", "model": f"at http://me:{SECRET}@host", "n": 3}) as own:
        own.add_event("event", {"cause": f"Bearer {SECRET}", "tried": ("a", SECRET)})
    [found] = ended.get_finished_spans()
    assert (found.name, dict(found.attributes or {})) == (
        f"embeddings {MASK}", {"api_key": MASK, "model": f"at http://{MASK}@host", "n": 3},
    )  # fmt: skip
    assert dict(found.events[0].attributes or {}) == {"cause": f"Bearer {MASK}", "tried": ["a", MASK]}


def test_content_is_told_masked_and_only_where_it_is_wanted(ended: InMemorySpanExporter) -> None:
    with span("quiet") as own:
        tell(own, "asked", lambda: pytest.fail("nobody wants it"))
    assert attributes_of(ended, "quiet") == {}
    with ended_spans(content=str.upper) as wanted, span("open") as own:
        tell(own, "asked", lambda: "a jacket")
    assert attributes_of(wanted, "open") == {"asked": "A JACKET"}
