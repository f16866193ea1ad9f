"""Mistakes about TLS, on real sockets: each is told by the setting that mends it, and not as a silent cluster."""

import asyncio
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from aiohttp import web
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from pydantic import SecretStr

from indexer.load.preflight import check_cluster
from shared.access import ClientCertificate
from shared.errors import ConfigurationError
from shared.opensearch import ClusterAddress, ClusterUnreachable, TlsRefused, connect, fetch_cluster_info
from shared.tls import present

AUTHORITY = trustme.CA()
"""Nobody trusts it who is not told to."""


@pytest.fixture(scope="module")
def ca_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The authority's certificate, as an operator has it."""
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(str(path))
    return str(path)


@asynccontextmanager
async def a_cluster(*, tls: bool, asks_who: bool = False) -> AsyncIterator[int]:
    """The port of what answers `GET /` as OpenSearch does. asks_who: those only who show a certificate of ours."""

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"version": {"distribution": "opensearch", "number": "3.3.2"}})

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    if asks_who:
        AUTHORITY.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    application = web.Application()
    application.router.add_get("/", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context if tls else None).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def address(
    port: int, host: str = "127.0.0.1", *, ca_file: str | None = None, certificate: ClientCertificate | None = None
) -> ClusterAddress:
    url = f"https://{host}:{port}"
    return ClusterAddress(url=url, name="SOURCE_OPENSEARCH_URL", ca_file=ca_file, certificate=certificate)


def a_certificate(folder: Path, authority: trustme.CA, *, password: str | None = None) -> ClientCertificate:
    """A certificate of `authority` with its key, which `password` locks."""
    issued = authority.issue_cert("vitrina@shop.test", common_name="vitrina")
    key = load_pem_private_key(issued.private_key_pem.bytes(), None)
    locked = NoEncryption() if password is None else BestAvailableEncryption(password.encode())
    folder.mkdir(exist_ok=True)
    (folder / "cert.pem").write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
    return ClientCertificate(str(folder / "cert.pem"), str(folder / "key.pem"))


async def refusal(wrong: ClusterAddress) -> str:
    async with connect(wrong) as client:
        with pytest.raises(TlsRefused) as refused:
            await check_cluster(client, wrong)
    assert str(refused.value).startswith(wrong.shown)
    return str(refused.value)


async def test_certificate_of_the_authority_that_is_named_is_trusted(ca_file: str) -> None:
    async with a_cluster(tls=True) as port, connect(address(port, ca_file=ca_file)) as client:
        info = await fetch_cluster_info(client, address(port, ca_file=ca_file))
    assert info is not None
    assert info.version == "3.3.2"


async def test_certificate_nobody_vouches_for_names_the_ca_file() -> None:
    async with a_cluster(tls=True) as port:
        told = await refusal(address(port))
    assert "certificate" in told
    assert "set SOURCE_OPENSEARCH_CA_FILE to the PEM file" in told


async def test_certificate_for_another_name_sends_to_the_address(ca_file: str) -> None:
    async with a_cluster(tls=True) as port:
        told = await refusal(address(port, "localhost", ca_file=ca_file))
    assert "localhost" in told
    assert "write a host into SOURCE_OPENSEARCH_URL that the certificate is made for" in told


async def test_https_where_http_is_spoken_is_told_as_that() -> None:
    async with a_cluster(tls=False) as port:
        told = await refusal(address(port))
    assert "SOURCE_OPENSEARCH_URL begin with http://" in told


async def test_connection_that_breaks_in_the_handshake_is_no_mistake_of_settings() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0, family=socket.AF_INET)
    wrong = address(server.sockets[0].getsockname()[1])
    async with server, connect(wrong) as client:
        with pytest.raises(ClusterUnreachable):
            await fetch_cluster_info(client, wrong)


@pytest.mark.parametrize("password", [None, "of-the-key"], ids=["as it is", "locked"])
async def test_certificate_of_ours_is_shown(tmp_path: Path, ca_file: str, password: str | None) -> None:
    shown = a_certificate(tmp_path, AUTHORITY, password=password)
    shown = replace(shown, password=None if password is None else SecretStr(password))
    async with a_cluster(tls=True, asks_who=True) as port:
        here = address(port, ca_file=ca_file, certificate=shown)
        async with connect(here) as client:
            assert await fetch_cluster_info(client, here) is not None


@contextmanager
def a_door() -> Iterator[int]:
    """The port of what turns away who shows no certificate of ours, and says so, as asyncio's own TLS does not."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    AUTHORITY.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED

    def turn_away(caller: ssl.SSLSocket) -> None:
        with pytest.raises(ssl.SSLError):
            caller.do_handshake()
        with socket.socket(fileno=caller.detach()) as line:
            # What is said last arrives only where nothing is left unread.
            line.shutdown(socket.SHUT_WR)
            line.settimeout(5)
            with suppress(OSError):
                while line.recv(65_536):
                    pass

    def keep() -> None:
        with suppress(OSError):
            while True:
                caller, _ = listener.accept()
                turn_away(context.wrap_socket(caller, server_side=True, do_handshake_on_connect=False))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        porter = threading.Thread(target=keep)
        porter.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        porter.join()


@pytest.mark.parametrize("whose", ["nobody's", "a stranger's"])
async def test_cluster_that_does_not_know_us_is_no_silent_one(tmp_path: Path, ca_file: str, whose: str) -> None:
    shown = None if whose == "nobody's" else a_certificate(tmp_path, trustme.CA())
    with a_door() as port:
        told = await refusal(address(port, ca_file=ca_file, certificate=shown))
    assert "does not take our certificate" in told
    assert "SOURCE_OPENSEARCH_CLIENT_CERT_FILE" in told


def test_key_that_does_not_fit_or_open_is_told_by_its_setting(tmp_path: Path) -> None:
    ours = a_certificate(tmp_path / "ours", AUTHORITY)
    locked = a_certificate(tmp_path / "locked", AUTHORITY, password="of-the-key")
    no_key = tmp_path / "no_key.pem"
    no_key.write_text("-----BEGIN NOTHING-----\n", encoding="ascii")
    wrong = {
        "X_CLIENT_KEY_FILE: .* is not the key of X_CLIENT_CERT_FILE": replace(ours, cert_file=locked.cert_file),
        "X_CLIENT_KEY_PASSWORD: does not open": locked,
        "X_CLIENT_KEY_PASSWORD: does not": replace(locked, password=SecretStr("another")),
        "X_CLIENT_CERT_FILE: .* are no certificate with its key": replace(ours, key_file=str(no_key)),
    }
    for told, certificate in wrong.items():
        with pytest.raises(ConfigurationError, match=told) as mistake:
            present(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), certificate, settings="X_")
        assert "another" not in str(mistake.value)
