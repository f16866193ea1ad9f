"""Node.js comes from the wheel, whatever the machine has."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.opensearch import REPOSITORY

from sandbox import nodejs

WITHOUT_NODE = {**os.environ, "PATH": "/nowhere"}
"""A machine that has no Node."""


def said(*arguments: str, environment: dict[str, str], folder: Path) -> str:
    called = [sys.executable, "-m", "sandbox.nodejs", *arguments]
    finished = subprocess.run(
        called, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.strip()


def test_node_is_the_wheel_s_own() -> None:
    assert said("node", "--version", environment=WITHOUT_NODE, folder=REPOSITORY).startswith("v24.")
    place = said("node", "--print", "process.execPath", environment=WITHOUT_NODE, folder=REPOSITORY)
    assert Path(place).is_relative_to(nodejs.node_home())


def test_npm_runs_scripts_by_the_same_node(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"name": "none", "scripts": {"where": "node --print process.execPath"}}')
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    place = said("npm", "run", "--silent", "where", environment=environment, folder=tmp_path)
    assert Path(place).is_relative_to(nodejs.node_home())


def test_what_is_no_program_of_the_wheel_is_refused() -> None:
    called = [sys.executable, "-m", "sandbox.nodejs", "yarn"]
    finished = subprocess.run(called, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False)
    assert (finished.returncode, finished.stderr.split(":")[0]) == (1, "usage")


@pytest.mark.parametrize("name", ["Makefile", ".ci/run"])
def test_no_command_of_ours_takes_the_machine_s_node(name: str) -> None:
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    assert re.findall(r"command -v (?:node|npm|npx)\b|^\t@?(?:node|npm|npx) |:nodejs\b", text, re.MULTILINE) == []
