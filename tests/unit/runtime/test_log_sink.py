"""Log lines are taken at once, written in order, dropped and counted where nobody reads them, and never waited for."""

import os
import select
import time
from collections.abc import Iterator

import pytest
from support.small_shop import clogged_pipe

from runtime.log_sink import LINES_DROPPED, LogSink

BOUND_SECONDS = 30.0
LINE = "x" * 99 + "\n"


def dropped() -> float:
    return next(iter(LINES_DROPPED.collect())).samples[0].value


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    with clogged_pipe() as ends:
        yield ends


def read(descriptor: int, size: int) -> bytes:
    got = b""
    while len(got) < size:
        got += os.read(descriptor, size - len(got))
    return got


def test_lines_come_out_in_order(pipe: tuple[int, int]) -> None:
    lines = [f"line {number}\n" for number in range(100)]
    with LogSink(pipe[1]) as sink:
        for line in lines:
            sink.write(line)
    assert read(pipe[0], len("".join(lines))).decode() == "".join(lines)


def test_nobody_waits_for_a_pipe_that_nobody_reads(pipe: tuple[int, int]) -> None:
    before = dropped()
    with LogSink(pipe[1], room=100 * len(LINE), end_seconds=0.0) as sink:
        for _ in range(1_000):
            sink.write(LINE)
        kept = 1_000 - (dropped() - before)
        # What the pipe holds has left the room again; what is being written has not.
        assert 100 <= kept <= 100 + 4096 // len(LINE) + 1
        assert read(pipe[0], int(kept) * len(LINE)) == (LINE * int(kept)).encode()


def test_lines_are_taken_again_once_somebody_reads(pipe: tuple[int, int]) -> None:
    with LogSink(pipe[1], room=10_000) as sink:
        for _ in range(1_000):
            sink.write(LINE)
        deadline = time.monotonic() + BOUND_SECONDS
        got = b""
        while b"after\n" not in got:
            assert time.monotonic() < deadline
            sink.write("after\n")
            # Until the thread has made room again that line is dropped too, and nothing more may come.
            if select.select([pipe[0]], [], [], 0.01)[0]:
                got += os.read(pipe[0], 65_536)


def test_lines_for_a_reader_that_is_gone_are_counted() -> None:
    to_read, to_write = os.pipe()
    os.close(to_read)
    before = dropped()
    with LogSink(to_write) as sink:
        sink.write(LINE)
        sink.write(LINE)
    os.close(to_write)
    assert dropped() - before == 2


def test_a_descriptor_that_does_not_block_loses_nothing(pipe: tuple[int, int]) -> None:
    os.set_blocking(pipe[1], False)
    with LogSink(pipe[1]) as sink:
        for _ in range(200):
            sink.write(LINE)
        assert read(pipe[0], 200 * len(LINE)) == (LINE * 200).encode()


def test_a_letter_without_a_code_is_no_reason_to_fail(pipe: tuple[int, int]) -> None:
    with LogSink(pipe[1]) as sink:
        sink.write("lone \ud800 surrogate\n")
    assert read(pipe[0], 17) == b"lone ? surrogate\n"
