"""indexer.pipeline: whatever fails, the alias stays; whatever succeeds, nothing is lost."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY
from support.builds import NOW, Clock, a_job, a_workshop
from support.embedding import FakeEmbedder
from support.index_meta import a_meta
from support.indices import NAMES, FakeCluster, item_error, refused
from support.records import a_record
from support.sources import NAMELESS, FakeSource, some_records

from indexer.pipeline import RESTARTS, run_all
from indexer.rejects import RejectFile
from indexer.report import RunReport, StoreReport
from indexer.transform.chunk import TEMPLATE_VERSION
from indexer.workshop import Job
from shared.catalog import VECTOR
from shared.embedding.embedder import EmbeddingRefused
from shared.errors import ConfigurationError
from shared.indices import named_store_names

LIVE = "rag-20261119-030000"
NEW = "rag-20261120-030000"


@pytest.fixture
def cluster() -> FakeCluster:
    """Yesterday's index is live, made by the same model."""
    cluster = FakeCluster()
    cluster.put(LIVE, a_meta(dimension=8, template_version=TEMPLATE_VERSION), aliases=(NAMES.alias,))
    return cluster


async def build(cluster: FakeCluster, source: FakeSource, **options: object) -> StoreReport:
    """One run over one store view."""
    run = RunReport(run_id="run")
    await run_all([a_job()], a_workshop(cluster, source, **options), run)
    return run.stores[0]


def assert_untouched(cluster: FakeCluster, report: StoreReport, *, reason: str) -> None:
    """The alias is where it was, the build is marked, and nothing of it is aliased."""
    assert cluster.aliases == {NAMES.alias: [LIVE]}
    assert report.swapped is False
    assert report.index == NEW
    meta = cluster.state[NEW].meta
    assert meta.state == "failed"
    assert reason in (meta.reason or "")
    assert any(reason in told for told in report.reasons)


async def test_a_run_replaces_the_live_index_and_keeps_it_for_rollback(cluster: FakeCluster) -> None:
    source = FakeSource([*some_records(30), a_record(id="off", status=2)])
    report = await build(cluster, source)
    assert cluster.aliases == {NAMES.alias: [NEW]}
    assert set(cluster.state) == {LIVE, NEW}
    assert (report.status, report.swapped, report.previous, report.reasons) == ("done", True, LIVE, [])
    assert (report.read, report.indexed, report.rejected, report.skipped) == (31, 30, 0, 1)
    assert len(cluster.state[NEW].documents) == 30
    assert all(len(document[VECTOR]) == 8 for document in cluster.state[NEW].documents.values())


async def test_the_index_records_what_it_was_built_from(cluster: FakeCluster) -> None:
    await build(cluster, FakeSource(some_records(3)))
    meta = cluster.state[NEW].meta
    assert (meta.state, meta.run_id, meta.source_index, meta.source_uuid) == (
        "live", "run", "magento2_product_1_v1", "uuid-1",
    )  # fmt: skip
    assert (meta.provider, meta.model, meta.dimension) == ("fake", "fake", 8)
    assert (meta.counts.read, meta.counts.indexed) == (3, 3)
    assert (meta.started_at, meta.finished_at) == (NOW, NOW)


async def test_the_first_run_makes_the_alias() -> None:
    cluster = FakeCluster()
    report = await build(cluster, FakeSource(some_records(2)))
    assert (cluster.aliases, report.previous) == ({NAMES.alias: [NEW]}, None)


async def test_an_alias_that_is_not_ours_stays_with_its_owner() -> None:
    cluster = FakeCluster()
    cluster.put("magento2_product_1_v7", aliases=(NAMES.alias,))
    report = await build(cluster, FakeSource(some_records(2)))
    assert cluster.aliases == {NAMES.alias: ["magento2_product_1_v7"]}
    assert set(cluster.state) == {"magento2_product_1_v7"}
    assert (report.status, "which Vitrina did not build" in report.reasons[0]) == ("failed", True)


async def test_an_index_serves_with_refresh_and_copies_again(cluster: FakeCluster) -> None:
    await build(cluster, FakeSource(some_records(2)))
    settings = cluster.state[NEW].settings
    assert (settings["refresh_interval"], settings["auto_expand_replicas"]) == ("1s", "0-1")


async def test_a_name_that_is_taken_waits_a_second(cluster: FakeCluster) -> None:
    cluster.put(NEW, a_meta(state="building", started_at=NOW))
    clock = Clock()
    report = await build(cluster, FakeSource(some_records(2)), clock=clock)
    assert report.index == "rag-20261120-030001"
    assert cluster.aliases == {NAMES.alias: ["rag-20261120-030001"]}


async def test_one_document_without_name_and_sku_is_rejected_counted_and_listed(cluster: FakeCluster) -> None:
    report = await build(cluster, FakeSource([*some_records(5), NAMELESS]))
    assert (report.status, report.read, report.indexed, report.rejected) == ("done", 6, 5, 1)
    [reject] = report.rejects
    assert (reject.id, reject.sku) == ("nameless", None)
    assert "neither a name nor a SKU" in reject.reason


async def test_more_rejects_than_the_budget_are_refused(cluster: FakeCluster) -> None:
    report = await build(cluster, FakeSource([*some_records(5), NAMELESS, NAMELESS]))
    assert report.status == "refused"
    assert_untouched(cluster, report, reason="2 of 7 documents were rejected, at most 1 may be")


async def test_a_source_of_which_nothing_can_be_indexed_is_refused(cluster: FakeCluster) -> None:
    report = await build(cluster, FakeSource([a_record(status=2)]))
    assert report.status == "refused"
    assert_untouched(cluster, report, reason="not a single product")


@pytest.mark.parametrize("total", [10, 8], ids=["fewer", "more"])
async def test_a_source_that_gives_another_number_of_documents_than_it_holds_fails_the_run(
    cluster: FakeCluster, total: int
) -> None:
    report = await build(cluster, FakeSource(some_records(9), total=total))
    assert report.status == "failed"
    assert_untouched(cluster, report, reason=f"holds {total} documents, but 9 were read")


async def test_an_empty_source_fails_the_run_before_anything_is_built(cluster: FakeCluster) -> None:
    report = await build(cluster, FakeSource([]))
    assert (report.status, report.index) == ("failed", None)
    assert "is empty: there is nothing to index" in report.reasons[0]
    assert (cluster.aliases, set(cluster.state)) == ({NAMES.alias: [LIVE]}, {LIVE})


async def test_an_index_that_counts_differently_is_refused(cluster: FakeCluster) -> None:
    cluster.count_off = -1
    report = await build(cluster, FakeSource(some_records(9)))
    assert report.status == "refused"
    assert_untouched(cluster, report, reason="9 documents were written, but the index holds 8")


async def test_a_bulk_that_is_refused_fails_the_run(cluster: FakeCluster) -> None:
    cluster.fail("bulk", refused(400, "illegal_argument_exception", "malformed"))
    report = await build(cluster, FakeSource(some_records(9)))
    assert report.status == "failed"
    assert_untouched(cluster, report, reason="illegal_argument_exception")


async def test_a_full_disk_fails_the_run_after_one_request(cluster: FakeCluster) -> None:
    cluster.answer_bulk({"1": item_error(429, "cluster_block_exception", "flood-stage watermark")})
    report = await build(cluster, FakeSource(some_records(9)))
    assert report.status == "failed"
    assert_untouched(cluster, report, reason="flood-stage watermark")
    assert len(cluster.bulks) == 1


async def test_an_embedder_that_refuses_fails_the_run(cluster: FakeCluster) -> None:
    embedder = FakeEmbedder()
    embedder.fail(EmbeddingRefused("EMBEDDING_API_KEY was revoked"))
    source = FakeSource(some_records(9))
    report = await build(cluster, source, embedder=embedder)
    assert report.status == "failed"
    assert_untouched(cluster, report, reason="EMBEDDING_API_KEY was revoked")
    assert source.closed == source.opened


async def test_an_alias_moved_meanwhile_is_not_moved_again(cluster: FakeCluster) -> None:
    other = "rag-20261118-030000"
    cluster.put(other, a_meta())

    def roll_back() -> None:
        cluster.state[LIVE].aliases.clear()
        cluster.state[other].aliases.add(NAMES.alias)

    cluster.before("msearch", roll_back)
    report = await build(cluster, FakeSource(some_records(3)))
    assert (report.status, report.swapped) == ("failed", False)
    assert cluster.aliases == {NAMES.alias: [other]}
    assert cluster.state[NEW].meta.state == "failed"


async def test_an_index_replaced_under_the_run_is_refused_and_not_written_to(cluster: FakeCluster) -> None:
    def substitute() -> None:
        documents = cluster.state[NEW].documents
        cluster.put(NEW).documents.update(documents)

    cluster.before("delete_alias", substitute)
    report = await build(cluster, FakeSource(some_records(3)))
    assert report.status == "refused"
    assert report.reasons[0] == "the index is not the one this run created: something deleted or replaced it"
    assert not any("--allow-shrink" in reason for reason in report.reasons)
    assert cluster.aliases == {NAMES.alias: [LIVE]}
    assert cluster.state[NEW].mappings == {}


async def test_an_index_deleted_under_the_run_is_not_made_again(cluster: FakeCluster) -> None:
    cluster.before("bulk", lambda: cluster.state.pop(NEW))
    report = await build(cluster, FakeSource(some_records(3)))
    assert report.status == "failed"
    assert report.reasons[0].startswith(f"Index {NEW!r} cannot be built any further: something deleted it")
    assert set(cluster.state) == {LIVE}


async def test_a_finished_index_has_no_entrance_any_more(cluster: FakeCluster) -> None:
    await build(cluster, FakeSource(some_records(3)))
    assert cluster.state[NEW].aliases == {NAMES.alias}


@pytest.mark.parametrize("moment", ["before the answer to the swap", "while it is recorded"])
async def test_a_run_stopped_after_the_swap_has_done_its_work(cluster: FakeCluster, moment: str) -> None:
    def stop() -> None:
        raise asyncio.CancelledError

    def stop_soon() -> None:
        cluster.before("put_mapping", stop)

    cluster.after("update_aliases", stop if moment == "before the answer to the swap" else stop_soon)
    run = RunReport(run_id="run")
    with pytest.raises(asyncio.CancelledError):
        await run_all([a_job()], a_workshop(cluster, FakeSource(some_records(3))), run)
    assert cluster.aliases == {NAMES.alias: [NEW]}
    assert cluster.state[NEW].meta.state == "live"
    assert (run.stores[0].status, run.stores[0].swapped) == ("done", True)
    run.fail(["the run was stopped"], exit_code=1)
    assert (run.exit_code, run.reasons) == (0, ["the run was stopped"])


async def test_a_vanished_source_is_read_again_from_zero(cluster: FakeCluster) -> None:
    source = FakeSource(some_records(9), vanish_at=(5, 0))
    report = await build(cluster, source)
    assert (report.status, report.read, report.indexed) == ("done", 9, 9)
    assert (source.opened, source.closed) == (3, 3)
    # What the broken attempts left behind is gone.
    assert set(cluster.state) == {LIVE, report.index}


async def test_a_source_that_keeps_vanishing_fails_the_run(cluster: FakeCluster) -> None:
    source = FakeSource(some_records(9), vanish_at=(5, 5, 5, 5))
    report = await build(cluster, source)
    assert report.status == "failed"
    assert source.opened == RESTARTS + 1
    assert cluster.aliases == {NAMES.alias: [LIVE]}
    assert {index.meta.state for name, index in cluster.state.items() if name != LIVE} == {"failed"}


async def test_a_stopped_run_marks_its_index(cluster: FakeCluster) -> None:
    asked = asyncio.Event()

    class Silent(FakeEmbedder):
        async def embed_documents(self, texts: object, **_: object) -> None:
            asked.set()
            await asyncio.Event().wait()

    run = RunReport(run_id="run")
    source = FakeSource(some_records(9))
    task = asyncio.create_task(run_all([a_job()], a_workshop(cluster, source, embedder=Silent()), run))
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cluster.aliases == {NAMES.alias: [LIVE]}
    assert (cluster.state[NEW].meta.state, run.exit_code) == ("failed", 1)
    assert run.stores[0].reasons == ["the run was stopped"]
    assert source.closed == 1


async def test_a_failed_build_stays_until_the_next_run(cluster: FakeCluster) -> None:
    cluster.fail("bulk", refused(400, "illegal_argument_exception"))
    await build(cluster, FakeSource(some_records(2)))
    assert NEW in cluster.state
    clock = Clock()
    await clock.sleep(86_400)
    await build(cluster, FakeSource(some_records(2)), clock=clock)
    assert set(cluster.state) == {LIVE, "rag-20261121-030000"}


async def test_what_is_beyond_retention_goes_after_the_swap(cluster: FakeCluster) -> None:
    cluster.put("rag-20261118-030000", a_meta())
    await build(cluster, FakeSource(some_records(2)))
    assert set(cluster.state) == {LIVE, NEW}


async def test_without_retention_the_old_index_goes(cluster: FakeCluster) -> None:
    await build(cluster, FakeSource(some_records(2)), retain=0)
    assert set(cluster.state) == {NEW}


async def test_an_old_index_that_cannot_be_removed_does_not_undo_the_run(cluster: FakeCluster) -> None:
    cluster.fail("delete", refused(403, "security_exception", "no permissions"))
    report = await build(cluster, FakeSource(some_records(2)), retain=0)
    assert (report.status, report.swapped) == ("done", True)
    assert "old indices could not be removed" in report.reasons[0]


async def test_an_index_with_the_name_of_the_alias_stops_the_run_before_anything_is_built() -> None:
    cluster = FakeCluster()
    cluster.put(NAMES.alias)
    source = FakeSource(some_records(2))
    report = await build(cluster, source)
    assert (report.status, source.opened) == ("failed", 0)
    assert "an index has this name" in report.reasons[0]
    assert set(cluster.state) == {NAMES.alias}


async def test_an_alias_of_two_indices_stops_the_run(cluster: FakeCluster) -> None:
    cluster.put("rag-20261118-030000", a_meta(), aliases=(NAMES.alias,))
    report = await build(cluster, FakeSource(some_records(2)))
    assert report.status == "failed"
    assert "names 2 indices" in report.reasons[0]
    assert NEW not in cluster.state


async def test_a_missing_plugin_is_named(cluster: FakeCluster) -> None:
    cluster.fail("create", refused(400, "mapper_parsing_exception", "No handler for type [knn_vector]"))
    report = await build(cluster, FakeSource(some_records(2)))
    assert "k-NN plugin" in report.reasons[0]


async def test_one_store_view_that_fails_does_not_stop_the_next(cluster: FakeCluster) -> None:
    russian = Job(
        store=a_job(code="ru", locale="ru_RU", currency="RUB").store, names=named_store_names("ru", prefix="rag")
    )
    cluster.fail("create", refused(500, "process_cluster_event_timeout_exception"))
    run = RunReport(run_id="run")
    await run_all([a_job(), russian], a_workshop(cluster, FakeSource(some_records(3))), run)
    assert [(report.store, report.status) for report in run.stores] == [("default", "failed"), ("ru", "done")]
    assert run.exit_code == 1
    assert cluster.aliases == {NAMES.alias: [LIVE], "rag-ru-active": ["rag-ru-20261120-030000"]}


async def test_a_bug_is_one_failed_store_view(cluster: FakeCluster) -> None:
    class Broken(FakeSource):
        async def read(self):
            raise KeyError("sku")
            yield

    report = await build(cluster, Broken(some_records(1)))
    assert report.status == "failed"
    assert report.reasons == ["unexpected KeyError; the log has the details"]
    assert cluster.state[NEW].meta.reason == report.reasons[0]


async def test_a_dry_run_counts_and_writes_nothing(cluster: FakeCluster) -> None:
    run = RunReport(run_id="run", dry_run=True)
    embedder = FakeEmbedder()
    source = FakeSource([*some_records(5), NAMELESS, a_record(status=2)])
    await run_all([a_job()], a_workshop(cluster, source, embedder=embedder), run)
    [report] = run.stores
    assert (report.read, report.indexed, report.rejected, report.skipped) == (7, 5, 1, 1)
    assert report.tokens > 0
    assert (report.status, report.index, report.swapped) == ("done", None, False)
    assert (set(cluster.state), embedder.calls) == ({LIVE}, 0)


async def rehearsed(cluster: FakeCluster, source: FakeSource, **workshop: Any) -> RunReport:
    """A dry run over one store view."""
    run = RunReport(run_id="run", dry_run=True)
    await run_all([a_job()], replace(a_workshop(cluster, source), **workshop), run)
    assert set(cluster.state) == {LIVE}
    return run


async def test_a_dry_run_tells_every_reason_for_which_the_run_would_be_refused(cluster: FakeCluster) -> None:
    cluster.state[LIVE].documents.update({str(number): {"text_hash": "another"} for number in range(100)})
    run = await rehearsed(cluster, FakeSource([NAMELESS, NAMELESS, *some_records(60)]))
    [report] = run.stores
    assert (run.exit_code, report.status) == (3, "refused")
    # What comes after the rejects is counted all the same, or the shrinking would be none.
    assert (report.read, report.indexed, report.rejected) == (62, 60, 2)
    budget, shrink = report.reasons
    assert "2 of 62 documents were rejected, at most 1 may be" in budget
    assert f"the live index {LIVE} holds 100 documents, this one 60" in shrink


async def test_a_dry_run_that_may_shrink_is_done(cluster: FakeCluster) -> None:
    cluster.state[LIVE].documents.update({str(number): {"text_hash": "another"} for number in range(100)})
    run = await rehearsed(cluster, FakeSource(some_records(5)), allow_shrink=True)
    assert (run.exit_code, run.stores[0].reasons) == (0, [])


async def test_a_dry_run_in_which_everything_is_left_out_says_so(cluster: FakeCluster) -> None:
    run = await rehearsed(cluster, FakeSource([a_record(status=2)]))
    assert (run.exit_code, run.stores[0].reasons) == (3, ["there is not a single product in it"])


async def test_a_dry_run_lists_its_rejects_as_a_run_does(cluster: FakeCluster, tmp_path: Path) -> None:
    with RejectFile(tmp_path, run_id="0123456789abcdef", now=lambda: NOW) as rejects:
        run = await rehearsed(cluster, FakeSource([*some_records(5), NAMELESS]), rejects=rejects)
    [report] = run.stores
    assert report.rejects_file == str(rejects.path)
    assert [(line["store"], line["id"]) for line in lines_of(rejects.path)] == [("default", "nameless")]


def lines_of(file: Path | None) -> list[dict[str, Any]]:
    assert file is not None
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


async def test_another_model_is_told_before_everything_is_embedded_anew(cluster: FakeCluster) -> None:
    other = FakeEmbedder(name="newer")
    report = await build(cluster, FakeSource(some_records(3)), embedder=other)
    told = f"vectors of {LIVE} cannot be taken over: model fake -> newer"
    assert (report.status, report.notes) == ("done", [told])
    [dry] = (await rehearsed_anew(cluster, other)).stores
    assert dry.notes == []


async def rehearsed_anew(cluster: FakeCluster, embedder: FakeEmbedder) -> RunReport:
    run = RunReport(run_id="dry", dry_run=True)
    await run_all([a_job()], a_workshop(cluster, FakeSource(some_records(3)), embedder=embedder), run)
    return run


async def test_whoever_watches_sees_the_stages_pass(cluster: FakeCluster) -> None:
    seen: list[str] = []
    shop = replace(a_workshop(cluster, FakeSource(some_records(3))), watch=lambda report: seen.append(report.stage))
    await run_all([a_job()], shop, RunReport(run_id="run"))
    assert list(dict.fromkeys(seen)) == ["source", "prepare", "load", "seal", "verify", "swap"]


async def test_what_a_build_did_is_counted_by_stage_step_and_kind_of_reject(cluster: FakeCluster) -> None:
    before = counted()
    source = FakeSource([*some_records(3), NAMELESS, a_record(id="off", status=2)])
    report = await build(cluster, source, embedder=FakeEmbedder(euros=2.0))
    grown = {of: number - before.get(of, 0) for of, number in counted().items() if number != before.get(of, 0)}
    of_steps = {step: grown["vitrina_indexer_stage_documents_total", step] for step in ("transform", "embed", "write")}
    assert of_steps == {"transform": 5, "embed": 3, "write": 3}
    timed = {stage for name, stage in grown if name == "vitrina_indexer_stage_seconds_total"}
    assert timed == {"source", "prepare", "load", "seal", "verify", "swap", "transform", "embed", "write"}
    assert grown["vitrina_rejected_total", "nameless"] == 1
    assert grown["vitrina_embedding_cost_total", "EUR"] == pytest.approx(report.cost)
    assert report.as_json()["reject_kinds"] == {"nameless": 1}
    assert report.as_json()["steps"]["write"]["documents"] == 3


def counted() -> dict[tuple[str, str], float]:
    """Metric and its label beside the store's -> value, of the store view that builds here."""
    return {
        (sample.name, next(value for label, value in sample.labels.items() if label != "store")): sample.value
        for metric in REGISTRY.collect()
        if metric.name.startswith(("vitrina_indexer_stage_", "vitrina_rejected", "vitrina_embedding_cost"))
        for sample in metric.samples
        if not sample.name.endswith("_created") and sample.labels["store"] == a_job().store.code
    }


async def test_a_model_that_never_worked_is_found_before_anything_is_built() -> None:
    cluster = FakeCluster()
    embedder = FakeEmbedder()
    embedder.fail(EmbeddingRefused("EMBEDDING_API_KEY was revoked"))
    with pytest.raises(ConfigurationError, match="EMBEDDING_API_KEY was revoked"):
        await build(cluster, FakeSource(some_records(9)), embedder=embedder)
    assert cluster.state == {}


async def test_a_night_without_changes_sends_nothing_not_even_to_see_whether_the_model_is_there(
    cluster: FakeCluster,
) -> None:
    await build(cluster, FakeSource(some_records(9)))
    silent = FakeEmbedder()
    silent.fail(EmbeddingRefused("nobody is asked"))
    report = await build(cluster, FakeSource(some_records(9)), embedder=silent, clock=Clock(NOW + timedelta(days=1)))
    assert (report.status, report.taken_over, report.tokens, report.reasons) == ("done", 9, 0, [])
    assert report.unchanged == 9


async def test_a_new_price_is_transformed_and_its_vector_is_not_even_looked_for(cluster: FakeCluster) -> None:
    await build(cluster, FakeSource(some_records(9)))
    first = cluster.state[NEW].documents
    records = some_records(9)
    records[4] = replace(records[4], price=Decimal("12.50"))
    silent = FakeEmbedder()
    silent.fail(EmbeddingRefused("nobody is asked"))
    report = await build(cluster, FakeSource(records), embedder=silent, clock=Clock(NOW + timedelta(days=1)))
    assert (report.status, report.unchanged, report.taken_over, report.embedded) == ("done", 8, 9, 0)
    second = cluster.state[str(report.index)].documents
    assert {key for key in first if first[key] != second[key]} == {"5"}
    assert (second["5"]["price_from"], second["5"]["vector"]) == (12.5, first["5"]["vector"])


async def test_warnings_of_products_that_did_not_change_are_told_again(cluster: FakeCluster) -> None:
    records = [replace(record, price=None) for record in some_records(9)]
    first = await build(cluster, FakeSource(records))
    second = await build(cluster, FakeSource(records), clock=Clock(NOW + timedelta(days=1)))
    assert first.warnings["no_price"] == 9
    assert (second.unchanged, second.warnings) == (9, first.warnings)


async def test_another_setting_of_the_store_view_transforms_everything_anew(cluster: FakeCluster) -> None:
    await build(cluster, FakeSource(some_records(9)))
    run = RunReport(run_id="run-2")
    shop = a_workshop(cluster, FakeSource(some_records(9)), clock=Clock(NOW + timedelta(days=1)))
    await run_all([a_job(base_url="https://another.example/")], shop, run)
    [report] = run.stores
    assert (report.status, report.unchanged, report.taken_over) == ("done", 0, 9)


async def test_what_a_rule_leaves_out_or_nobody_can_index_is_judged_every_night(cluster: FakeCluster) -> None:
    records = [*some_records(300), NAMELESS, a_record(id="off", status=2)]
    await build(cluster, FakeSource(records))
    report = await build(cluster, FakeSource(records), clock=Clock(NOW + timedelta(days=1)))
    assert (report.read, report.unchanged, report.rejected, report.skipped) == (302, 300, 1, 1)


async def test_a_cluster_without_room_is_found_before_anything_is_built(cluster: FakeCluster) -> None:
    cluster.nodes.free = 1
    report = await build(cluster, FakeSource(some_records(9)))
    assert (report.status, report.index, set(cluster.state)) == ("failed", None, {LIVE})
    assert "has no room for a build" in report.reasons[0]


async def test_what_was_left_by_a_failed_run_stays_until_the_next_one_is_live(cluster: FakeCluster) -> None:
    left = "rag-20261119-120000"
    cluster.put(left, a_meta(state="failed", dimension=8, template_version=TEMPLATE_VERSION))
    failing = FakeEmbedder()
    failing.fail(EmbeddingRefused("no"))
    await build(cluster, FakeSource(some_records(3)), embedder=failing)
    assert left in cluster.state
    await build(cluster, FakeSource(some_records(3)), clock=Clock(NOW + timedelta(hours=2)))
    assert set(cluster.state) == {LIVE, "rag-20261120-050000"}


async def test_beyond_the_reject_budget_nothing_more_is_paid_for_and_everything_is_listed(cluster: FakeCluster) -> None:
    embedder = FakeEmbedder()
    report = await build(cluster, FakeSource([NAMELESS, NAMELESS, *some_records(60), NAMELESS]), embedder=embedder)
    assert (report.status, report.rejected, report.read, report.tokens) == ("refused", 3, 63, 0)
