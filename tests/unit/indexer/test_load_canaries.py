"""indexer.load.canaries: the operator's own questions, read with every mistake, and asked as a shopper would."""

from pathlib import Path
from typing import Any

import pytest
from support.embedding import FakeEmbedder
from support.index_meta import a_meta
from support.indices import FakeCluster
from support.proofs import loaded_cluster
from support.retries import AT_ONCE
from support.senders import a_sender

from indexer.load.canaries import Canary, embed_canaries, load_canaries
from indexer.load.evidence import fetch_evidence
from shared import catalog
from shared.embedding.embedder import EmbeddingModel, EmbeddingUnavailable
from shared.errors import ConfigurationError

INDEX = "rag-20261120-030000"
META = a_meta(state="building", run_id="this-run", dimension=8)

FULL = """
[[canary]]
query = "waterproof jacket"
sku = "MJ-02"

[[canary]]
query = "куртка до 8000"
sku = "MJ-02"
store = "ru"
price_min = 10
price_max = 8000.0
in_stock = true
categories = ["Куртки"]
attributes = { color = ["Синий", "Чёрный"] }
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "canaries.toml"
    path.write_text(text, encoding="utf-8")
    return path


def load(tmp_path: Path, text: str) -> tuple[Canary, ...]:
    return load_canaries(written(tmp_path, text), stores=["default", "ru"])


def test_a_file_with_everything_in_it_is_read(tmp_path: Path) -> None:
    plain, full = load(tmp_path, FULL)
    assert plain == Canary(query="waterproof jacket", sku="MJ-02")
    assert (plain.is_for("default"), plain.is_for("ru")) == (True, True)
    assert (full.is_for("default"), full.is_for("ru")) == (False, True)
    wanted = full.wanted()
    assert (wanted.price_min, wanted.price_max, wanted.in_stock) == (10, 8000, True)
    assert (wanted.categories, wanted.attributes) == (("Куртки",), {"color": ("Синий", "Чёрный")})


def test_a_file_without_canaries_is_none(tmp_path: Path) -> None:
    assert load(tmp_path, "canary = []") == ()


MISTAKES = {
    "no TOML": ("[[canary", ["is no valid TOML"]),
    "not even a list": ("canary = 1", ["canary: Input should be a valid list"]),
    "another table": (
        "[[canari]]\nquery = 'x'",
        ["canary: Field required", "canari: there is no such key; did you mean canary?"],
    ),
    "no SKU": ("[[canary]]\nquery = 'x'", ["canary.0.sku: Field required"]),
    "a blank query": ("[[canary]]\nquery = ' '\nsku = 'a'", ["canary.0.query: must be a text that is not blank"]),
    "an unknown key": (
        "[[canary]]\nquery = 'x'\nsku = 'a'\nquerry = 'y'",
        ["canary.0.querry: there is no such key; did you mean query?"],
    ),
    "a price that is none": (
        "[[canary]]\nquery = 'x'\nsku = 'a'\nprice_max = nan",
        ["canary.0.price_max: Input should be a"],
    ),
    "an unknown store": (
        "[[canary]]\nquery = 'x'\nsku = 'a'\nstore = 'de'",
        ["canary.0.store: there is no store view 'de'; known: default, ru"],
    ),
    "prices the wrong way round": (
        "[[canary]]\nquery = 'x'\nsku = 'a'\nprice_min = 9\nprice_max = 1",
        ["canary.0: price_min is above price_max"],
    ),
    "several mistakes": (
        "[[canary]]\nquery = 'x'\n[[canary]]\nsku = 'a'\nin_stock = 'perhaps'",
        ["canary.0.sku", "canary.1.query", "canary.1.in_stock"],
    ),
    "mistakes of both kinds": (
        "[[canary]]\nquery = 'x'\nsku = 'a'\nstore = 'de'\n[[canary]]\nquery = 'y'",
        ["canary.0.store: there is no store view 'de'", "canary.1.sku: Field required"],
    ),
    "too many": ("\n".join(["[[canary]]\nquery = 'x'\nsku = 'a'"] * 201), ["canary: List should have at most 200"]),
}


@pytest.mark.parametrize(("text", "problems"), MISTAKES.values(), ids=MISTAKES.keys())
def test_every_mistake_is_named_at_once_with_its_place(tmp_path: Path, text: str, problems: list[str]) -> None:
    with pytest.raises(ConfigurationError) as raised:
        load(tmp_path, text)
    assert len(raised.value.problems) == len(problems)
    for told, expected in zip(raised.value.problems, problems, strict=True):
        assert told.startswith("canaries.toml: ")
        assert expected in told


def test_a_store_that_nobody_can_vouch_for_is_no_mistake(tmp_path: Path) -> None:
    [canary] = load_canaries(written(tmp_path, "[[canary]]\nquery = 'x'\nsku = 'a'\nstore = 'de'"), stores=None)
    assert canary.store == "de"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"canaries\.toml: cannot read .*missing\.toml"):
        load_canaries(tmp_path / "missing.toml", stores=["default"])


async def missed(
    cluster: FakeCluster, *canaries: Canary, embedder: FakeEmbedder | None = None, language: str = "en"
) -> tuple[str, ...]:
    asked = await embed_canaries(canaries, embedder or FakeEmbedder(), store="default", language=language)
    found = await fetch_evidence(cluster, INDEX, META, asked=asked, backoff=AT_ONCE)
    assert found.canaries == len([canary for canary in canaries if canary.is_for("default")])
    return found.missed


def a_canary(**changes: Any) -> Canary:
    return Canary(**{"query": "Product 3", "sku": "SKU-3"} | changes)


async def test_a_product_among_the_first_five_is_found() -> None:
    cluster = await loaded_cluster(INDEX, META, count=12)
    assert await missed(cluster, a_canary(), a_canary(sku="sku 3"), a_canary(query="where is sku-7", sku="SKU.7")) == ()


async def test_a_canary_of_another_store_view_is_not_asked() -> None:
    cluster = await loaded_cluster(INDEX, META, count=3)
    embedder = FakeEmbedder()
    assert await missed(cluster, a_canary(sku="nobody", store="ru"), embedder=embedder) == ()
    assert embedder.queries == []


async def test_a_product_too_far_down_is_missed_with_its_place() -> None:
    cluster = await loaded_cluster(INDEX, META, count=12, text="the same words for all")
    for source in cluster.state[INDEX].documents.values():
        source[catalog.NAME] = "Product"
    # All are alike, so they come by id: 1, 10, 11, 12, 2, 3, …
    [complaint] = await missed(cluster, a_canary(query="Product"))
    assert complaint == "canary 'Product': SKU-3 is at place 6, not among the first 5"


async def test_a_product_nothing_led_to_is_missed() -> None:
    cluster = await loaded_cluster(INDEX, META, count=70, text="the same words for all")
    for source in cluster.state[INDEX].documents.values():
        source[catalog.NAME] = "Product"
    [complaint] = await missed(cluster, a_canary(query="Product", sku="SKU-9"))
    assert "SKU-9 is not among the first 50 by words or by meaning" in complaint


async def test_a_product_that_is_not_there_is_missed_by_name() -> None:
    cluster = await loaded_cluster(INDEX, META, count=3)
    assert await missed(cluster, a_canary(sku="GONE-1")) == ("canary 'Product 3': the index has no product GONE-1",)


async def test_in_a_language_the_model_does_not_know_words_alone_must_do() -> None:
    class English(FakeEmbedder):
        @property
        def model(self) -> EmbeddingModel:
            return EmbeddingModel(provider="fake", name="fake", dimension=8, languages=("en",))

    embedder = English()
    cluster = await loaded_cluster(INDEX, META, count=5)
    assert await missed(cluster, a_canary(), embedder=embedder, language="ru") == ()
    assert embedder.calls == 0


async def test_a_busy_model_is_asked_again_and_what_it_took_is_counted() -> None:
    embedder = FakeEmbedder()
    embedder.fail(EmbeddingUnavailable("busy"))
    asked = await embed_canaries(
        [a_canary()], embedder, store="default", language="en", insist=a_sender(embedder).insist
    )
    assert (embedder.queries, asked.tokens) == (["Product 3"], 2)


async def test_filters_go_to_both_legs() -> None:
    canary = a_canary(price_max=10.0, categories=("Mugs",))
    asked = await embed_canaries([canary], FakeEmbedder(), store="default", language="en")
    [question] = asked.questions
    assert question.filters == [{"range": {"price_from": {"lte": 10.0}}}, {"terms": {"categories.key": ["Mugs"]}}]
    assert question.codes_first
