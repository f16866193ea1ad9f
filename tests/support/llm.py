"""A language model that says what the test tells it to, and remembers what it was told."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from support.openai import eventually

from runtime.llm.model import End, LlmFailure, Message, ModelPart, Token, TokenUsage
from sandbox.openai_server import Lane


class Silence:
    """A part that never comes: the model hangs here."""


@dataclass(frozen=True, slots=True)
class Pause:
    """So many seconds without a part."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Gate:
    """No part before the test opens it."""

    opened: asyncio.Event = field(default_factory=asyncio.Event)


Step = ModelPart | LlmFailure | Silence | Pause | Gate


def says(*texts: str, usage: TokenUsage | None = None) -> tuple[Step, ...]:
    """A model's whole answer."""
    return (*map(Token, texts), *([usage] if usage else []), End("stop"))


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the model received it."""

    messages: tuple[Message, ...]
    temperature: float
    max_tokens: int
    stop: tuple[str, ...]


@dataclass(slots=True)
class FakeModel:
    """Plays `steps` for every request; a failure among them is raised at its turn. open: streams not closed yet."""

    steps: Sequence[Step] = field(default_factory=lambda: says("Hello", " there."))
    name: str = "fake-model"
    calls: list[Call] = field(default_factory=list)
    open: int = 0
    closed: bool = False

    async def stream(
        self, messages: Sequence[Message], *, temperature: float, max_tokens: int, stop: Sequence[str] = ()
    ) -> AsyncGenerator[ModelPart, None]:
        self.calls.append(Call(tuple(messages), temperature, max_tokens, tuple(stop)))
        self.open += 1
        try:
            for step in self.steps:
                match step:
                    case LlmFailure():
                        raise step
                    case Silence():
                        await asyncio.Event().wait()
                    case Pause(seconds):
                        await asyncio.sleep(seconds)
                    case Gate(opened):
                        await opened.wait()
                    case _:
                        yield step
        finally:
            self.open -= 1

    async def aclose(self) -> None:
        self.closed = True


async def until_asked(lane: Lane) -> None:
    """Return once the lane has received a request."""
    await eventually(lambda: lane.requests)


async def until_let_go(lane: Lane) -> None:
    """Return once the client of the lane's last request has closed its connection."""
    await eventually(lambda: lane.requests and lane.requests[-1].ended == "client_left")
