"""A module that calls itself pure is held to it, and no contract speaks of modules that make no such claim."""

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

SANS_IO = {"runtime.chat.sse"}
"""Held to the same, but it keeps the state of one stream, and so calls itself sans-IO."""


def contract() -> dict[str, list[str]]:
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (found,) = (
        one for one in configuration["tool"]["importlinter"]["contracts"] if one["name"] == "pure modules do no I/O"
    )
    assert isinstance(found, dict)
    return found


def says_pure(path: Path) -> bool:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return re.search(r"\bPure[.:,]", docstring) is not None


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_purity_contract_names_every_module_that_calls_itself_pure() -> None:
    paths = [path for package in ("indexer", "runtime", "shared") for path in (ROOT / package).rglob("*.py")]
    claimed = {module_of(path) for path in paths if says_pure(path)}
    listed = set(contract()["source_modules"])
    covered = {name for name in claimed if any(name == source or name.startswith(f"{source}.") for source in listed)}
    assert claimed - covered == set()
    assert {name for name in listed - claimed - SANS_IO if not (ROOT / name.replace(".", "/")).is_dir()} == set()


def test_purity_contract_follows_imports_to_their_end() -> None:
    assert "allow_indirect_imports" not in contract()
