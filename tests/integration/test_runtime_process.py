"""`vitrina-runtime serve` as a process of its own: start, refusal to start, clean end."""

import signal
import socket
from pathlib import Path

import httpx2
import pytest
from support.ports import a_port
from support.runtime_process import START_SECONDS, STOP_SECONDS, serving, wait_until_alive


@pytest.mark.parametrize("signalled", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_serves_without_a_cluster_and_ends_cleanly(tmp_path: Path, signalled: signal.Signals) -> None:
    port, metrics_port = a_port(), a_port()
    url = f"http://127.0.0.1:{port}"
    with serving(tmp_path, PORT=str(port), METRICS_PORT=str(metrics_port), CHAT_OPEN="true") as process:
        wait_until_alive(url, process)

        assert httpx2.get(f"{url}/health/ready", timeout=30).json()["error"]["code"] == "not_ready"
        assert httpx2.get(f"{url}/metrics", timeout=30).status_code == 404
        head = httpx2.head(f"{url}/health/live", timeout=30)
        assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "15")
        assert "vitrina_http_requests_total" in httpx2.get(f"http://127.0.0.1:{metrics_port}/metrics", timeout=30).text

        process.send_signal(signalled)
        assert process.wait(STOP_SECONDS) == 0


def test_port_that_is_taken_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with serving(tmp_path, PORT=str(port)) as process:
            _, told = process.communicate(timeout=START_SECONDS)

    assert process.returncode == 1
    last = told.splitlines()[-1]
    assert last == f"PORT={port}: cannot listen on 127.0.0.1: Address already in use. Stop what is there, or set PORT."


def test_open_chat_beyond_loopback_is_warned_of(tmp_path: Path) -> None:
    port = a_port()
    with serving(tmp_path, PORT=str(port), HOST="0.0.0.0", CHAT_OPEN="true") as process:
        wait_until_alive(f"http://127.0.0.1:{port}", process)
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=STOP_SECONDS)

    assert "chat_open_to_everyone" in told
