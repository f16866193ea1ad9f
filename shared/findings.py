"""What a doctor found, for an operator and for machines. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

Status = Literal["ok", "warning", "failed", "skipped"]

SETTINGS: Final = "settings"
"""The first check; when it fails there is nothing else to look at."""

_STATUSES: Final[tuple[Status, ...]] = ("ok", "warning", "failed", "skipped")
_FAILED: Final = 1
_MISCONFIGURED: Final = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a check came out: what was seen, and what to do about it (None: nothing)."""

    status: Status
    seen: str
    next_step: str | None = None


def ok(seen: str) -> Verdict:
    """All is well."""
    return Verdict("ok", seen)


def warning(seen: str, next_step: str) -> Verdict:
    """It works, and yet somebody should look at it."""
    return Verdict("warning", seen, next_step)


def failed(seen: str, next_step: str) -> Verdict:
    """A run would come to nothing, shoppers would be told something false, or a door stands open."""
    return Verdict("failed", seen, next_step)


def skipped(why: str, next_step: str | None = None) -> Verdict:
    """Not looked at."""
    return Verdict("skipped", why, next_step)


@dataclass(frozen=True, slots=True)
class Finding:
    """A check and its verdict. store: code of the store view it is about, None for all of them."""

    check: str
    verdict: Verdict
    store: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The finding as machines read it."""
        return {"check": self.check, "store": self.store, **asdict(self.verdict)}

    def lines(self) -> Iterator[str]:
        """The finding as an operator reads it."""
        about = "" if self.store is None else f" ({self.store})"
        yield f"{self.verdict.status:<8} {self.check}{about}: {self.verdict.seen}"
        if self.verdict.next_step:
            yield f"         -> {self.verdict.next_step}"


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings, in the order of the checks."""

    found: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        """0 when nothing failed, 2 when the settings did, else 1."""
        checks = {finding.check for finding in self.found if finding.verdict.status == "failed"}
        if not checks:
            return 0
        return _MISCONFIGURED if SETTINGS in checks else _FAILED

    def as_json(self) -> dict[str, Any]:
        """The findings as machines read them."""
        counts = Counter(finding.verdict.status for finding in self.found)
        return {
            "exit_code": self.exit_code,
            "counts": {status: counts[status] for status in _STATUSES},
            "checks": [finding.as_json() for finding in self.found],
        }

    def lines(self) -> Iterator[str]:
        """The findings as an operator reads them, with a sum at the end."""
        for finding in self.found:
            yield from finding.lines()
        counts = Counter(finding.verdict.status for finding in self.found)
        yield f"{len(self.found)} checks: " + ", ".join(f"{counts[status]} {status}" for status in _STATUSES)


def misconfigured(problems: Sequence[str]) -> Findings:
    """What there is to say when the settings cannot be read: every mistake, and nothing else."""
    step = "mend it where the setting is made: environment, .env, SECRETS_DIR or the file it names"
    return Findings(tuple(Finding(SETTINGS, failed(problem, step)) for problem in problems))


def listed(words: Iterable[str], most: int = 5) -> str:
    """The first `most` words, and how many there are beside them."""
    words = list(words)
    beyond = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + beyond
