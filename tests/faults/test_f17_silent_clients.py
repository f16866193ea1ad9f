"""F17: clients that ask and then read nothing, and never say that they have gone. The others never notice."""

from collections import Counter
from contextlib import ExitStack, closing
from typing import Any

import psutil
from support.adapters import every_adapter
from support.chat import frames_of, text_of
from support.chat_process import QUESTION, ChatProcess, chat_process, many_connections
from support.faults import LONG, rounds
from support.openai import eventually
from support.raw_http import SMALL_BUFFER, RawConnection, a_request

from sandbox.openai_server import Say, ScriptedServer

SILENT = rounds(short=15, long=500)
AT_ONCE = rounds(short=15, long=50)
LONG_ANSWER = ["🎒" * 12 + " "] * 1_000
"""As much as an answer may be: with buffers of the least size on its way, more than they hold."""
SEND_SECONDS = 5 if LONG else 2
"""After which they are let go. Whoever reads is to be taken for none of them, on a machine however busy."""
GAP = 0.1 if LONG else 0.0
"""Between its tokens; none in the short run, where nobody looks at how much memory is taken."""
MEGABYTE = 1 << 20


async def fall_silent(shop: ChatProcess, provider: ScriptedServer, open_till: ExitStack) -> None:
    """AT_ONCE clients ask, and that is the last that is heard of them."""
    asked = len(provider.chat.requests)
    for _ in range(AT_ONCE):
        connection = open_till.enter_context(closing(await RawConnection(shop.url, buffer=SMALL_BUFFER).open()))
        await connection.send(a_request(QUESTION))
    await eventually(lambda: len(provider.chat.requests) == asked + AT_ONCE)


@every_adapter
async def test_f17_silent_clients_are_let_go_and_harm_nobody(openai_server: ScriptedServer, adapter: str) -> None:
    # The answer does not end by itself, so that whoever is let go is seen to be.
    openai_server.chat.always(Say(LONG_ANSWER, gap=GAP, stall_after=len(LONG_ANSWER)))
    options = ("--adapter", adapter, "--send", str(SEND_SECONDS), "--send-buffer", str(SMALL_BUFFER))
    async with chat_process(openai_server.base_url, *options) as shop, many_connections(1) as http:
        openai_server.chat.then(Say(LONG_ANSWER))
        await http.post(f"{shop.url}/v1/chat/completions", json=QUESTION)
        before = shop.seen.memory_info().rss
        with ExitStack() as silent:
            for _ in range(SILENT // AT_ONCE):
                await fall_silent(shop, openai_server, silent)
            openai_server.chat.then(Say(LONG_ANSWER))
            answer = await http.post(f"{shop.url}/v1/chat/completions", json=QUESTION)
            await eventually(lambda: all(request.ended != "open" for request in openai_server.chat.requests))
            grown = shop.seen.memory_info().rss - before
        await eventually(lambda: not connections_to(shop))
        await eventually(lambda: told(shop)["client_reads_nothing"] == SILENT)
        levels = {line["level"] for line in shop.logged}
        given_up = told(shop)["llm_failed"]
    assert text_of(frames_of(answer.content)) == "".join(LONG_ANSWER)
    assert Counter(request.ended for request in openai_server.chat.requests) == {"answered": 2, "client_left": SILENT}
    assert levels <= {"info", "warning"}
    assert given_up == 0, "it is the clients that were let go, not the provider"
    # LangChain keeps every chunk until an answer is whole.
    if LONG and adapter == "lean":
        assert grown <= 50 * MEGABYTE, f"{grown / MEGABYTE:.0f} MB"


def told(shop: ChatProcess) -> Counter[str]:
    """How many lines of its log tell what."""
    return Counter(line["event"] for line in shop.logged)


def connections_to(shop: ChatProcess) -> list[Any]:
    """Those that clients have open."""
    found = shop.seen.net_connections()
    return [one for one in found if one.laddr.port == shop.port and one.status != psutil.CONN_LISTEN]
