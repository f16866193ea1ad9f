"""`make audit`: whether anything in the images' locks, or in the widget, is known to be vulnerable.

Exit codes: 0 nothing is, 1 something is, 2 the advisory services could not tell about all of it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sandbox.nodejs import command, environment

LOCKS: Final = ("indexer", "runtime")
VULNERABLE: Final = 1
UNKNOWN: Final = 2

_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found out about one list of packages. vulnerable: a line each; unknown: why some could not be judged."""

    subject: str
    vulnerable: tuple[str, ...] = ()
    unknown: str | None = None

    @property
    def line(self) -> str:
        """The whole of it."""
        if self.vulnerable:
            return f"{self.subject}: " + "; ".join(self.vulnerable)
        return f"{self.subject}: " + (f"not audited: {self.unknown}" if self.unknown else "nothing known")


def main() -> int:
    """Ask about everything; the exit code."""
    audits = [*map(_lock, LOCKS), _widget()]
    for audit in audits:
        print(audit.line)
    return exit_code(audits)


def exit_code(audits: Iterable[Audit]) -> int:
    """The worst of them. Pure."""
    found = list(audits)
    if any(audit.vulnerable for audit in found):
        return VULNERABLE
    return UNKNOWN if any(audit.unknown for audit in found) else 0


def of_pip_audit(subject: str, said: str) -> Audit:
    """What pip-audit's JSON tells; it calls what it could not look up skipped, and ends well. Pure."""
    try:
        dependencies: list[Mapping[str, Any]] = json.loads(said)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Audit(subject, unknown="the advisory service did not answer")
    skipped = [found["name"] for found in dependencies if "skip_reason" in found]
    known = tuple(
        f"{found['name']} {found['version']} ({flaw['id']})"
        for found in dependencies
        for flaw in found.get("vulns", ())
    )
    unknown = f"the advisory service does not know {len(skipped)} of {len(dependencies)} packages" if skipped else None
    return Audit(subject, vulnerable=known, unknown=unknown)


def of_npm_audit(subject: str, said: str) -> Audit:
    """What npm's JSON tells. Pure."""
    try:
        flaws: Mapping[str, Mapping[str, Any]] = json.loads(said)["vulnerabilities"]
    except (ValueError, KeyError, TypeError):
        return Audit(subject, unknown="the advisory service did not answer")
    return Audit(subject, vulnerable=tuple(f"{name} ({flaw['severity']})" for name, flaw in flaws.items()))


def _lock(name: str) -> Audit:
    program = Path(sys.executable).with_name("pip-audit")
    options = ["--format", "json", "--progress-spinner", "off", "--disable-pip", "--require-hashes"]
    return of_pip_audit(f"locks/{name}.txt", _said([str(program), *options, "-r", f"locks/{name}.txt"], os.environ))


def _widget() -> Audit:
    asked = command("npm", "audit", "--omit=dev", "--json", "--prefix", "widget")
    return of_npm_audit("widget", _said(asked, environment(os.environ)))


def _said(line: Sequence[str], settings: Mapping[str, str]) -> str:
    try:
        return subprocess.run(
            line, env=settings, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=_SECONDS
        ).stdout
    except subprocess.TimeoutExpired:
        return ""


if __name__ == "__main__":
    sys.exit(main())
