"""doctor on a real node: what is well, what is not, what stands on it, and that nothing was changed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch
from support.doctor import PRODUCTS, Installation, by_status, verdict
from support.embedding import FakeEmbedder
from support.opensearch import A_NAMESPACE
from support.scripted_cluster import Answer, scripted_cluster
from support.storefront import PacedTime

from indexer.attributes import AttributeRule, AttributeRules
from indexer.doctor.examine import examine
from indexer.doctor.patient import Patient, Schedule
from indexer.errors import BuildRefused, LeaseLost
from indexer.load.canaries import Canary
from indexer.report import RunReport, StoreReport
from indexer.runs.holder import Holder
from indexer.runs.lease_document import grant
from indexer.runs.lease_store import write_lease
from indexer.runs.record import RUN_PROPERTIES, RunRecord, record_move, recorded
from indexer.runs.state_index import ensure_index, open_state, state_index
from sandbox.magento.load import Dialect
from sandbox.storefront import Look, Page, scripted_storefront
from shared.embedding.embedder import EmbeddingModel, EmbeddingUnavailable
from shared.errors import ConfigurationError
from shared.indices import OLDEST_SERVED
from shared.opensearch import ClusterAddress, connect
from shared.runs import runs_index

HOLDER = Holder(run_id="run-1", command="run", host="shop-1", pid=4711)


@pytest.fixture
def here(cluster: AsyncOpenSearch, opensearch_url: str, namespace: str) -> Installation:
    return Installation(cluster, opensearch_url, namespace)


@asynccontextmanager
async def elsewhere(here: Installation, url: str, **changes: Any) -> AsyncIterator[Patient]:
    """The installation with another cluster as its target."""
    address = ClusterAddress(url=url, username=changes.pop("username", None))
    async with connect(address, timeout=5) as client:
        yield here.patient(target=client, target_address=address, **changes)


async def state_of(here: Installation) -> dict[str, Any]:
    """All that a write of any kind would change, what another test run does on the same node left out."""
    cluster, ours = here.cluster, here.prefix.removesuffix("rag")

    def another_runs(index: str) -> bool:
        return A_NAMESPACE.match(index) is not None and not index.startswith(ours)

    answer = await cluster.cluster.state(metric="metadata", params={"filter_path": "metadata.indices.*.mapping_version,"
        "metadata.indices.*.settings_version,metadata.indices.*.aliases,metadata.indices.*.aliases_version,"
        "metadata.templates"})  # fmt: skip
    documents = await cluster.cat.indices(params={"format": "json", "h": "index,docs.count,docs.deleted", "s": "index"})
    indices = answer["metadata"].get("indices", {})
    return {
        "templates": answer["metadata"].get("templates"),
        "indices": {name: found for name, found in indices.items() if not another_runs(name)},
        "documents": [row for row in documents if not another_runs(row["index"])],
    }


@pytest.mark.parametrize("dialect", ["core", "elasticsuite"])
async def test_sound_installation_has_no_failure_and_is_left_as_it_was(here: Installation, dialect: Dialect) -> None:
    await here.load(dialect)
    await here.make_live(PRODUCTS)
    before = await state_of(here)
    findings = await examine(here.patient())
    assert by_status(findings, "failed") == {}
    assert findings.exit_code == 0
    assert len(findings.found) >= 25
    assert await state_of(here) == before


async def test_every_finding_that_asks_for_something_says_what(here: Installation) -> None:
    await here.load()
    findings = await examine(here.patient())
    for finding in findings.found:
        if finding.verdict.status in ("warning", "failed"):
            assert finding.verdict.next_step, finding
    lines = list(findings.lines())
    assert lines[-1].startswith(f"{len(findings.found)} checks: ")
    assert findings.as_json()["counts"]["failed"] == 0


async def test_nothing_live_is_a_warning_with_the_command(here: Installation) -> None:
    await here.load()
    findings = await examine(here.patient())
    assert verdict(findings, "alias").next_step == "`vitrina-indexer run`"
    assert verdict(findings, "live index age").status == "skipped"
    assert findings.exit_code == 0


async def test_unreachable_cluster_fails_once_and_the_rest_is_skipped_for_it(here: Installation) -> None:
    await here.load()
    async with elsewhere(here, "http://127.0.0.1:9") as patient:
        findings = await examine(patient)
    assert list(by_status(findings, "failed")) == ["cluster reachable"]
    assert verdict(findings, "alias").seen == "stands on 'cluster reachable'"
    assert verdict(findings, "live index").seen == "stands on 'alias'"
    assert verdict(findings, "source readable").status == "ok"
    assert findings.exit_code == 1


async def test_unknown_source_index_fails_and_its_checks_are_skipped(here: Installation) -> None:
    await here.load(magento_index=f"{here.native}_produkt_1")
    findings = await examine(here.patient())
    found = verdict(findings, "source index")
    assert found.status == "failed"
    assert f"{here.native}_product_1" in found.seen
    for check in ("source readable", "products", "price fields", "room for an index"):
        assert verdict(findings, check).status == "skipped", check


async def test_empty_source_is_told(here: Installation) -> None:
    index = f"{here.native}_product_9"
    await here.cluster.indices.create(index=index)
    here.store = here.store.model_copy(update={"magento_index": index})
    found = verdict(await examine(here.patient()), "source readable")
    assert found.status == "failed"
    assert "is empty" in found.seen
    assert found.next_step == "`vitrina-indexer discover` lists the indices that there are, and what is in them"


async def test_source_that_may_not_be_read_is_told_with_where_the_permissions_are(here: Installation) -> None:
    await here.load()
    script = {
        "GET /": [(200, {"version": {"distribution": "opensearch", "number": "2.19.1"}})],
        f"GET /{here.store.magento_index}": [DENIED],
    }
    async with scripted_cluster(script) as scripted, connect(ClusterAddress(url=scripted.url), timeout=5) as client:
        source = ClusterAddress(url=scripted.url, name="SOURCE_OPENSEARCH_URL")
        found = verdict(await examine(here.patient(source=client, source_address=source)), "source index")
    assert found.status == "failed"
    assert "docs/permissions.md" in (found.next_step or "")


async def test_source_cluster_that_is_away_is_told_by_the_setting_that_names_it(here: Installation) -> None:
    await here.load()
    for name in ("OPENSEARCH_URL", "SOURCE_OPENSEARCH_URL"):
        away = ClusterAddress(url="http://127.0.0.1:9", name=name)
        async with connect(away, timeout=5) as client:
            found = verdict(await examine(here.patient(source=client, source_address=away)), "source cluster")
        assert (found.next_step or "").startswith(f"check {name}, ")


async def test_findings_are_in_the_words_of_the_file_that_describes_the_store_views(here: Installation) -> None:
    await here.load(media_url=None)
    file = Path("shop/stores.toml")
    by_settings = verdict(await examine(here.patient()), "store addresses")
    by_file = verdict(await examine(here.patient(stores_file=file)), "store addresses")
    assert by_settings.seen.startswith("STORE_MEDIA_URL is unset")
    assert by_file.seen.startswith("`media_url` is unset")
    assert (by_file.next_step or "").endswith("(in shop/stores.toml)") is ("STORE_" in (by_settings.next_step or ""))


@pytest.mark.parametrize("block", ["read_only", "read_only_allow_delete", "metadata"])
async def test_live_index_that_the_alias_cannot_leave_is_a_failure(here: Installation, block: str) -> None:
    await here.load()
    index = await here.make_live(PRODUCTS)
    async with blocked(here.cluster, index, block):
        found = verdict(await examine(here.patient()), "write blocks")
    assert found.status == "failed"
    # With the last one not even the question is answered, and OpenSearch's words name the index.
    assert index in found.seen


@pytest.mark.parametrize("block", ["read_only", "write"])
async def test_state_that_takes_no_lease_is_a_failure(here: Installation, block: str) -> None:
    await open_state(here.cluster, here.prefix)
    async with blocked(here.cluster, f"{here.prefix}-state", block):
        findings = await examine(here.patient())
    found = verdict(findings, "write blocks")
    assert found.status == "failed"
    assert f"{here.prefix}-state has index.blocks.{block}" in found.seen
    assert findings.exit_code == 1


async def test_block_that_only_keeps_documents_away_is_well_on_a_live_index_and_odd_where_runs_are_kept(
    here: Installation,
) -> None:
    await here.load()
    index = await here.make_live(PRODUCTS)
    async with blocked(here.cluster, index, "write"):
        assert verdict(await examine(here.patient()), "write blocks").status == "ok"
    async with recorded(here.cluster, here.prefix, RunReport(run_id="r"), holder=HOLDER, fencing=1):
        pass
    async with blocked(here.cluster, f"{here.prefix}-runs", "write"):
        assert verdict(await examine(here.patient()), "write blocks").status == "warning"


@asynccontextmanager
async def blocked(cluster: AsyncOpenSearch, index: str, block: str) -> AsyncIterator[None]:
    """The index with a block, which is lifted again, or the index could not be deleted."""
    await cluster.indices.put_settings(index=index, body={f"index.blocks.{block}": True})
    try:
        yield
    finally:
        await cluster.indices.put_settings(index=index, body={f"index.blocks.{block}": None})


async def test_group_without_prices_is_a_warning_naming_those_that_have_some(here: Installation) -> None:
    await here.load(customer_group=17)
    found = verdict(await examine(here.patient()), "price fields")
    assert found.status == "warning"
    assert "customer group 0 of website 1" in found.seen


async def test_factor_that_makes_everything_cheap_is_a_warning(here: Installation) -> None:
    await here.load(price_factor=0.001)
    assert verdict(await examine(here.patient()), "prices shown").status == "warning"


async def test_attribute_that_the_index_does_not_have_is_a_warning(here: Installation) -> None:
    await here.load()
    rules = AttributeRules(by_code={"color": AttributeRule(), "colour_of_the_sole": AttributeRule()})
    found = verdict(await examine(here.patient(attributes=rules)), "attributes")
    assert found.status == "warning"
    assert "names colour_of_the_sole, which" in found.seen


async def test_rules_that_leave_everything_out_are_a_failure(here: Installation) -> None:
    await here.load(include={"skus": ["NOTHING-*"]})
    found = verdict(await examine(here.patient()), "products")
    assert found.status == "failed"
    assert "not included" in found.seen


async def test_alias_of_somebody_elses_index_is_a_failure(here: Installation) -> None:
    await here.load()
    await here.cluster.indices.put_alias(index=f"{here.native}_product_1_v1", name=here.names.alias)
    found = verdict(await examine(here.patient()), "alias")
    assert found.status == "failed"
    assert "did not build" in found.seen


async def test_alias_on_two_indices_is_a_failure(here: Installation) -> None:
    await here.load()
    await here.make_live(3, started_at=datetime.now(UTC) - timedelta(hours=1))
    await here.make_live(3)
    assert verdict(await examine(here.patient()), "alias").status == "failed"


async def test_index_with_the_name_of_the_alias_is_a_failure(here: Installation) -> None:
    await here.load()
    await here.cluster.indices.create(index=here.names.alias)
    assert verdict(await examine(here.patient()), "alias").status == "failed"


async def test_live_index_of_another_schema_is_a_failure(here: Installation) -> None:
    await here.load()
    await here.make_live(3, schema_version=99)
    found = verdict(await examine(here.patient()), "live index")
    assert found.status == "failed"
    assert "schema version 99" in found.seen


async def test_live_index_of_the_version_before_is_a_warning(here: Installation) -> None:
    await here.load()
    await here.make_live(3, schema_version=OLDEST_SERVED)
    found = verdict(await examine(here.patient()), "live index")
    assert found.status == "warning"
    assert f"is of schema version {OLDEST_SERVED}" in found.seen


async def test_setting_by_the_name_it_had_before_is_a_warning(here: Installation) -> None:
    found = verdict(await examine(here.patient(old_names=("A is called B",))), "settings")
    assert (found.status, found.seen) == ("warning", "A is called B")


async def test_live_index_that_missed_a_night_is_a_warning(here: Installation) -> None:
    await here.load()
    await here.make_live(PRODUCTS, started_at=datetime.now(UTC) - timedelta(hours=50))
    found = verdict(await examine(here.patient()), "live index age")
    assert found.status == "warning"
    assert "50.0 h ago" in found.seen


async def test_live_index_that_is_not_the_catalogue_any_more_is_a_warning(here: Installation) -> None:
    await here.load()
    await here.make_live(3, counts={"read": 3, "indexed": 3})
    assert verdict(await examine(here.patient()), "live index count").status == "warning"


async def test_other_model_in_the_settings_is_a_warning_about_the_cost(here: Installation) -> None:
    await here.load()
    await here.make_live(3)
    other = EmbeddingModel(provider="openai", name="text-embedding-3-large", dimension=3072)
    found = verdict(await examine(here.patient(model=other)), "embedding settings")
    assert found.status == "warning"
    assert "fake/fake/64" in found.seen
    assert "openai/text-embedding-3-large/3072" in found.seen


async def test_embedding_service_that_is_down_is_a_failure_and_closed(here: Installation) -> None:
    await here.load()
    here.embedder.fail(*(EmbeddingUnavailable("EMBEDDING_BASE_URL: no answer") for _ in range(9)))
    found = verdict(await examine(here.patient()), "embedding endpoint")
    assert found.status == "failed"
    assert "EMBEDDING_BASE_URL" in found.seen
    assert here.embedder.closed


async def test_model_that_cannot_be_opened_is_a_failure(here: Installation) -> None:
    def refuse() -> FakeEmbedder:
        raise ConfigurationError(["EMBEDDING_MODEL: no such model"])

    found = verdict(await examine(here.patient(open_model=refuse)), "embedding endpoint")
    assert (found.status, found.seen) == ("failed", "EMBEDDING_MODEL: no such model")


async def test_live_index_whose_questions_nobody_embeds_is_a_failure(here: Installation) -> None:
    await here.load()
    await here.make_live(3)

    def refuse(meta: object) -> FakeEmbedder:
        raise ConfigurationError(["EMBEDDING_PROVIDER: gone"])

    found = verdict(await examine(here.patient(open_question_model=refuse)), "questions")
    assert found.status == "failed"
    assert "EMBEDDING_PROVIDER: gone" in found.seen


async def test_language_that_the_model_does_not_know_is_a_warning(here: Installation) -> None:
    await here.load(locale="ru_RU")
    english = EmbeddingModel(provider="fake", name="fake", dimension=64, languages=("en",))
    assert verdict(await examine(here.patient(model=english)), "language").status == "warning"


@pytest.mark.parametrize("hours", [-1, 1])
async def test_clock_that_is_wrong_is_a_warning(here: Installation, hours: int) -> None:
    patient = here.patient(now=lambda: datetime.now(UTC) + timedelta(hours=hours))
    found = verdict(await examine(patient), "cluster clock")
    assert found.status == "warning"
    assert ("ahead of" if hours < 0 else "behind") in found.seen


@pytest.mark.parametrize(
    ("age", "status", "words"),
    [
        (timedelta(seconds=5), "ok", "at work"),
        (timedelta(hours=2), "warning", "killed"),
        (timedelta(hours=-2), "warning", "which no holder ever writes"),
    ],
    ids=["held", "expired", "far ahead"],
)
async def test_lease_is_told(here: Installation, age: timedelta, status: str, words: str) -> None:
    await open_state(here.cluster, here.prefix)
    document = grant(HOLDER, fencing=1, ttl=60, now=datetime.now(UTC) - age)
    await write_lease(here.cluster, here.prefix, document, fence=f"{here.prefix}-fence-0", over=None)
    found = verdict(await examine(here.patient()), "lease")
    assert found.status == status
    assert words in found.seen
    assert "shop-1, pid 4711" in found.seen


async def test_state_index_that_vitrina_did_not_make_is_a_failure(here: Installation) -> None:
    await here.cluster.index(index=state_index(here.prefix), id="lease", body={"by": "hand"})
    found = verdict(await examine(here.patient()), "lease")
    assert found.status == "failed"
    assert "Vitrina did not make it" in found.seen


async def test_failed_last_run_is_a_warning_with_its_reason(here: Installation) -> None:
    report = RunReport(run_id="run-1")
    with pytest.raises(BuildRefused):
        async with recorded(here.cluster, here.prefix, report, holder=HOLDER, fencing=1):
            raise BuildRefused("products-rag-1", ["half of it is missing"])
    found = verdict(await examine(here.patient()), "last run")
    assert found.status == "warning"
    assert "half of it is missing" in found.seen
    assert (found.next_step or "").startswith("no live index was touched;")


async def test_rollback_after_a_failed_night_does_not_hide_it(here: Installation) -> None:
    with pytest.raises(BuildRefused):
        async with recorded(here.cluster, here.prefix, RunReport(run_id="run-1"), holder=HOLDER, fencing=1):
            raise BuildRefused("products-rag-1", ["half of it is missing"])
    by_hand = replace(HOLDER, run_id="run-2", command="rollback")
    await record_move(
        here.cluster, here.prefix, store="default", alias="rag-active", index="rag-0", left="rag-1", holder=by_hand
    )
    found = verdict(await examine(here.patient()), "last run")
    assert (found.status, "half of it is missing" in found.seen) == ("warning", True)


async def test_last_run_is_told_with_what_it_made_live_and_each_reason_once(here: Installation) -> None:
    lost = LeaseLost("another run has it")
    stores = [
        StoreReport("en", "rag-active", status="done", index="rag-1", swapped=True),
        StoreReport("ru", "rag-ru-active", status="failed", reasons=[str(lost)]),
    ]
    with pytest.raises(LeaseLost):
        async with recorded(
            here.cluster, here.prefix, RunReport(run_id="run-1", stores=stores), holder=HOLDER, fencing=1
        ):
            raise lost
    found = verdict(await examine(here.patient()), "last run")
    assert found.seen.count(str(lost)) == 1
    assert (found.next_step or "").startswith("rag-active is rag-1 all the same;")


async def test_run_that_ended_without_a_word_leaves_open_what_is_live(here: Installation) -> None:
    index = runs_index(here.prefix)
    began = {"version": "1", "fencing": 1, "status": "running", "started_at": datetime.now(UTC)}
    killed = RunRecord(**{**asdict(HOLDER), **began})
    await ensure_index(here.cluster, index, properties=RUN_PROPERTIES)
    await here.cluster.index(index=index, body=killed.model_dump(mode="json"), params={"refresh": "true"})
    found = verdict(await examine(here.patient()), "last run")
    assert ": interrupted" in found.seen
    assert (found.next_step or "").startswith("`vitrina-indexer status` shows what is live;")


async def test_builds_left_behind_are_a_warning(here: Installation) -> None:
    await here.load()
    for minutes in range(4):
        started = datetime.now(UTC) - timedelta(minutes=minutes + 1)
        index = await here.make_live(1, state="failed", started_at=started)
        await here.cluster.indices.delete_alias(index=index, name=here.names.alias)
    await here.make_live(PRODUCTS)
    assert verdict(await examine(here.patient()), "leftovers").status == "warning"


async def test_canary_of_an_unknown_store_view_is_a_warning(here: Installation) -> None:
    canaries = [Canary(query="a jacket", sku="MJ01", store="fr")]
    assert verdict(await examine(here.patient(canaries=canaries)), "canaries").status == "warning"


async def test_schedule_that_never_runs_is_a_failure(here: Installation) -> None:
    never = Schedule("0 3 30 2 *", "UTC", next_run=None)
    assert verdict(await examine(here.patient(schedule=never)), "schedule").status == "failed"


async def test_elasticsearch_is_refused_and_its_checks_are_skipped(here: Installation) -> None:
    info = {"version": {"number": "8.15.0"}}
    async with scripted_cluster({"GET /": [(200, info)]}) as scripted, elsewhere(here, scripted.url) as patient:
        findings = await examine(patient)
    assert verdict(findings, "cluster version").status == "failed"
    assert "Elasticsearch 8.15.0" in verdict(findings, "cluster version").seen
    assert verdict(findings, "k-NN plugin").status == "skipped"


DENIED: Answer = (403, {"error": {"type": "security_exception", "reason": "no permissions"}, "status": 403})
REFUSED: Answer = (400, {"error": {"type": "illegal_argument_exception", "reason": "must be >= 1"}, "status": 400})


@pytest.mark.parametrize(
    ("create", "move", "status", "words"),
    [
        (DENIED, DENIED, "failed", "may not make indices nor move aliases"),
        (REFUSED, DENIED, "failed", "may not move aliases"),
        (REFUSED, REFUSED, "ok", "may make indices and move aliases"),
    ],
)
async def test_rights_are_told_by_who_is_refused_and_why(
    here: Installation, create: Answer, move: Answer, status: str, words: str
) -> None:
    script = {
        "GET /": [(200, {"version": {"distribution": "opensearch", "number": "2.19.1"}})],
        f"PUT /{here.prefix}-19700101-000000": [create],
        "POST /_aliases": [move],
    }
    async with (
        scripted_cluster(script) as scripted,
        elsewhere(here, scripted.url, username="vitrina") as patient,
    ):
        found = verdict(await examine(patient), "write permission")
    assert found.status == status
    assert found.status == "ok" or "docs/permissions.md" in (found.next_step or "")
    assert f"vitrina {words}" in found.seen


async def test_what_credentials_may_not_ask_is_skipped_where_a_run_does_not_ask(here: Installation) -> None:
    script = {
        "GET /": [(200, {"version": {"distribution": "opensearch", "number": "2.19.1"}})],
        "GET /_cat/plugins": [DENIED],
        "GET /_cluster/health": [DENIED],
        "GET /_cat/health": [DENIED],
        "GET /_cluster/settings": [DENIED],
        "POST /_analyze": [DENIED],
    }
    async with scripted_cluster(script) as scripted, elsewhere(here, scripted.url) as patient:
        findings = await examine(patient)
    for check in ("k-NN plugin", "cluster health", "cluster clock", "cluster limits", "analysers"):
        assert verdict(findings, check).status == "skipped", check


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"persistent": {"cluster": {"blocks": {"create_index": "true"}}}}, "cluster.blocks.create_index"),
        ({"defaults": {"cluster": {"max_shards_per_node": "100"}}}, "100 of at most 100 shards"),
    ],
    ids=["blocked", "full of shards"],
)
async def test_cluster_that_takes_no_more_indices_is_a_failure(
    here: Installation, settings: dict[str, Any], words: str
) -> None:
    health = {"status": "green", "number_of_data_nodes": 1, "active_shards": 100, "unassigned_shards": 0}
    script = {
        "GET /": [(200, {"version": {"distribution": "opensearch", "number": "2.19.1"}})],
        "GET /_cluster/health": [(200, health)],
        "GET /_cluster/settings": [(200, settings)],
    }
    async with scripted_cluster(script) as scripted, elsewhere(here, scripted.url) as patient:
        found = verdict(await examine(patient), "cluster limits")
    assert found.status == "failed"
    assert words in found.seen


async def test_storefront_is_looked_at_with_what_a_run_would_show(here: Installation) -> None:
    async with scripted_storefront() as shop:
        await here.load("elasticsuite", base_url=shop.url, media_url=f"{shop.url}media/catalog/product")
        answer = await here.cluster.search(index=here.store.magento_index, body={"size": 100})
        shop.show(_page(hit["_source"]) for hit in answer["hits"]["hits"])
        shop.look = Look(currency="EUR")
        time = PacedTime()
        findings = await examine(here.patient(), pages=5, sleep=time.sleep, clock=time.clock)
    assert verdict(findings, "storefront currency").next_step == "set STORE_CURRENCY=EUR"
    assert "5 of 5 pages" in verdict(findings, "storefront pages").seen
    assert len(shop.asked) == 6
    assert findings.exit_code == 1


async def test_storefront_without_an_address_is_skipped(here: Installation) -> None:
    await here.load(base_url=None)
    assert verdict(await examine(here.patient(), pages=5), "storefront pages").status == "skipped"


def _page(source: dict[str, Any]) -> Page:
    guest = next(row for row in source["price"] if row["customer_group_id"] == 0)
    first = {name: value[0] if isinstance(value, list) else value for name, value in source.items()}
    return Page(url_key=first["url_key"], sku=first["sku"], price=Decimal(str(guest["price"])), image=first["image"])
