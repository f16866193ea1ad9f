"""`python -m indexer` as an operator meets it: exit codes, JSON on standard output, one clear line for an error."""

import json
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch
from support.openai import DIMENSION, KEY
from support.processes import IndexerProgram, finished, told

from sandbox.magento.load import load_sample_shop
from sandbox.openai_server import Embed, Hang, ScriptedServer

STORES = """\
[[store]]
code = "en"
magento_index = "{prefix}magento2_product_1"
base_url = "http://shop.test/"

[[store]]
code = "ru"
magento_index = "{prefix}magento2_product_2"
base_url = "http://shop.test/ru/"
locale = "ru_RU"
currency = "RUB"
price_factor = 92.5
price_round = 10
"""


@pytest.fixture
def program(tmp_path: Path, opensearch_url: str, openai_server: ScriptedServer, namespace: str) -> IndexerProgram:
    """One store view, embedded by the scripted server."""
    return IndexerProgram(
        tmp_path,
        {
            "OPENSEARCH_URL": opensearch_url,
            "MAGENTO_INDEX": f"{namespace}magento2_product_1",
            "RAG_ALIAS": f"{namespace}rag-active",
            "RAG_INDEX_PREFIX": f"{namespace}rag",
            "STORE_BASE_URL": "http://shop.test",
            "EMBEDDING_BASE_URL": openai_server.base_url,
            "EMBEDDING_API_KEY": KEY,
            "EMBEDDING_DIMENSION": str(DIMENSION),
        },
    )


async def test_two_store_views_live_through_every_command(
    program: IndexerProgram, cluster: AsyncOpenSearch, namespace: str
) -> None:
    for store in ("en", "ru"):
        await load_sample_shop(cluster, store=store, prefix=f"{namespace}magento2")
    (program.folder / "stores.toml").write_text(STORES.format(prefix=namespace), encoding="utf-8")
    stores = {"STORES_FILE": "stores.toml"}

    first = await program.run("run", "--json", **stores)
    assert first.code == 0, first.errors
    found = first.json
    assert found["read"] == found["indexed"] + found["rejected"] + found["skipped"] > 100
    assert [(store["store"], store["swapped"]) for store in found["stores"]] == [("en", True), ("ru", True)]
    for store in found["stores"]:
        assert (await cluster.count(index=f"{namespace}rag-{store['store']}-active"))["count"] == store["indexed"]

    second = await program.run("run", "--json", "--store", "en", **stores)
    [english] = second.json["stores"]
    assert english["previous"] == found["stores"][0]["index"]

    rolled = await program.run("rollback", "--json", "--store", "en", **stores)
    assert (rolled.code, rolled.json["live"]) == (0, english["previous"])
    status = await program.run("status", "--json", **stores)
    assert [(store["store"], store["live"], store["problem"]) for store in status.json["stores"]] == [
        ("en", english["previous"], None),
        ("ru", found["stores"][1]["index"], None),
    ]
    assert status.json["stores"][0]["documents"] == english["indexed"]
    assert [run["command"] for run in status.json["runs"]] == ["rollback", "run", "run"]

    again = await program.run("rollback", "--store", "en", **stores)
    assert again.code == 1
    assert "no earlier complete index" in again.errors
    which = await program.run("rollback", **stores)
    assert (which.code, "--store: say which store view" in which.errors) == (2, True)


async def test_the_last_line_of_an_operator_who_reads_is_where_the_alias_is(
    program: IndexerProgram, cluster: AsyncOpenSearch, namespace: str
) -> None:
    await put(cluster, namespace, {"1": {"sku": "A", "name": "a wool jacket"}, "9": {}})
    done = await program.run("run")
    assert done.code == 0, done.errors
    assert f"{namespace}rag-active is now {namespace}rag-" in done.output
    assert "read 2 = indexed 1 + rejected 1 + skipped 0" in done.output
    assert "rejected 9 (SKU none): the native document has neither a name nor a SKU" in done.output
    events = [json.loads(line)["event"] for line in done.errors.splitlines()]
    assert {"index_created", "document_rejected", "index_swapped", "run_done"} <= set(events)


async def test_a_build_that_is_not_fit_exits_3_with_the_reasons(
    program: IndexerProgram, cluster: AsyncOpenSearch, namespace: str
) -> None:
    await put(cluster, namespace, {"1": {"sku": "A", "name": "a wool jacket"}, "8": {}, "9": {}})
    refused = await program.run("run", "--json")
    assert refused.code == 3
    [store] = refused.json["stores"]
    assert (store["status"], store["swapped"]) == ("refused", False)
    [reason] = store["reasons"]
    assert reason.startswith("2 of 3 documents were rejected, at most 1 may be")
    assert [reject["id"] for reject in store["rejects"]] == ["8", "9"]
    status = await program.run("status")
    assert "nothing is live yet" in status.output
    assert "failed" in status.output
    # The next run takes its vectors over, so a young one is kept until then.
    pruned = await program.run("prune", "--json")
    assert pruned.json["removed"] == []


async def test_a_wrong_configuration_exits_2_with_every_mistake(program: IndexerProgram) -> None:
    wrong = await program.run("run", "--json", RAG_RETAIN="many", INDEXER_TIMEZONE="Mars", STORE_CURRENCY="dollars")
    assert wrong.code == 2
    assert {reason.split(":")[0] for reason in wrong.json["reasons"]} == {
        "RAG_RETAIN", "INDEXER_TIMEZONE", "STORE_CURRENCY",
    }  # fmt: skip
    assert len(wrong.errors.splitlines()) == 3
    assert "Traceback" not in wrong.errors


async def test_a_field_map_that_reaches_for_internal_figures_exits_2(program: IndexerProgram) -> None:
    mapped = '[store.fields]\nbrand = "supplier_code"\nhint = "cost_note"\n'
    (program.folder / "stores.toml").write_text(f'[[store]]\ncode = "en"\n{mapped}', encoding="utf-8")
    wrong = await program.run("run", "--json", STORES_FILE="stores.toml")
    assert wrong.code == 2
    assert [reason.split(":")[1].strip() for reason in wrong.json["reasons"]] == [
        "fields.brand = 'supplier_code'", "fields.hint = 'cost_note'",
    ]  # fmt: skip


async def test_a_wrong_dimension_exits_2_and_builds_nothing(
    program: IndexerProgram, cluster: AsyncOpenSearch, namespace: str
) -> None:
    wrong = await program.run("run", "--json", EMBEDDING_MODEL="house-model", EMBEDDING_DIMENSION="16")
    assert wrong.code == 2
    assert "EMBEDDING_DIMENSION=16" in wrong.json["reasons"][0]
    assert await cluster.indices.get(index=f"{namespace}rag-2*") == {}


@pytest.mark.parametrize("command", ["run", "status", "rollback", "prune"])
async def test_a_cluster_out_of_reach_exits_1_with_one_clear_line(program: IndexerProgram, command: str) -> None:
    lost = await program.run(command, "--json", OPENSEARCH_URL="http://127.0.0.1:9")
    assert (lost.code, lost.json["exit_code"]) == (1, 1)
    assert lost.json["reasons"][0].startswith("OPENSEARCH_URL=http://127.0.0.1:9: no answer")
    assert "Traceback" not in lost.errors


async def test_magentos_own_alias_is_never_taken(
    program: IndexerProgram, cluster: AsyncOpenSearch, namespace: str
) -> None:
    await put(cluster, namespace, {"1": {"sku": "A", "name": "a wool jacket"}})
    theirs = f"{namespace}magento2_product_1"
    refused = await program.run("run", "--json", RAG_ALIAS=theirs)
    assert refused.code == 1
    [store] = refused.json["stores"]
    assert "RAG_ALIAS" in store["reasons"][0]
    assert list(await cluster.indices.get_alias(name=theirs)) == [f"{theirs}_v1"]
    assert await cluster.indices.get(index=f"{namespace}rag-2*") == {}


async def test_an_unknown_native_index_exits_1_and_names_the_setting(program: IndexerProgram) -> None:
    lost = await program.run("run", "--json", MAGENTO_INDEX="no_such_index")
    assert lost.code == 1
    [store] = lost.json["stores"]
    assert "MAGENTO_INDEX" in store["reasons"][0]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_a_run_with_its_index_marked(
    program: IndexerProgram,
    cluster: AsyncOpenSearch,
    namespace: str,
    openai_server: ScriptedServer,
    number: signal.Signals,
) -> None:
    await put(cluster, namespace, {"1": {"sku": "A", "name": "a wool jacket"}})
    # The first request is the probe; the second, which carries the product, is never answered.
    openai_server.embeddings.then(Embed(), Hang())
    process = await program.start("run", "--json")
    await told(process, "index_created")
    process.send_signal(number)
    stopped = await finished(process)
    assert stopped.code == 1
    [store] = stopped.json["stores"]
    assert (store["status"], store["swapped"], store["reasons"]) == ("failed", False, ["the run was stopped"])
    status = await program.run("status", "--json")
    [left] = status.json["stores"][0]["indices"]
    assert (left["index"], left["state"], left["live"]) == (store["index"], "failed", False)


async def test_the_schedule_runs_until_it_is_told_to_stop(program: IndexerProgram) -> None:
    process = await program.start("schedule")
    await told(process, "schedule_started")
    process.send_signal(signal.SIGTERM)
    stopped = await finished(process)
    assert stopped.code == 0
    assert "schedule_stopped" in stopped.errors


async def put(cluster: AsyncOpenSearch, namespace: str, documents: Mapping[str, Mapping[str, Any]]) -> None:
    """Native documents behind the alias that the program reads."""
    index = f"{namespace}magento2_product_1_v1"
    await cluster.indices.create(index=index, body={"aliases": {f"{namespace}magento2_product_1": {}}})
    for key, source in documents.items():
        await cluster.index(index=index, id=key, body={"store_id": "1", "status": 1, "visibility": 4, **source})
    await cluster.indices.refresh(index=index)
