"""docs/troubleshooting.md quotes what the programs really say: provoked here, or found in the source's own words."""

import ast
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import httpx2
import pytest
from opensearchpy import OpenSearch
from support.document_blocks import ANYTHING, blocks_of
from support.opensearch import REPOSITORY, own_namespace
from support.ports import a_port
from support.processes import BOUND_SECONDS, own_environment
from support.runtime_process import serving, wait_until_alive

from sandbox.ports import LOOPBACK

PAGE: Final = REPOSITORY / "docs" / "troubleshooting.md"
NOWHERE: Final = "http://127.0.0.1:9"
PUBLIC_URL: Final = "https://shop.example"
KEY: Final = "a-key"
QUESTION: Final = {"model": "vitrina", "messages": [{"role": "user", "content": "a bag"}]}

FROM_SOURCE: Final = {
    "The certificate is not trusted": "shared/tls.py",
    "Wrong password, or a missing role": "shared/opensearch.py",
    "The k-NN plugin is missing": "indexer/load/preflight.py",
    "The disk is full": "indexer/errors.py",
    "Another run is at work (exit code 75)": "indexer/errors.py",
    "Prices differ from the shop's": "indexer/doctor/prices.py",
    "Far fewer products than before": "indexer/proof.py",
    "A product is not found": "indexer/inspection/findings.py",
    "PUBLIC_URL is missing": "runtime/cli.py",
    "The widget shows nothing": "runtime/storefront/script_endpoints.py",
}
"""What takes another cluster, a shop, a full disk, a run or a build of the widget, and is provoked by tests of its own:
heading -> who says it."""
WITHOUT_WORDS: Final = {"Answers come all at once, or are cut"}

QUOTES: Final = [
    (
        re.findall(r"^### (.+)$", "\n".join(PAGE.read_text(encoding="utf-8").splitlines()[: block.line]), re.M)[-1],
        block.text,
    )
    for block in blocks_of(PAGE)
]


def as_pattern(quote: str) -> re.Pattern[str]:
    return re.compile(re.escape(quote.strip()).replace(re.escape(ANYTHING), ".*"))


Run = tuple[str, Sequence[str], dict[str, str]]
"""Program, arguments, settings."""

_ONE_AFTER_THE_OTHER: Final = """
import json, os, sys
from indexer.cli import main as indexer
from runtime.cli import main as runtime

bare = dict(os.environ)
for program, arguments, settings in json.load(sys.stdin):
    os.environ.clear()
    os.environ.update(bare | settings)
    sys.argv = [program, *arguments]
    try:
        {"indexer": indexer, "runtime": runtime}[program]()
    except SystemExit:
        pass
"""
"""The programs' own entries; importing them is most of what a program of its own would take."""


def said_by(*runs: Run, folder: Path) -> str:
    """What the programs say on both streams."""
    done = subprocess.run(
        [sys.executable, "-c", _ONE_AFTER_THE_OTHER], cwd=folder, env=own_environment(), text=True,
        input=json.dumps(runs), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=BOUND_SECONDS, check=True,
    )  # fmt: skip
    return done.stdout


@pytest.fixture(scope="module")
def cluster_url(opensearch_url: str) -> Iterator[str]:
    """The node, with the indices that the page speaks of."""
    with OpenSearch(opensearch_url) as client, own_namespace(opensearch_url):
        names = ("magento2_product_1_v1", "empty_1", "vectors-active")
        for name in names:
            client.indices.create(index=name)
        client.indices.put_alias(index=names[0], name="magento2_product_1")
        try:
            yield opensearch_url
        finally:
            client.indices.delete(index=",".join(names))


@pytest.fixture(scope="module")
def said(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Every line that the programs say when all of it goes wrong."""
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "bad.toml").write_text('[[store]]\ncode = "EN"\nnmae = "x"\n')
    local = {
        "EMBEDDING_PROVIDER": "local",
        "RAG_INDEX_PREFIX": f"t{os.urandom(6).hex()}",
        "OPENSEARCH_URL": cluster_url,
    }
    port = a_port()
    runs = [
        {"STORES_FILE": "none.toml", "OPENSEARCH_USERNAME": "me"},
        {"STORES_FILE": "bad.toml"},
        local | {"OPENSEARCH_URL": NOWHERE},
        local | {"OPENSEARCH_URL": cluster_url.replace("http:", "https:")},
        local | {"MAGENTO_INDEX": "magento2_product_7"},
        local | {"MAGENTO_INDEX": "empty_1"},
        local | {"RAG_ALIAS": "vectors-active"},
        local | {"EMBEDDING_DIMENSION": "100"},
        local | {"EMBEDDING_PROVIDER": "openai", "EMBEDDING_BASE_URL": f"{NOWHERE}/v1"},
    ]
    mistaken = {"RATE_LIMIT_CHAT": "many", "CORS_ALLOWED_ORIGINS": "https://shop.example/"}
    programs = said_by(
        *(("indexer", ("run",), settings) for settings in runs),
        ("runtime", ("serve",), mistaken),
        ("runtime", ("doctor",), {"OPENSEARCH_URL": NOWHERE}),
        folder=folder,
    )
    return [line for told in (programs, *said_by_the_runtime(folder, port, cluster_url)) for line in told.splitlines()]


def said_by_the_runtime(folder: Path, port: int, cluster_url: str) -> Iterator[str]:
    """What a runtime without an index says to those who ask, and of its settings; and one that comes too late."""
    settings = {
        "OPENSEARCH_URL": cluster_url, "RAG_ALIAS": "nothing", "PORT": str(port), "PUBLIC_URL": PUBLIC_URL,
        "RATE_LIMIT_CHAT": "1/minute", "CHAT_API_KEYS": f"me:{hashlib.sha256(KEY.encode()).hexdigest()}",
    }  # fmt: skip
    url = f"http://{LOOPBACK}:{port}"
    with (folder / "log").open("wb") as log, serving(folder, log=log, **settings) as process:
        wait_until_alive(url, process)
        # On the port that is taken, and open to everyone: told before it tries to listen.
        yield said_by(("runtime", ("serve",), settings | {"CHAT_OPEN": "true"}), folder=folder)
        yield httpx2.get(f"{url}/health/ready").text
        chat = f"{url}/v1/chat/completions"
        yield httpx2.post(chat, json=QUESTION).text
        held = {"authorization": f"Bearer {KEY}"}
        for model in ("gpt-4o", "vitrina"):
            yield httpx2.post(chat, json=QUESTION | {"model": model}, headers=held).text
        process.terminate()
        process.wait(BOUND_SECONDS)
    yield (folder / "log").read_text()


def templates(source: Path) -> Iterator[str]:
    """Every text of `source`, with `…` for what is put into it."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.JoinedStr(values=parts):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else ANYTHING for part in parts)


@pytest.mark.parametrize(("heading", "quote"), QUOTES, ids=[heading for heading, _ in QUOTES])
def test_quoted_message_is_what_the_programs_say(heading: str, quote: str, said: list[str]) -> None:
    pattern = as_pattern(quote)
    lines = templates(REPOSITORY / FROM_SOURCE[heading]) if heading in FROM_SOURCE else said
    assert any(pattern.search(line) for line in lines), "\n".join(said)


def test_every_failure_has_a_message_a_cause_and_a_remedy() -> None:
    text = PAGE.read_text(encoding="utf-8")
    headings = re.findall(r"^### (.+)$", text, re.M)
    assert len(headings) >= 25
    assert set(headings) - WITHOUT_WORDS == {heading for heading, _ in QUOTES}
