"""`ca_file` of a provider: its endpoint's authority is trusted, and no other; nothing is ever left unverified."""

from pathlib import Path

import pytest
import trustme
from pydantic import SecretStr
from support.chains import a_chain, a_provider, hear
from support.chat_model_contract import spoken
from support.openai import BOUND_SECONDS, KEY
from support.tls import behind_tls

from runtime.llm.chain import NoProviderAnswered
from runtime.llm.opening import open_provider
from runtime.llm.providers import Deadlines
from sandbox.openai_server import Say, ScriptedServer


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
    async with behind_tls(openai_server.port, authority) as origin:
        assert await said_by(f"{origin}/v1", tmp_path / "ca.pem") == "Trusted."


@pytest.mark.parametrize("named", ["nobody", "somebody else"])
async def test_endpoint_of_an_unknown_authority_gets_no_word(
    openai_server: ScriptedServer, tmp_path: Path, named: str
) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    async with behind_tls(openai_server.port, trustme.CA()) as origin:
        with pytest.raises(NoProviderAnswered, match="cannot be reached"):
            await said_by(f"{origin}/v1", tmp_path / "ca.pem" if named == "somebody else" else None)
    assert openai_server.chat.requests == ()
