"""Spans of both programs at a collector: one trace a question, from the caller's own to the last byte, and one a run.

Neither keys nor what shoppers and providers say is in any of them, unless the operator wants the latter.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from support.collector import Collector, SeenSpan, collecting
from support.openai import KEY
from support.opensearch import own_namespace
from support.processes import IndexerProgram, eventually
from support.secured import Place
from support.small_shop import ACTION_KEY, Served, index_small_shop, served

from sandbox.openai_server import Plan, Refuse, Say, ScriptedServer, scripted_openai

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
"""As https://www.w3.org/TR/trace-context/ has them."""

QUESTION = "jacket for quokkas, write to shopper@example.com"
WORDS = (b"quokka", b"shopper@example.com", b"wombat")
"""Of the shopper, and of the provider."""


@pytest.fixture(scope="module")
def provider() -> Iterator[ScriptedServer]:
    with scripted_openai(api_key=KEY) as provider:
        yield provider


@pytest.fixture(scope="module")
def traced_run(
    place: Place, provider: ScriptedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[IndexerProgram, Collector]]:
    """The small shop, and what its indexer run sent."""
    folder = tmp_path_factory.mktemp("traces")
    with own_namespace(place.url, **place.options) as namespace, collecting() as collector:
        settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
        program = index_small_shop(folder, place, provider=provider.base_url, namespace=namespace, settings=settings)
        yield program, collector


@pytest.fixture
def program(traced_run: tuple[IndexerProgram, Collector], provider: ScriptedServer) -> IndexerProgram:
    provider.reset()
    return traced_run[0]


def ask(runtime: Served, *, stream: bool = True) -> httpx2.Response:
    body = {"messages": [{"role": "user", "content": QUESTION}], "stream": stream}
    headers = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "vendor=numbat", "x-request-id": "req-1"}
    answer = httpx2.post(f"{runtime.url}/v1/chat/completions", json=body, headers=headers, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer


def trace_of(collector: Collector, trace: str = TRACE) -> list[SeenSpan]:
    """All spans of a trace, once the outermost of them, which ends last, has come."""

    def whole() -> bool:
        return any(span.trace == trace and span.parent in ("", PARENT) for span in collector.spans)

    assert eventually(whole)
    return [span for span in collector.spans if span.trace == trace]


def by_name(spans: list[SeenSpan]) -> dict[str, SeenSpan]:
    return {span.name: span for span in spans}


@contextmanager
def traced(program: IndexerProgram, collector: Collector, **settings: str) -> Iterator[Served]:
    """The runtime with a model, whose spans go to `collector`, and soon."""
    sends = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    model = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": program.environment["EMBEDDING_BASE_URL"]}
    with served(program, **sends, **model, **settings) as runtime:
        yield runtime


def test_a_question_is_one_trace_from_the_callers_span_to_the_last_byte(
    program: IndexerProgram, provider: ScriptedServer
) -> None:
    provider.chat.then(Say("A jacket, says the wombat."))
    with collecting() as collector, traced(program, collector) as runtime:
        ask(runtime)
        spans = trace_of(collector)
        log = [json.loads(line) for line in runtime.log.read_text().splitlines() if line.startswith("{")]
    named = by_name(spans)
    root = named["POST /v1/chat/completions"]
    assert (root.parent, root.kind, root.failed) == (PARENT, 2, False)
    assert root.attributes == {
        "http.request.method": "POST",
        "http.route": "/v1/chat/completions",
        "http.response.status_code": 200,
        "vitrina.request_id": "req-1",
        "vitrina.store": "default",
    }
    names = {span.id: span.name for span in spans}
    below = {span.name: names.get(span.parent, "") for span in spans if span is not root}
    assert below == {
        "answer": "POST /v1/chat/completions",
        "retrieve": "answer",
        "prompt": "answer",
        "chat gpt-4o": "answer",
        "embeddings text-embedding-3-small": "retrieve",
        "search.candidates": "retrieve",
        "fuse": "retrieve",
        "search.documents": "retrieve",
        "live_prices": "retrieve",
    }
    asked = named["chat gpt-4o"].attributes
    assert (asked["gen_ai.operation.name"], asked["gen_ai.provider.name"]) == ("chat", "main")
    assert (asked["gen_ai.request.model"], asked["vitrina.outcome"]) == ("gpt-4o", "answered")
    assert asked["gen_ai.response.finish_reasons"] == ["stop"]
    assert asked["gen_ai.usage.input_tokens"] > asked["gen_ai.usage.output_tokens"] > 0
    assert 0 < asked["gen_ai.response.time_to_first_chunk"] < 60
    answered = named["answer"]
    assert (answered.attributes["vitrina.outcome"], answered.attributes["vitrina.told_its_end"]) == ("answered", True)
    assert "first_token" in [name for name, _ in answered.events]
    legs = {name: told for name, told in named["search.candidates"].events if name in ("bm25", "knn")}
    assert set(legs) == {"bm25", "knn"}
    assert all(told["vitrina.took_ms"] >= 0 and told["vitrina.documents"] > 0 for told in legs.values())
    assert named["search.documents"].attributes["vitrina.documents"] > 0
    assert answered.attributes["vitrina.guard_seconds"] > 0
    assert {line["trace_id"] for line in log if line.get("request_id") == "req-1"} == {TRACE}
    assert not [word for word in (*WORDS, b"numbat", KEY.encode(), ACTION_KEY.encode()) if word in collector.words]


FAILURES: dict[str, tuple[Plan, str]] = {
    "refused with the key in its words": (Refuse(401, message=f"wombat: {KEY} is no key"), "LlmRefused"),
    "broken off with a word of its own": (Say("A jacket and more", fail_after=1), "LlmUnavailable"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_provider_that_fails_is_told_by_class_and_none_of_its_words(
    failure: str, program: IndexerProgram, provider: ScriptedServer
) -> None:
    plan, error = FAILURES[failure]
    provider.chat.then(plan)
    with collecting() as collector, traced(program, collector) as runtime:
        ask(runtime)
        asked = by_name(trace_of(collector))["chat gpt-4o"]
    assert (asked.failed, asked.attributes["error.type"], asked.events) == (True, error, [])
    assert not [word for word in (*WORDS, KEY.encode()) if word in collector.words]


def test_an_answer_that_the_shopper_leaves_ends_there_and_is_no_failure(
    program: IndexerProgram, provider: ScriptedServer
) -> None:
    provider.chat.then(Say("A jacket " * 500, gap=0.1))
    body = {"messages": [{"role": "user", "content": QUESTION}], "stream": True}
    with collecting() as collector, traced(program, collector) as runtime:
        headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
        with httpx2.stream("POST", f"{runtime.url}/v1/chat/completions", json=body, headers=headers) as answer:
            next(line for line in answer.iter_lines() if "jacket" in line)
        named = by_name(trace_of(collector))
    answered, asked = named["answer"], named["chat gpt-4o"]
    assert (answered.failed, answered.attributes["vitrina.outcome"]) == (False, "left")
    assert answered.attributes["vitrina.told_its_end"] is False
    assert (asked.failed, asked.attributes["vitrina.outcome"]) == (False, "left")


def test_content_is_in_spans_where_the_operator_wants_it_and_masked_even_there(
    program: IndexerProgram, provider: ScriptedServer
) -> None:
    provider.chat.then(Say("A jacket, says the wombat."))
    with collecting() as collector, traced(program, collector, TRACE_CONTENT="true") as runtime:
        ask(runtime, stream=False)
        named = by_name(trace_of(collector))
    assert "quokka" in named["retrieve"].attributes["vitrina.query"]
    prompt = json.loads(named["prompt"].attributes["gen_ai.input.messages"])
    assert ("quokka" in prompt[-1]["parts"][0]["content"], prompt[0]["role"]) == (True, "system")
    said = [{"role": "assistant", "parts": [{"type": "text", "content": "A jacket, says the wombat."}]}]
    assert json.loads(named["answer"].attributes["gen_ai.output.messages"]) == said
    assert b"shopper@example.com" not in collector.words


def test_a_trace_that_was_not_sampled_by_who_began_it_is_not_sent(program: IndexerProgram) -> None:
    with collecting() as collector, traced(program, collector) as runtime:
        for flags in ("00", "01"):
            headers = {"traceparent": f"00-{TRACE}-{PARENT}-{flags}"}
            httpx2.get(f"{runtime.url}/v1/models?{flags}", headers=headers, timeout=60).raise_for_status()
        spans = trace_of(collector)
        probes = [span for span in collector.spans if "health" in span.name]
    assert (len(spans), spans[0].attributes["http.route"], probes) == (1, "/v1/models", [])


def test_an_indexer_run_is_one_trace_with_a_span_a_stage_and_a_slice(
    traced_run: tuple[IndexerProgram, Collector],
) -> None:
    spans = traced_run[1].spans
    named = by_name(spans)
    assert {span.trace for span in spans} == {named["indexer.run"].trace}
    assert {span.service for span in spans} == {"vitrina-indexer"}
    names = {span.id: span.name for span in spans}
    below = {span.name: names.get(span.parent, "") for span in spans}
    stages = ("source", "prepare", "load", "seal", "verify", "swap")
    assert below == {
        "indexer.run": "",
        "indexer.store": "indexer.run",
        **{f"indexer.{stage}": "indexer.store" for stage in stages},
        "indexer.slice": "indexer.load",
    }
    load = named["indexer.load"].attributes
    assert {step: load[f"vitrina.{step}.documents"] for step in ("transform", "embed", "write")} == dict.fromkeys(
        ("transform", "embed", "write"), 20
    )
    assert (load["vitrina.write.times"], named["indexer.slice"].attributes["vitrina.documents"]) == (1, 20)
    assert named["indexer.store"].attributes["vitrina.outcome"] == "done"
    assert KEY.encode() not in traced_run[1].words


def test_what_the_run_did_is_told_by_the_runtime(program: IndexerProgram, tmp_path: Path) -> None:
    with served(program) as runtime:

        def metrics() -> str:
            return httpx2.get(f"{runtime.url}/metrics", timeout=60).text

        assert eventually(lambda: "vitrina_run_records_up 1.0" in metrics())
        told = metrics().splitlines()
    assert 'vitrina_last_run_status{status="done",store="default"} 1.0' in told
    assert 'vitrina_last_run_documents{outcome="indexed",store="default"} 20.0' in told
    assert 'vitrina_index_documents{store="default"} 20.0' in told
    [age] = [line for line in told if line.startswith("vitrina_index_age_seconds{")]
    assert 0 < float(age.rpartition(" ")[2]) < 3600
