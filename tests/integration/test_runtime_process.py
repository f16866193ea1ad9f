"""`vitrina-runtime serve` as a process of its own: start, refusal to start, clean end."""

import signal
import socket
import time
from pathlib import Path

import httpx2
import pytest
from support.ports import a_port
from support.runtime_process import START_SECONDS, STOP_SECONDS, serving, wait_until_alive

from runtime.web.auth import hash_key
from runtime.web.key_file import MAX_AGE_SECONDS


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


def test_key_revoked_while_it_runs_is_refused_within_five_seconds(tmp_path: Path) -> None:
    port, secrets = a_port(), tmp_path / "secrets"
    secrets.mkdir()
    file = secrets / "CHAT_API_KEYS"
    file.write_text(f"old:{hash_key('vk_old')}")
    config = f"http://127.0.0.1:{port}/api/v1/widget/config"

    def status(key: str) -> int:
        return httpx2.get(config, headers={"authorization": f"Bearer vk_{key}"}, timeout=30).status_code

    with serving(tmp_path, PORT=str(port), SECRETS_DIR=str(secrets)) as process:
        wait_until_alive(f"http://127.0.0.1:{port}", process)
        assert [status("old"), status("new")] == [200, 401]

        replacement = tmp_path / "replacement"
        replacement.write_text(f"new:{hash_key('vk_new')}")
        replacement.rename(file)
        # A little more than it is looked at once, for the machine may be busy with other tests.
        deadline = time.monotonic() + MAX_AGE_SECONDS + 1
        while status("old") == 200 and time.monotonic() < deadline:
            time.sleep(0.2)

        assert [status("old"), status("new")] == [401, 200]


def left_for(client: httpx2.Client, url: str) -> str:
    """How many requests the address that `client` is counted under has left."""
    return client.get(f"{url}/api/v1/widget/config").headers["x-ratelimit-remaining-requests"]


@pytest.mark.parametrize(
    ("believed", "remaining"),
    [({}, ["599", "598", "597"]), ({"FORWARDED_ALLOW_IPS": "127.0.0.1"}, ["599", "599", "598"])],
    ids=["nobody", "this machine"],
)
def test_forwarded_address_counts_only_where_a_setting_believes_it(
    tmp_path: Path, believed: dict[str, str], remaining: list[str]
) -> None:
    port = a_port()
    url = f"http://127.0.0.1:{port}"
    with serving(tmp_path, PORT=str(port), CHAT_OPEN="true", **believed) as process:
        wait_until_alive(url, process)
        found = []
        # The last one is appended by whoever connects; what stands before it, anybody can have written.
        for forwarded in ("192.0.2.1", "192.0.2.2", "198.51.100.9, 192.0.2.1"):
            with httpx2.Client(headers={"x-forwarded-for": forwarded}, timeout=30) as client:
                found.append(left_for(client, url))

    assert found == remaining


def test_environment_of_uvicorn_itself_has_no_say(tmp_path: Path) -> None:
    port = a_port()
    with serving(tmp_path, PORT=str(port), FORWARDED_ALLOW_IPS="*") as process:
        _, told = process.communicate(timeout=START_SECONDS)

    assert process.returncode == 2
    assert "FORWARDED_ALLOW_IPS: '*' is no address" in told
