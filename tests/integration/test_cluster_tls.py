"""Mistakes about TLS, on real sockets: each is told by the setting that mends it, and not as a silent cluster."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trustme
from aiohttp import web

from indexer.load.preflight import check_cluster
from shared.opensearch import ClusterAddress, ClusterUnreachable, TlsRefused, connect, fetch_cluster_info

AUTHORITY = trustme.CA()
"""Nobody trusts it who is not told to."""


@pytest.fixture(scope="module")
def ca_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The authority's certificate, as an operator has it."""
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(str(path))
    return str(path)


@asynccontextmanager
async def a_cluster(*, tls: bool) -> AsyncIterator[int]:
    """The port of what answers `GET /` as OpenSearch does."""

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"version": {"distribution": "opensearch", "number": "3.3.2"}})

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    application = web.Application()
    application.router.add_get("/", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context if tls else None).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def address(port: int, host: str = "127.0.0.1", *, ca_file: str | None = None) -> ClusterAddress:
    return ClusterAddress(url=f"https://{host}:{port}", name="SOURCE_OPENSEARCH_URL", ca_file=ca_file)


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
