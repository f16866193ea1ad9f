from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.openai_server.chat import (
    ChatRequest,
    Events,
    Identity,
    compose,
    read_chat_request,
    stream_events,
    text_of,
    whole_body,
)
from sandbox.openai_server.errors import Problem
from sandbox.openai_server.script import Say

IDENTITY = Identity(id="chatcmpl-1", created=1_790_000_000)
MODELS = ("gpt-4o",)

says = st.builds(
    Say,
    text=st.one_of(st.text(max_size=80), st.lists(st.text(min_size=1, max_size=8), max_size=8)),
    reasoning=st.none() | st.text(max_size=20),
    comments=st.integers(0, 2),
)


def a_request(**body: Any) -> ChatRequest:
    return read_chat_request(
        {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], **body}, models=MODELS
    )


def chunks_of(events: Events) -> list[Any]:
    lines = b"".join(data for _, data in events.parts).decode().split("\n\n")
    return [orjson.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: {")]


@given(says, st.booleans())
def test_stream_keeps_the_rules_whatever_is_said(say: Say, usage_wanted: bool) -> None:
    request = a_request(stream=True, stream_options={"include_usage": usage_wanted})
    events = stream_events(say, request, IDENTITY)
    chunks = chunks_of(events)
    body = b"".join(data for _, data in events.parts)
    assert {(chunk["id"], chunk["created"], chunk["model"], chunk["object"]) for chunk in chunks} == {
        ("chatcmpl-1", 1_790_000_000, "gpt-4o", "chat.completion.chunk")
    }
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert all("role" not in chunk["choices"][0]["delta"] for chunk in chunks[1:] if chunk["choices"])
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks if chunk["choices"]][-1] == "stop"
    assert (chunks[-1]["choices"] == []) is usage_wanted
    assert all(("usage" in chunk) is usage_wanted for chunk in chunks)
    assert body.endswith(b"\n\ndata: [DONE]\n\n")
    assert events.ending == "whole"


@given(says)
def test_streamed_and_whole_answers_say_the_same(say: Say) -> None:
    deltas = [c["choices"][0]["delta"] for c in chunks_of(stream_events(say, a_request(stream=True), IDENTITY))]
    message = whole_body(say, a_request(), IDENTITY)["choices"][0]["message"]
    assert "".join(delta.get("content", "") for delta in deltas) == message["content"]
    assert "".join(delta.get("reasoning_content", "") for delta in deltas) == (message.get("reasoning_content") or "")


@given(st.text(max_size=200))
def test_tokens_together_are_the_text(text: str) -> None:
    assert compose(Say(text), a_request()).text == text


def test_whole_answer_has_every_documented_field() -> None:
    body = whole_body(Say("one two"), a_request(), IDENTITY)
    assert body["object"] == "chat.completion"
    assert body["choices"][0]["logprobs"] is None
    assert body["usage"]["prompt_tokens"] + body["usage"]["completion_tokens"] == body["usage"]["total_tokens"]


def test_token_limit_ends_the_answer_with_length() -> None:
    answer = compose(Say("one two three"), a_request(max_tokens=2))
    assert (answer.text, answer.finish) == ("one two", "length")


def test_newer_name_of_the_token_limit_wins() -> None:
    assert compose(Say("one two three"), a_request(max_tokens=1, max_completion_tokens=2)).text == "one two"


@pytest.mark.parametrize(
    ("stop", "said"),
    [("two", "one "), (["three", "wo"], "one t"), ("absent", "one two three"), ("one", ""), (" ", "one")],
)
def test_stop_ends_the_answer_before_its_first_occurrence(stop: Any, said: str) -> None:
    assert compose(Say("one two three"), a_request(stop=stop)).text == said


def test_plan_decides_the_finish_reason() -> None:
    assert compose(Say("no", finish="content_filter"), a_request(max_tokens=1)).finish == "content_filter"


@pytest.mark.parametrize(
    ("say", "ending", "said"),
    [
        (Say("a b c", stall_after=2), "stall", "a b"),
        (Say("a b c", cut_after=1), "cut", "a"),
        (Say("a b c", cut_after=0), "cut", ""),
    ],
)
def test_stream_ends_early_as_planned(say: Say, ending: str, said: str) -> None:
    events = stream_events(say, a_request(stream=True), IDENTITY)
    assert events.ending == ending
    assert "".join(chunk["choices"][0]["delta"]["content"] for chunk in chunks_of(events)) == said
    assert b"[DONE]" not in b"".join(data for _, data in events.parts)


def test_failure_after_tokens_is_the_last_event() -> None:
    events = stream_events(Say("a b c", fail_after=2), a_request(stream=True), IDENTITY)
    assert chunks_of(events)[-1]["error"]["type"] == "server_error"
    assert b"[DONE]" not in events.parts[-1][1]


def test_pause_stands_before_every_token() -> None:
    events = stream_events(Say("a b", gap=0.5, reasoning="hm", comments=1), a_request(stream=True), IDENTITY)
    assert [pause for pause, _ in events.parts] == [0.5, 0.0, 0.5, 0.5, 0.5, 0.0, 0.0]


def test_usage_may_be_kept_back() -> None:
    say = Say("a", usage=False)
    request = a_request(stream=True, stream_options={"include_usage": True})
    assert all("usage" not in chunk for chunk in chunks_of(stream_events(say, request, IDENTITY)))
    assert "usage" not in whole_body(say, a_request(), IDENTITY)


@pytest.mark.parametrize(
    ("content", "text"),
    [("a", "a"), (None, ""), ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "ab"), ([], "")],
)
def test_content_is_read_in_every_form(content: Any, text: str) -> None:
    assert text_of({"role": "user", "content": content}) == text


@pytest.mark.parametrize(
    ("body", "param", "status"),
    [
        ({"model": None}, None, 400),
        ({"model": "gpt-9"}, None, 404),
        ({"messages": None}, "messages", 400),
        ({"messages": []}, "messages", 400),
        ({"messages": [{"role": "robot", "content": "a"}]}, "messages[0].role", 400),
        ({"messages": ["a"]}, "messages[0].role", 400),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content", 400),
        ({"temperature": 2.1}, "temperature", 400),
        ({"temperature": "hot"}, "temperature", 400),
        ({"top_p": -0.1}, "top_p", 400),
        ({"max_tokens": 0}, "max_tokens", 400),
        ({"max_completion_tokens": 1.5}, "max_completion_tokens", 400),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop", 400),
        ({"stop": [""]}, "stop", 400),
        ({"stream_options": {"include_usage": True}}, "stream_options", 400),
    ],
)
def test_bad_request_is_refused_with_its_parameter(body: dict[str, Any], param: str | None, status: int) -> None:
    with pytest.raises(Problem) as refused:
        a_request(**body)
    assert (refused.value.param, refused.value.status) == (param, status)
    assert set(refused.value.body()["error"]) == {"message", "type", "param", "code"}
