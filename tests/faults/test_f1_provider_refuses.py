"""F1: a provider refuses, fails, is busy or does not know us: the next one answers, in time, and each is asked once."""

import pytest
from structlog.testing import capture_logs
from support.adapters import every_adapter
from support.chain_shop import NOBODY, ask_shop, deaf_port, open_chain_shop, scripted
from support.chains import a_provider
from support.faults import LONG, rounds

from runtime.llm.providers import BUDGET_SECONDS, Deadlines
from sandbox.openai_server import Drop, Hang, Junk, Plan, Refuse, Say, ScriptedServer

ANSWER = Say("Take the Joust Duffle Bag.")
PATIENT = Deadlines(first_token=60)
"""For what is not about time, on a machine however busy."""

MARGIN_SECONDS = 0.0 if LONG else 10.0
"""The figure is kept to the letter; in the short run the machine may be busy with other tests."""

FAULTS = {
    "500": Refuse(500),
    "502": Refuse(502),
    "503": Refuse(503),
    "429": Refuse(429),
    "429-retry-after": Refuse(429, retry_after=20),
    "401": Refuse(401),
    "403": Refuse(403),
    "404": Refuse(404),
    "402": Refuse(402),
    "quota": Refuse(429, code="insufficient_quota"),
    "unknown-parameter": Refuse(400, code="unsupported_parameter", param="max_tokens"),
    "too-long": Refuse(400, code="context_length_exceeded", param="messages"),
    "400-without-a-reason": Refuse(400),
    "dropped": Drop(),
    "html": Junk(b"<html>busy</html>", content_type="text/html"),
    "error-in-the-stream": Say("a b c", fail_after=0),
    "broken-off-before-a-word": Say("a b c", cut_after=0),
    "only-reasoning": Say([], reasoning="Hm. A bag."),
}
LEFT_ALONE_AT_ONCE = {"429-retry-after", "401", "403", "404", "402", "quota", "unknown-parameter"}


@every_adapter
@pytest.mark.parametrize("fault", FAULTS)
async def test_f1_next_provider_answers(openai_server: ScriptedServer, fault: str, adapter: str) -> None:
    providers = (scripted(openai_server, name, adapter=adapter, deadlines=PATIENT) for name in ("first", "second"))
    openai_server.chat.then(FAULTS[fault], ANSWER)
    openai_server.chat.always(ANSWER)
    with capture_logs() as logs, open_chain_shop(*providers, budget=180) as url:
        heard = await ask_shop(url)
        again = await ask_shop(url)
    assert (heard.status, heard.text, heard.finish, heard.errors) == (200, ANSWER.text, ["stop"], [])
    assert heard.route == "first,second"
    assert again.route == ("second" if fault in LEFT_ALONE_AT_ONCE else "first")
    assert len(openai_server.chat.requests) == 3
    lines = [line for line in logs if line["event"].startswith("llm_")]
    assert [line["event"] for line in lines] == ["llm_answered", "llm_answered"]
    assert lines[0]["passed_over"][0].startswith("first: ")


@every_adapter
async def test_f1_prompt_that_nobody_would_take_is_put_to_nobody_else(
    openai_server: ScriptedServer, adapter: str
) -> None:
    openai_server.chat.always(Refuse(400, param="messages[0].content", code="invalid_value"))
    providers = (scripted(openai_server, name, adapter=adapter) for name in ("a", "b"))
    with capture_logs() as logs, open_chain_shop(*providers) as url:
        heard = await ask_shop(url)
    assert (heard.route, heard.headers["x-degraded"], heard.finish) == ("a", "llm", ["stop"])
    assert len(openai_server.chat.requests) == 1
    assert [line["kind"] for line in logs if line["event"] == "llm_failed"] == ["PromptRefused"]


@every_adapter
async def test_f1_calls_are_one_and_the_fallbacks_at_most(openai_server: ScriptedServer, adapter: str) -> None:
    names = ("a", "b", "c", "d", "e")
    plans: list[Plan] = [Refuse(500), Drop(), Refuse(503), Refuse(429), Refuse(500)]
    chats = rounds(short=4, long=40)
    for number in range(chats):
        openai_server.reset()
        openai_server.chat.then(*plans[number % 5 :], *plans[: number % 5])
        providers = (scripted(openai_server, name, adapter=adapter, deadlines=PATIENT) for name in names)
        with open_chain_shop(*providers, budget=600) as url:
            heard = await ask_shop(url)
        assert heard.route == ",".join(names)
        assert len(openai_server.chat.requests) == len(names)


@every_adapter
async def test_f1_first_token_comes_inside_the_budget_with_four_of_five_dead(
    openai_server: ScriptedServer, adapter: str
) -> None:
    dead = ("hangs", "hangs-too", "is-deaf", "hangs-again")
    # As they are by default; in the short run the dead are given up sooner, so that there is less to wait for.
    deadlines = Deadlines() if LONG else Deadlines(first_token=0.2)
    for _ in range(rounds(short=1, long=5)):
        openai_server.reset()
        openai_server.chat.then(*[Hang()] * 3)
        openai_server.chat.always(ANSWER)
        with deaf_port() as deaf:
            providers = [
                a_provider(name, base_url=deaf, adapter=adapter, deadlines=deadlines)
                if name == "is-deaf"
                else scripted(openai_server, name, adapter=adapter, deadlines=deadlines)
                for name in dead
            ]
            with open_chain_shop(*providers, scripted(openai_server, "lives", adapter=adapter)) as url:
                heard = await ask_shop(url)
        assert heard.text == ANSWER.text
        assert heard.route == ",".join((*dead, "lives"))
        assert heard.first <= BUDGET_SECONDS + MARGIN_SECONDS


@every_adapter
async def test_f1_those_who_are_gone_cost_no_time_once_they_are_known(
    openai_server: ScriptedServer, adapter: str
) -> None:
    openai_server.chat.always(ANSWER)
    gone = [a_provider(f"gone-{number}", base_url=NOBODY, adapter=adapter) for number in range(4)]
    lives = scripted(openai_server, "lives", adapter=adapter, deadlines=PATIENT)
    with open_chain_shop(*gone, lives, budget=60) as url:
        routes = [(await ask_shop(url)).route for _ in range(6)]
    assert routes == ["gone-0,gone-1,gone-2,gone-3,lives"] * 5 + ["lives"]
