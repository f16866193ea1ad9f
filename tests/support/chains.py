"""Chains of providers for tests: each provider a fake model, or a scripted server's own."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Any

from support.chat_model_contract import PROMPT

from runtime.breaker import Breaker
from runtime.llm.attempt import Link
from runtime.llm.chain import ProviderChain
from runtime.llm.model import ChatModel, ModelPart, Route
from runtime.llm.presets import Dialect
from runtime.llm.providers import BUDGET_SECONDS, Provider


def a_provider(name: str = "main", **changes: Any) -> Provider:
    return Provider(
        **{"name": name, "model": "gpt-4o", "base_url": "http://127.0.0.1:9/v1", "dialect": Dialect()} | changes
    )


def a_chain(
    *models: ChatModel | tuple[Provider, ChatModel],
    clock: Callable[[], float] | None = None,
    budget: float = BUDGET_SECONDS,
) -> ProviderChain:
    """`models` as providers p1, p2, …, unless they bring their own. clock: the event loop's unless given."""
    time = clock or asyncio.get_running_loop().time
    links = []
    for number, given in enumerate(models, start=1):
        provider, model = given if isinstance(given, tuple) else (a_provider(f"p{number}"), given)
        links.append(Link(provider, model, Breaker(clock=time)))
    return ProviderChain(links, budget=budget)


async def hear(model: ChatModel, **options: Any) -> list[ModelPart]:
    """Every part of an answer, routes included."""
    wanted = {"temperature": 0.1, "max_tokens": 100, "stop": ()} | options
    async with aclosing(model.stream(PROMPT, **wanted)) as parts:
        return [part async for part in parts]


def route_of(parts: Sequence[ModelPart]) -> tuple[str, ...]:
    """Who was asked."""
    return [part for part in parts if isinstance(part, Route)][-1].tried
