"""Checks one after the other, the cheap before the dear; what stands on a failed one is not asked at all."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Final

from shared.errors import AppError
from shared.findings import Finding, Verdict, failed, skipped
from shared.opensearch import AccessDenied

TOTAL_SECONDS: Final = 30.0
"""All checks together, the shop's pages apart."""
CHECK_SECONDS: Final = 6.0

PERMISSIONS: Final = "docs/permissions.md"
"""Where the permissions are that each user needs."""

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Check:
    """One question. store: the store view it is about. needs: checks it stands on, of the store view or of all.

    ask: raises AppError where that is the answer; remedy: the next step then, but for AccessDenied. advisory:
    credentials that may not ask are no failure, for a run does not ask either. seconds: the most it may take.
    """

    name: str
    ask: Callable[[], Awaitable[Verdict]]
    remedy: str
    store: str | None = None
    needs: tuple[str, ...] = ()
    advisory: bool = False
    seconds: float = CHECK_SECONDS


async def run_checks(
    checks: Iterable[Check],
    *,
    seconds: float = TOTAL_SECONDS,
    clock: Clock = time.monotonic,
    again: str = "run doctor again",
) -> list[Finding]:
    """A finding for every check, in order; after `seconds` the rest is skipped. again: what to do about that."""
    deadline = clock() + seconds
    found: list[Finding] = []
    fallen: set[tuple[str | None, str]] = set()
    for check in checks:
        left = deadline - clock()
        missing = next((need for need in check.needs if {(check.store, need), (None, need)} & fallen), None)
        if missing is not None:
            verdict = skipped(f"stands on {missing!r}")
        elif left <= 0:
            verdict = skipped(f"the {seconds:g} s for all checks are over", again)
        else:
            verdict = await _ask(check, seconds=min(check.seconds, left))
        if missing is not None or left <= 0 or verdict.status == "failed":
            fallen.add((check.store, check.name))
        found.append(Finding(check.name, verdict, store=check.store))
    return found


async def _ask(check: Check, *, seconds: float) -> Verdict:
    try:
        async with asyncio.timeout(seconds):
            return await check.ask()
    except TimeoutError:
        return failed(f"no answer within {seconds:.3g} s", check.remedy)
    except AccessDenied as denied:
        if check.advisory:
            return skipped(f"the credentials may not ask: {denied}")
        return failed(str(denied), f"check who asks, and give them the permissions in {PERMISSIONS}")
    except AppError as error:
        return failed(str(error), check.remedy)
