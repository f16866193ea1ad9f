"""Metrics on a port of their own, on real sockets: where they are, and what is said when they cannot be there."""

import asyncio
import signal
import socket
from pathlib import Path

import httpx2
import pytest
from support.ports import a_port, listens
from support.processes import IndexerProgram, finished, running, told

from shared.errors import AddressTaken, ConfigurationError
from shared.metrics_server import metrics_served


def answers(port: int) -> bool:
    """Whether metrics are served there."""
    return "process_cpu_seconds_total" in httpx2.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text


def is_taken(host: str, port: int) -> bool:
    """Whether somebody listens there, be it on every address."""
    try:
        socket.create_server((host, port)).close()
    except OSError:
        return True
    return False


def test_metrics_are_served_as_long_as_they_are_wanted() -> None:
    port = a_port()
    with metrics_served(port, host="127.0.0.1"):
        assert answers(port)
    assert not listens(port)


def test_port_that_is_taken_is_told_with_its_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(AddressTaken, match=rf"METRICS_PORT={port}: cannot listen on 127\.0\.0\.1: Address already"),
            metrics_served(port, host="127.0.0.1"),
        ):
            raise AssertionError("it was not taken")


def test_address_of_nobody_is_a_wrong_configuration() -> None:
    with pytest.raises(ConfigurationError, match="METRICS_HOST: 'no host at all'"):
        metrics_served(a_port(), host="no host at all").__enter__()


@pytest.fixture
def program(tmp_path: Path) -> IndexerProgram:
    """A schedule that has years to go, and nobody to ask until then."""
    return IndexerProgram(
        tmp_path,
        {"OPENSEARCH_URL": "http://127.0.0.1:9", "OPENAI_API_KEY": "sk-1", "STORE_BASE_URL": "http://shop.test"},
    )


async def test_schedule_serves_this_machine_alone(program: IndexerProgram) -> None:
    port = a_port()
    program.environment["METRICS_PORT"] = str(port)
    async with running(program, "schedule") as process:
        await told(process, "schedule_started")
        assert await asyncio.to_thread(answers, port)
        # Another address of the same machine.
        assert not is_taken("127.0.0.2", port)
        process.send_signal(signal.SIGTERM)
        assert (await finished(process)).code == 0


async def test_schedule_serves_whoever_it_is_told_to(program: IndexerProgram) -> None:
    port = a_port()
    program.environment |= {"METRICS_PORT": str(port), "METRICS_HOST": "127.0.0.2"}
    async with running(program, "schedule") as process:
        await told(process, "schedule_started")
        assert [is_taken(host, port) for host in ("127.0.0.1", "127.0.0.2")] == [False, True]


async def test_schedule_whose_port_is_taken_says_so_and_ends(program: IndexerProgram) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = await program.run("schedule", METRICS_PORT=str(port))
    assert ended.code == 1
    assert ended.errors.splitlines()[-1] == (
        f"vitrina-indexer: METRICS_PORT={port}: cannot listen on 127.0.0.1: Address already in use. "
        "Set another one: on one machine each program needs its own."
    )
    assert "Traceback" not in ended.errors
