"""What chunks of a chat completion mean, as providers were seen to send them."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.llm.completion import CompletionReader
from runtime.llm.failures import Failures
from runtime.llm.model import (
    End,
    LlmFailure,
    LlmMalformed,
    LlmRefused,
    LlmUnavailable,
    ModelPart,
    Token,
    TokenUsage,
)


def a_chunk(delta: Any = None, *, finish: Any = None, **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]} | more


def reader(**options: Any) -> CompletionReader:
    return CompletionReader(Failures("m"), **options)


def parts_of(*chunks: Any) -> list[ModelPart]:
    reading = reader()
    payloads = [chunk if isinstance(chunk, bytes) else orjson.dumps(chunk) for chunk in chunks]
    tokens = [token for token in map(reading.read, payloads) if token]
    return [*tokens, *reading.closing()]


STOP = a_chunk({}, finish="stop")


@pytest.mark.parametrize(
    "chunk",
    [
        pytest.param(a_chunk({"role": "assistant", "content": ""}), id="role"),
        pytest.param(a_chunk({"role": "assistant", "content": None}), id="null content"),
        pytest.param(a_chunk({"content": None, "reasoning_content": "Hm."}), id="reasoning_content of DeepSeek"),
        pytest.param(a_chunk({"content": "", "reasoning": "Hm."}), id="reasoning of OpenRouter"),
        pytest.param(a_chunk({"content": [{"type": "thinking", "thinking": []}]}), id="thinking of Mistral"),
        pytest.param(a_chunk({"tool_calls": [{"index": 0}]}), id="tool call"),
        pytest.param(a_chunk({"refusal": "No."}), id="refusal"),
        pytest.param(a_chunk(), id="null delta"),
        pytest.param({"choices": []}, id="no choices, as Azure's filter results"),
        pytest.param({"choices": None}, id="null choices"),
        pytest.param({"id": "1"}, id="choices left out"),
        pytest.param({**STOP, "choices": [], "error": None}, id="null error"),
        pytest.param({"choices": [], "usage": None}, id="null usage"),
    ],
)
def test_chunk_without_text_is_borne(chunk: Any) -> None:
    assert parts_of(chunk, a_chunk({"content": "a"}), STOP) == [Token("a"), End("stop")]


def test_text_in_parts_is_joined() -> None:
    content = [{"type": "text", "text": "a"}, {"type": "image", "text": "no"}, {"type": "text", "text": "b"}]
    assert parts_of(a_chunk({"content": content}), STOP) == [Token("ab"), End("stop")]


@pytest.mark.parametrize(
    ("reason", "end"),
    [("stop", "stop"), ("length", "length"), ("content_filter", "content_filter"), ("tool_calls", "stop"), (7, "stop")],
)
def test_finish_reason_beside_the_last_text_ends_the_answer(reason: Any, end: Any) -> None:
    assert parts_of(a_chunk({"content": "a"}, finish=reason)) == [Token("a"), End(end)]


def test_usage_is_the_last_that_was_told() -> None:
    early, late = ({"prompt_tokens": 5, "completion_tokens": n} for n in (1, 2))
    chunks = [a_chunk({"content": "a"}, usage=early), STOP, {"choices": [], "usage": late}, b"[DONE]"]
    assert parts_of(*chunks) == [Token("a"), TokenUsage(5, 2), End("stop")]


@pytest.mark.parametrize(
    "usage",
    [{}, 7, {"prompt_tokens": -1, "completion_tokens": 1}, {"prompt_tokens": 1, "completion_tokens": 10**12},
     {"prompt_tokens": "1", "completion_tokens": 1}, {"prompt_tokens": True, "completion_tokens": 1},
     {"prompt_tokens": 1.5, "completion_tokens": 1}, {"prompt_tokens": None, "completion_tokens": None}],
)  # fmt: skip
def test_usage_that_is_no_count_is_none(usage: Any) -> None:
    assert parts_of(a_chunk({"content": "a"}, finish="stop", usage=usage)) == [Token("a"), End("stop")]


def test_whole_answer_is_a_stream_of_one_chunk() -> None:
    whole = {
        "object": "chat.completion",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "a b"}, "finish_reason": "length"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2},
    }
    assert parts_of(whole) == [Token("a b"), TokenUsage(3, 2), End("length")]


def test_nothing_behind_done_is_read() -> None:
    assert parts_of(a_chunk({"content": "a"}), STOP, b"[DONE]", a_chunk({"content": "b"}), b"{nope") == [
        Token("a"),
        End("stop"),
    ]


def test_done_says_that_nothing_more_comes() -> None:
    reading = reader()
    assert (reading.read(b" [DONE] "), reading.done, reading.finished) == (None, True, False)
    with pytest.raises(LlmUnavailable, match="broke off"):
        list(reading.closing())


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        (rb'{"choices":[{"delta":{"content":"a\ud83d"}}]}', "a\N{REPLACEMENT CHARACTER}"),
        (rb'{"choices":[{"delta":{"content":"\udd92b"}}]}', "\N{REPLACEMENT CHARACTER}b"),
        (rb'{"choices":[{"delta":{"content":"\ud83c\udf92"}}]}', "\N{SCHOOL SATCHEL}"),
    ],
)
def test_half_a_surrogate_pair_is_replaced(payload: bytes, text: str) -> None:
    assert reader().read(payload) == Token(text)


@pytest.mark.parametrize(
    "payload",
    [
        b"{nope", b"[1]", b'"text"', b"7", b"null", b"true", b"NaN", b"\xff\xfe", b'{"choices":[1]}',
        b'{"choices":7}', b'{"choices":[null]}', b'{"choices":[{"delta":"a"}]}', b'{"choices":[{"delta":[1]}]}',
        b'{"choices":[{"delta":{"content":5}}]}', b'{"choices":[{"delta":{"content":{"a":1}}}]}', b"[" * 100_000,
        b'{"a":' * 100_000, b'{"choices":[{"delta":{"content":"\xd0"}}]}', b'{"choices":[{"delta":{"content":NaN}}]}',
    ],
)  # fmt: skip
def test_what_is_no_chunk_is_malformed(payload: bytes) -> None:
    with pytest.raises(LlmMalformed, match="no chat completion"):
        reader().read(payload)


def test_answer_without_end_is_malformed() -> None:
    thought = orjson.dumps(a_chunk({"reasoning_content": "hm"}))
    reading = reader(longest=2 * len(thought))
    assert [reading.read(thought), reading.read(thought)] == [None, None]
    with pytest.raises(LlmMalformed, match="without end"):
        reading.read(thought)


@pytest.mark.parametrize(
    ("error", "failure", "told"),
    [
        ({"type": "server_error", "code": None}, LlmUnavailable, "reported an error"),
        ("overloaded", LlmUnavailable, "reported an error"),
        ({"code": 429}, LlmUnavailable, "reported an error"),
        ({"code": "503"}, LlmUnavailable, "reported an error"),
        ({"code": 401}, LlmRefused, "check OPENAI_API_KEY"),
        ({"code": "404"}, LlmRefused, "check CHAT_MODEL"),
        ({"type": "invalid_request_error"}, LlmRefused, "no waiting"),
        ({"code": "context_length_exceeded"}, LlmRefused, "no waiting"),
        ({"code": "insufficient_quota"}, LlmRefused, "quota"),
        ({"type": ["odd"], "code": {}}, LlmUnavailable, "reported an error"),
    ],
)
def test_error_object_means_what_it_says(error: Any, failure: type[LlmFailure], told: str) -> None:
    with pytest.raises(failure, match=told):
        reader().read(orjson.dumps({"error": error}))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["choices", "delta", "message", "content", "finish_reason", "usage", "error", "code", "type",
                         "text", "prompt_tokens", "completion_tokens"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.lists(json_values, max_size=4))
def test_any_json_is_an_answer_or_a_failure(chunks: list[Any]) -> None:
    try:
        parts = parts_of(*(json.dumps(chunk).encode() for chunk in chunks))
    except LlmFailure:
        return
    assert isinstance(parts[-1], End)
