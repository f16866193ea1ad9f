"""The command line.

Exit codes: 0 done, 1 failed with the live index untouched, 2 wrong configuration, 3 built but refused.
"""

import asyncio
import secrets
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Final, NoReturn, TypeVar

import orjson
import structlog
import typer
from opensearchpy import AsyncOpenSearch
from prometheus_client import start_http_server

from indexer.console import progress
from indexer.embed import probe
from indexer.extract.fields import refused_fields
from indexer.load.preflight import check_target
from indexer.load.retention import prune as prune_indices
from indexer.load.rollback import roll_back
from indexer.load.status import fetch_status
from indexer.pipeline import Job, Watch, run_all
from indexer.report import RunReport
from indexer.schedule import run_on_schedule
from indexer.settings import IndexerSettings
from indexer.wiring import ask, build_jobs, open_workshop
from shared.errors import AppError, ConfigurationError
from shared.telemetry import configure_logging, configure_tracing

log = structlog.get_logger(__name__)

T = TypeVar("T")

FAILED: Final = 1
MISCONFIGURED: Final = 2

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Build the RAG index of a Magento catalogue, prove it, and switch it live.",
)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
Store = Annotated[str | None, typer.Option("--store", help="Code of one store view; all of them without it.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Change nothing, only say what would happen.")]


@app.command()
def run(as_json: AsJson = False, store: Store = None, dry_run: DryRun = False) -> None:
    """Read the native index, build a new RAG index, prove it, and switch the alias."""
    report = RunReport(run_id=secrets.token_hex(8), dry_run=dry_run)
    try:
        # Logs are set up inside, where standard error is the one that prints above the bar.
        with progress(sys.stderr) as watch:
            settings = _configure(embeds=True)
            _finish(_run(settings, build_jobs(settings, store), report, watch=watch))
    except AppError as error:
        report.fail(_problems(error), exit_code=_exit_code(error))
    except asyncio.CancelledError:
        report.fail(["the run was stopped"], exit_code=FAILED)
    _say(report.as_json(), report.lines(), as_json=as_json)
    _complain(report.reasons)
    raise typer.Exit(report.exit_code)


@app.command()
def schedule() -> None:
    """Run again and again, as INDEXER_SCHEDULE says, until SIGTERM or Ctrl-C."""
    settings = _configure(embeds=True)
    jobs = build_jobs(settings)
    if settings.metrics_port is not None:
        start_http_server(settings.metrics_port)

    async def run_once() -> None:
        report = RunReport(run_id=secrets.token_hex(8))
        try:
            await _run(settings, jobs, report, watch=lambda _: None)
        except AppError as error:
            log.critical("run_not_started", cause=str(error))

    try:
        _finish(run_on_schedule(run_once, settings.trigger()))
    except asyncio.CancelledError:
        raise typer.Exit(0) from None


@app.command()
def status(as_json: AsJson = False, store: Store = None) -> None:
    """Show what is live, what it was built from, and what stands beside it."""
    settings = _configure()
    found = [
        _ask(settings, partial(fetch_status, store=job.store.code, names=job.names, now=datetime.now(UTC)))
        for job in build_jobs(settings, store)
    ]
    lines = (line for shown in found for line in shown.lines())
    _say({"stores": [shown.as_json() for shown in found]}, lines, as_json=as_json)


@app.command()
def rollback(
    as_json: AsJson = False,
    store: Store = None,
    to: Annotated[str | None, typer.Option("--to", help="A complete index; without it the newest earlier one.")] = None,
) -> None:
    """Switch the alias back to an earlier complete index, or forward again with --to."""
    settings = _configure()
    jobs = build_jobs(settings, store)
    if len(jobs) > 1:
        codes = ", ".join(job.store.code for job in jobs)
        raise ConfigurationError([f"--store: say which store view to roll back: {codes}"])
    done = _ask(settings, partial(roll_back, names=jobs[0].names, to=to))
    lines = [f"{jobs[0].store.code}: {done.alias} is now {done.live}"]
    if done.left is not None:
        lines.append(f"  back again: vitrina-indexer rollback --store {jobs[0].store.code} --to {done.left}")
    found = {"store": jobs[0].store.code, "alias": done.alias, "left": done.left, "live": done.live}
    _say(found, lines, as_json=as_json)


@app.command()
def prune(as_json: AsJson = False, store: Store = None, dry_run: DryRun = False) -> None:
    """Delete failed and stale builds and what RAG_RETAIN does not keep; never an index with an alias."""
    settings = _configure()
    gone: list[dict[str, str]] = []
    for job in build_jobs(settings, store):
        choose = partial(
            prune_indices, names=job.names, retain=settings.rag_retain, now=datetime.now(UTC), dry_run=dry_run
        )
        removals = _ask(settings, choose)
        gone += [{"store": job.store.code, "index": one.index, "reason": one.reason} for one in removals]
    verb = "would be removed" if dry_run else "removed"
    lines = [f"{one['store']}: {one['index']} {verb} ({one['reason']})" for one in gone]
    _say({"dry_run": dry_run, "removed": gone}, lines or ["nothing to remove"], as_json=as_json)


def main() -> None:
    """The console entry point."""
    try:
        app()
    except AppError as error:
        _give_up(_problems(error), exit_code=_exit_code(error))
    except (asyncio.CancelledError, KeyboardInterrupt):
        _give_up(["stopped"], exit_code=FAILED)
    except Exception as error:
        log.exception("broke")
        _give_up([f"unexpected {type(error).__name__}; the log has the details"], exit_code=FAILED)


def _give_up(problems: Sequence[str], *, exit_code: int) -> NoReturn:
    # Asked of the arguments themselves, for the failure may come from anywhere; machines parse what follows --json.
    if "--json" in sys.argv:
        _say({"exit_code": exit_code, "reasons": problems}, (), as_json=True)
    _complain(problems)
    sys.exit(exit_code)


async def _run(settings: IndexerSettings, jobs: Sequence[Job], report: RunReport, *, watch: Watch) -> None:
    async with open_workshop(settings, watch=watch) as shop:
        if not report.dry_run:
            await check_target(shop.target, settings.cluster())
            await probe(shop.embedder)
        await run_all(jobs, shop, report)


def _configure(*, embeds: bool = False) -> IndexerSettings:
    """Settings, logs and traces. Raises ConfigurationError."""
    configure_logging(level="INFO")
    settings = IndexerSettings.read(embeds=embeds)
    if embeds and (problems := [found for view, _ in settings.store_views() for found in refused_fields(view.fields)]):
        raise ConfigurationError(problems)
    configure_logging(level=_log_level(settings), secrets=settings.secrets())
    configure_tracing("vitrina-indexer")
    return settings


def _log_level(settings: IndexerSettings) -> str:
    """What LOG_LEVEL says; unless it says something, a terminal shows the progress bar and only what is wrong."""
    if sys.stderr.isatty() and "log_level" not in settings.model_fields_set:
        return "WARNING"
    return settings.log_level


def _ask(settings: IndexerSettings, question: Callable[[AsyncOpenSearch], Awaitable[T]]) -> T:
    return _finish(ask(settings, question))


def _finish(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end; SIGTERM and Ctrl-C cancel it, and it is waited for."""

    async def stoppable() -> T:
        task = asyncio.ensure_future(work)
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        return await task

    return asyncio.run(stoppable())


def _exit_code(error: AppError) -> int:
    return MISCONFIGURED if isinstance(error, ConfigurationError) else FAILED


def _problems(error: AppError) -> list[str]:
    return list(error.problems) if isinstance(error, ConfigurationError) else [str(error)]


def _say(found: Mapping[str, Any], lines: Iterable[str], *, as_json: bool) -> None:
    text = orjson.dumps(found).decode() if as_json else "\n".join(lines)
    if text:
        typer.echo(text)


def _complain(problems: Iterable[str]) -> None:
    for problem in problems:
        typer.echo(f"vitrina-indexer: {problem}", err=True)
