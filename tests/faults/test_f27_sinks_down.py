"""F27: whoever takes spans, log lines or metrics is down, silent or slow: these are dropped and counted, and shoppers
notice nothing."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import pytest
from support.chain_shop import NOBODY, deaf_port
from support.faults import LONG, rounds
from support.openai import KEY
from support.opensearch import own_namespace
from support.ports import a_port
from support.processes import IndexerProgram, eventually
from support.small_shop import Shoppers, clogged_pipe, index_small_shop, served, shoppers_of

from sandbox.faults import BlackHole, Latency, Toxic, tcp_faults
from sandbox.openai_server import scripted_openai

QUESTIONS = rounds(short=9, long=60)

STOP_SECONDS = 20.0
"""A wide bound on what takes two seconds: a grace of ten is for answers, and here none is under way."""


@pytest.fixture(scope="module")
def program(opensearch_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[IndexerProgram]:
    """The small shop, indexed once for all."""
    folder = tmp_path_factory.mktemp("f27")
    with own_namespace(opensearch_url) as namespace, scripted_openai(api_key=KEY) as provider:
        yield index_small_shop(folder, opensearch_url, provider=provider.base_url, namespace=namespace)


def check_unharmed(shoppers: Shoppers) -> None:
    """Questions are answered, and each in no time: a wide bound on what would be waited for a sink."""
    begun = time.monotonic()
    shoppers.check_answered(QUESTIONS)
    assert time.monotonic() - begun < 60


@contextmanager
def sink_with(*toxics: Toxic) -> Iterator[str]:
    """The address of a web server that takes anything, and of what is between it and us."""
    with scripted_openai() as server, tcp_faults(server.base_url.removeprefix("http://").partition("/")[0]) as between:
        between.set(*toxics)
        yield between.url


@contextmanager
def nobody() -> Iterator[str]:
    yield NOBODY


SINKS: dict[str, Callable[[], AbstractContextManager[str]]] = {
    "refuses": nobody,
    "accepts nothing": deaf_port,
    "accepts and never answers": lambda: sink_with(BlackHole()),
    "answers late, and 404": lambda: sink_with(Latency(2.0)),
}


@pytest.mark.parametrize("sink", SINKS if LONG else ["refuses"])
def test_f27_spans_nobody_takes_are_dropped_and_counted(sink: str, program: IndexerProgram) -> None:
    with SINKS[sink]() as url:
        hasty = {"OTEL_BSP_SCHEDULE_DELAY": "100", "OTEL_EXPORTER_OTLP_TIMEOUT": "3"}
        with served(program, OTEL_EXPORTER_OTLP_ENDPOINT=url, **hasty) as runtime, shoppers_of(runtime) as shoppers:
            check_unharmed(shoppers)
            assert eventually(lambda: shoppers.metric('vitrina_spans_dropped_total{reason="refused"}') > 0)
            shoppers.check_answered(3)
            assert runtime.stop() < STOP_SECONDS
        log = runtime.log.read_text(encoding="utf-8")
        assert log.count('"spans_refused"') == 1
        assert "Traceback" not in log


def test_f27_a_silent_sink_does_not_hold_up_the_end(program: IndexerProgram) -> None:
    """As OpenTelemetry has it by default: ten seconds a request, half a minute for the rest of them."""
    with sink_with(BlackHole()) as url, served(program, OTEL_EXPORTER_OTLP_ENDPOINT=url) as runtime:
        with shoppers_of(runtime) as shoppers:
            check_unharmed(shoppers)
        assert runtime.stop() < STOP_SECONDS


def test_f27_log_lines_nobody_reads_hold_nobody_up(program: IndexerProgram) -> None:
    with clogged_pipe() as (to_read, to_write), served(program, stderr=to_write, LOG_LEVEL="DEBUG") as runtime:
        with shoppers_of(runtime) as shoppers:
            check_unharmed(shoppers)
            # Whoever reads again gets what was kept, from where it was left.
            got = b""
            while got.count(b'"http_request"') < QUESTIONS:
                got += os.read(to_read, 65_536)
            check_unharmed(shoppers)
        # Nor the end of the program.
        assert runtime.stop() < STOP_SECONDS


def test_f27_a_reader_of_the_log_that_is_gone_is_not_missed(program: IndexerProgram) -> None:
    to_read, to_write = os.pipe()
    try:
        with served(program, stderr=to_write) as runtime, shoppers_of(runtime) as shoppers:
            os.close(to_read)
            check_unharmed(shoppers)
            assert shoppers.metric("vitrina_log_lines_dropped_total") > 0
            assert runtime.stop() < STOP_SECONDS
    finally:
        os.close(to_write)


@pytest.mark.parametrize("own_port", [False, True], ids=["beside the chat", "at a port of its own"])
def test_f27_scrapers_that_hang_hold_nobody_up(own_port: bool, program: IndexerProgram) -> None:
    metrics_port = a_port()
    settings = {"METRICS_PORT": str(metrics_port)} if own_port else {}
    with served(program, **settings) as runtime, shoppers_of(runtime) as shoppers, ExitStack() as scrapers:
        for _ in range(20):
            scraper = scrapers.enter_context(socket.socket())
            scraper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            scraper.connect(("127.0.0.1", metrics_port if own_port else int(runtime.url.rpartition(":")[2])))
            # Many at once on one connection, so that the answers are more than anybody buffers.
            scraper.settimeout(1)
            scraper.sendall(b"GET /metrics HTTP/1.1\r\nhost: scraper.test\r\n\r\n" * 50)
        check_unharmed(shoppers)
        # Beside the chat they are given the grace of ten seconds as anybody is, for which the short run does not wait.
        if own_port or LONG:
            assert runtime.stop() < STOP_SECONDS
