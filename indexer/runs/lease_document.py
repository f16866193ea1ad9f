"""The lease as a document, and what it means to somebody who wants it. Pure.

Clocks of different machines are compared with care: they may be minutes apart, or jump. A lease that looks expired, or
whose end lies absurdly far ahead, is only taken over after it was *watched* for a while without being renewed; and
whoever is taken over wrongly all the same cannot swap (state_index).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict

from indexer.runs.holder import SCHEDULE, Holder

TTL_SECONDS: Final = 60.0
"""How long a lease lives without being renewed."""

RENEWALS_A_TTL: Final = 3
"""A holder at work renews this often, so one renewal may come late and another be lost."""

_FAR_AHEAD_TTLS: Final = 2


class LeaseDocument(BaseModel):
    """Who holds the lease and until when, by the holder's own clock. fencing: one more with every acquisition.

    served: when the schedule took it whose work was the last one to come to an end, good or bad.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    run_id: str
    command: str
    host: str
    pid: int
    fencing: int
    ttl_seconds: float
    acquired_at: datetime
    renewed_at: datetime
    expires_at: datetime
    released_at: datetime | None = None
    served: datetime | None = None

    @property
    def holder(self) -> Holder:
        return Holder(run_id=self.run_id, command=self.command, host=self.host, pid=self.pid)

    def serves(self, due: datetime) -> bool:
        """Whether a schedule's tick at `due`, or a later one, was served, whoever has held the lease since.

        One whose work was stopped, or that was killed, leaves its tick to whoever asks for it next. No two clocks are
        compared: `due` is the same for all replicas, and each waits for it by the clock that it dates its lease by.
        """
        return self.served is not None and self.served >= due

    def renewed(self, now: datetime) -> "LeaseDocument":
        """The same lease for another TTL."""
        expires_at = now + timedelta(seconds=self.ttl_seconds)
        return self.model_copy(update={"renewed_at": now, "expires_at": expires_at})

    def released(self, now: datetime, *, stopped: bool = False) -> "LeaseDocument":
        """Given back: the next run need not wait. The document stays, for the sake of the counter.

        stopped: before its work came to an end.
        """
        served = self.acquired_at if self.command == SCHEDULE and not stopped else self.served
        return self.model_copy(update={"released_at": now, "expires_at": now, "served": served})

    def alive(self, now: datetime) -> bool:
        """Whether its holder is at work, as far as the clocks agree."""
        return self.released_at is None and now < self.expires_at


def grant(holder: Holder, *, fencing: int, ttl: float, now: datetime, served: datetime | None = None) -> LeaseDocument:
    """A new lease of `ttl` seconds; `served` as the one before it had it."""
    return LeaseDocument(
        run_id=holder.run_id,
        command=holder.command,
        host=holder.host,
        pid=holder.pid,
        fencing=fencing,
        ttl_seconds=ttl,
        acquired_at=now,
        renewed_at=now,
        expires_at=now + timedelta(seconds=ttl),
        served=served,
    )


@dataclass(frozen=True, slots=True)
class Free:
    """Nobody holds it: take it."""


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody holds it: go away."""


@dataclass(frozen=True, slots=True)
class Silent:
    """Perhaps nobody is there any more: take it if it is not renewed for `seconds`."""

    seconds: float


Standing = Free | Held | Silent


def judge(found: LeaseDocument | None, *, now: datetime) -> Standing:
    """What a lease that was `found` is to somebody who wants it at `now`."""
    if found is None or found.released_at is not None:
        return Free()
    ttl = timedelta(seconds=found.ttl_seconds)
    if found.expires_at > now + _FAR_AHEAD_TTLS * ttl:
        # No holder ever writes that: one of the two clocks is wrong, and only a whole TTL of silence is proof.
        return Silent(found.ttl_seconds)
    if found.expires_at > now:
        return Held()
    # Half as long again as the time between two renewals: our clock may be the one that is ahead.
    return Silent(1.5 * found.ttl_seconds / RENEWALS_A_TTL)
