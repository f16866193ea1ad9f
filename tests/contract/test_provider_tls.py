"""`ca_file` of a provider: its endpoint's authority is trusted, and no other; nothing is ever left unverified."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import trustme
from pydantic import SecretStr
from support.chains import a_chain, a_provider, hear
from support.chat_model_contract import spoken
from support.openai import BOUND_SECONDS, KEY

from runtime.llm.chain import NoProviderAnswered
from runtime.llm.opening import open_provider
from runtime.llm.providers import Deadlines
from sandbox.openai_server import Say, ScriptedServer


@asynccontextmanager
async def behind_tls(port: int, authority: trustme.CA) -> AsyncIterator[str]:
    """The base URL of a TLS endpoint in front of a port of this machine, with a certificate of `authority`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    passing: set[asyncio.Task[None]] = set()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        passing.add(task)
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer))

    server = await asyncio.start_server(pass_on, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        # Both sides have closed by now; what is left is to hear of it.
        await asyncio.gather(*passing)


async def said_by(base_url: str, ca_file: Path | None) -> str:
    provider = a_provider(
        base_url=base_url,
        key=SecretStr(KEY),
        ca_file=str(ca_file) if ca_file else None,
        deadlines=Deadlines(connect=BOUND_SECONDS, first_token=BOUND_SECONDS),
    )
    chain = a_chain((provider, open_provider(provider)), budget=BOUND_SECONDS)
    try:
        return spoken(await hear(chain))
    finally:
        await chain.aclose()


async def test_endpoint_of_the_authority_in_the_file_is_spoken_to(
    openai_server: ScriptedServer, tmp_path: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    openai_server.chat.always(Say(["Trusted."]))
    async with behind_tls(openai_server.port, authority) as base_url:
        assert await said_by(base_url, tmp_path / "ca.pem") == "Trusted."


@pytest.mark.parametrize("named", ["nobody", "somebody else"])
async def test_endpoint_of_an_unknown_authority_gets_no_word(
    openai_server: ScriptedServer, tmp_path: Path, named: str
) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    async with behind_tls(openai_server.port, trustme.CA()) as base_url:
        with pytest.raises(NoProviderAnswered, match="cannot be reached"):
            await said_by(base_url, tmp_path / "ca.pem" if named == "somebody else" else None)
    assert openai_server.chat.requests == ()
