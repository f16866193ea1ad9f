"""`vitrina-runtime doctor`: a check of each thing an answer depends on, with the next step where it is not well."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch
from support.index_meta import a_meta
from support.openai import DIMENSION, KEY
from support.ports import a_port
from support.rag_index import write_index
from support.redis import redis
from support.search import a_catalogue
from typer.testing import CliRunner

from runtime.cli import cli
from runtime.storefront import script
from sandbox.openai_server import ScriptedServer
from shared.indices import RagNames

SECRET = "hunter2-of-the-doctors-tests-which-is-long-enough"

CHECKS = [
    "settings", "names of settings", "who may ask", "secret files", "public address", "visitors", "budgets", "widget",
    "limits", "cluster reachable", "live index", "searches", "prices of now", "run records",
    "hosts of the shop", "embedding endpoint", "language model main",
]  # fmt: skip


@pytest.fixture
async def installation(
    cluster: AsyncOpenSearch,
    opensearch_url: str,
    openai_server: ScriptedServer,
    namespace: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> dict[str, str]:
    """Settings of a shop in which all is well, already in the environment."""
    names = RagNames(prefix=f"{namespace}rag", alias=f"{namespace}rag-active")
    meta = a_meta(provider="openai", model="house-model", dimension=DIMENSION)
    await write_index(cluster, f"{names.prefix}-1", a_catalogue(), meta=meta)
    await cluster.indices.put_alias(index=f"{names.prefix}-1", name=names.alias)
    native = f"{namespace}magento2_product_1"
    await cluster.index(index=native, id="1", body={"sku": "SKU-1"}, refresh=True)
    settings = {
        "OPENSEARCH_URL": opensearch_url,
        "MAGENTO_INDEX": native,
        "RAG_ALIAS": names.alias,
        "RAG_INDEX_PREFIX": names.prefix,
        "OPENAI_BASE_URL": openai_server.base_url,
        "OPENAI_API_KEY": KEY,
        "CORS_ALLOWED_ORIGINS": "https://shop.example",
        "PUBLIC_URL": "https://shop.example/assistant",
        "FORWARDED_ALLOW_IPS": "127.0.0.1",
        "BUDGET_TOKENS_DAY": "1000000",
        "STORE_BASE_URL": "https://shop.test/",
    }
    monkeypatch.chdir(tmp_path)
    (tmp_path / "widget.js").write_text("1;")
    monkeypatch.setattr(script, "BUILT", tmp_path / "widget.js")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return settings


async def examine(monkeypatch: pytest.MonkeyPatch, **changes: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """Exit code, and every check by its name."""
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
    ended = await asyncio.to_thread(CliRunner().invoke, cli, ["doctor", "--json"])
    assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
    assert SECRET not in ended.output
    assert KEY not in ended.output
    told = json.loads(ended.stdout)
    assert told["exit_code"] == ended.exit_code
    return ended.exit_code, {check["check"]: check for check in told["checks"]}


@pytest.mark.usefixtures("installation")
async def test_all_is_well(monkeypatch: pytest.MonkeyPatch, openai_server: ScriptedServer) -> None:
    code, found = await examine(monkeypatch)
    assert list(found) == CHECKS, found
    assert {name: check["status"] for name, check in found.items()} == dict.fromkeys(CHECKS, "ok")
    assert code == 0
    assert found["who may ask"]["seen"] == "chat: https://shop.example; actions: nobody"
    assert f"{DIMENSION} dimensions" in found["embedding endpoint"]["seen"]


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize(
    ("changes", "check", "status", "told"),
    [
        ({"CHAT_OPEN": "true", "HOST": "0.0.0.0"}, "who may ask", "failed", "unset CHAT_OPEN"),
        ({"CORS_ALLOWED_ORIGINS": ""}, "who may ask", "failed", "vitrina-runtime key new"),
        ({"PUBLIC_URL": "http://shop.example"}, "public address", "failed", "write https://"),
        ({"FORWARDED_ALLOW_IPS": ""}, "public address", "warning", "FORWARDED_ALLOW_IPS"),
        ({"BUDGET_TOKENS_DAY": ""}, "budgets", "warning", "BUDGET_TOKENS_DAY"),
        (
            {"RATE_LIMIT_STORAGE": f"redis://:{SECRET}@127.0.0.1:9/0", "VISITOR_SECRET": SECRET},
            "limits", "failed", "that Redis runs",
        ),
        ({"OPENSEARCH_URL": "http://127.0.0.1:9"}, "cluster reachable", "failed", "OPENSEARCH_URL"),
        (
            {"OPENSEARCH_URL": f"http://admin:{SECRET}@127.0.0.1:9"}, "cluster reachable", "failed", "OPENSEARCH_URL",
        ),
        ({"RAG_ALIAS": "nothing-is-here"}, "live index", "failed", "vitrina-indexer run"),
        ({"MAGENTO_INDEX": "nothing-is-here"}, "prices of now", "warning", "LIVE_PRICES=false"),
        ({"SOURCE_OPENSEARCH_URL": "http://127.0.0.1:9"}, "prices of now", "warning", "LIVE_PRICES=false"),
        ({"EMBEDDING_BASE_URL": "http://127.0.0.1:9/v1"}, "embedding endpoint", "failed", "EMBEDDING_BASE_URL"),
        ({"EMBEDDING_API_KEY": SECRET}, "embedding endpoint", "failed", "EMBEDDING_API_KEY"),
    ],
)  # fmt: skip
async def test_what_is_not_well_is_told_with_the_next_step(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], check: str, status: str, told: str
) -> None:
    code, found = await examine(monkeypatch, **changes)
    assert found[check]["status"] == status, found[check]
    assert told in found[check]["next_step"], found[check]
    assert code == (1 if status == "failed" else 0)


@pytest.mark.usefixtures("installation")
async def test_widget_that_is_not_built_is_a_warning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "widget.js").unlink()
    code, found = await examine(monkeypatch)
    assert (found["widget"]["status"], code) == ("warning", 0)
    assert "make widget" in found["widget"]["next_step"]


@pytest.mark.usefixtures("installation")
async def test_host_that_the_widget_does_not_know_is_a_warning_until_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code, found = await examine(monkeypatch, STORE_BASE_URL="https://other.test/")
    assert (found["hosts of the shop"]["status"], code) == ("warning", 0)
    assert "from shop.test, where" in found["hosts of the shop"]["seen"]
    assert "STORE_SITES" in found["hosts of the shop"]["next_step"]
    _, found = await examine(monkeypatch, STORE_SITES="https://shop.test/")
    assert found["hosts of the shop"]["status"] == "ok"


@pytest.mark.usefixtures("installation")
async def test_what_stands_on_a_failed_check_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    _, found = await examine(monkeypatch, OPENSEARCH_URL="http://127.0.0.1:9")
    assert {found[name]["status"] for name in ("live index", "embedding endpoint")} == {"skipped"}
    assert found["language model main"]["status"] == "ok"


@pytest.mark.usefixtures("installation")
async def test_index_of_another_dimension_is_found_out(
    monkeypatch: pytest.MonkeyPatch, cluster: AsyncOpenSearch, namespace: str
) -> None:
    other = f"{namespace}rag-2"
    await write_index(cluster, other, a_catalogue(), meta=a_meta(provider="openai", model="house-model", dimension=8))
    await cluster.indices.update_aliases(
        body={"actions": [{"remove": {"index": "*", "alias": f"{namespace}rag-active"}},
                          {"add": {"index": other, "alias": f"{namespace}rag-active"}}]}
    )  # fmt: skip
    _, found = await examine(monkeypatch)
    assert found["embedding endpoint"]["status"] == "failed"


@pytest.mark.usefixtures("installation")
async def test_index_vitrina_did_not_build_is_no_live_index(
    monkeypatch: pytest.MonkeyPatch, cluster: AsyncOpenSearch, namespace: str
) -> None:
    await cluster.indices.create(index=f"{namespace}rag-foreign")
    await cluster.indices.put_alias(index=f"{namespace}rag-foreign", name=f"{namespace}foreign-active")
    _, found = await examine(monkeypatch, RAG_ALIAS=f"{namespace}foreign-active")
    assert found["cluster reachable"]["status"] == "ok"
    assert found["live index"]["status"] == "failed"


@pytest.mark.usefixtures("installation")
async def test_each_provider_is_asked_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, openai_server: ScriptedServer
) -> None:
    text = "".join(
        f'[[providers]]\nname = "{name}"\npreset = "custom"\nmodel = "gpt-4o"\nbase_url = "{openai_server.base_url}"\n'
        f'api_key_env = "{variable}"\n'
        for name, variable in (("good", "GOOD_KEY"), ("bad", "BAD"))
    )
    await asyncio.to_thread((tmp_path / "providers.toml").write_text, text)
    code, found = await examine(monkeypatch, CHAT_PROVIDERS="providers.toml", GOOD_KEY=KEY, BAD=SECRET)
    assert found["language model good"]["status"] == "ok"
    assert found["language model bad"]["status"] == "failed"
    assert "check BAD" in found["language model bad"]["seen"]
    assert code == 1


@pytest.mark.usefixtures("installation")
async def test_redis_that_answers_is_well(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    port = a_port()
    with redis(tmp_path, port):
        _, found = await examine(monkeypatch, RATE_LIMIT_STORAGE=f"redis://127.0.0.1:{port}/0", VISITOR_SECRET="s" * 32)
    assert (found["limits"]["status"], found["visitors"]["status"]) == ("ok", "ok")


@pytest.mark.usefixtures("installation")
async def test_key_file_that_everybody_can_read_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    file = folder / "CHAT_API_KEYS"
    file.write_text(f"shop:{'ab' * 32}")
    file.chmod(0o644)
    code, found = await examine(monkeypatch, SECRETS_DIR=str(folder))
    assert found["secret files"]["status"] == "failed"
    assert "0644" in found["secret files"]["seen"]
    assert code == 1


@pytest.mark.usefixtures("installation")
async def test_wrong_settings_are_all_told_with_exit_code_2(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PORT": "0", "CORS_ALLOWED_ORIGINS": "https://shop.example/path"}.items():
        monkeypatch.setenv(name, value)
    ended = await asyncio.to_thread(CliRunner().invoke, cli, ["doctor", "--json"])
    told = json.loads(ended.stdout)
    assert (ended.exit_code, told["exit_code"]) == (2, 2)
    assert {check["seen"].split(":")[0] for check in told["checks"]} == {"PORT", "CORS_ALLOWED_ORIGINS"}


@pytest.mark.usefixtures("installation")
async def test_operator_reads_lines_with_a_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = await asyncio.to_thread(CliRunner().invoke, cli, ["doctor"])
    assert ended.stdout.splitlines()[0] == "ok       settings: read; store views: default"
    assert ended.stdout.splitlines()[-1] == f"{len(CHECKS)} checks: {len(CHECKS)} ok, 0 warning, 0 failed, 0 skipped"
