"""Streams of ours as they were recorded, byte for byte, and what a stock decoder reads wherever they are cut."""

from collections.abc import Iterator

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai._streaming import SSEDecoder
from support.chat import started
from support.golden_streams import FOLDER, HEAD, SCENARIOS, recorded, stream_of

from runtime.chat.events import ChatEvent, Delta, Failed, Finish, Usage
from runtime.chat.schemas import ChatCompletionChunk
from runtime.chat.sse import PING, SseEncoder

MANY = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


def decoded(pieces: Iterator[bytes]) -> list[str]:
    """The data of every event that the decoder of the stock `openai` client finds in `pieces`."""
    return [event.data for event in SSEDecoder().iter_bytes(pieces) if event.data]


def split(body: bytes, at: int) -> Iterator[bytes]:
    yield from filter(None, (body[:at], body[at:]))


@pytest.mark.parametrize("name", SCENARIOS)
def test_stream_is_the_recorded_one(name: str) -> None:
    assert stream_of(SCENARIOS[name]) == recorded(name)


def test_nothing_is_recorded_that_no_scenario_tells() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(SCENARIOS)


@pytest.mark.parametrize("name", SCENARIOS)
def test_recorded_stream_is_the_same_at_every_split(name: str) -> None:
    body = recorded(name)
    whole = decoded(iter([body]))
    assert all(decoded(split(body, at)) == whole for at in range(len(body) + 1))


@pytest.mark.parametrize("name", SCENARIOS)
def test_recorded_stream_ends_once(name: str) -> None:
    *chunks, last = decoded(iter([recorded(name)]))
    assert "[DONE]" not in chunks
    finishes = [chunk for chunk in map(orjson.loads, chunks) for choice in chunk["choices"] if choice["finish_reason"]]
    if last == "[DONE]":
        assert len(finishes) == 1
    else:
        assert orjson.loads(last).keys() == {"error"}
        assert finishes == []


@st.composite
def told(draw: st.DrawFn) -> list[ChatEvent]:
    """The events of one answer in an order that the service keeps."""
    texts = [Delta(text) for text in draw(st.lists(MANY, max_size=8))]
    if draw(st.booleans()):
        return [started(), *texts, Failed("It broke.", code="llm_interrupted")]
    usage = Usage(draw(st.integers(0, 10**6)), draw(st.integers(0, 10**6)))
    return [started(), *texts, usage, Finish(draw(st.sampled_from(["stop", "length", "content_filter"])))]


@given(told(), st.booleans(), st.data())
def test_any_answer_is_the_same_in_any_pieces_with_comments_between_any_frames(
    events: list[ChatEvent], include_usage: bool, data: st.DataObject
) -> None:
    encoder = SseEncoder(HEAD, include_usage=include_usage)
    frames = [encoder.feed(event) for event in events]
    plain = b"".join(frames)
    commented = b"".join((PING * data.draw(st.integers(0, 2))) + frame for frame in frames)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(commented)), max_size=6)))
    pieces = [commented[start:end] for start, end in zip([0, *cuts], [*cuts, len(commented)], strict=True)]
    heard = decoded(filter(None, pieces))
    assert heard == decoded(iter([plain]))
    parsed = [orjson.loads(data) for data in heard if data != "[DONE]"]
    chunks = [ChatCompletionChunk.model_validate(chunk) for chunk in parsed if "error" not in chunk]
    text = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    assert text == "".join(event.text for event in events if isinstance(event, Delta))
