"""shared.embedding.providers: limits, pairs of models and encodings by model name and host."""

import pytest

from shared.embedding.embedder import EmbeddingModel
from shared.embedding.providers import counts_as_cl100k, encoding_at, offer_of

YANDEX = "https://ai.api.cloud.yandex.net/v1"
AZURE = "https://shop.openai.azure.com/openai/v1"
OWN = "http://10.0.0.7:8080/v1"


@pytest.mark.parametrize("url", [None, "https://api.openai.com/v1", OWN], ids=["unset", "openai", "gateway"])
@pytest.mark.parametrize("name", ["text-embedding-3-small", "openai/text-embedding-3-large", "text-embedding-ada-002"])
def test_openai_models_have_their_limits_wherever_they_are_served(name: str, url: str | None) -> None:
    offer = offer_of(name, url=url)
    assert (offer.max_tokens, offer.batch_texts, offer.batch_tokens) == (8192, 2048, 300_000)
    assert counts_as_cl100k(name, url=url)


def test_a_deployment_on_azure_may_have_any_name_and_is_estimated() -> None:
    assert offer_of("our-embeddings", url=AZURE).batch_texts == 2048
    assert not counts_as_cl100k("our-embeddings", url=AZURE)


def test_yandex_takes_one_short_text_a_call_and_asks_by_another_model() -> None:
    offer = offer_of("emb://b1gfolder/text-search-doc/latest", url=YANDEX)
    assert (offer.batch_texts, offer.max_tokens, offer.dimension, offer.requests_per_minute) == (1, 2000, 256, 600)
    assert offer.query_name == "emb://b1gfolder/text-search-query/latest"
    assert encoding_at(YANDEX) == "float"


def test_yandex_model_without_a_version_has_its_counterpart_too() -> None:
    assert offer_of("emb://b1g/text-search-doc", url=YANDEX).query_name == "emb://b1g/text-search-query"


@pytest.mark.parametrize("name", ["text-embedding-3-small", "bge-m3", "emb://b1g/text-search-query/latest"])
def test_other_models_embed_queries_themselves(name: str) -> None:
    assert offer_of(name, url=OWN).query_name is None


def test_an_unknown_server_gets_small_requests_of_floats() -> None:
    offer = offer_of("bge-m3", url=OWN)
    assert (offer.batch_texts, offer.price) == (32, None)
    assert not counts_as_cl100k("bge-m3", url=OWN)
    assert encoding_at(OWN) == "float"


@pytest.mark.parametrize("url", ["https://api.openai.com.example.org/v1", "https://notapi.openai.com.evil/v1"])
def test_a_host_that_only_begins_like_openai_is_unknown(url: str) -> None:
    assert encoding_at(url) == "float"
    assert offer_of("any", url=url).batch_texts == 32


def test_cost_is_by_the_million() -> None:
    model = EmbeddingModel(provider="openai", name="m", dimension=2, price=0.02)
    assert model.cost(1_500_000) == pytest.approx(0.03)
    assert model.cost(0) == 0.0


def test_unknown_price_costs_an_unknown_sum_and_a_free_one_nothing() -> None:
    assert EmbeddingModel(provider="openai", name="m", dimension=2).cost(10) is None
    assert EmbeddingModel(provider="local", name="m", dimension=2, price=0.0).cost(10) == 0.0
