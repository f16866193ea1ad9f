"""The reject file: every document of a run that could not be indexed, as JSON lines `{store, id, sku, reason}`.

It exists from the first reject on. A directory that cannot be written is told once and costs no run: the counts, the
first hundred rejects of each store view and the log do not need it.
"""

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TextIO

import orjson
import structlog

from indexer.report import Reject

log = structlog.get_logger(__name__)

KEPT: Final = 10
"""Files of the newest runs that stay, the present one included."""

_OURS: Final = re.compile(r"rejects-\d{8}-\d{6}-[0-9a-f]{1,32}\.jsonl")


class RejectFile:
    """Collects the rejects of one run; a context manager that closes it. path: once there is a file.

    problem: why there is none, or why it is not complete.
    """

    def __init__(self, directory: Path, *, run_id: str, now: Callable[[], datetime]) -> None:
        self.path: Path | None = None
        self.problem: str | None = None
        self._directory = directory
        self._name = f"rejects-{now().astimezone(UTC):%Y%m%d-%H%M%S}-{run_id}.jsonl"
        self._stream: TextIO | None = None
        self._store: str | None = None
        self._start = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is None:
            return
        try:
            self._stream.close()
        except OSError as full:
            self._give_up(full)

    def begin(self, store: str) -> None:
        """What follows belongs to `store`. Of a store view that begins once more, what was written is taken back."""
        if self._stream is None or self.problem is not None:
            self._store, self._start = store, 0
            return
        try:
            if store == self._store:
                self._stream.truncate(self._start)
            self._stream.seek(0, os.SEEK_END)
            self._store, self._start = store, self._stream.tell()
        except OSError as error:
            self._give_up(error)

    def write(self, reject: Reject) -> None:
        """Add a line; it is in the file when this returns."""
        if self.problem is not None:
            return
        line = orjson.dumps({"store": self._store, **reject._asdict()}).decode()
        try:
            if self._stream is None:
                self._stream = self._open()
            self._stream.write(line + "\n")
            self._stream.flush()
        except OSError as error:
            self._give_up(error)

    def _open(self) -> TextIO:
        self._directory.mkdir(parents=True, exist_ok=True)
        path = self._directory / self._name
        # "x": never through a link that somebody left under this name.
        stream = path.open("x", encoding="utf-8", newline="\n")
        self.path = path
        self._prune()
        return stream

    def _prune(self) -> None:
        """Delete the files of older runs; their names begin with their time."""
        files = sorted(path for path in self._directory.iterdir() if _OURS.fullmatch(path.name))
        for path in files[:-KEPT]:
            path.unlink(missing_ok=True)

    def _give_up(self, error: OSError) -> None:
        self.problem = f"rejects cannot be listed in {self._directory / self._name}: {error.strerror or error}"
        log.warning("reject_file_not_written", path=str(self._directory / self._name), cause=error.strerror)
