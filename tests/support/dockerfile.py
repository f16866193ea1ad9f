"""A Dockerfile as instructions, and what a `.dockerignore` leaves of a build's context."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


class NotReplayable(Exception):
    """The instruction is one that is not played here as a container engine does it; another one has to do."""


@dataclass(frozen=True)
class Instruction:
    """One instruction. flags: `--from=…` and the like, before its value."""

    keyword: str
    flags: Mapping[str, str]
    value: str

    def __str__(self) -> str:
        return " ".join([self.keyword, *(f"--{name}={value}" for name, value in self.flags.items()), self.value])


def instructions_of(dockerfile: Path) -> list[Instruction]:
    """Every instruction, its continued lines joined. Raises NotReplayable for directives and here-documents."""
    text = dockerfile.read_text(encoding="utf-8")
    if re.match(r"#\s*\w+=", text) or "<<" in text:
        raise NotReplayable(f"{dockerfile.name}: a parser directive or a here-document")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [_instruction(line) for line in "\n".join(lines).replace("\\\n", " ").splitlines()]


def _instruction(line: str) -> Instruction:
    keyword, _, rest = line.partition(" ")
    flags = {}
    while found := re.match(r"\s*--([a-z-]+)=(\S+)\s+", rest):
        flags[found[1]] = found[2]
        rest = rest[found.end() :]
    return Instruction(keyword, flags, rest.strip())


def substituted(text: str, variables: Mapping[str, str]) -> str:
    """`text` with `${NAME}` and `$NAME` replaced. Raises KeyError for one that is not declared in the stage."""
    return re.sub(r"\$(?:\{(\w+)\}|(\w+))", lambda found: variables[found[1] or found[2]], text)


def pairs_of(text: str) -> dict[str, str]:
    """What `ENV` or `LABEL` sets: `A=1 B="two words"`."""
    return dict(item.split("=", 1) for item in shlex.split(text))


class Context:
    """The folder a build may copy from, without what its `.dockerignore` leaves out."""

    def __init__(self, folder: Path) -> None:
        lines = (folder / ".dockerignore").read_text(encoding="utf-8").splitlines()
        patterns = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        self.folder = folder
        self._rules = [(pattern.startswith("!"), _expression(pattern.removeprefix("!"))) for pattern in patterns]

    def holds(self, path: str) -> bool:
        """Whether a build sees the file or folder at `path`, relative to the context."""
        parts = path.split("/")
        ancestry = ["/".join(parts[: end + 1]) for end in range(len(parts))]
        seen = True
        for allows, expression in self._rules:
            if any(expression.fullmatch(ancestor) for ancestor in ancestry):
                seen = allows
        return seen and (self.folder / path).exists()

    def files(self, path: str) -> Iterator[str]:
        """What a build sees of the file or folder at `path`: files, relative to the context."""
        source = self.folder / path
        found = [source] if source.is_file() else sorted(item for item in source.rglob("*") if item.is_file())
        names = (item.relative_to(self.folder).as_posix() for item in found)
        yield from (name for name in names if self.holds(name))


def _expression(pattern: str) -> re.Pattern[str]:
    pieces = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return re.compile("".join(pieces.get(part) or re.escape(part) for part in parts))
