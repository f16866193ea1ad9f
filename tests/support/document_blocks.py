"""The code blocks of the documents: found, and told apart by the words after their fence.

"```sh run": executed by a test, as a reader would. "```text expect": what the run block before it says, with `…` for
anything. All others are only read by the parser of their language.
"""

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from support.opensearch import REPOSITORY

DOCUMENTS: Final = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])
ANYTHING: Final = "…"

_BLOCK: Final = re.compile(
    r"^(?P<indent> *)```(?P<info>[^\n]*)\n(?P<text>.*?)^(?P=indent)```$", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block. line: of its opening fence, from 1. marks: the words after the language."""

    line: int
    language: str
    marks: tuple[str, ...]
    text: str

    @property
    def runs(self) -> bool:
        return "run" in self.marks

    @property
    def expects(self) -> bool:
        return "expect" in self.marks


@dataclass(frozen=True, slots=True)
class Step:
    """A block that runs, and what it is expected to say: nothing in particular when empty."""

    block: Block
    expected: tuple[str, ...]


def name_of(document: Path) -> str:
    """Of a document, in the id of a test."""
    return str(document.relative_to(REPOSITORY))


def blocks_of(document: Path) -> list[Block]:
    """Every fenced block of `document`, in order."""
    text = document.read_text(encoding="utf-8")
    found = []
    for match in _BLOCK.finditer(text):
        language, *marks = match["info"].split() or [""]
        line = text.count("\n", 0, match.start()) + 1
        found.append(Block(line=line, language=language, marks=tuple(marks), text=textwrap.dedent(match["text"])))
    return found


def steps_of(document: Path) -> list[Step]:
    """The blocks of `document` that run, each with the outputs shown below it."""
    steps: list[Step] = []
    for block in blocks_of(document):
        if block.runs:
            steps.append(Step(block=block, expected=()))
        elif block.expects:
            steps[-1] = Step(block=steps[-1].block, expected=(*steps[-1].expected, block.text))
    return steps


def says(output: str, expected: str) -> bool:
    """Whether `output` holds what a document shows of it, however lines end."""
    lines = (re.escape(line.strip()) for line in expected.strip().splitlines())
    pattern = r"\s*\n\s*".join(lines).replace(re.escape(ANYTHING), ".*?")
    return re.search(pattern, output, re.DOTALL) is not None
