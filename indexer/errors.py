"""What can go wrong after the source has been read (extract and shared have their own).

Terminal
├── AliasTaken          an index has the alias' name
├── AliasAmbiguous      the alias names several indices
├── AliasForeign        the alias names an index that Vitrina did not build
├── SwapConflict        someone moved the alias since the run looked at it
├── SwapUnanswered      the cluster went away while the alias was being moved
├── LeaseHeld           another run holds the lease; nothing was begun
├── TickServed          another replica of the schedule has made this run already
├── LeaseLost           the lease is somebody else's by now, or could not be renewed; the run ends
├── StateForeign        an index has the name of our state index and is not ours
├── NoRoom              the target cluster has not the disk or the memory for a build
├── BuildSpoiled        the index under construction cannot be written, or is no longer ours
├── NothingToRollBack   no complete index to go back to
├── ModelUnusable       questions could not be embedded with the model of the index to go back to
└── BuildRefused        built, but not fit to go live; carries the reasons
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from shared.errors import AppError, ConfigurationError, Terminal

FAILED: Final = 1
MISCONFIGURED: Final = 2
HELD: Final = 75
"""EX_TEMPFAIL of sysexits.h: nothing is wrong, come back later."""


def exit_code_of(error: BaseException) -> int:
    """The exit code a command ends with when `error` ended it."""
    match error:
        case ConfigurationError():
            return MISCONFIGURED
        case LeaseHeld():
            return HELD
        case _:
            return FAILED


def reason_of(error: BaseException) -> str:
    """`error` in words an operator may read. What cancelled a run may say why; else it was told to stop."""
    match error:
        case AppError():
            return str(error)
        case asyncio.CancelledError(args=[str(reason)]) if reason:
            return reason
        case asyncio.CancelledError():
            return "the run was stopped"
        case _:
            return f"unexpected {type(error).__name__}; the log has the details"


class AliasTaken(Terminal):
    """An index has the name our alias should have; it is never deleted."""

    def __init__(self, alias: str) -> None:
        super().__init__(
            f"Alias {alias!r} cannot be used: an index has this name. Choose another RAG_ALIAS (or RAG_INDEX_PREFIX), "
            "or remove that index yourself."
        )
        self.alias = alias


class AliasAmbiguous(Terminal):
    """The alias names more than one index, so nobody can say which one is live."""

    def __init__(self, alias: str, indices: Sequence[str]) -> None:
        super().__init__(
            f"Alias {alias!r} names {len(indices)} indices ({', '.join(sorted(indices))}). "
            "Leave it on the one that should be live, then run again."
        )
        self.alias = alias


class AliasForeign(Terminal):
    """The alias names somebody else's index, such as Magento's own; it is never moved."""

    def __init__(self, alias: str, index: str) -> None:
        super().__init__(
            f"Alias {alias!r} names {index!r}, which Vitrina did not build, so it is not moved. Choose another "
            "RAG_ALIAS (or RAG_INDEX_PREFIX), or remove that alias yourself."
        )
        self.alias = alias


class SwapConflict(Terminal):
    """The alias is no longer where the run saw it; nothing was moved."""

    def __init__(self, alias: str, *, expected: str | None, found: Sequence[str]) -> None:
        super().__init__(
            f"Alias {alias!r} was moved by someone else: it named {expected or 'nothing'} when this run began and now "
            f"names {', '.join(found) or 'nothing'}. Nothing was changed; run again."
        )
        self.alias = alias


class SwapUnanswered(Terminal):
    """The alias may have been moved, and the cluster does not say."""

    def __init__(self, index: str, *, reason: str) -> None:
        super().__init__(
            f"Index {index!r} is complete and may be live: the cluster was asked to make it so and did not answer any "
            f"more ({reason}). `vitrina-indexer status` shows which index is live once the cluster is back."
        )
        self.index = index


class LeaseHeld(Terminal):
    """Another run is at work under the same RAG_INDEX_PREFIX. until: when its lease ends unless it is renewed."""

    def __init__(self, holder: str, *, until: datetime) -> None:
        super().__init__(
            f"{holder} holds the lease until {until.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC and renews it while it is "
            "at work. Wait for its end; `vitrina-indexer status` shows it."
        )
        self.holder = holder
        self.until = until


class TickServed(Terminal):
    """The run that was due has been made by another replica of the schedule."""

    def __init__(self, holder: str, *, due: datetime) -> None:
        super().__init__(f"The run due at {due.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC was made by {holder}.")
        self.holder = holder


class LeaseLost(Terminal):
    """The lease is not this run's any more, so nothing of it may go live."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The lease was lost: {reason}. This run makes nothing live any more; run again.")


class StateForeign(Terminal):
    """An index has the name of our state or run records, and Vitrina did not make it, or its content is damaged."""

    def __init__(self, index: str, reason: str) -> None:
        super().__init__(
            f"Index {index!r} cannot keep Vitrina's state: {reason}. Choose another RAG_INDEX_PREFIX, or remove that "
            "index yourself."
        )
        self.index = index


class NoRoom(Terminal):
    """The target cluster is too full for another index; asked before anything is built."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where} has no room for a build: {reason}")


class BuildSpoiled(Terminal):
    """The index under construction was closed, blocked, replaced or deleted by something else."""

    def __init__(self, index: str, reason: str) -> None:
        super().__init__(f"Index {index!r} cannot be built any further: {reason}")
        self.index = index


class NothingToRollBack(Terminal):
    """No index that `rollback` may switch to."""

    def __init__(self, alias: str, reason: str) -> None:
        super().__init__(f"Alias {alias!r} stays as it is: {reason}")
        self.alias = alias


class ModelUnusable(Terminal):
    """The model an index was built with cannot embed questions now, so the index is not made live."""

    def __init__(self, index: str, model: str, reason: str) -> None:
        super().__init__(
            f"Index {index!r} was built with the embedding model {model}, and a question cannot be embedded with it "
            f"now: {reason} Nothing was changed. Make that model usable again (EMBEDDING_PROVIDER, EMBEDDING_BASE_URL, "
            "EMBEDDING_API_KEY), then roll back; or name another index with --to."
        )
        self.index = index


class BuildRefused(Terminal):
    """A complete build that must not go live."""

    def __init__(self, index: str, reasons: Sequence[str]) -> None:
        super().__init__(f"Index {index!r} does not go live: {'; '.join(reasons)}")
        self.index = index
        self.reasons = tuple(reasons)
