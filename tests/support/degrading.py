"""What the chat leans on, each part of which a test takes away and gives back: embeddings, a model, OpenSearch."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import REGISTRY
from support.embedding import FakeEmbedder
from support.index_meta import DIMENSION
from support.llm import FakeModel
from support.search import FakeSearch

from runtime.llm.model import Message, ModelPart
from runtime.retrieval.hits import RetrievalRequest
from runtime.wiring import SEARCH_SECONDS
from shared.embedding.embedder import Vector
from shared.opensearch import ClusterUnreachable


class FickleEmbedder(FakeEmbedder):
    """takes: seconds of an answer, None for one that never comes. failure: what comes instead."""

    def __init__(self) -> None:
        super().__init__(dimension=DIMENSION)
        self.takes: float | None = 0.0
        self.failure: Exception | None = None

    async def embed_query(self, text: str) -> Vector:
        self.calls += 1
        await (asyncio.Event().wait() if self.takes is None else asyncio.sleep(self.takes))
        self.calls -= 1
        if self.failure is not None:
            self.fail(self.failure)
        return await super().embed_query(text)


class FickleSearch(FakeSearch):
    """takes: seconds of every call, None where none is answered before the client gives it up; slow: seconds of one
    kind of call. failure: what comes instead of every answer.
    """

    def __init__(self) -> None:
        super().__init__()
        self.takes: float | None = 0.0
        self.slow: dict[str, float] = {}
        self.failure: Exception | None = None

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if not name.startswith("fetch_"):
            return found

        async def fetch(*args: Any, **options: Any) -> Any:
            seconds = self.slow.get(name, self.takes)
            await asyncio.sleep(SEARCH_SECONDS if seconds is None else seconds)
            if seconds is None:
                raise ClusterUnreachable("no answer")
            if self.failure is not None:
                self.failures = [self.failure]
            return await found(*args, **options)

        return fetch


@dataclass(slots=True)
class FickleModel(FakeModel):
    """failure: what comes instead of every answer."""

    failure: Any = None

    async def stream(
        self, messages: Sequence[Message], *, temperature: float, max_tokens: int, stop: Sequence[str] = ()
    ) -> AsyncGenerator[ModelPart, None]:
        usual = self.steps
        self.steps = usual if self.failure is None else [self.failure]
        parts = FakeModel.stream(self, messages, temperature=temperature, max_tokens=max_tokens, stop=stop)
        try:
            async for part in parts:
                yield part
        finally:
            self.steps = usual


@dataclass(slots=True)
class Counted:
    """How much a counter has grown since this was made, by one of its labels."""

    name: str
    label: str
    _before: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._before = self._now()

    def since(self) -> dict[str, int]:
        """Value of the label -> growth, where there was any; from now on it is counted anew."""
        before, self._before = self._before, self._now()
        return {
            value: int(count - before.get(value, 0))
            for value, count in self._before.items()
            if count != before.get(value)
        }

    def _now(self) -> Counter[str]:
        found = Counter[str]()
        for metric in REGISTRY.collect():
            for sample in metric.samples:
                if sample.name == self.name:
                    found[sample.labels[self.label]] += sample.value
        return found


def new_questions(store: str = "default") -> Callable[[], RetrievalRequest]:
    """Questions nobody has asked before."""
    numbers = iter(range(1_000_000))
    return lambda: RetrievalRequest(text=f"a jacket for walk number {next(numbers)}", store=store)
