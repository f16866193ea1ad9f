"""indexer.load.evidence: what is seen of an index, sound or not."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from support.builds import an_accepted
from support.index_meta import a_meta
from support.indices import FakeCluster, leg_error
from support.proofs import loaded_cluster
from support.retries import AT_ONCE

from indexer.load.evidence import SEARCHED, Evidence, fetch_evidence
from indexer.load.sample import LEAST, sample_size, sample_start
from indexer.records import Accepted
from shared import catalog
from shared.indices import IndexMeta
from shared.opensearch import ClusterBusy, RequestRefused

INDEX = "rag-20261120-030000"
LIVE = "rag-20261119-030000"
META = a_meta(state="building", run_id="this-run", dimension=8)


async def loaded(count: int, **changes: Any) -> FakeCluster:
    return await loaded_cluster(INDEX, META, count=count, **changes)


async def evidence_of(cluster: FakeCluster, meta: IndexMeta = META, **asking: Any) -> Evidence:
    return await fetch_evidence(cluster, INDEX, meta, backoff=AT_ONCE, **asking)


async def test_a_sound_index_shows_nothing_wrong() -> None:
    assert await evidence_of(await loaded(12)) == Evidence(
        run_id="this-run", dimension=8, documents=12, sampled=12, searched=12
    )


@pytest.mark.parametrize(("documents", "sampled"), [(0, 100), (9_999, 100), (10_000, 100), (30_000, 300)])
def test_a_hundredth_is_sampled_and_at_least_a_hundred(documents: int, sampled: int) -> None:
    assert sample_size(documents) == sampled


async def test_a_large_catalogue_is_sampled_the_same_way_by_the_same_run_and_otherwise_by_the_next() -> None:
    cluster = await loaded(LEAST + 50)
    asked: list[tuple[str, ...]] = []

    async def recheck(ids: Sequence[str]) -> None:
        asked.append(tuple(ids))

    for run_id in ("first", "first", "second"):
        cluster.state[INDEX].mappings["_meta"]["vitrina"]["run_id"] = run_id
        found = await evidence_of(cluster, META.model_copy(update={"run_id": run_id}), recheck=recheck)
        assert found.sampled == len(set(asked[-1])) == LEAST
    assert asked[0] == asked[1] != asked[2]


async def test_a_sample_that_begins_near_the_end_goes_on_at_the_beginning() -> None:
    cluster = await loaded(30)
    documents = cluster.state[INDEX].documents
    start = sample_start("this-run")
    assert {source[catalog.TEXT_HASH] >= start for source in documents.values()} == {True, False}
    assert (await evidence_of(cluster)).sampled == 30


FLAWS: dict[str, Any] = {
    "zero": [0.0] * 8,
    "not finite": [float("nan")] + [0.0] * 7,
    "not of unit length": [0.5] + [0.0] * 7,
    "not of dimension 8": [1.0] * 7,
}


@pytest.mark.parametrize(("flaw", "vector"), FLAWS.items(), ids=FLAWS.keys())
async def test_a_vector_that_is_not_the_models_is_seen_and_its_product_searched_by_words(
    flaw: str, vector: list[float]
) -> None:
    cluster = await loaded(1)
    cluster.state[INDEX].documents["1"][catalog.VECTOR] = vector
    found = await evidence_of(cluster)
    assert (found.flaws, found.lost) == ({flaw: 1}, ())
    assert cluster.msearches == [1]


async def test_a_missing_vector_is_seen() -> None:
    cluster = await loaded(1)
    cluster.state[INDEX].documents["1"][catalog.VECTOR] = None
    assert (await evidence_of(cluster)).flaws == {"not of dimension 8": 1}


async def test_products_of_one_text_stand_for_each_other() -> None:
    evidence = await evidence_of(await loaded(40, text="the same words for all"))
    assert (evidence.searched, evidence.lost) == (40, ())


async def test_a_product_whose_words_and_vector_lead_elsewhere_is_lost() -> None:
    cluster = await loaded(30)
    documents = cluster.state[INDEX].documents
    for number in ("3", "4"):
        # Its own vector points away from everything and its words were never indexed.
        documents[number] |= {catalog.VECTOR: [0.0] * 8, catalog.IDENTIFIERS: []}
        documents[number][catalog.NAME] = "Product"
    assert sorted((await evidence_of(cluster)).lost) == ["3", "4"]


async def test_no_more_products_are_searched_for_than_it_takes() -> None:
    assert (await evidence_of(await loaded(SEARCHED + 30))).searched == SEARCHED


BUSY = leg_error(429, "circuit_breaking_exception", "Data too large")


async def test_a_search_the_cluster_had_no_time_for_is_asked_again() -> None:
    cluster = await loaded(12)
    cluster.answer_msearch({3: BUSY}, {0: BUSY})
    evidence = await evidence_of(cluster)
    assert (evidence.searched, evidence.lost) == (12, ())
    # Two legs a product, ten products a request: the first request came through at its third attempt.
    assert cluster.msearches == [20, 20, 20, 4]


async def test_a_search_the_cluster_never_has_time_for_is_the_clusters_fault_and_not_the_builds() -> None:
    cluster = await loaded(2)
    cluster.answer_msearch(*[{1: BUSY}] * AT_ONCE.attempts)
    with pytest.raises(ClusterBusy, match=f"index '{INDEX}': circuit_breaking_exception: Data too large"):
        await evidence_of(cluster)
    assert cluster.msearches == [4] * AT_ONCE.attempts


async def test_a_search_that_is_refused_is_not_repeated() -> None:
    cluster = await loaded(2)
    cluster.answer_msearch({2: leg_error(400, "query_shard_exception", "failed to create query")})
    with pytest.raises(RequestRefused, match="query_shard_exception"):
        await evidence_of(cluster)
    assert cluster.msearches == [4]


def source_says(**changes: Accepted | None) -> Any:
    """A recheck of five products, some changed, some gone."""
    products = {str(number): an_accepted(number) for number in range(1, 6)}
    products |= {key.removeprefix("n"): product for key, product in changes.items() if product}
    gone = {key.removeprefix("n") for key, product in changes.items() if product is None}

    async def recheck(ids: Sequence[str]) -> Mapping[str, Accepted]:
        return {key: products[key] for key in ids if key not in gone}

    return recheck


def changed(number: int, **document: Any) -> Accepted:
    product = an_accepted(number)
    return replace(product, document=replace(product.document, **document))


async def test_products_that_the_source_confirms_do_not_differ() -> None:
    assert (await evidence_of(await loaded(5), recheck=source_says())).differing == ()


DIFFERENT: dict[str, tuple[Accepted | None, str]] = {
    "price": (changed(3, price_from=1.0), "3 (price_from)"),
    "dearest variant": (changed(3, price_to=99.0), "3 (price_to)"),
    "stock": (changed(3, in_stock=False), "3 (in_stock)"),
    "name": (changed(3, name="Another"), "3 (name)"),
    "text": (changed(3, text="Another"), "3 (text)"),
    "hash of the text": (replace(an_accepted(3), text_hash="0" * 32), "3 (text_hash)"),
    "link": (changed(3, url="https://another.example/3"), "3 (url)"),
    "picture": (changed(3, image=None), "3 (image)"),
    "code": (changed(3, identifiers=("4006381333931",)), "3 (identifiers)"),
    "several at once": (changed(3, name="Another", in_stock=False), "3 (name, in_stock)"),
    "gone": (None, "3 (not in the source)"),
}


@pytest.mark.parametrize(("product", "difference"), DIFFERENT.values(), ids=DIFFERENT.keys())
async def test_a_product_that_is_not_what_the_source_says_is_named(product: Accepted | None, difference: str) -> None:
    found = await evidence_of(await loaded(5), recheck=source_says(n3=product))
    assert found.differing == (difference,)


async def test_a_source_that_is_gone_leaves_the_comparison_open() -> None:
    async def recheck(ids: Sequence[str]) -> None:
        return None

    assert (await evidence_of(await loaded(5), recheck=recheck)).differing is None


async def beside(cluster: FakeCluster, *, count: int, **meta: Any) -> FakeCluster:
    """The same cluster with a live index of the first `count` products."""
    other = await loaded_cluster(LIVE, a_meta(**{"run_id": "last", "dimension": 8} | meta), count=count)
    cluster.state |= other.state
    return cluster


async def test_the_same_products_give_the_same_answers_as_the_live_index() -> None:
    found = await evidence_of(await beside(await loaded(12), count=12), previous=LIVE)
    assert (found.previous_documents, found.overlap, found.overlap_by_words) == (12, 1.0, False)


async def test_other_products_give_other_answers() -> None:
    cluster = await beside(await loaded(30), count=30)
    for key in [str(number) for number in range(1, 21)]:
        del cluster.state[LIVE].documents[key]
    found = await evidence_of(cluster, previous=LIVE)
    assert found.previous_documents == 10
    assert found.overlap is not None
    assert found.overlap < 1.0


async def test_vectors_of_another_model_are_not_asked_for() -> None:
    cluster = await beside(await loaded(12), count=12, model="another")
    for source in cluster.state[LIVE].documents.values():
        source[catalog.VECTOR] = [1.0]  # No product with ours could be taken.
    found = await evidence_of(cluster, previous=LIVE)
    assert (found.overlap, found.overlap_by_words) == (1.0, True)


async def test_a_live_index_that_cannot_be_read_is_no_reason_of_any_kind() -> None:
    cluster = await beside(await loaded(12), count=12)
    # Two requests for the new index' own products, then the first to the live one.
    cluster.answer_msearch({}, {}, {0: leg_error(400, "query_shard_exception", "no such field")})
    found = await evidence_of(cluster, previous=LIVE)
    assert (found.previous_documents, found.overlap) == (12, None)


async def test_a_live_index_that_is_gone_was_none() -> None:
    found = await evidence_of(await loaded(3), previous=LIVE)
    assert (found.previous_documents, found.overlap) == (None, None)
