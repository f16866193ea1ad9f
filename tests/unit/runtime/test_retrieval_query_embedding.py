"""One embedder a model: opened once, never waited for too long, closed when its last call has ended."""

import asyncio

from support.embedding import FakeEmbedder

from runtime.retrieval.query_embedding import KEPT_VECTORS, QueryEmbedders
from shared.embedding.embedder import EmbeddingModel, EmbeddingRefused, Vector

MODEL = EmbeddingModel(provider="fake", name="fake", dimension=8)
OTHER = EmbeddingModel(provider="fake", name="other", dimension=8)


class GatedEmbedder(FakeEmbedder):
    """Answers once the gate is open; `asked` is set when somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self.gate = asyncio.Event()

    async def embed_query(self, text: str) -> Vector:
        self.asked.set()
        await self.gate.wait()
        return await super().embed_query(text)


async def test_embedder_is_built_once_for_many_questions() -> None:
    built: list[EmbeddingModel] = []
    embedder = FakeEmbedder()

    def build(model: EmbeddingModel) -> FakeEmbedder:
        built.append(model)
        return embedder

    embedders = QueryEmbedders(build)
    await asyncio.gather(*(embedders.embed(MODEL, text) for text in ("one", "two", "three")))

    assert built == [MODEL]
    assert sorted(embedder.queries) == ["one", "three", "two"]


async def test_question_goes_on_without_a_vector_when_the_deadline_has_passed() -> None:
    embedder = GatedEmbedder()
    embedders = QueryEmbedders(lambda _: embedder, deadline=0.0)

    assert await embedders.embed(MODEL, "slow") is None


async def test_opening_goes_on_for_the_next_question_when_the_first_gave_up() -> None:
    embedder = FakeEmbedder()
    embedders = QueryEmbedders(lambda _: embedder, deadline=0.0)
    assert await embedders.embed(MODEL, "impatient") is None

    await embedders.open(MODEL)
    await embedders.aclose()

    assert embedder.closed is True


async def test_retired_embedder_is_closed_after_its_last_call() -> None:
    embedder = GatedEmbedder()
    embedders = QueryEmbedders(lambda _: embedder)
    running = asyncio.create_task(embedders.embed(MODEL, "last"))
    await embedder.asked.wait()

    await embedders.keep([OTHER])
    assert embedder.closed is False
    embedder.gate.set()

    assert await running is not None
    assert embedder.closed is True


async def test_failed_opening_is_no_error_when_everything_is_closed() -> None:
    def build(_model: EmbeddingModel) -> FakeEmbedder:
        raise EmbeddingRefused("no key")

    embedders = QueryEmbedders(build)
    await embedders.open(MODEL)

    await embedders.aclose()

    assert await embedders.embed(MODEL, "still none") is None


async def test_question_asked_again_is_not_embedded_again() -> None:
    embedder = FakeEmbedder()
    embedders = QueryEmbedders(lambda _: embedder)

    first, again = await embedders.embed(MODEL, "red bag"), await embedders.embed(MODEL, "red bag")

    assert first is again is not None
    assert embedder.queries == ["red bag"]


async def test_question_is_embedded_by_each_model() -> None:
    embedders = QueryEmbedders(lambda model: FakeEmbedder())

    one, other = await embedders.embed(MODEL, "red bag"), await embedders.embed(OTHER, "red bag")

    assert one is not other


async def test_only_the_questions_asked_last_are_kept() -> None:
    embedder = FakeEmbedder()
    embedders = QueryEmbedders(lambda _: embedder)
    for text in ("often", *map(str, range(KEPT_VECTORS - 1)), "often", "new", "0", "often"):
        await embedders.embed(MODEL, text)

    assert embedder.queries[KEPT_VECTORS:] == ["new", "0"]


async def test_question_that_could_not_be_embedded_is_tried_again() -> None:
    embedder = GatedEmbedder()
    embedders = QueryEmbedders(lambda _: embedder, deadline=0.01)
    assert await embedders.embed(MODEL, "red bag") is None

    embedder.gate.set()

    assert await embedders.embed(MODEL, "red bag") is not None
