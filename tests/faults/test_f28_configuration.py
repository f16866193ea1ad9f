"""F28: a wrong configuration ends a command before any work: exit 2, every mistake at once, by the setting's name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.faults import LONG
from support.openai import KEY
from support.processes import IndexerProgram
from typer.testing import CliRunner

from indexer.cli import app


@dataclass(frozen=True)
class Wrong:
    """What is set, the files that lie there, and the beginnings (or parts) of the reasons that have to be told."""

    settings: Mapping[str, str]
    told: tuple[str, ...]
    files: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()


def stores(*tables: str) -> Mapping[str, str]:
    return {"stores.toml": "".join(f"[[store]]\n{table}\n" for table in tables)}


FILE = {"STORES_FILE": "stores.toml"}
NO_KEY = {"EMBEDDING_API_KEY": "", "OPENAI_API_KEY": ""}

CASES: Mapping[str, Wrong] = {
    "cluster by ftp": Wrong({"OPENSEARCH_URL": "ftp://search"}, ("OPENSEARCH_URL: must be an http",)),
    "cluster without a scheme": Wrong({"OPENSEARCH_URL": "localhost:9200"}, ("OPENSEARCH_URL: must be an http",)),
    "source is no address": Wrong({"SOURCE_OPENSEARCH_URL": "nowhere"}, ("SOURCE_OPENSEARCH_URL: must be an http",)),
    "no CA file": Wrong(
        {"OPENSEARCH_URL": "https://127.0.0.1:9", "OPENSEARCH_CA_FILE": "none.pem"}, ("OPENSEARCH_CA_FILE: cannot",)
    ),
    "CA file of the source is no PEM": Wrong(
        {"SOURCE_OPENSEARCH_URL": "https://127.0.0.1:9", "SOURCE_OPENSEARCH_CA_FILE": "ca.pem"},
        ("SOURCE_OPENSEARCH_CA_FILE: cannot read 'ca.pem' as PEM",),
        files={"ca.pem": "no certificate"},
    ),
    "alias in capitals": Wrong({"RAG_ALIAS": "Products"}, ("RAG_ALIAS:",)),
    "alias of two": Wrong({"RAG_ALIAS": "a,b"}, ("RAG_ALIAS:",)),
    "prefix begins with a dash": Wrong({"RAG_INDEX_PREFIX": "-rag"}, ("RAG_INDEX_PREFIX:",)),
    "prefix is a pattern": Wrong({"RAG_INDEX_PREFIX": "rag*"}, ("RAG_INDEX_PREFIX:",)),
    "fewer than none kept": Wrong({"RAG_RETAIN": "-1"}, ("RAG_RETAIN:",)),
    "kept is no number": Wrong({"RAG_RETAIN": "many"}, ("RAG_RETAIN:",)),
    "too many kept": Wrong({"RAG_RETAIN": "101"}, ("RAG_RETAIN:",)),
    "no slices": Wrong({"SOURCE_SLICES": "0"}, ("SOURCE_SLICES: must be auto or a number from 1 to 1024",)),
    "too many slices": Wrong({"SOURCE_SLICES": "1025"}, ("SOURCE_SLICES: must be auto",)),
    "a pace of nothing": Wrong({"INDEXER_MAX_DOCS_PER_SECOND": "0"}, ("INDEXER_MAX_DOCS_PER_SECOND:",)),
    "a pace of NaN": Wrong({"INDEXER_MAX_DOCS_PER_SECOND": "nan"}, ("INDEXER_MAX_DOCS_PER_SECOND:",)),
    "schedule in words": Wrong({"INDEXER_SCHEDULE": "every night"}, ("INDEXER_SCHEDULE: must be a cron",)),
    "minute 61": Wrong({"INDEXER_SCHEDULE": "61 3 * * *"}, ("INDEXER_SCHEDULE: must be a cron",)),
    "time zone of another planet": Wrong({"INDEXER_TIMEZONE": "Mars/Olympus"}, ("INDEXER_TIMEZONE: must be an IANA",)),
    "port out of range": Wrong({"METRICS_PORT": "70000"}, ("METRICS_PORT:",)),
    "store code with a dash": Wrong({"STORE_CODE": "Default-1"}, ("STORE_CODE:",)),
    "locale in words": Wrong({"STORE_LOCALE": "english"}, ("STORE_LOCALE:",)),
    "currency in words": Wrong({"STORE_CURRENCY": "dollars"}, ("STORE_CURRENCY:",)),
    "shop without a scheme": Wrong({"STORE_BASE_URL": "shop.test"}, ("STORE_BASE_URL: must be an http",)),
    "media without a scheme": Wrong({"STORE_MEDIA_URL": "//cdn.test/m"}, ("STORE_MEDIA_URL: must be an http",)),
    "group below zero": Wrong({"STORE_CUSTOMER_GROUP": "-1"}, ("STORE_CUSTOMER_GROUP:",)),
    "everything for nothing": Wrong({"STORE_PRICE_FACTOR": "0"}, ("STORE_PRICE_FACTOR:",)),
    "everything for infinity": Wrong({"STORE_PRICE_FACTOR": "inf"}, ("STORE_PRICE_FACTOR:",)),
    "zero price unknown": Wrong({"STORE_ZERO_PRICE": "gratis"}, ("STORE_ZERO_PRICE:", )),
    "links are no JSON": Wrong({"STORE_LINKS": "delivery=x"}, ("STORE_LINKS: must be a JSON object",)),
    "a link without TLS": Wrong(
        {"STORE_LINKS": '{"delivery": "http://shop.test/d"}'}, ("STORE_LINKS.DELIVERY: must begin with https://",)
    ),
    "a link of an unknown kind": Wrong({"STORE_LINKS": '{"jobs": "https://shop.test"}'}, ("STORE_LINKS.JOBS",)),
    "rules of a wrong shape": Wrong({"STORE_INCLUDE": '{"skus": "A-*"}'}, ("STORE_INCLUDE.SKUS",)),
    "provider unknown": Wrong({"EMBEDDING_PROVIDER": "abacus"}, ("EMBEDDING_PROVIDER:",)),
    "no dimension": Wrong({"EMBEDDING_DIMENSION": "0"}, ("EMBEDDING_DIMENSION:",)),
    "batches of nothing": Wrong({"EMBEDDING_BATCH_TEXTS": "0"}, ("EMBEDDING_BATCH_TEXTS:",)),
    "price below zero": Wrong({"EMBEDDING_PRICE_PER_MILLION": "-1"}, ("EMBEDDING_PRICE_PER_MILLION:",)),
    "no key": Wrong(NO_KEY, ("OPENAI_API_KEY: EMBEDDING_PROVIDER=openai needs",)),
    "the local model is another": Wrong(
        {"EMBEDDING_PROVIDER": "local", "EMBEDDING_MODEL": "large"}, ("EMBEDDING_MODEL",)
    ),
    "log level unknown": Wrong({"LOG_LEVEL": "LOUD"}, ("LOG_LEVEL:",)),
    "no secrets": Wrong({"SECRETS_DIR": "none"}, ("SECRETS_DIR: 'none' is no directory",)),
    "no stores file": Wrong(FILE, ("STORES_FILE: cannot read 'stores.toml'",)),
    "stores file is no TOML": Wrong(
        FILE, ("STORES_FILE: 'stores.toml' is no valid TOML",), files={"stores.toml": "[[store]\n"}
    ),
    "no store": Wrong(FILE, ("STORES_FILE: 'stores.toml', store",), files={"stores.toml": "store = []\n"}),
    "two stores with one alias": Wrong(
        FILE, ("STORES_FILE: 'stores.toml', store 'en' is there 2 times",),
        files=stores('code = "en"\nmagento_index = "a"', 'code = "en"\nmagento_index = "b"'),
    ),
    "two stores read one index": Wrong(
        FILE, ("stores 'en' and 'de' both read magento_index 'a'",),
        files=stores('code = "en"\nmagento_index = "a"', 'code = "de"\nmagento_index = "a"'),
    ),
    "a key with a slip": Wrong(
        FILE, ("curency: there is no such key; did you mean currency?",), files=stores('code = "en"\ncurency = "EUR"')
    ),
    "a field of internal figures": Wrong(
        FILE, ("fields.brand = 'supplier_code'",),
        files=stores('code = "en"\n[store.fields]\nbrand = "supplier_code"'),
    ),
    "attributes and canaries are no TOML": Wrong(
        {}, ("attributes.toml: ", "canaries.toml: "),
        files={"attributes.toml": "[[attribute]", "canaries.toml": "[[canary]"},
    ),
    "a store that is not there": Wrong({}, ("--store: there is no store view 'xx'",), arguments=("--store", "xx")),
    "everything at once": Wrong(
        {"OPENSEARCH_URL": "x", "RAG_RETAIN": "x", "INDEXER_TIMEZONE": "x", "STORE_LOCALE": "x", **FILE, **NO_KEY},
        ("OPENSEARCH_URL:", "RAG_RETAIN:", "INDEXER_TIMEZONE:", "STORE_LOCALE:", "STORES_FILE:", "OPENAI_API_KEY:"),
    ),
}  # fmt: skip

AS_PROGRAM = tuple(CASES) if LONG else ("no CA file", "two stores with one alias", "everything at once")
"""Cases that are tried on a process of its own; each costs the start of one."""

USABLE = {"OPENSEARCH_URL": "http://127.0.0.1:9", "EMBEDDING_API_KEY": KEY}
"""Nothing listens there: a command that went on past its configuration would end with another code."""


def lay(wrong: Wrong, folder: Path) -> None:
    for name, text in wrong.files.items():
        (folder / name).write_text(text, encoding="utf-8")


def check(wrong: Wrong, code: int, reasons: list[str]) -> None:
    assert code == 2, reasons
    assert len(reasons) == len(wrong.told), reasons
    for part in wrong.told:
        assert any(part in reason for reason in reasons), reasons
    secret = [value for name, value in wrong.settings.items() if "KEY" in name and value]
    assert not any(value in reason for value in secret for reason in reasons)


def test_f28_has_forty_cases() -> None:
    assert len(CASES) >= 40


@pytest.mark.parametrize("case", CASES)
def test_f28_wrong_configuration_is_told_by_its_setting(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = CASES[case]
    lay(wrong, tmp_path)
    monkeypatch.chdir(tmp_path)
    for name, value in (USABLE | dict(wrong.settings)).items():
        monkeypatch.setenv(name, value)
    ended = CliRunner().invoke(app, ["run", "--dry-run", "--json", *wrong.arguments])
    reasons = [line.removeprefix("vitrina-indexer: ") for line in ended.stderr.splitlines() if line[:1] != "{"]
    check(wrong, ended.exit_code, reasons)


@pytest.mark.parametrize("case", AS_PROGRAM)
async def test_f28_a_program_wrongly_configured_exits_2_without_a_traceback(case: str, tmp_path: Path) -> None:
    wrong = CASES[case]
    lay(wrong, tmp_path)
    ended = await IndexerProgram(tmp_path, USABLE | dict(wrong.settings)).run("run", "--json", *wrong.arguments)
    check(wrong, ended.code, ended.json["reasons"])
    assert "Traceback" not in ended.errors
