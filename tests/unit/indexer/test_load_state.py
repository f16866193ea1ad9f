"""indexer.load.state: what an index says of itself, before it is built and when building it ended early."""

import asyncio
from dataclasses import replace

import pytest
from support.builds import NOW, Clock
from support.index_meta import a_meta
from support.indices import NAMES, FakeCluster
from support.records import a_store

from indexer.load.state import Build, describe_build, marked_if_failed
from indexer.records import SourceSnapshot
from shared.embedding.embedder import EmbeddingModel
from shared.indices import BuildCounts

INDEX = "rag-20261120-030000"
SNAPSHOT = SourceSnapshot(index="magento2_product_1_v7", uuid="uuid-7", dialect="core", total=3)


@pytest.mark.parametrize("languages", [pytest.param(("en",), id="english"), pytest.param((), id="all of them")])
def test_an_index_records_its_model_and_the_languages_that_model_knows(languages: tuple[str, ...]) -> None:
    model = EmbeddingModel(provider="local", name="all-MiniLM-L6-v2", dimension=384, languages=languages)
    meta = describe_build(a_store(), model, SNAPSHOT, run_id="run", template_version=1, recipe="r", started_at=NOW)
    assert (meta.provider, meta.model, meta.dimension, meta.languages) == ("local", "all-MiniLM-L6-v2", 384, languages)
    assert (meta.source_index, meta.source_uuid, meta.state) == ("magento2_product_1_v7", "uuid-7", "building")


def test_an_index_records_the_synonyms_of_its_source() -> None:
    model = EmbeddingModel(provider="local", name="all-MiniLM-L6-v2", dimension=384)
    source = replace(SNAPSHOT, synonyms=("sofa,couch",))
    meta = describe_build(a_store(), model, source, run_id="run", template_version=1, recipe="r", started_at=NOW)
    assert meta.synonyms == ("sofa,couch",)


async def test_a_run_that_was_stopped_says_so_in_its_index() -> None:
    cluster = FakeCluster()
    meta = a_meta(state="building")
    cluster.put(INDEX, meta)
    build = Build(cluster, INDEX, meta, now=Clock())
    with pytest.raises(asyncio.CancelledError):
        async with marked_if_failed(build, alias=NAMES.alias, counts=lambda: BuildCounts(read=2)):
            raise asyncio.CancelledError
    marked = cluster.state[INDEX].meta
    assert (marked.state, marked.reason, marked.counts.read) == ("failed", "the run was stopped", 2)


async def test_a_run_that_was_cancelled_for_a_reason_gives_it() -> None:
    cluster = FakeCluster()
    meta = a_meta(state="building")
    cluster.put(INDEX, meta)
    build = Build(cluster, INDEX, meta, now=Clock())
    with pytest.raises(asyncio.CancelledError):
        async with marked_if_failed(build, alias=NAMES.alias, counts=lambda: BuildCounts()):
            raise asyncio.CancelledError("the lease was lost")
    assert cluster.state[INDEX].meta.reason == "the lease was lost"
