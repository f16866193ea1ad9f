"""What the lock files pin."""

import re
from collections import defaultdict
from pathlib import Path

LOCKS = Path(__file__).parents[2] / "locks"

_PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)==([^ ;\\]+)", re.MULTILINE)


def pins(lock: str) -> dict[str, set[str]]:
    """Distribution -> its versions in `locks/<lock>.txt`; several where Pythons or systems differ."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, version in _PIN.findall((LOCKS / f"{lock}.txt").read_text(encoding="utf-8")):
        found[name].add(version)
    return dict(found)
