"""What is counted of answers, by store view: retrieval and generation apart, what came to nothing, what is known."""

from contextlib import aclosing
from typing import Any

import pytest
from prometheus_client import REGISTRY
from support.chat import RUSSIAN_STORE, FakeCatalogue, a_document, a_question, gather
from support.embedding import FakeEmbedder
from support.llm import FakeModel, says
from support.runtime import DEFAULT, names_of
from support.search import FakeSearch

from runtime.chat.service import ChatService
from runtime.llm.model import InVain, LlmUnavailable, Route, Token, TokenUsage
from runtime.llm.price import Price
from runtime.retrieval.index import LiveIndices
from runtime.retrieval.query_embedding import QueryEmbedders
from runtime.retrieval.store_synonyms import StoreSynonyms
from runtime.retrieval.vocabulary import Vocabularies
from shared.embedding.embedder import EmbeddingModel

MODEL = EmbeddingModel(provider="fake", name="fake", dimension=8)


def value_of(metric: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(metric, labels) or 0.0


async def answer(*steps: Any, question: str = "сумка?") -> None:
    service = ChatService(FakeCatalogue(a_document()), FakeModel(steps))
    await gather(service.answer(a_question(question, store=RUSSIAN_STORE)))


async def test_what_a_provider_thought_in_vain_is_counted_for_it_and_the_store() -> None:
    thinker = Route(("thinks",), "thinker", Price(prompt=1.0, completion=2.0))
    labels = {"model": "thinker", "provider": "thinks", "store": "ru", "currency": "USD"}
    before = value_of("vitrina_llm_cost_total", **labels)
    speaker = Route(("thinks", "speaks"), "speaker")
    await answer(thinker, InVain(thinker, TokenUsage(1_000, 4_000)), speaker, *says("да"))
    assert value_of("vitrina_llm_cost_total", **labels) - before == pytest.approx(0.009)
    assert value_of("vitrina_llm_tokens_total", model="thinker", store="ru", kind="completion") == 4_000


@pytest.mark.parametrize("end", [says("да"), (LlmUnavailable("busy"),), (Token("да"), LlmUnavailable("gone"))])
async def test_generation_is_timed_however_it_ends(end: tuple[Any, ...]) -> None:
    before = value_of("vitrina_generation_seconds_count", store="ru")
    await answer(*end)
    assert value_of("vitrina_generation_seconds_count", store="ru") == before + 1


async def test_generation_that_the_shopper_leaves_is_timed_too() -> None:
    before = value_of("vitrina_generation_seconds_count", store="ru")
    service = ChatService(FakeCatalogue(a_document()), FakeModel(says("раз", "два")))
    async with aclosing(service.answer(a_question("сумка?", store=RUSSIAN_STORE))) as events:
        await anext(events)
        await anext(events)
    assert value_of("vitrina_generation_seconds_count", store="ru") == before + 1


async def test_answer_without_a_model_is_no_generation() -> None:
    before = value_of("vitrina_generation_seconds_count", store="ru")
    service = ChatService(FakeCatalogue(a_document()), None)
    await gather(service.answer(a_question("сумка?", store=RUSSIAN_STORE)))
    assert value_of("vitrina_generation_seconds_count", store="ru") == before


async def test_looks_into_what_is_remembered_are_counted_as_found_or_made() -> None:
    looked = Looks()
    search = FakeSearch()
    search.put("rag-1", [], alias=names_of(DEFAULT).alias)
    indices = LiveIndices(search, [(DEFAULT, names_of(DEFAULT))], model_of=lambda _: MODEL)
    vocabularies, embedders = Vocabularies(search), QueryEmbedders(lambda _: FakeEmbedder())
    synonyms = StoreSynonyms(lambda _: None, stores=["default"])
    for _ in range(3):
        live = await indices.get("default")
        await vocabularies.get(live)
        await synonyms.get(live)
        await embedders.embed(MODEL, "a jacket")
    assert looked.since() == {
        (cache, outcome): times
        for cache in ("live_indices", "vocabularies", "synonyms", "query_vectors")
        for outcome, times in (("miss", 1), ("hit", 2))
    }


class Looks:
    """What `vitrina_cache_total` has grown by since this was made."""

    def __init__(self) -> None:
        self._before = self._now()

    def since(self) -> dict[tuple[str, str], float]:
        return {look: number - self._before.get(look, 0) for look, number in self._now().items() if number}

    def _now(self) -> dict[tuple[str, str], float]:
        return {
            (sample.labels["cache"], sample.labels["outcome"]): sample.value
            for metric in REGISTRY.collect()
            for sample in metric.samples
            if sample.name == "vitrina_cache_total"
        }
