"""What a provider says beside the vectors: tokens it counted, and what is left of the account's quota. Pure.

Headers: https://platform.openai.com/docs/guides/rate-limits, "Rate limits in headers". A quota is a bucket that is
refilled evenly, so that `(limit - remaining) / reset` is its rate whatever the length of its window.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

WINDOW_SECONDS: Final = 60.0
"""Limits are meant a minute where nothing tells otherwise."""

_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[dhms]|us|µs|ns)")
_UNIT_SECONDS: Final = {
    "d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Allowance:
    """One quota: what a window holds, what was left, and the seconds until it is whole again (None = not said)."""

    limit: float
    remaining: float
    reset: float | None = None

    @property
    def rate(self) -> float:
        """What comes back a second."""
        spent = self.limit - self.remaining
        return spent / self.reset if self.reset and spent > 0 else self.limit / WINDOW_SECONDS


@dataclass(frozen=True, slots=True)
class Answer:
    """Beside the vectors, or instead of them. counted: tokens the provider counted and bills, None = not said.

    requests, tokens: the account's quotas just after this request was counted, None = not said.
    """

    counted: int | None = None
    requests: Allowance | None = None
    tokens: Allowance | None = None


def read_answer(headers: Mapping[str, str], *, counted: int | None = None) -> Answer:
    """The quotas of an answer's headers; `headers`: names in lower case, or a mapping that does not mind."""
    return Answer(counted=counted, requests=_allowance(headers, "requests"), tokens=_allowance(headers, "tokens"))


def parse_duration(text: str) -> float | None:
    """Seconds of `6m0s`, `1.5s`, `12ms`, `7m12s`, or of a bare number; None for anything else."""
    try:
        seconds = float(text)
    except ValueError:
        if not text or _PART.sub("", text):
            return None
        return sum(float(amount) * _UNIT_SECONDS[unit] for amount, unit in _PART.findall(text))
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _allowance(headers: Mapping[str, str], unit: str) -> Allowance | None:
    limit = _number(headers.get(f"x-ratelimit-limit-{unit}"))
    remaining = _number(headers.get(f"x-ratelimit-remaining-{unit}"))
    # Azure writes -1 or 0 where it means to say nothing.
    if not limit or remaining is None:
        return None
    return Allowance(limit, min(remaining, limit), parse_duration(headers.get(f"x-ratelimit-reset-{unit}", "")))


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
