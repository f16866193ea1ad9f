"""Framing: every answer, whatever its text, is a well-formed OpenAI stream. Rules are those of the OpenAI wire."""

from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.chat import a_document, a_hit, a_jacket, frames_of, started, text_of

from runtime.chat.events import ChatEvent, Delta, Failed, Finish, Started, Usage
from runtime.chat.schemas import ChatCompletionChunk
from runtime.chat.sse import AnswerHead, SseEncoder
from runtime.chat.whole import AnswerBroken, AnswerCollector
from runtime.retrieval.hits import Condition
from runtime.retrieval.product import product_of, wire_form

HEAD = AnswerHead(id="chatcmpl-7", created=1_763_600_000, model="vitrina-ru")

texts = st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20), max_size=20)
usages = st.builds(Usage, st.integers(0, 10**6), st.integers(0, 10**6))
finishes = st.builds(
    Finish,
    st.sampled_from(["stop", "length", "content_filter"]),
    named=st.lists(st.text("abc1", max_size=3)).map(tuple),
)


def encode(events: Sequence[ChatEvent], *, include_usage: bool = False) -> bytes:
    encoder = SseEncoder(HEAD, include_usage=include_usage)
    return b"".join(map(encoder.feed, events))


def answer(
    *deltas: str, opening: Started | None = None, finish: Finish | None = None, usage: Usage | None = None
) -> list[ChatEvent]:
    return [opening or started(a_document()), *map(Delta, deltas), usage or Usage(12, 3), finish or Finish("stop")]


GOLDEN = (
    b'data: {"object":"chat.completion.chunk","id":"chatcmpl-7","created":1763600000,"model":"vitrina-ru",'
    b'"choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],'
    b'"vitrina":{"store":"default","as_of":"2026-11-20T03:00:00Z","understood":[],"degraded":null,"products":[]}}\n\n'
    b'data: {"object":"chat.completion.chunk","id":"chatcmpl-7","created":1763600000,"model":"vitrina-ru",'
    b'"choices":[{"index":0,"delta":{"content":"\xd0\x94\xd0\xb0, \\"\xf0\x9f\x8e\x92\\"\\n"},"logprobs":null,'
    b'"finish_reason":null}]}\n\n'
    b'data: {"object":"chat.completion.chunk","id":"chatcmpl-7","created":1763600000,"model":"vitrina-ru",'
    b'"choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],'
    b'"vitrina":{"named":["1"],"corrections":0,"follow_ups":[]}}\n\n'
    b"data: [DONE]\n\n"
)


def test_golden_stream() -> None:
    assert encode(answer('Да, "🎒"\n', opening=started(), finish=Finish("stop", named=("1",)))) == GOLDEN


@given(texts, usages, finishes, st.booleans())
def test_any_answer_is_a_well_formed_stream(deltas: list[str], usage: Usage, finish: Finish, include: bool) -> None:
    frames = frames_of(encode(answer(*deltas, usage=usage, finish=finish), include_usage=include))
    assert frames[-1] == "[DONE]"
    chunks = [ChatCompletionChunk.model_validate(frame) for frame in frames[:-1]]
    assert {(chunk.id, chunk.created, chunk.model) for chunk in chunks} == {(HEAD.id, HEAD.created, HEAD.model)}
    spoken = [chunk.choices[0] for chunk in chunks if chunk.choices]
    assert [choice.delta.role for choice in spoken] == ["assistant", *[None] * (len(spoken) - 1)]
    assert [choice.finish_reason for choice in spoken] == [*[None] * (len(spoken) - 1), finish.reason]
    assert text_of(frames) == "".join(deltas)
    assert len(chunks) == len(deltas) + 2 + include


@given(texts)
def test_a_cut_anywhere_leaves_only_whole_frames_before_it(deltas: list[str]) -> None:
    body = encode(answer(*deltas, opening=started()))
    for cut in range(0, len(body), 7):
        whole, _, _ = body[:cut].rpartition(b"\n\n")
        frames_of(whole + b"\n\n" if whole else b"")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_text_never_breaks_a_line(text: str) -> None:
    encoder = SseEncoder(HEAD)
    frame = encoder.feed(Delta(text))
    assert frame.count(b"\n") == 2
    assert b"\r" not in frame
    assert orjson.loads(frame.removeprefix(b"data: "))["choices"][0]["delta"]["content"] == text


def test_usage_chunk_comes_last_and_every_other_chunk_says_null() -> None:
    *chunks, usage, done = frames_of(encode(answer("a", "b", usage=Usage(12, 3)), include_usage=True))
    assert done == "[DONE]"
    assert isinstance(usage, dict)
    assert usage["choices"] == []
    assert usage["usage"] == {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}
    assert [chunk["usage"] for chunk in chunks if isinstance(chunk, dict)] == [None] * 4


def test_without_the_option_no_chunk_speaks_of_usage() -> None:
    assert not any("usage" in frame for frame in frames_of(encode(answer("a"))) if isinstance(frame, dict))


@pytest.mark.parametrize("include_usage", [True, False])
def test_failure_is_one_error_object_and_nothing_after_it(include_usage: bool) -> None:
    events = [started(a_document()), Delta("so far"), Failed("It broke.", code="llm_interrupted")]
    frames = frames_of(encode(events, include_usage=include_usage))
    error = {"message": "It broke.", "type": "server_error", "param": None, "code": "llm_interrupted"}
    assert frames[-1] == {"error": error}
    assert "[DONE]" not in frames
    assert text_of(frames) == "so far"


def test_vitrina_field_is_on_the_first_and_the_finish_chunk_only() -> None:
    opening = started(
        a_document(),
        a_jacket(price_from=None),
        degraded="embeddings",
        understood=(Condition(id="c1", kind="price", field="price_from", value=50, text="under $50"),),
    )
    frames = frames_of(
        encode(
            answer(
                "a",
                "b",
                opening=opening,
                finish=Finish("stop", named=("2", "1"), corrections=1, follow_ups=("What else do you have?",)),
            )
        )
    )
    fields = [frame.get("vitrina") for frame in frames if isinstance(frame, dict)]
    first, finish = fields[0], fields[-1]
    assert fields[1:-1] == [None, None]
    assert first["degraded"] == "embeddings"
    assert first["understood"] == [
        {"id": "c1", "kind": "price", "field": "price_from", "value": 50, "text": "under $50"}
    ]
    assert [product["price_from"] for product in first["products"]] == [34.0, None]
    assert finish == {"named": ["2", "1"], "corrections": 1, "follow_ups": ["What else do you have?"]}


def collect(events: Sequence[ChatEvent]) -> dict[str, Any]:
    collector = AnswerCollector(HEAD)
    for event in events:
        collector.feed(event)
    return collector.completion().model_dump(mode="json")


@given(texts, usages, finishes)
def test_whole_answer_says_what_the_stream_says(deltas: list[str], usage: Usage, finish: Finish) -> None:
    events = answer(*deltas, usage=usage, finish=finish)
    whole = collect(events)
    frames = [frame for frame in frames_of(encode(events, include_usage=True)) if isinstance(frame, dict)]
    assert whole["object"] == "chat.completion"
    assert whole["choices"] == [
        {
            "index": 0,
            "message": {"role": "assistant", "content": text_of(frames), "refusal": None},
            "logprobs": None,
            "finish_reason": finish.reason,
        }
    ]
    assert whole["usage"] == frames[-1]["usage"]
    assert whole["vitrina"] == frames[0]["vitrina"] | frames[-2]["vitrina"]


def test_whole_answer_that_breaks_off_is_an_error() -> None:
    with pytest.raises(AnswerBroken, match="It broke") as caught:
        collect([started(), Delta("a"), Failed("It broke.", code="llm_interrupted", retry_after=5)])
    assert (caught.value.status, caught.value.code, caught.value.retry_after) == (503, "llm_interrupted", 5)


def test_product_of_the_first_chunk_is_what_the_model_would_dump() -> None:
    hit = a_hit(a_document())
    assert hit.document.attributes
    assert list(orjson.loads(orjson.dumps(wire_form(hit))).items()) == list(product_of(hit).model_dump().items())
