"""indexer.load.retention: what goes, what stays, where a rollback leads."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builds import NOW, a_question_model
from support.embedding import FakeEmbedder
from support.index_meta import a_meta
from support.indices import NAMES, FakeCluster, refused

from indexer.errors import ModelUnusable, NothingToRollBack, SwapConflict
from indexer.load.indices import OwnIndex
from indexer.load.retention import STALE_AFTER, plan_retention, plan_rollback, prune, rollback_candidates
from indexer.load.rollback import probe_questions, roll_back
from shared.embedding.embedder import Embedder, EmbeddingMalformed, EmbeddingRefused, EmbeddingUnavailable
from shared.errors import AppError
from shared.indices import OLDEST_SERVED, BuildState, IndexMeta, RagNames

OTHER_STORE = RagNames(prefix="rag", alias="rag-ru-active", code="ru")


def an_index(
    day: int, state: BuildState = "live", *, live: bool = False, reason: str | None = None, names: RagNames = NAMES
) -> OwnIndex:
    """Built in the first hours of `day` of November 2026."""
    moment = datetime(2026, 11, day, 2, 0, tzinfo=UTC)
    return OwnIndex(
        name=names.dated(moment),
        aliases=frozenset({names.alias} if live else ()),
        meta=a_meta(state=state, started_at=moment, reason=reason),
    )


def gone(indices: list[OwnIndex], *, retain: int = 1, held_by: str | None = None) -> list[str]:
    removals = plan_retention(indices, NAMES, retain=retain, now=NOW, held_by=held_by)
    return sorted(removal.index for removal in removals)


LIVE = an_index(19, live=True)


@pytest.mark.parametrize(("retain", "kept"), [(0, 0), (1, 1), (2, 2), (9, 3)])
def test_previous_indices_stay_as_many_as_asked(retain: int, kept: int) -> None:
    previous = [an_index(18), an_index(17), an_index(16)]
    assert gone([LIVE, *previous], retain=retain) == sorted(index.name for index in previous[kept:])


def test_an_index_of_the_version_before_may_be_rolled_back_to() -> None:
    before = replace(an_index(18), meta=replaced(an_index(18), schema_version=OLDEST_SERVED))
    assert plan_rollback([LIVE, before], NAMES) == before


def test_an_index_that_no_runtime_serves_is_kept_like_others_and_is_nothing_to_roll_back_to() -> None:
    unserved = OLDEST_SERVED - 1
    older = [replace(index, meta=replaced(index, schema_version=unserved)) for index in (an_index(18), an_index(17))]
    assert gone([LIVE, *older], retain=1) == [an_index(17).name]
    with pytest.raises(NothingToRollBack, match="no earlier complete index"):
        plan_rollback([LIVE, *older], NAMES)
    with pytest.raises(NothingToRollBack, match="built by an older version"):
        plan_rollback([LIVE, *older], NAMES, to=an_index(18).name)


def replaced(index: OwnIndex, **changes: Any) -> IndexMeta:
    assert index.meta is not None
    return index.meta.model_copy(update=changes)


def test_a_failed_build_goes_once_a_later_one_is_live() -> None:
    failed = replace(an_index(18, "failed"), meta=a_meta(state="failed", started_at=NOW - timedelta(minutes=5)))
    assert gone([LIVE, failed]) == [failed.name]


def test_a_young_failed_build_waits_for_the_next_run_to_take_its_vectors_over() -> None:
    young = replace(an_index(20, "failed"), meta=a_meta(state="failed", started_at=NOW - STALE_AFTER))
    stale = replace(young, meta=a_meta(state="failed", started_at=NOW - STALE_AFTER - timedelta(seconds=1)))
    assert gone([LIVE, young]) == []
    assert gone([LIVE, stale]) == [stale.name]


@pytest.mark.parametrize("state", ["building", "ready"])
def test_what_the_holder_of_the_lease_is_building_stays_however_long_it_takes(state: BuildState) -> None:
    started_at = NOW - timedelta(hours=9)
    index = replace(an_index(20, state), meta=a_meta(state=state, started_at=started_at, run_id="at-work"))
    assert gone([LIVE, index], held_by="at-work") == []
    assert gone([LIVE, index], held_by="another") == [index.name]


def test_an_unfinished_build_goes_only_when_it_is_stale() -> None:
    young = replace(an_index(20, "building"), meta=a_meta(state="building", started_at=NOW - STALE_AFTER))
    stale = replace(young, meta=a_meta(state="building", started_at=NOW - STALE_AFTER - timedelta(seconds=1)))
    assert gone([LIVE, young]) == []
    assert gone([LIVE, stale]) == [stale.name]


def test_a_proven_build_about_to_go_live_stays() -> None:
    ready = replace(an_index(20, "ready"), meta=a_meta(state="ready", started_at=NOW - timedelta(minutes=5)))
    assert gone([LIVE, ready]) == []


def test_what_was_rolled_back_from_stays_until_a_newer_index_is_live() -> None:
    left = an_index(20, reason="rolled back to …")
    assert gone([LIVE, left]) == []
    newer = an_index(21, live=True)
    assert gone([newer, replace(LIVE, aliases=frozenset()), left]) == [left.name]


def test_without_a_live_index_nothing_complete_goes() -> None:
    assert gone([an_index(18), an_index(17), an_index(16, "ready")], retain=0) == []


def test_an_index_of_unknown_origin_stays() -> None:
    assert gone([LIVE, OwnIndex(name=an_index(12).name, problem="no _meta")], retain=0) == []


def test_an_index_with_any_alias_stays() -> None:
    assert gone([LIVE, replace(an_index(12), aliases=frozenset({"reports"}))], retain=0) == []


RUNS = ("run-1", "run-2")
STATES: tuple[BuildState, ...] = ("building", "ready", "live", "failed")
ANY_INDEX = st.builds(
    OwnIndex,
    name=st.sampled_from(
        [
            *(f"rag-202611{day:02}-020000" for day in range(1, 21)),
            "rag-ru-20261110-020000",
            "rag-active",
            "rag-state",
            "rag-runs",
            "rag",
            "rag-2026-11-10",
            "magento2_product_1_v1",
            "xrag-20261110-020000",
            "rag-20261110-020000-old",
        ]
    ),
    aliases=st.frozensets(st.sampled_from([NAMES.alias, "other"]), max_size=1),
    meta=st.none()
    | st.builds(
        a_meta,
        state=st.sampled_from(STATES),
        run_id=st.sampled_from(RUNS),
        reason=st.none() | st.just("rolled back"),
        started_at=st.integers(-3, 600).map(lambda hours: NOW - timedelta(hours=hours)),
    ),
)


@settings(max_examples=1000)
@given(
    st.lists(ANY_INDEX, max_size=12, unique_by=lambda index: index.name),
    st.integers(0, 3),
    st.none() | st.sampled_from(RUNS),
)
def test_whatever_the_cluster_holds_nothing_foreign_live_or_needed_is_chosen(
    indices: list[OwnIndex], retain: int, held_by: str | None
) -> None:
    removals = {removal.index for removal in plan_retention(indices, NAMES, retain=retain, now=NOW, held_by=held_by)}
    live = [index.name for index in indices if NAMES.alias in index.aliases]
    for index in indices:
        if index.name in removals:
            assert re.fullmatch(r"rag-[0-9]{8}-[0-9]{6}", index.name)
            assert not index.aliases
            assert index.meta is not None
            unfinished = index.meta.state in ("building", "ready")
            assert not unfinished or index.meta.run_id != held_by
            assert not unfinished or NOW - index.meta.started_at > STALE_AFTER
            assert not index.complete or live
    candidates = rollback_candidates(indices, NAMES)
    assert removals.isdisjoint(index.name for index in candidates[:retain])


def test_a_rollback_goes_to_the_newest_earlier_complete_index() -> None:
    indices = [an_index(20, "failed"), LIVE, an_index(18, "building"), an_index(17), an_index(16)]
    assert plan_rollback(indices, NAMES).name == an_index(17).name


def test_a_rollback_does_not_go_forward_by_itself() -> None:
    with pytest.raises(NothingToRollBack, match="no earlier complete index"):
        plan_rollback([LIVE, an_index(20)], NAMES)


def test_a_rollback_does_not_return_to_what_was_rolled_back_from() -> None:
    indices = [an_index(20, live=True), an_index(19, reason="rolled back to …"), an_index(18)]
    assert plan_rollback(indices, NAMES).name == an_index(18).name


def test_a_named_index_may_be_newer() -> None:
    assert plan_rollback([LIVE, an_index(20)], NAMES, to=an_index(20).name).name == an_index(20).name


@pytest.mark.parametrize("state", ["building", "failed"])
def test_an_incomplete_index_is_refused_even_by_name(state: BuildState) -> None:
    with pytest.raises(NothingToRollBack, match=f"not complete: its state is '{state}'"):
        plan_rollback([LIVE, an_index(18, state)], NAMES, to=an_index(18).name)


@pytest.mark.parametrize(("name", "words"), [(LIVE.name, "live already"), ("magento2", "no index of this store view")])
def test_a_name_that_makes_no_sense_is_refused(name: str, words: str) -> None:
    with pytest.raises(NothingToRollBack, match=words):
        plan_rollback([LIVE, an_index(18)], NAMES, to=name)


@pytest.fixture
def cluster() -> FakeCluster:
    """Two nights, a build that failed, and indices of others."""
    cluster = FakeCluster()
    for index in (LIVE, an_index(18), an_index(17, "failed")):
        cluster.put(index.name, index.meta, aliases=tuple(index.aliases))
    cluster.put(an_index(15, names=OTHER_STORE).name, a_meta(state="failed"))
    cluster.put("rag-notes")
    return cluster


async def test_prune_deletes_what_was_chosen_and_nothing_else(cluster: FakeCluster) -> None:
    before = set(cluster.state)
    removals = await prune(cluster, NAMES, retain=1, now=NOW)
    assert [removal.index for removal in removals] == [an_index(17).name]
    assert before - set(cluster.state) == {an_index(17).name}


async def test_a_dry_prune_only_says_so(cluster: FakeCluster) -> None:
    before = set(cluster.state)
    assert len(await prune(cluster, NAMES, retain=0, now=NOW, dry_run=True)) == 2
    assert set(cluster.state) == before


async def test_back_and_forth(cluster: FakeCluster) -> None:
    there = await roll_back(cluster, NAMES, open_embedder=a_question_model)
    assert (there.left, there.live) == (LIVE.name, an_index(18).name)
    assert cluster.aliases == {NAMES.alias: [an_index(18).name]}
    assert cluster.state[LIVE.name].meta.reason == f"rolled back to {an_index(18).name}"

    with pytest.raises(NothingToRollBack):
        await roll_back(cluster, NAMES, open_embedder=a_question_model)
    back = await roll_back(cluster, NAMES, open_embedder=a_question_model, to=LIVE.name)
    assert (back.left, back.live) == (an_index(18).name, LIVE.name)
    assert cluster.aliases == {NAMES.alias: [LIVE.name]}
    assert [cluster.state[name].meta.reason for name in (LIVE.name, an_index(18).name)] == [None, None]


async def test_an_index_that_became_live_meanwhile_is_not_deleted(cluster: FakeCluster) -> None:
    doomed = an_index(17).name

    def roll_back_to_it() -> None:
        cluster.state[LIVE.name].aliases.clear()
        cluster.state[doomed].aliases.add(NAMES.alias)

    cluster.before("delete", roll_back_to_it)
    with pytest.raises(SwapConflict, match=doomed):
        await prune(cluster, NAMES, retain=1, now=NOW)
    assert doomed in cluster.state


async def test_an_index_that_somebody_else_removed_first_is_no_failure(cluster: FakeCluster) -> None:
    cluster.before("delete", lambda: cluster.state.pop(an_index(17).name))
    await prune(cluster, NAMES, retain=1, now=NOW)
    assert cluster.aliases == {NAMES.alias: [LIVE.name]}


@pytest.mark.parametrize(
    ("error", "told"),
    [
        pytest.param(EmbeddingRefused("the key is wrong."), "the key is wrong", id="key"),
        pytest.param(EmbeddingMalformed("shape (1, 8)."), r"shape \(1, 8\)", id="dimension"),
        pytest.param(EmbeddingUnavailable("no answer."), "no answer", id="out of reach"),
    ],
)
async def test_a_rollback_to_a_model_that_cannot_answer_moves_nothing(
    cluster: FakeCluster, error: AppError, told: str
) -> None:
    embedder = FakeEmbedder()
    embedder.fail(error)
    with pytest.raises(ModelUnusable, match=rf"fake/fake of dimension 64.*{told}.*EMBEDDING_PROVIDER"):
        await roll_back(cluster, NAMES, open_embedder=lambda meta: embedder)
    assert cluster.aliases == {NAMES.alias: [LIVE.name]}
    assert embedder.closed


async def test_a_rollback_to_a_provider_that_is_not_here_moves_nothing(cluster: FakeCluster) -> None:
    def unknown(meta: IndexMeta) -> Embedder:
        raise EmbeddingRefused(f"no provider {meta.provider!r} here.")

    with pytest.raises(ModelUnusable, match="no provider 'fake' here"):
        await roll_back(cluster, NAMES, open_embedder=unknown)
    assert cluster.aliases == {NAMES.alias: [LIVE.name]}


async def test_a_model_that_takes_too_long_for_a_question_is_unusable() -> None:
    class Silent(FakeEmbedder):
        async def embed_query(self, text: str) -> None:
            await asyncio.Event().wait()

    with pytest.raises(ModelUnusable, match="no answer within 0 s"):
        await probe_questions("rag-20261118-020000", a_meta(), lambda meta: Silent(), seconds=0)


async def test_a_rollback_that_cannot_be_marked_is_done_all_the_same(cluster: FakeCluster) -> None:
    cluster.fail("put_mapping", refused(403, "security_exception", "no permissions"))
    done = await roll_back(cluster, NAMES, open_embedder=a_question_model)
    assert cluster.aliases == {NAMES.alias: [done.live]}
