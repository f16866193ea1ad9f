"""A stream's events are the same wherever its bytes were cut, and whichever way its lines end."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runtime.llm.event_stream import EventStream, EventTooLong

LINE_ENDS = [b"\n", b"\r\n", b"\r"]

CHUNK = b'{"choices":[{"delta":{"content":"\xd0\x81\xf0\x9f\x8e\x92"}}]}'


def heard(packets: Sequence[bytes], *, longest: int = 1 << 20) -> list[bytes]:
    stream = EventStream(longest=longest)
    return [*(data for packet in packets for data in stream.feed(packet)), *stream.flush()]


def cut(whole: bytes, at: Sequence[int]) -> Iterator[bytes]:
    places = sorted({min(place, len(whole)) for place in at} | {0, len(whole)})
    for start, end in pairwise(places):
        yield whole[start:end]


def reference(whole: bytes) -> list[bytes]:
    """The events of a stream by the letter of the standard, blank line or not at its end."""
    text = whole.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n") + b"\n\n"
    found = []
    for block in text.split(b"\n\n"):
        lines = [line.partition(b":") for line in block.split(b"\n")]
        found.append(b"\n".join(value.removeprefix(b" ") for field, _, value in lines if field == b"data"))
    return [data for data in found if data]


lines = st.sampled_from(
    [b"data: " + CHUNK, b"data:" + CHUNK, b"data: [DONE]", b"data:", b"data", b"data:  two", b": keep-alive", b":",
     b"event: message", b"id: 7", b"retry: 10", b"datas: no", b" data: no", b"", b"", b"\xff\xfe"]
)  # fmt: skip


@given(
    st.lists(lines, max_size=12), st.sampled_from(LINE_ENDS), st.lists(st.integers(0, 400), max_size=20), st.booleans()
)
@example([b"data: a", b"", b"data: b", b""], b"\r\n", [8, 9, 10], False)
def test_events_do_not_depend_on_where_the_bytes_were_cut(
    written: list[bytes], end: bytes, at: list[int], marked: bool
) -> None:
    whole = (b"\xef\xbb\xbf" if marked else b"") + b"".join(line + end for line in written)
    assert heard(list(cut(whole, at))) == heard([whole]) == reference(whole)


@pytest.mark.parametrize("end", LINE_ENDS, ids=["lf", "crlf", "cr"])
def test_every_single_cut_gives_the_same_events(end: bytes) -> None:
    whole = end.join(
        [b"data: " + CHUNK, b"", b": keep-alive", b"", b"data: a", b"data: b", b"", b"data: [DONE]", b"", b""]
    )
    expected = [CHUNK, b"a\nb", b"[DONE]"]
    assert heard([whole]) == expected
    assert heard([whole[n : n + 1] for n in range(len(whole))]) == expected
    for place in range(len(whole)):
        assert heard([whole[:place], whole[place:]]) == expected


def test_events_of_one_packet_come_at_once() -> None:
    assert EventStream().feed(b"data: a\n\ndata: b\n\ndata: c\n\n") == [b"a", b"b", b"c"]


def test_event_comes_with_its_blank_line_and_not_before() -> None:
    stream = EventStream()
    assert [stream.feed(packet) for packet in (b"data: a", b"\n", b"\n")] == [[], [], [b"a"]]


def test_line_feed_behind_a_carriage_return_is_no_line_of_its_own() -> None:
    stream = EventStream()
    assert stream.feed(b"data: a\r") == []
    assert stream.feed(b"\ndata: b\r") == []
    assert stream.feed(b"\n\r") == [b"a\nb"]
    assert stream.feed(b"\ndata: c\n\n") == [b"c"]


def test_byte_order_mark_is_one_at_the_very_beginning_only() -> None:
    assert heard([b"\xef\xbb", b"\xbfdata: a\n\n"]) == [b"a"]
    assert heard([b"data: a\n\n", b"\xef\xbb\xbfdata: b\n\n"]) == [b"a"]


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
@pytest.mark.parametrize(
    "endless",
    [b"x" * 1000, b"data: " + b"x" * 1000 + b"\n\n", b"data: xxxx\n" * 90, b"data\n" * 1000],
    ids=["line", "event", "lines", "blank lines"],
)
def test_what_has_no_end_is_an_error_however_it_comes(size: int, endless: bytes) -> None:
    packets = [endless[start : start + size] for start in range(0, len(endless), size)]
    with pytest.raises(EventTooLong):
        heard(packets, longest=200)


@pytest.mark.parametrize("size", [1, 50, 10_000])
def test_many_events_of_the_longest_kind_are_none(size: int) -> None:
    whole = (b"data: " + b"x" * 194 + b"\n\n") * 20
    assert len(heard([whole[start : start + size] for start in range(0, len(whole), size)], longest=200)) == 20
