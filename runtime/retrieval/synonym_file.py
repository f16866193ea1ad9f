"""One file of synonym rules, looked at again while the service runs: a new synonym takes no restart."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from shared.errors import ConfigurationError
from shared.synonyms import Rule, parse_rules

log = structlog.get_logger(__name__)

MAX_FILE_BYTES: Final = 500_000
"""A larger file is no list that somebody keeps by hand, and to read it would hold up answers."""

_TOLD: Final = 10
"""Mistakes of one file that are told one by one."""


class SynonymFile:
    """The rules that a file holds; none where there is no such file.

    A file that cannot be read or holds a mistake changes nothing, because a slip of the pen must not take a shop's
    synonyms away; it is logged once, and again when the file changes. rules: as of the last `load` or `look`. version:
    grows whenever they change.
    """

    def __init__(self, name: str, find: Callable[[str], Path | None]) -> None:
        """find: file name -> where the file is now, None where there is none."""
        self.rules: tuple[Rule, ...] = ()
        self.version = 0
        self._name = name
        self._find = find
        self._content: bytes | None = None
        self._problem: str | None = None

    def load(self) -> None:
        """Read the file. Raises ConfigurationError naming every mistake by its line."""
        content = self._read()
        if content != self._content:
            self._content = content
            self.rules = _parse(self._name, content or b"")
            self.version += 1

    def look(self) -> None:
        """Read the file again. Blocks for as long as a small file takes to read, and raises nothing."""
        version, told, problem = self.version, self._problem, None
        try:
            self.load()
        except ConfigurationError as exc:
            problem = str(exc)
        self._problem = problem
        if problem is not None and problem != told:
            log.error("synonyms_not_renewed", problem=problem, kept=len(self.rules))
        elif self.version != version:
            log.info("synonyms_renewed", file=self._name, rules=len(self.rules))

    def _read(self) -> bytes | None:
        try:
            path = self._find(self._name)
            if path is None:
                return None
            with path.open("rb") as file:
                content = file.read(MAX_FILE_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise ConfigurationError([f"{self._name}: cannot be read: {exc.strerror}; check owner and rights"]) from exc
        if len(content) > MAX_FILE_BYTES:
            raise ConfigurationError([f"{self._name}: has more than {MAX_FILE_BYTES} bytes; shorten it"])
        return content


def _parse(name: str, content: bytes) -> tuple[Rule, ...]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise ConfigurationError([f"{name}: the file is no UTF-8 text; save it as such"]) from exc
    parsed = parse_rules(text.split("\n"))
    if parsed.mistakes:
        problems = [f"{name}, line {mistake.line}: {mistake.wrong}" for mistake in parsed.mistakes[:_TOLD]]
        untold = len(parsed.mistakes) - len(problems)
        raise ConfigurationError([*problems, *([f"{name}: and {untold} more lines"] if untold else [])])
    return parsed.rules
