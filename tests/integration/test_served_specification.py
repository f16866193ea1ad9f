"""`vitrina-runtime openapi --lint`: what an address serves, fetched over TLS and judged."""

import copy
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from support.ports import a_port
from support.runtime import committed

from runtime.actions.rules import RULES
from runtime.actions.served import judge
from runtime.cli import main

PATH: Final = "/assistant/.well-known/gpt-actions/openapi.json"


def a_specification() -> dict[str, Any]:
    """One that ChatGPT takes."""
    found: dict[str, Any] = copy.deepcopy(committed("actions.yaml"))
    found["servers"] = [{"url": "https://shop.example/assistant"}]
    found["externalDocs"] = {"url": "https://shop.example/assistant/privacy"}
    return found


class Server(ThreadingHTTPServer):
    """Shakes hands in the thread of the connection, and says nothing of a client that goes instead."""

    def handle_error(self, *_: Any) -> None: ...


@contextmanager
def served(body: bytes, *, status: int = 200, location: str | None = None, name: str = "localhost") -> Iterator[Any]:
    """A server of TLS that gives `body`: its address, and who has signed its certificate (for `name`)."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            if location:
                self.send_header("location", location)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    with Server(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"https://localhost:{server.server_port}{PATH}", authority
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def lint(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    """The exit code of the command, and what it said on both streams."""

    def run(url: str, authority: trustme.CA | None = None) -> tuple[int, str]:
        options = []
        if authority is not None:
            authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
            options = ["--ca-file", str(tmp_path / "ca.pem")]
        monkeypatch.setattr("sys.argv", ["vitrina-runtime", "openapi", "--lint", url, *options])
        with pytest.raises(SystemExit) as caught:
            main()
        said = capsys.readouterr()
        return int(caught.value.code or 0), said.out + said.err

    return run


def test_specification_that_chatgpt_takes_passes(lint: Any) -> None:
    with served(json.dumps(a_specification()).encode()) as (url, authority):
        assert lint(url, authority) == (0, f"{url}: keeps all {len(RULES)} rules\n")


def test_every_broken_rule_is_told(lint: Any) -> None:
    specification = a_specification()
    specification["openapi"] = "3.0.0"
    specification["servers"] = [{"url": "http://shop.example:8000"}]
    del specification["externalDocs"]
    with served(json.dumps(specification).encode()) as (url, authority):
        code, said = lint(url, authority)

    assert code == 1
    assert [line.removeprefix(f"{url}: ").partition(":")[0] for line in said.splitlines()] == [
        "version", "https", "privacy",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        (b"<html>Magento</html>", 200, "the answer is no JSON"),
        (b"[]", 200, "the answer is no JSON object"),
        (b"{}", 503, "answers 503, not 200"),
        (b"{}", 302, "answers 302, not 200"),
    ],
    ids=["a page", "a list", "down", "moved"],
)
def test_what_is_no_specification_is_told_as_what_it_is(lint: Any, body: bytes, status: int, why: str) -> None:
    with served(body, status=status, location="https://localhost/elsewhere") as (url, authority):
        code, said = lint(url, authority)

    assert code == 1
    assert f"{url}: {why}" in said


def test_certificate_of_nobody_known_is_not_trusted_and_the_option_is_named(lint: Any) -> None:
    with served(b"{}") as (url, _):
        code, said = lint(url)

    assert code == 1
    assert "its TLS certificate is not trusted (" in said
    assert "--ca-file" in said


def test_certificate_of_another_name_is_not_trusted(lint: Any) -> None:
    with served(b"{}", name="shop.example") as (url, authority):
        code, said = lint(url, authority)

    assert code == 1
    assert "its TLS certificate is not trusted (" in said


def test_host_that_nobody_listens_at_is_told(lint: Any) -> None:
    code, said = lint(f"https://localhost:{a_port()}{PATH}")

    assert code == 1
    assert "cannot be reached (Connection refused)" in said


@pytest.mark.parametrize(
    "url", ["http://localhost/openapi.json", "file:///etc/passwd", "shop.example", "https://a:b@c/d"]
)
def test_address_that_chatgpt_could_not_be_given_is_a_mistake(lint: Any, url: str) -> None:
    code, said = lint(url)

    assert code == 2
    assert "--lint: must be an https:// address without a login" in said
    assert "a:b" not in said


def test_authority_that_cannot_be_read_is_a_mistake(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    command = ["vitrina-runtime", "openapi", "--lint", "https://localhost/", "--ca-file", str(tmp_path / "none.pem")]
    monkeypatch.setattr("sys.argv", command)
    with pytest.raises(SystemExit) as caught:
        main()

    assert caught.value.code == 2
    assert "--ca-file: cannot read" in capsys.readouterr().err


WORDS: Final = (
    "paths", "/a", "get", "servers", "url", "components", "schemas", "anyOf", "type", "properties", "content",
    "security", "securitySchemes", "responses", "parameters", "externalDocs", "$ref", "description",
)  # fmt: skip
JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(WORDS), JSON))
def test_no_json_breaks_the_judgement(document: dict[str, Any]) -> None:
    assert judge(document)
