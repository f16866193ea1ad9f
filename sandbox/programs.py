"""Indexer and runtime as processes of their own, configured by environment alone, just as an operator runs them.

Each runs supervised in a directory of its own and is gone together with it when this process is, SIGKILL included.
"""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sandbox.opensearch.supervised import Supervised
from shared.errors import Terminal

STORES_FILE = "stores.toml"

GRACE_SECONDS = 20.0
"""From SIGTERM to SIGKILL; more than the runtime gives the answers it is in the middle of."""

_TAIL_CHARACTERS = 4000

# Settings of the caller's shell must not leak into the demo, whatever their case; the model's are welcome.
_CLEARED = (
    "OPENSEARCH_", "SOURCE_", "MAGENTO_", "STORE_", "STORES_FILE", "RAG_", "EMBEDDING_", "INDEXER_", "SECRETS_DIR",
    "HOST", "PORT", "PUBLIC_URL", "METRICS_", "CORS_", "ACTION_API_KEYS", "CHAT_API_KEYS", "CHAT_OPEN",
    "CHAT_ENABLED", "CHAT_MAX_RUNNING", "RATE_LIMIT_", "LOG_LEVEL", "FORWARDED_ALLOW_IPS", "VISITOR_SECRET", "BUDGET_",
)  # fmt: skip


class StackFailed(Terminal):
    """A step of the demo did not succeed; the message holds what its program said."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program of ours that has been started; `output` and `log` (stdout and stderr) last as long as it is held."""

    name: str
    process: Supervised
    output: Path
    log: Path

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, once it has ended by itself. Raises StackFailed after `timeout` seconds."""
        try:
            return self.process.wait(timeout)
        except OSError as exc:
            raise StackFailed(self.failure(str(exc))) from exc

    def failure(self, what: str) -> str:
        """`what` happened to it, and the end of its log."""
        said = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return f"{self.name} {what}:\n{said[-_TAIL_CHARACTERS:] or '(it said nothing)'}"


@contextmanager
def running(
    package: Literal["indexer", "runtime"], *arguments: str, environment: Mapping[str, str], stores: str | None
) -> Iterator[Program]:
    """`python -m <package> <arguments>` until the context ends, then SIGTERM and GRACE_SECONDS.

    stores: the contents of STORES_FILE in its working directory, None when it needs no such file.
    """
    name = f"vitrina-{package}"
    # The watchdog removes it too, when this process can no longer.
    with tempfile.TemporaryDirectory(prefix=f"{name}-", ignore_cleanup_errors=True) as folder:
        directory = Path(folder)
        if stores is not None:
            (directory / STORES_FILE).write_text(stores, encoding="utf-8")
        output, log = directory / "output", directory / "log"
        process = Supervised(
            [sys.executable, "-m", package, *arguments], directory=directory, output=output, log=log,
            environ=environment, grace=GRACE_SECONDS,
        )  # fmt: skip
        try:
            yield Program(name=name, process=process, output=output, log=log)
        finally:
            process.end()


def inherited_environment() -> dict[str, str]:
    """What the programs may have of this process's environment, and where they are found."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(_CLEARED)}
    # They run in a folder of their own, so that no `.env` of the caller's is read.
    root = str(Path(__file__).resolve().parent.parent)
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))}
