"""Magento's own synonyms, from the settings of a native index on a real node to the index that a run builds of it."""

from dataclasses import replace
from functools import partial

import pytest
from opensearchpy import AsyncOpenSearch
from support.embedding import FakeEmbedder
from support.records import a_store

from indexer.embed.sending import Sender
from indexer.extract.opensearch import open_source
from indexer.load.indices import fetch_alias
from indexer.pipeline import run_all
from indexer.report import RunReport, StoreReport
from indexer.workshop import Job, Workshop
from runtime.retrieval.search import OpenSearchProducts
from sandbox.magento.catalogue import generate_catalogue, seeded_model
from sandbox.magento.core import CoreStore
from sandbox.magento.load import Dialect, load_store, native_store
from sandbox.magento.product import ENGLISH
from shared.indices import RagNames
from shared.opensearch import ClusterAddress

GROUPS = ("sofa,couch", "кроссовки,кеды", "hot dog,frankfurter")


@pytest.fixture
def names(namespace: str) -> RagNames:
    return RagNames(prefix=f"{namespace}rag", alias=f"{namespace}rag-active")


async def run(client: AsyncOpenSearch, url: str, native: str, names: RagNames) -> StoreReport:
    """One run over the native alias `native`."""
    address = ClusterAddress(url=url)
    shop = Workshop(
        open_source=partial(open_source, client, address),
        target=client,
        address=address,
        sender=Sender(FakeEmbedder(dimension=8)),
    )
    report = RunReport(run_id="run")
    await run_all([Job(store=a_store(magento_index=native), names=names)], shop, report)
    return report.stores[0]


async def test_run_records_the_synonyms_of_the_native_index(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str, names: RagNames
) -> None:
    store = CoreStore(ENGLISH, seeded_model(), prefix=f"{namespace}magento2", synonyms=GROUPS)
    await load_store(cluster, store, generate_catalogue(5, seed=3))
    report = await run(cluster, opensearch_url, store.alias, names)
    assert (report.status, report.reasons, report.notes) == ("done", [], [])
    assert (await OpenSearchProducts(cluster).fetch_live(names.alias))[1].synonyms == GROUPS


async def test_synonyms_changed_in_magento_cost_no_embedding(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str, names: RagNames
) -> None:
    store = CoreStore(ENGLISH, seeded_model(), prefix=f"{namespace}magento2", synonyms=GROUPS)
    await load_store(cluster, store, generate_catalogue(5, seed=3))
    await run(cluster, opensearch_url, store.alias, names)
    changed = replace(store, version=2, synonyms=("chair,stool",))
    await cluster.indices.delete(index=store.index)
    await load_store(cluster, changed, generate_catalogue(5, seed=3))
    report = await run(cluster, opensearch_url, changed.alias, names)
    assert (report.status, report.embedded) == ("done", 0)
    assert (await OpenSearchProducts(cluster).fetch_live(names.alias))[1].synonyms == ("chair,stool",)


async def test_rule_that_means_nothing_to_us_is_a_note_in_the_report(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str, names: RagNames
) -> None:
    store = CoreStore(ENGLISH, seeded_model(), prefix=f"{namespace}magento2", synonyms=("alone", "sofa,couch"))
    await load_store(cluster, store, generate_catalogue(5, seed=3))
    report = await run(cluster, opensearch_url, store.alias, names)
    assert [note.partition(",")[0] for note in report.notes] == ["1 of Magento's synonym rules cannot be read"]
    assert (await OpenSearchProducts(cluster).fetch_live(names.alias))[1].synonyms == ("sofa,couch",)


@pytest.mark.parametrize("dialect", ["core", "elasticsuite"])
async def test_native_index_without_synonyms_leaves_none(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str, names: RagNames, dialect: Dialect
) -> None:
    store = native_store(ENGLISH, seeded_model(), dialect=dialect, prefix=f"{namespace}magento2")
    await load_store(cluster, store, generate_catalogue(5, seed=3))
    report = await run(cluster, opensearch_url, store.alias, names)
    assert (report.status, report.notes) == ("done", [])
    assert len(await fetch_alias(cluster, names.alias)) == 1
    assert (await OpenSearchProducts(cluster).fetch_live(names.alias))[1].synonyms == ()
