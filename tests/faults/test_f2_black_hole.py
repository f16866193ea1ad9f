"""F2: a provider that takes the question and says nothing, or too little: every deadline is wall clock and is kept."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from structlog.testing import capture_logs
from support.adapters import ADAPTERS, every_adapter
from support.chain_shop import Heard, ask_shop, deaf_port, open_chain_shop, scripted
from support.chains import a_chain, a_provider
from support.chat import a_document, a_question, gather, started
from support.chat_model_contract import PROMPT
from support.faults import LONG
from support.llm import FakeModel, Pause, Silence, Step
from support.virtual_time import run_virtually

from runtime.chat.events import ChatEvent, Delta, Failed, Finish, Started
from runtime.chat.generation import AnswerLimits, Briefing, generate
from runtime.llm.model import Token
from runtime.llm.providers import BUDGET_SECONDS, Deadlines, Provider
from sandbox.faults import BlackHole, tcp_faults
from sandbox.openai_server import Hang, Plan, Say, ScriptedServer

OVER_SECONDS = 0.5

SCALE = 1.0 if LONG else 1 / 30
"""Of the deadlines as they are, in real time."""
MARGIN_SECONDS = OVER_SECONDS if LONG else 10.0
"""In the short run the machine may be busy with other tests; it only shows that there is an end."""

every_adapter_in_time = pytest.mark.parametrize("adapter", ["lean"] if LONG else ADAPTERS)
"""What takes longest, in the long run through one of them: both are under the same watch, and a shard has its time."""

NO_FIRST_TOKEN = "The first token did not come in time."

REAL = Deadlines(connect=3 * SCALE, first_token=6 * SCALE, gap=15 * SCALE, total=60 * SCALE)


@pytest.mark.parametrize(
    ("steps", "seconds", "begun"),
    [
        pytest.param((Silence(),), 6, False, id="first-token"),
        pytest.param((Token("a"), Silence()), 15, True, id="gap"),
        pytest.param([Token("a "), Pause(14)] * 9, 60, True, id="total"),
        pytest.param([Token("a "), Pause(0.05)] * 9_000, 60, True, id="total-of-a-quick-talker"),
    ],
)
def test_f2_deadline_is_kept_by_the_clock(steps: Sequence[Step], seconds: float, begun: bool) -> None:
    async def main() -> tuple[float, list[ChatEvent]]:
        loop = asyncio.get_running_loop()
        briefing = Briefing(a_question(), started(a_document()), "en", messages=PROMPT)
        asked_at = loop.time()
        events = await gather(generate(briefing, a_chain(FakeModel(steps)), AnswerLimits()))
        return loop.time() - asked_at, events

    took, events = run_virtually(main())
    assert seconds <= took <= seconds + OVER_SECONDS
    assert isinstance(events[0], Started)
    assert events[0].degraded == (None if begun else "llm")
    assert isinstance(events[1], Delta)
    assert isinstance(events[-1], Failed if begun else Finish)


async def asked(provider: Provider, *, cause: str, budget: float = BUDGET_SECONDS) -> Heard:
    """What a shopper of a shop with this provider hears; one line of its log names `cause`."""
    with capture_logs() as logs, open_chain_shop(provider, budget=budget) as url:
        heard = await ask_shop(url)
    (line,) = (line for line in logs if line["event"] == "llm_failed")
    assert (line["model"], cause in line["cause"]) == ("gpt-4o", True), line
    return heard


def check_cards(heard: Heard, seconds: float) -> None:
    assert heard.headers["x-degraded"] == "llm"
    assert (heard.finish, heard.errors) == (["stop"], [])
    assert heard.all <= seconds + MARGIN_SECONDS


@every_adapter
async def test_f2_connection_that_never_comes_about_is_given_up(adapter: str) -> None:
    with deaf_port() as deaf:
        provider = a_provider(base_url=deaf, adapter=adapter, deadlines=REAL)
        check_cards(await asked(provider, cause="did not answer in time"), REAL.connect)


@every_adapter
@pytest.mark.parametrize("plan", [Hang(), Say("a b c", comments=5_000, gap=0.01)], ids=["silent", "keeps-alive"])
async def test_f2_first_token_that_never_comes_is_given_up(
    openai_server: ScriptedServer, plan: Plan, adapter: str
) -> None:
    openai_server.chat.then(plan)
    provider = scripted(openai_server, "main", adapter=adapter, deadlines=REAL)
    check_cards(await asked(provider, cause=NO_FIRST_TOKEN), REAL.first_token)


@every_adapter
async def test_f2_network_that_swallows_everything_is_given_up(openai_server: ScriptedServer, adapter: str) -> None:
    with tcp_faults(f"127.0.0.1:{openai_server.port}") as proxy:
        proxy.set(BlackHole())
        provider = a_provider(base_url=f"{proxy.url}/v1", adapter=adapter, deadlines=REAL)
        check_cards(await asked(provider, cause=NO_FIRST_TOKEN), REAL.first_token)


PATIENT = Deadlines(connect=60, first_token=60, gap=60, total=600)


async def broken_off(provider: Provider, *, cause: str) -> Heard:
    heard = await asked(provider, cause=cause, budget=60)
    assert heard.text.startswith("a ")
    assert [error["code"] for error in heard.errors] == ["llm_interrupted"]
    assert heard.finish == []
    return heard


@every_adapter_in_time
async def test_f2_answer_that_falls_silent_is_ended(openai_server: ScriptedServer, adapter: str) -> None:
    openai_server.chat.then(Say("a b c d e f", stall_after=2))
    deadlines = replace(PATIENT, gap=REAL.gap)
    provider = scripted(openai_server, "main", adapter=adapter, deadlines=deadlines)
    cause = f"The model fell silent for {deadlines.gap:g} s in the middle of its answer."
    heard = await broken_off(provider, cause=cause)
    assert heard.all - heard.first <= REAL.gap + MARGIN_SECONDS


@every_adapter_in_time
async def test_f2_answer_without_an_end_is_ended(openai_server: ScriptedServer, adapter: str) -> None:
    # Few enough tokens that their limit is not what ends it.
    openai_server.chat.then(Say("a " * 900, gap=0.5 * SCALE))
    provider = scripted(openai_server, "main", adapter=adapter, deadlines=replace(PATIENT, total=REAL.total))
    heard = await broken_off(provider, cause="The answer took longer than it may take in all.")
    assert heard.all <= REAL.total + MARGIN_SECONDS
