"""F16: clients that leave, in whatever state. The provider is let go, and nothing of the answer is left behind."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from support.adapters import every_adapter
from support.chain_shop import scripted
from support.chat import FakeCatalogue, a_document, build_chat_app
from support.chat_process import QUESTION
from support.faults import LONG, rounds
from support.openai import eventually
from support.raw_http import RawConnection, a_request
from support.serving import serving_here

from runtime.chat.service import ChatService
from runtime.llm.providers import Deadlines, ProviderPlan
from runtime.wiring import build_chain
from sandbox.openai_server import Hang, Plan, Say, ScriptedServer

CLIENTS = rounds(short=40, long=340)
"""In each state: a thousand altogether in the long run, through each adapter."""
AT_ONCE = 20
LET_GO_SECONDS = 0.2
"""The figure."""
FIRST_TOKEN = b'"content":"a '

PATIENT = Deadlines(first_token=60, gap=60, total=600)

STATES: dict[str, Plan] = {
    "before a word": Hang(),
    "in the middle": Say(["a ", "b "], stall_after=2),
    "while it speaks": Say(["a "] * 1_000, gap=0.1, stall_after=1_000),
}


@asynccontextmanager
async def shop(provider: ScriptedServer, adapter: str) -> AsyncIterator[str]:
    plan = ProviderPlan(
        providers=(scripted(provider, "main", adapter=adapter, deadlines=PATIENT),), budget_first_token=60
    )
    chain = build_chain(plan)
    service = ChatService(FakeCatalogue(a_document()), chain)
    async with serving_here(build_chat_app(service, closers=[chain.aclose], rate="100000/minute")) as url:
        yield url


async def come(url: str, *, until: bytes) -> RawConnection:
    """A client that has heard `until`."""
    connection = await RawConnection(url).open()
    await connection.send(a_request(QUESTION))
    heard = b""
    while until not in heard:
        heard += await connection.read()
    return connection


async def come_and_go(url: str, provider: ScriptedServer, state: str, *, clients: int) -> None:
    asked = len(provider.chat.requests)
    until = b"" if state == "before a word" else FIRST_TOKEN
    connections = await asyncio.gather(*[come(url, until=until) for _ in range(clients)])
    await eventually(lambda: len(provider.chat.requests) == asked + clients)
    left_at = time.monotonic()
    for connection in connections:
        connection.close()
    await eventually(lambda: all(request.ended != "open" for request in provider.chat.requests))
    if LONG:
        late = max(request.ended_at - left_at for request in provider.chat.requests[asked:])
        assert late <= LET_GO_SECONDS


@every_adapter
@pytest.mark.parametrize("state", STATES)
async def test_f16_provider_is_let_go_and_no_task_is_left(
    openai_server: ScriptedServer, adapter: str, state: str
) -> None:
    openai_server.chat.always(STATES[state])
    async with shop(openai_server, adapter) as url:
        await come_and_go(url, openai_server, state, clients=1)
        usual = len(asyncio.all_tasks())
        for _ in range(CLIENTS // AT_ONCE):
            await come_and_go(url, openai_server, state, clients=AT_ONCE)
        await eventually(lambda: len(asyncio.all_tasks()) <= usual)
    assert {request.ended for request in openai_server.chat.requests} == {"client_left"}
