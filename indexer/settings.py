"""Settings of the indexer: the shared ones, the source cluster, retention and schedule. Read once, by `cli`."""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apscheduler.triggers.cron import CronTrigger
from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from shared.source_settings import SourceSettings

MOST_SLICES: Final = 1024
"""OpenSearch's own limit (`max_slices_per_pit`)."""


class IndexerSettings(SourceSettings):
    """What `vitrina-indexer` reads from its environment."""

    source_slices: Annotated[int | None, NoDecode] = None
    """Parts the native index is read in at once: `auto` (when unset) = one per primary shard, or a number."""

    rag_retain: int = Field(1, ge=0, le=100)
    """Previous indices kept for `rollback`; 0 deletes the old one right after the swap."""

    embedding_give_up_seconds: float = Field(600, gt=0, le=86_400, allow_inf_nan=False)
    """How long a run waits for an embedding service that answers nobody, and the longest `Retry-After` it heeds;
    the run then ends, and the next one goes on where it stopped."""

    indexer_max_docs_per_second: float | None = Field(None, gt=0, le=1_000_000, allow_inf_nan=False)
    """The most documents a second that a run writes, for a cluster with little to spare; no limit when unset."""
    indexer_rejects_dir: Path | None = None
    """Directory of the files that list each run's rejected documents; `rejects` in the cache when unset."""

    indexer_schedule: str = "0 3 * * *"
    """Cron expression of `schedule`: minute, hour, day of month, month, day of week (0 and 7 are Sunday)."""
    indexer_timezone: str = "UTC"
    """IANA time zone of the schedule, such as Europe/Berlin."""
    metrics_port: int | None = Field(None, ge=1, le=65_535)
    """Port on which `schedule` serves Prometheus metrics; none when unset."""
    metrics_host: str = "127.0.0.1"
    """Address of that port."""

    @field_validator("source_slices", mode="before")
    @classmethod
    def _read_slices(cls, value: Any) -> int | None:
        if value is None or value == "auto":
            return None
        text = str(value)
        if not text.isdecimal() or not 1 <= int(text) <= MOST_SLICES:
            raise ValueError(f"must be auto or a number from 1 to {MOST_SLICES}")
        return int(text)

    @field_validator("indexer_schedule")
    @classmethod
    def _is_cron(cls, value: str) -> str:
        try:
            _cron_trigger(value, timezone="UTC")
        except ValueError as exc:
            raise ValueError(f"must be a cron expression of five fields ({exc})") from None
        return value

    @field_validator("indexer_timezone")
    @classmethod
    def _is_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("must be an IANA time zone such as Europe/Berlin") from None
        return value

    @classmethod
    def read(
        cls,
        *,
        conflicts: Callable[[Self], Iterable[str]] = lambda settings: (),
        embeds: bool = True,
        **overrides: Any,
    ) -> Self:
        """As SharedSettings.read; without `embeds`, no embedding key is missed."""

        def conflicts_and_key(settings: Self) -> Iterator[str]:
            yield from settings._missing_key() if embeds else ()
            yield from conflicts(settings)

        return super().read(conflicts=conflicts_and_key, **overrides)

    def rejects_directory(self) -> Path:
        """Where the reject files are."""
        return self.indexer_rejects_dir or self.cache() / "rejects"

    def trigger(self) -> CronTrigger:
        """When `schedule` runs."""
        return _cron_trigger(self.indexer_schedule, timezone=self.indexer_timezone)

    def _missing_key(self) -> list[str]:
        if self.embedding_provider != "openai" or self.embedding_endpoint() != (None, None):
            return []
        return [
            "OPENAI_API_KEY: EMBEDDING_PROVIDER=openai needs OPENAI_API_KEY or EMBEDDING_API_KEY; set one, or "
            "EMBEDDING_BASE_URL of a server that asks for none, or EMBEDDING_PROVIDER=local"
        ]


def _cron_trigger(expression: str, *, timezone: str) -> CronTrigger:
    """The trigger of a crontab line. Raises ValueError.

    APScheduler counts the days of the week from Monday, crontab from Sunday, so numbers become names.
    """
    fields = expression.split()
    if len(fields) == _CRON_FIELDS:
        fields[-1] = ",".join(_weekdays(part) for part in fields[-1].split(","))
    return CronTrigger.from_crontab(" ".join(fields), timezone=timezone)


def _weekdays(part: str) -> str:
    """One item of a day-of-week field (`0`, `1-5`, `0-6/2`) with names instead of numbers."""
    found = _WEEKDAY_NUMBERS.fullmatch(part)
    if found is None:
        return part
    first = int(found["first"])
    last = int(found["last"] or first)
    if first > last:
        raise ValueError(f"days {part!r} run backwards")
    return ",".join(_WEEKDAYS[day % 7] for day in range(first, last + 1, int(found["step"] or 1)))


_CRON_FIELDS: Final = 5
_WEEKDAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_WEEKDAY_NUMBERS: Final = re.compile(r"(?P<first>[0-7])(-(?P<last>[0-7])(/(?P<step>[1-7]))?)?")
