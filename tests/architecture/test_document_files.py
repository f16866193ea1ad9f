"""The files that documents show are read by whoever reads them: our own programs, Prometheus, Alertmanager."""

import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import trustme
import yaml
from support.debian_programs import found
from support.document_blocks import DOCUMENTS, Block, blocks_of, name_of
from support.opensearch import REPOSITORY

from indexer.attributes import load_attributes
from indexer.load.canaries import load_canaries
from runtime.llm.provider_file import load_providers
from shared.magento.enrichment import read_enrichment
from shared.serializer import read_json
from shared.stores import load_stores

RULES: Final = REPOSITORY / "deploy" / "prometheus" / "rules.yml"


def _read_providers(path: Path) -> None:
    """As `load_providers`, with the keys and authorities that the document names there."""
    text = path.read_text(encoding="utf-8")
    for name in re.findall(r'^api_key_file = "(?:[^"]*/)?([^"/]+)"', text, re.MULTILINE):
        (path.parent / name).write_text("of-a-file", encoding="utf-8")
    for name in re.findall(r'^ca_file = "([^"]+)"', text, re.MULTILINE):
        trustme.CA().cert_pem.write_to_path(str(path.parent / name))
    path.write_text(re.sub(r'^(api_key_file = ")[^"]*/', r"\1", text, flags=re.MULTILINE), encoding="utf-8")
    load_providers(path, secret=lambda name: f"of-{name}")


def _check_prometheus(path: Path) -> None:
    file = yaml.safe_load(path.read_text(encoding="utf-8"))
    for job in file["scrape_configs"]:
        # Debian's is built without Kubernetes.
        job.pop("kubernetes_sd_configs", None)
    path.write_text(yaml.safe_dump(file), encoding="utf-8")
    told = subprocess.run(
        [found("promtool"), "check", "config", path], capture_output=True, text=True, timeout=60, check=False
    )
    assert told.returncode == 0, told.stderr


def _check_alertmanager(path: Path) -> None:
    file = yaml.safe_load(path.read_text(encoding="utf-8"))
    rules = [rule for group in yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]
    severities = {f'severity="{rule["labels"]["severity"]}"' for rule in rules}
    routes = [file["route"], *file["route"]["routes"]]
    assert {matcher for route in routes for matcher in route.get("matchers", ())} < severities
    assert {route["receiver"] for route in routes} == {receiver["name"] for receiver in file["receivers"]}


def _check_enrichment(path: Path) -> None:
    _, warnings = read_enrichment(read_json(path.read_bytes()))
    assert warnings == []


READERS: Final[dict[tuple[str, str], Callable[[Path], object]]] = {
    ("toml", "store"): load_stores,
    ("toml", "canary"): lambda path: load_canaries(path, stores={"default", "ru"}),
    ("toml", "providers"): _read_providers,
    ("toml", "attribute"): load_attributes,
    ("yaml", "scrape_configs"): _check_prometheus,
    ("yaml", "receivers"): _check_alertmanager,
    ("json", "vitrina"): _check_enrichment,
}
"""(language, a key at the top) -> who reads such a file."""
PARSERS: Final[dict[str, Callable[[str], Any]]] = {"toml": tomllib.loads, "yaml": yaml.safe_load, "json": read_json}
OTHERS: Final = {("yaml", "rules"), ("json", "fused")}
"""prometheus-adapter's, held to the manifests in tests/deploy; a part of an answer, whose form is the contract's."""


def shown() -> Iterator[tuple[str, Block]]:
    for document in DOCUMENTS:
        for block in blocks_of(document):
            if block.language in PARSERS:
                yield f"{name_of(document)}:{block.line}", block


def kinds_of(block: Block) -> set[tuple[str, str]]:
    return {(block.language, key) for key in PARSERS[block.language](block.text)} & (READERS.keys() | OTHERS)


@pytest.mark.parametrize("block", [pytest.param(block, id=where) for where, block in shown()])
def test_file_in_a_document_is_taken_by_its_reader(block: Block, tmp_path: Path) -> None:
    (kind,) = kinds_of(block)
    if reader := READERS.get(kind):
        path = tmp_path / f"shown.{block.language}"
        path.write_text(block.text.replace("/opt/vitrina/", f"{REPOSITORY}/"), encoding="utf-8")
        reader(path)


def test_every_reader_has_something_to_read() -> None:
    assert {kind for _, block in shown() for kind in kinds_of(block)} == READERS.keys() | OTHERS


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("toml", '[[store]]\ncode = "en"\nmagento_index = "i"\nlocal = "en_US"\n'),
        ("toml", '[[canary]]\nquestion = "bag"\nsku = "MJ02"\n'),
        ("toml", '[[providers]]\nname = "x"\npreset = "openai"\nmodel = "m"\napi_key = "k"\n'),
        ("toml", '[attribute.color]\nuses = ["text"]\n'),
        ("yaml", "scrape_configs:\n  - jobname: vitrina-runtime\n"),
    ],
)
def test_key_that_nobody_knows_is_found(language: str, text: str, tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"local|question|api_key|uses|jobname"):
        test_file_in_a_document_is_taken_by_its_reader(Block(line=1, language=language, marks=(), text=text), tmp_path)
