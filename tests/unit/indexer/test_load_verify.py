"""indexer.load.verify: one test for each reason against going live."""

import re
from dataclasses import replace
from typing import Any

import pytest
from support.builds import an_accepted
from support.index_meta import a_meta
from support.indices import FakeCluster, leg_error
from support.retries import AT_ONCE

from indexer.load.bulk import BulkWriter, encode
from indexer.load.verify import SAMPLE, Claim, Evidence, Pass, Refused, fetch_evidence, judge, verify
from indexer.report import ErrorBudget
from sandbox.openai_server.vectors import bag_of_stems
from shared import catalog
from shared.indices import BuildCounts
from shared.opensearch import ClusterBusy, RequestRefused

INDEX = "rag-20261120-030000"
META = a_meta(state="building", run_id="this-run", dimension=8)
CLAIM = Claim(index=INDEX, total=1000, counts=BuildCounts(read=1000, indexed=990, rejected=4, skipped=6), meta=META)
EVIDENCE = Evidence(run_id="this-run", dimension=8, documents=990, sampled=100, lost=("7",))


def verdict(claim: dict[str, Any] | None = None, /, **evidence: Any) -> Pass | Refused:
    counts = CLAIM.counts.model_copy(update=claim or {})
    return judge(replace(CLAIM, counts=counts), replace(EVIDENCE, **evidence), budget=ErrorBudget())


def test_a_good_build_passes() -> None:
    assert verdict() == Pass()


REFUSED = {
    "a document was never read": ({"read": 999, "skipped": 5}, {}, "holds 1000 documents, but 999 were read"),
    "a document has no outcome": ({"skipped": 5}, {}, r"990 indexed \+ 4 rejected \+ 5 skipped are 999"),
    "the index holds fewer": ({}, {"documents": 989}, "990 documents were written, but the index holds 989"),
    "the index holds more": ({}, {"documents": 991}, "the index holds 991"),
    "nothing was indexed": ({"indexed": 0, "skipped": 996}, {"documents": 0, "sampled": 0, "lost": ()}, "not a single"),
    "too many were rejected": (
        {"rejected": 6, "skipped": 4},
        {},
        "6 of 1000 documents were rejected, at most 5 may be",
    ),
    "another index has the name": ({}, {"run_id": "another"}, "not the one this run created"),
    "an index without our mark": ({}, {"run_id": None}, "not the one this run created"),
    "another dimension": ({}, {"dimension": 16}, "dimension 16, the model has 8"),
    "products do not find themselves": ({}, {"lost": tuple("123456")}, r"94 of 100 .*\(not found: 1, 2, 3, 4, 5, …\)"),
}


@pytest.mark.parametrize(("counts", "evidence", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_a_bad_build_is_refused_for_one_reason(counts: dict[str, int], evidence: dict[str, Any], reason: str) -> None:
    found = verdict(counts, **evidence)
    assert isinstance(found, Refused)
    [told] = found.reasons
    assert re.search(reason, told)


def test_every_reason_is_told_at_once() -> None:
    found = verdict({"rejected": 6}, documents=1, dimension=16)
    assert isinstance(found, Refused)
    assert len(found.reasons) == 4


def test_five_of_a_hundred_may_be_lost() -> None:
    assert verdict(lost=tuple("12345")) == Pass()


async def loaded(count: int, **changes: Any) -> FakeCluster:
    """A cluster with an index of `count` different products."""
    cluster = FakeCluster()
    cluster.put(INDEX, META).mappings["properties"] = {catalog.VECTOR: {"dimension": 8}}
    products = [an_accepted(number, **changes) for number in range(1, count + 1)]
    await BulkWriter(cluster, INDEX).write(
        [
            encode(product.document, text_hash=product.text_hash, vector=bag_of_stems(product.document.text, 8))
            for product in products
        ]
    )
    return cluster


async def test_products_find_themselves() -> None:
    evidence = await fetch_evidence(await loaded(12), INDEX)
    assert evidence == Evidence(run_id="this-run", dimension=8, documents=12, sampled=12, lost=())


async def test_a_large_catalogue_is_sampled_the_same_way_every_time() -> None:
    cluster = await loaded(SAMPLE + 20)
    first, second = await fetch_evidence(cluster, INDEX), await fetch_evidence(cluster, INDEX)
    assert first.sampled == SAMPLE
    assert first == second


async def test_products_of_one_text_stand_for_each_other() -> None:
    evidence = await fetch_evidence(await loaded(40, text="the same words for all"), INDEX)
    assert (evidence.sampled, evidence.lost) == (40, ())


async def test_a_product_whose_words_and_vector_lead_elsewhere_is_lost() -> None:
    cluster = await loaded(30)
    documents = cluster.state[INDEX].documents
    for number in ("3", "4"):
        # Its own vector points away from everything and its words were never indexed.
        documents[number] |= {catalog.VECTOR: [0.0] * 8, catalog.IDENTIFIERS: []}
        documents[number][catalog.NAME] = "Product"
    evidence = await fetch_evidence(cluster, INDEX)
    assert sorted(evidence.lost) == ["3", "4"]


BUSY = leg_error(429, "circuit_breaking_exception", "Data too large")


async def test_a_search_the_cluster_had_no_time_for_is_asked_again() -> None:
    cluster = await loaded(12)
    cluster.answer_msearch({3: BUSY}, {0: BUSY})
    evidence = await fetch_evidence(cluster, INDEX, backoff=AT_ONCE)
    assert (evidence.sampled, evidence.lost) == (12, ())
    # Two legs a product, ten products a request: the first request came through at its third attempt.
    assert cluster.msearches == [20, 20, 20, 4]


async def test_a_search_the_cluster_never_has_time_for_is_the_clusters_fault_and_not_the_builds() -> None:
    cluster = await loaded(2)
    cluster.answer_msearch(*[{1: BUSY}] * AT_ONCE.attempts)
    with pytest.raises(ClusterBusy, match=f"index '{INDEX}': circuit_breaking_exception: Data too large"):
        await fetch_evidence(cluster, INDEX, backoff=AT_ONCE)
    assert cluster.msearches == [4] * AT_ONCE.attempts


async def test_a_search_that_is_refused_is_not_repeated() -> None:
    cluster = await loaded(2)
    cluster.answer_msearch({2: leg_error(400, "query_shard_exception", "failed to create query")})
    with pytest.raises(RequestRefused, match="query_shard_exception"):
        await fetch_evidence(cluster, INDEX, backoff=AT_ONCE)
    assert cluster.msearches == [4]


async def test_the_verdict_comes_from_the_index_itself() -> None:
    counts = BuildCounts(read=12, indexed=12)
    claim = Claim(index=INDEX, total=12, counts=counts, meta=META)
    cluster = await loaded(12)
    assert await verify(cluster, claim) == Pass()
    cluster.count_off = -1
    assert isinstance(await verify(cluster, claim), Refused)
