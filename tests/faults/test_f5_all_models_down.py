"""F5: no provider answers: shoppers get product cards and a sentence, soon, and one log line names the causes."""

import asyncio

import pytest
from structlog.testing import capture_logs
from support.adapters import every_adapter
from support.chain_shop import NOBODY, Heard, ask_shop, open_chain_shop, scripted
from support.chains import a_provider
from support.faults import LONG

from runtime.llm.providers import Deadlines
from sandbox.openai_server import Hang, Refuse, Say, ScriptedServer

CHATS = 100
AT_ONCE = 5
SOON_SECONDS = 1.5 if LONG else 15.0
"""The figure, and in the short run what a machine busy with other tests takes."""


async def chats(url: str) -> list[Heard]:
    """CHATS answers, a few at once, as at a shop."""
    doors = asyncio.Semaphore(AT_ONCE)

    async def one() -> Heard:
        async with doors:
            return await ask_shop(url)

    return await asyncio.gather(*(one() for _ in range(CHATS)))


def check_cards(heard: Heard) -> None:
    assert heard.status == 200
    assert heard.headers["x-degraded"] == "llm"
    assert "Joust Duffle Bag — $34.00" in heard.text
    assert "Montana Wind Jacket — $77.00" in heard.text
    assert (heard.finish, heard.errors) == (["stop"], [])
    assert heard.frames[-1] == "[DONE]"
    assert heard.all <= SOON_SECONDS


@every_adapter
async def test_f5_refused_connections_end_in_cards_every_time(adapter: str) -> None:
    providers = (a_provider(name, base_url=NOBODY, adapter=adapter) for name in "abc")
    with capture_logs() as logs, open_chain_shop(*providers) as url:
        for heard in await chats(url):
            check_cards(heard)
    failures = [line for line in logs if line["event"] == "llm_failed"]
    assert len(failures) == CHATS
    assert {line["log_level"] for line in logs} <= {"warning", "info", "debug"}
    assert all(f"{name}: " in line["cause"] for line in failures for name in "abc")
    assert "breaker open" in failures[-1]["cause"]


@every_adapter
async def test_f5_silent_providers_cost_nobody_time_once_they_are_known(
    openai_server: ScriptedServer, adapter: str
) -> None:
    openai_server.chat.always(Hang())
    hasty = Deadlines(first_token=0.05)
    with open_chain_shop(*(scripted(openai_server, name, adapter=adapter, deadlines=hasty) for name in "ab")) as url:
        for _ in range(5):
            await ask_shop(url)
        asked = len(openai_server.chat.requests)
        for heard in await chats(url):
            check_cards(heard)
            assert heard.route in (None, "a", "b", "a,b")
    # A probe every ten seconds is all that is still asked.
    assert asked == 10
    assert len(openai_server.chat.requests) <= 10 + CHATS // 10


@every_adapter
@pytest.mark.parametrize("plan", [Refuse(401), Refuse(429, retry_after=30)], ids=["keys-revoked", "all-busy"])
async def test_f5_providers_that_say_no_are_asked_once_for_all_chats(
    openai_server: ScriptedServer, plan: Refuse, adapter: str
) -> None:
    openai_server.chat.always(plan)
    with open_chain_shop(*(scripted(openai_server, name, adapter=adapter) for name in "ab")) as url:
        first = await ask_shop(url)
        for heard in [first, *await chats(url)]:
            check_cards(heard)
    assert first.route == "a,b"
    assert len(openai_server.chat.requests) <= 4


@every_adapter
async def test_f5_prose_is_back_with_the_first_provider_that_is(openai_server: ScriptedServer, adapter: str) -> None:
    openai_server.chat.then(Refuse(500), Refuse(500))
    openai_server.chat.always(Say("Back."))
    patient = Deadlines(first_token=60)
    with open_chain_shop(*(scripted(openai_server, name, adapter=adapter, deadlines=patient) for name in "ab")) as url:
        check_cards(await ask_shop(url))
        heard = await ask_shop(url)
    assert (heard.text, heard.route) == ("Back.", "a")
    assert "x-degraded" not in heard.headers
