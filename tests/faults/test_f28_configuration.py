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
from shared.errors import ConfigurationError


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
SECRET = "tops3cret"
"""A key, a password, part of an address: in no case may it be shown again."""

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
    "CA file of a cluster that speaks http": Wrong({"OPENSEARCH_CA_FILE": "none.pem"}, ("OPENSEARCH_CA_FILE: cannot",)),
    "password without a user": Wrong(
        {"OPENSEARCH_PASSWORD": SECRET}, ("OPENSEARCH_USERNAME: OPENSEARCH_PASSWORD is set and this is not",)
    ),
    "user without a password": Wrong(
        {"OPENSEARCH_USERNAME": "u"}, ("OPENSEARCH_PASSWORD: OPENSEARCH_USERNAME is set and this is not",)
    ),
    "password of the source without a user": Wrong(
        {"OPENSEARCH_USERNAME": "u", "OPENSEARCH_PASSWORD": SECRET, "SOURCE_OPENSEARCH_PASSWORD": SECRET},
        ("SOURCE_OPENSEARCH_USERNAME: SOURCE_OPENSEARCH_PASSWORD is set and this is not",),
    ),
    "a way of asking that is none": Wrong({"OPENSEARCH_AUTH": "kerberos"}, ("OPENSEARCH_AUTH:",)),
    "a user beside a certificate": Wrong(
        {"OPENSEARCH_URL": "https://127.0.0.1:9", "OPENSEARCH_AUTH": "mtls", "OPENSEARCH_USERNAME": "u",
         "OPENSEARCH_PASSWORD": SECRET},
        ("OPENSEARCH_USERNAME: read with OPENSEARCH_AUTH=basic only, and that is mtls",
         "OPENSEARCH_PASSWORD: read with OPENSEARCH_AUTH=basic only",
         "OPENSEARCH_CLIENT_CERT_FILE: OPENSEARCH_AUTH=mtls needs it",
         "OPENSEARCH_CLIENT_KEY_FILE: OPENSEARCH_AUTH=mtls needs it"),
    ),
    "a certificate over http": Wrong(
        {"OPENSEARCH_AUTH": "mtls", "OPENSEARCH_CLIENT_CERT_FILE": "none.pem", "OPENSEARCH_CLIENT_KEY_FILE": "a.pem"},
        ("OPENSEARCH_URL: OPENSEARCH_AUTH=mtls needs an address that begins with https://",
         "OPENSEARCH_CLIENT_CERT_FILE: cannot read 'none.pem'", "OPENSEARCH_CLIENT_KEY_FILE: cannot read 'a.pem'"),
        files={"a.pem": "no key"},
    ),
    "a certificate that nobody reads": Wrong(
        {"SOURCE_OPENSEARCH_CLIENT_CERT_FILE": "none.pem"},
        ("SOURCE_OPENSEARCH_CLIENT_CERT_FILE: read with SOURCE_OPENSEARCH_AUTH=mtls only, and that is basic",),
    ),
    "a signature for nowhere": Wrong(
        {"SOURCE_OPENSEARCH_AUTH": "sigv4", "SOURCE_OPENSEARCH_AWS_SERVICE": "s3"},
        ("SOURCE_OPENSEARCH_AWS_REGION: SOURCE_OPENSEARCH_AUTH=sigv4 needs it", "SOURCE_OPENSEARCH_AWS_SERVICE:"),
    ),
    "a region in words": Wrong(
        {"OPENSEARCH_AUTH": "sigv4", "OPENSEARCH_AWS_REGION": "Frankfurt"},
        ("OPENSEARCH_AWS_REGION: must be a region such as eu-central-1",),
    ),
    "password in an address that is none": Wrong(
        {"OPENSEARCH_URL": f"ftp://u:{SECRET}@search", "SOURCE_OPENSEARCH_URL": f"//u:{SECRET}@search"},
        ("OPENSEARCH_URL: must be an http", "SOURCE_OPENSEARCH_URL: must be an http"),
    ),
    "password in the address of a wrong CA file": Wrong(
        {"OPENSEARCH_URL": f"https://u:{SECRET}@127.0.0.1:9", "OPENSEARCH_CA_FILE": "none.pem"},
        ("OPENSEARCH_CA_FILE: cannot",),
    ),
    "keys in the places of other settings": Wrong(
        {"EMBEDDING_API_KEY": SECRET, "OPENAI_API_KEY": SECRET, "RAG_RETAIN": SECRET, "RAG_ALIAS": f"A {SECRET}",
         "STORE_CURRENCY": SECRET, "EMBEDDING_PROVIDER": SECRET, "OPENAI_BASE_URL": SECRET, "STORE_LINKS": SECRET},
        ("RAG_RETAIN:", "RAG_ALIAS:", "STORE_CURRENCY:", "EMBEDDING_PROVIDER:", "OPENAI_BASE_URL:", "STORE_LINKS:"),
    ),
    "alias in capitals": Wrong(
        {"RAG_ALIAS": "Products"}, ("RAG_ALIAS: must be lower-case letters, digits, - and _, such as products-rag",)
    ),
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
    "locale in words": Wrong({"STORE_LOCALE": "english"}, ("STORE_LOCALE: must be a language and a country",)),
    "currency in words": Wrong({"STORE_CURRENCY": "dollars"}, ("STORE_CURRENCY: must be an ISO 4217 code",)),
    "shop without a scheme": Wrong({"STORE_BASE_URL": "shop.test"}, ("STORE_BASE_URL: must be an http",)),
    "media without a scheme": Wrong({"STORE_MEDIA_URL": "//cdn.test/m"}, ("STORE_MEDIA_URL: must be an http",)),
    "group below zero": Wrong({"STORE_CUSTOMER_GROUP": "-1"}, ("STORE_CUSTOMER_GROUP:",)),
    "everything for nothing": Wrong({"STORE_PRICE_FACTOR": "0"}, ("STORE_PRICE_FACTOR:",)),
    "everything for infinity": Wrong({"STORE_PRICE_FACTOR": "inf"}, ("STORE_PRICE_FACTOR:",)),
    "zero price unknown": Wrong({"STORE_ZERO_PRICE": "gratis"}, ("STORE_ZERO_PRICE:", )),
    "links are no JSON": Wrong({"STORE_LINKS": "delivery=x"}, ("STORE_LINKS: must be a JSON object",)),
    "a link without TLS": Wrong(
        {"STORE_LINKS": '{"delivery": "http://shop.test/d"}'}, ("STORE_LINKS.delivery: must begin with https://",)
    ),
    "a link of an unknown kind": Wrong({"STORE_LINKS": '{"jobs": "https://shop.test"}'}, ("STORE_LINKS.jobs: ",)),
    "rules of a wrong shape": Wrong({"STORE_INCLUDE": '{"skus": "A-*"}'}, ("STORE_INCLUDE.skus: ",)),
    "a rule with a slip": Wrong(
        {"STORE_EXCLUDE": '{"category": ["Men"]}'},
        ("STORE_EXCLUDE.category: there is no such key; did you mean categories?",),
    ),
    "provider unknown": Wrong({"EMBEDDING_PROVIDER": "abacus"}, ("EMBEDDING_PROVIDER:",)),
    "no dimension": Wrong({"EMBEDDING_DIMENSION": "0"}, ("EMBEDDING_DIMENSION:",)),
    "batches of nothing": Wrong({"EMBEDDING_BATCH_TEXTS": "0"}, ("EMBEDDING_BATCH_TEXTS:",)),
    "price below zero": Wrong({"EMBEDDING_PRICE_PER_MILLION": "-1"}, ("EMBEDDING_PRICE_PER_MILLION:",)),
    "no key": Wrong(NO_KEY, ("OPENAI_API_KEY: EMBEDDING_PROVIDER=openai needs",)),
    "the local model is another": Wrong(
        {"EMBEDDING_PROVIDER": "local", "EMBEDDING_MODEL": "large"}, ("EMBEDDING_MODEL",)
    ),
    "a proxy of another kind": Wrong(
        {"ALL_PROXY": f"socks5://u:{SECRET}@127.0.0.1:9", "EMBEDDING_BASE_URL": "https://models.test/v1"},
        ("ALL_PROXY=socks5://127.0.0.1:9: only http:// and https://",),
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
    "a canary with a slip": Wrong(
        {}, ("canary.0.querry: there is no such key; did you mean query?",),
        files={"canaries.toml": '[[canary]]\nquery = "x"\nsku = "A"\nquerry = "y"\n'},
    ),
    "settings and files at once": Wrong(
        {"RAG_RETAIN": "-1", "OPENSEARCH_URL": "https://127.0.0.1:9", "OPENSEARCH_CA_FILE": "none.pem"},
        ("RAG_RETAIN:", "OPENSEARCH_CA_FILE: cannot", "canary.0.store: there is no store view 'ru'",
         "attribute.color.lable: there is no such key; did you mean label?"),
        files={
            "attributes.toml": '[attribute.color]\nlable = "Colour"\n',
            "canaries.toml": '[[canary]]\nquery = "x"\nsku = "A"\nstore = "ru"\n',
        },
    ),
    "all files at once": Wrong(
        FILE, ("STORES_FILE: 'stores.toml', store 'ru' (no. 1), currency: must be", "attributes.toml: ",
               "canary.0.sku: Field required"),
        files=stores('code = "ru"\ncurrency = "рубль"') | {
            "attributes.toml": "[[attribute]",
            "canaries.toml": '[[canary]]\nquery = "x"\nstore = "ru"\n',
        },
    ),
    "a store that is not there": Wrong({}, ("--store: there is no store view 'xx'",), arguments=("--store", "xx")),
    "everything at once": Wrong(
        {"OPENSEARCH_URL": "x", "RAG_RETAIN": "x", "INDEXER_TIMEZONE": "x", "STORE_LOCALE": "x", **FILE, **NO_KEY},
        ("OPENSEARCH_URL:", "RAG_RETAIN:", "INDEXER_TIMEZONE:", "STORE_LOCALE:", "STORES_FILE:", "OPENAI_API_KEY:"),
    ),
}  # fmt: skip

AS_PROGRAM = tuple(CASES) if LONG else (
    "two stores with one alias", "keys in the places of other settings", "settings and files at once",
)  # fmt: skip
"""Cases that are tried on a process of its own; each costs the start of one."""

USABLE = {"OPENSEARCH_URL": "http://127.0.0.1:9", "EMBEDDING_API_KEY": KEY}
"""Nothing listens there: a command that went on past its configuration would end with another code."""


def lay(wrong: Wrong, folder: Path) -> None:
    for name, text in wrong.files.items():
        (folder / name).write_text(text, encoding="utf-8")


def check(wrong: Wrong, code: int, reasons: list[str], *, shown: str) -> None:
    assert code == 2, reasons
    assert len(reasons) == len(wrong.told), reasons
    for part in wrong.told:
        assert any(part in reason for reason in reasons), reasons
    assert SECRET not in shown
    assert KEY not in shown


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
    check(wrong, ended.exit_code, reasons, shown=ended.output)


@pytest.mark.parametrize("case", AS_PROGRAM)
async def test_f28_a_program_wrongly_configured_exits_2_without_a_traceback(case: str, tmp_path: Path) -> None:
    wrong = CASES[case]
    lay(wrong, tmp_path)
    ended = await IndexerProgram(tmp_path, USABLE | dict(wrong.settings)).run("run", "--json", *wrong.arguments)
    check(wrong, ended.code, ended.json["reasons"], shown=ended.output + ended.errors)
    assert "Traceback" not in ended.errors


async def test_f28_login_is_not_shown_where_the_configuration_is_usable(tmp_path: Path) -> None:
    address = f"http://u:{SECRET}@127.0.0.1:9"
    program = IndexerProgram(tmp_path, {"OPENSEARCH_URL": address, "EMBEDDING_API_KEY": SECRET})
    ended = await program.run("run", "--json")
    assert ended.code == 1
    assert "OPENSEARCH_URL=http://127.0.0.1:9: no answer" in ended.json["reasons"][0]
    assert SECRET not in ended.output + ended.errors


def test_f28_an_empty_sku_is_no_question(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match="SKU: it is empty"):
        CliRunner().invoke(app, ["inspect", " "], catch_exceptions=False)
