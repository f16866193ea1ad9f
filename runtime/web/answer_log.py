"""Answer events: what was asked and what came of it, a JSON line an answer, in a shop that has opted in.

Without that only ratings are told, which shoppers give on purpose. `vitrina-runtime report` reads the lines again.
"""

import os
import re
import socket
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
import structlog
from pydantic import SecretStr
from structlog.contextvars import get_contextvars

from runtime.log_sink import LogSink
from shared.errors import ConfigurationError
from shared.telemetry import Redactor

log = structlog.get_logger(__name__)

IN_LOG: Final = "log"
"""The value of ANSWER_EVENTS that sends them to the log instead of a directory."""

MAX_QUESTION: Final = 500
"""Characters of a question that are told; nobody asks for products in more."""

_TRACED: Final = ("request_id", "trace_id")
"""Of a request, what finds it again in log and traces, and says nothing of who asked."""

_NAME: Final = re.compile(r"answers-(\d{8})-[\w.-]+-\d+\.jsonl")


class AnswerLog:
    """Takes ratings, and no answers: nobody has asked for them."""

    wants_answers = False

    def answer(self, fields: Mapping[str, Any]) -> None:
        """One answer, when it has come to its end. Waits for nothing."""

    def search(self, fields: Mapping[str, Any]) -> None:
        """What somebody else's assistant has looked for."""

    def feedback(self, fields: Mapping[str, Any]) -> None:
        """What a shopper thought of one."""
        log.info("feedback", **fields)

    def close(self) -> None:
        """Write what waits."""


class LoggedAnswers(AnswerLog):
    """Answers as lines of the log, for shops that keep it where it can be read again."""

    wants_answers = True

    def answer(self, fields: Mapping[str, Any]) -> None:
        log.info("answer", **fields)

    def search(self, fields: Mapping[str, Any]) -> None:
        log.info("search", **fields)


class KeptAnswers(AnswerLog):
    """Answers and ratings as files of `folder`, one a day (UTC) and process, each for `days`; lines that the disk does
    not take in time are dropped and counted.

    redact: takes out of an event what no log may hold. Raises ConfigurationError where nothing can be written.
    """

    wants_answers = True

    def __init__(
        self, folder: Path, *, days: int, redact: Redactor, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._folder = folder
        self._days = days
        self._redact = redact
        self._now = now
        self._day = now().date()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self._open(self._day)
        except OSError as exc:
            raise ConfigurationError(
                [f"ANSWER_EVENTS: nothing can be written to {folder} ({exc.strerror}); make it writable, or unset it"]
            ) from exc
        self._sink = LogSink(self._file)
        self._forget(self._day)

    def answer(self, fields: Mapping[str, Any]) -> None:
        self._write("answer", fields)

    def search(self, fields: Mapping[str, Any]) -> None:
        self._write("search", fields)

    def feedback(self, fields: Mapping[str, Any]) -> None:
        super().feedback(fields)
        self._write("feedback", fields)

    def close(self) -> None:
        if self._file >= 0:
            self._sink.__exit__(None, None, None)
            os.close(self._file)
            self._file = -1

    def _write(self, event: str, fields: Mapping[str, Any]) -> None:
        moment = self._now()
        if moment.date() != self._day:
            self._turn(moment.date())
        traced = {name: value for name, value in get_contextvars().items() if name in _TRACED}
        line = {"event": event, "timestamp": moment.isoformat(), **traced, **fields}
        self._sink.write(orjson.dumps(self._redact.fields(line), default=str).decode() + "\n")

    def _turn(self, day: date) -> None:
        """Go on in the file of `day`, and in the old one where there can be none."""
        self._day = day
        try:
            file = self._open(day)
            # The sink keeps its descriptor, so that no line is lost between two.
            os.dup2(file, self._file)
            os.close(file)
            self._forget(day)
        except OSError as exc:
            log.warning("answer_events_not_turned", cause=exc.strerror)

    def _open(self, day: date) -> int:
        host = re.sub(r"[^\w.-]", "-", socket.gethostname(), flags=re.ASCII) or "host"
        path = self._folder / f"answers-{day:%Y%m%d}-{host}-{os.getpid()}.jsonl"
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def _forget(self, day: date) -> None:
        oldest = f"{day - timedelta(days=self._days):%Y%m%d}"
        for path in self._folder.iterdir():
            named = _NAME.fullmatch(path.name)
            if named and named[1] <= oldest:
                try:
                    path.unlink(missing_ok=True)
                except OSError as exc:
                    # Somebody else's, perhaps: no reason to stop, or not to start.
                    log.warning("answer_events_not_deleted", file=path.name, cause=exc.strerror)


def answer_files(folder: Path) -> list[Path]:
    """The files that KeptAnswers has written to `folder`, oldest first."""
    return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))


def open_answer_log(where: str | None, *, days: int, secrets: Iterable[SecretStr | None] = ()) -> AnswerLog:
    """The answer log of ANSWER_EVENTS: None for off, IN_LOG, else a directory. Raises ConfigurationError."""
    if where is None:
        return AnswerLog()
    if where == IN_LOG:
        return LoggedAnswers()
    redactor = Redactor(secret.get_secret_value() for secret in secrets if secret is not None)
    return KeptAnswers(Path(where), days=days, redact=redactor)
