"""No block of a document is wrong in its own language; those marked `run` are executed by tests/e2e instead."""

import json
import re
import subprocess
import tomllib
from collections.abc import Callable
from configparser import ConfigParser
from itertools import pairwise
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import pytest
import yaml
from support.document_blocks import DOCUMENTS, blocks_of, name_of, says, steps_of


def _shell(text: str) -> None:
    checked = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def _yaml(text: str) -> None:
    assert list(yaml.safe_load_all(text)) != []


def _unread(text: str) -> None:
    """nginx reads its own in tests/integration; the rest is for people."""
    assert text.strip()


PARSERS: Final[dict[str, Callable[[str], object]]] = {
    "sh": _shell,
    "bash": _shell,
    "python": lambda text: compile(text, "document", "exec"),
    "json": json.loads,
    "toml": tomllib.loads,
    "yaml": _yaml,
    "ini": lambda text: ConfigParser(interpolation=None).read_string(text),
    "xml": lambda text: ElementTree.fromstring(f"<block>{text}</block>"),
    **dict.fromkeys(("html", "mermaid", "nginx", "promql", "text"), _unread),
}

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)


@each_document
def test_every_block_is_sound_in_its_language(document: Path) -> None:
    for block in blocks_of(document):
        where = f"{name_of(document)}:{block.line}"
        assert block.language in PARSERS, f"{where}: {block.language or 'no'} language"
        try:
            PARSERS[block.language](block.text)
        except (ValueError, SyntaxError, ElementTree.ParseError, yaml.YAMLError, AssertionError) as exc:
            pytest.fail(f"{where}: {exc}")


@each_document
def test_marks_are_those_there_are(document: Path) -> None:
    for block in blocks_of(document):
        assert set(block.marks) <= ({"run"} if block.language in ("sh", "bash") else {"expect"}), block


@each_document
def test_expected_output_stands_below_what_says_it(document: Path) -> None:
    for before, block in pairwise([None, *blocks_of(document)]):
        assert not block or not block.expects or (before and (before.runs or before.expects)), block


@each_document
def test_waiting_for_a_program_that_ended_ends_without_set_e(document: Path, tmp_path: Path) -> None:
    """As in the terminal that a document is pasted into."""
    loops = [
        loop for block in blocks_of(document) if block.runs
        for loop in re.findall(r"^until .*?done$", block.text, re.DOTALL | re.MULTILINE)
    ]  # fmt: skip
    gone = subprocess.Popen(["true"])
    gone.wait()
    for loop in loops:
        waited = re.sub(r"\$(NODE|RUNTIME|MODEL|NGINX)\b", str(gone.pid), loop)
        assert waited != loop
        nowhere = {"PATH": "/usr/bin:/bin", "PORT": "9", "HTTPS_PORT": "9"}
        subprocess.run(["bash", "-c", waited], cwd=tmp_path, env=nowhere, capture_output=True, timeout=20, check=True)


def test_quickstart_is_the_same_in_both_languages() -> None:
    english, russian = (
        [(step.block.text, step.expected) for step in steps_of(document)]
        for document in DOCUMENTS
        if document.name in ("quickstart.md", "quickstart.ru.md")
    )
    assert english == russian
    assert len(english) > 3


@pytest.mark.parametrize(
    ("expected", "found"),
    [("two\nthree", True), ("one\n…\nthree", True), ("t…e 3", True), ("three\ntwo", False), ("tw.", False)],
    ids=["part", "lines left out", "within a line", "other order", "no pattern"],
)
def test_output_is_compared_but_for_what_a_document_leaves_out(expected: str, found: bool) -> None:
    assert says("one\ntwo  \n  three 3\n", expected) is found
