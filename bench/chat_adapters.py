"""What a token costs on its way from the provider to our port: both adapters, beside bare aiohttp on the same bytes.

CPU of this process; the provider is another one. Sixteen streams at once, each a packet every 20 ms: first with one
token in it, as a provider with a fast line sends them, then with twenty, as they come through a proxy that buffers.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from functools import partial
from typing import Final

from aiohttp import ClientSession, TCPConnector
from pydantic import SecretStr

from bench.chat_emitter import emitter
from bench.harness import Goal, Spread, interleave
from runtime.llm.langchain import open_chat_model
from runtime.llm.model import ChatModel, Message, Token
from runtime.llm.openai import open_lean_model

STREAMS: Final = 16
PACKETS: Final = 200
COALESCED: Final = 20
PROMPT: Final = (Message("system", "Be brief."), Message("user", "Which bag is good for the gym?"))
KEY: Final = SecretStr("none")


@dataclass(frozen=True, slots=True)
class Sides:
    """CPU microseconds a token, round by round."""

    lean: Spread
    langchain: Spread
    bare: Spread

    def __str__(self) -> str:
        return f"lean {self.lean}, LangChain {self.langchain}, bare aiohttp {self.bare} µs a token"


async def goals(rounds: int, say: Callable[[str], None]) -> list[Goal]:
    """Both ways of sending, measured in turns."""
    async with emitter() as address:
        single = await _race(f"{address}/{PACKETS}/1/v1", tokens=PACKETS, rounds=rounds)
        say(f"a packet a token: {single}, control {single.lean.control:.2f}")
        many = await _race(f"{address}/{PACKETS}/{COALESCED}/v1", tokens=PACKETS * COALESCED, rounds=rounds)
        say(f"{COALESCED} tokens a packet: {many}, control {many.lean.control:.2f}")
    return [
        _ratio("lean ÷ LangChain, a packet a token", single, target=0.2),
        _ratio(f"lean ÷ LangChain, {COALESCED} tokens a packet", many, target=0.05),
        _over("lean − bare aiohttp, a packet a token, µs", single, target=20),
        _over(f"lean − bare aiohttp, {COALESCED} tokens a packet, µs", many, target=5),
    ]


async def _race(base_url: str, *, tokens: int, rounds: int) -> Sides:
    async with AsyncExitStack() as stack:
        lean = open_lean_model("gpt-4o", base_url=base_url, api_key=KEY)
        langchain = open_chat_model("gpt-4o", base_url=base_url, api_key=KEY)
        for model in (lean, langchain):
            stack.push_async_callback(model.aclose)
        session = await stack.enter_async_context(ClientSession(connector=TCPConnector(limit=0)))
        sides = [partial(_listen, lean, tokens), partial(_listen, langchain, tokens), partial(_read, session, base_url)]
        await interleave(1, *(partial(_micros, side, tokens) for side in sides))
        spreads = await interleave(rounds, *(partial(_micros, side, tokens) for side in sides))
    return Sides(*(Spread(tuple(found)) for found in spreads))


async def _micros(side: Callable[[], Awaitable[None]], tokens: int) -> float:
    began = time.process_time()
    async with asyncio.TaskGroup() as group:
        for _ in range(STREAMS):
            group.create_task(_run(side))
    return (time.process_time() - began) / (STREAMS * tokens) * 1e6


async def _run(side: Callable[[], Awaitable[None]]) -> None:
    await side()


async def _listen(model: ChatModel, tokens: int) -> None:
    """One answer through an adapter, to its end."""
    heard = 0
    async with aclosing(model.stream(PROMPT, temperature=0.1, max_tokens=1000)) as parts:
        async for part in parts:
            heard += isinstance(part, Token)
    if heard != tokens:
        raise RuntimeError(f"{model.name}: {heard} of {tokens} tokens")


async def _read(session: ClientSession, base_url: str) -> None:
    """The same bytes, read and thrown away."""
    async with session.post(f"{base_url}/chat/completions", data=b"{}") as answer:
        while await answer.content.readany():
            pass


def _ratio(goal: str, sides: Sides, *, target: float) -> Goal:
    return Goal(goal, sides.lean.median / sides.langchain.median, target, "at most", str(sides))


def _over(goal: str, sides: Sides, *, target: float) -> Goal:
    return Goal(goal, sides.lean.median - sides.bare.median, target, "at most")
