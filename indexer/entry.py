"""What all commands share: settings and logs at the start, signals on the way, words and exit code at the end."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NoReturn, TypeVar

import orjson
import structlog
import typer
from pydantic import SecretStr

from indexer.extract.fields import refused_fields
from indexer.memory import map_large_blocks
from indexer.settings import IndexerSettings
from indexer.wiring import read_rules
from shared.environment_secrets import environment_secrets
from shared.errors import AppError, ConfigurationError
from shared.telemetry import configure_logging
from shared.tracing import configure_tracing

log = structlog.get_logger(__name__)

T = TypeVar("T")

_ALLOCATIONS_A_COLLECTION: Final = 50_000
"""Of objects that may hold others, net; Python's own 700 are less than one page of documents."""


def configure(*, embeds: bool = False, **overrides: Any) -> IndexerSettings:
    """Settings, logs and traces; overrides come before what the environment says. Raises ConfigurationError."""
    configure_logging(level="INFO")
    settings = IndexerSettings.read(
        embeds=embeds, conflicts=_mistakes_in_files if embeds else lambda settings: (), **overrides
    )
    secrets = known_secrets(settings)
    configure_logging(level=_log_level(settings), secrets=secrets)
    configure_tracing("vitrina-indexer", secrets=secrets)
    for told in settings.old_names():
        log.warning("setting_renamed", seen=told)
    return settings


def known_secrets(settings: IndexerSettings) -> list[SecretStr | None]:
    """What no log line may hold."""
    return [*settings.secrets(), *environment_secrets(os.environ)]


def _mistakes_in_files(settings: IndexerSettings) -> list[str]:
    """What is wrong in the operator's files, all of it together; a STORES_FILE that cannot be used is told already."""
    problems: list[str] = []
    with suppress(ConfigurationError):
        problems += [found for view, _ in settings.store_views() for found in refused_fields(view.fields)]
    try:
        read_rules(settings)
    except ConfigurationError as mistakes:
        problems += mistakes.problems
    return problems


def _log_level(settings: IndexerSettings) -> str:
    """What LOG_LEVEL says; unless it says something, a terminal shows the progress bar and only what is wrong."""
    if sys.stderr.isatty() and "log_level" not in settings.model_fields_set:
        return "WARNING"
    return settings.log_level


def finish(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end; SIGTERM and Ctrl-C cancel it, and it is waited for."""
    # What is imported by now stays, and documents hold no cycles: a fifth of a run's CPU went into looking for some.
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS_A_COLLECTION)
    map_large_blocks()

    async def stoppable() -> T:
        task = asyncio.ensure_future(work)
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        return await task

    return asyncio.run(stoppable())


def problems_of(error: AppError) -> list[str]:
    """What is wrong, a line each."""
    return list(error.problems) if isinstance(error, ConfigurationError) else [str(error)]


def say(found: Mapping[str, Any], lines: Iterable[str], *, as_json: bool) -> None:
    """The answer of a command on standard output: one JSON object, or lines."""
    text = orjson.dumps(found).decode() if as_json else "\n".join(lines)
    if text:
        typer.echo(text)


def complain(problems: Iterable[str]) -> None:
    """What is wrong, on standard error."""
    for problem in problems:
        typer.echo(f"vitrina-indexer: {problem}", err=True)


def give_up(problems: Sequence[str], *, exit_code: int) -> NoReturn:
    """End the program. Whether it was asked for JSON is told from the arguments, for the failure may come from
    anywhere, and machines parse what follows --json."""
    if "--json" in sys.argv:
        say({"exit_code": exit_code, "reasons": problems}, (), as_json=True)
    complain(problems)
    sys.exit(exit_code)
