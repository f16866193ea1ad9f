"""The command line.

Exit codes: 0 done, 1 failed with the live index untouched, 2 wrong configuration, 3 built but refused, 75 another run
is at work.
"""

import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, TypeVar

import structlog
import typer
from opensearchpy import AsyncOpenSearch

from indexer.console import progress
from indexer.discover.files import file_texts, write_files
from indexer.discover.findings import Findings
from indexer.discover.survey import discover as survey
from indexer.doctor.examine import examine
from indexer.entry import complain, configure, finish, give_up, problems_of, say
from indexer.errors import FAILED, exit_code_of
from indexer.inspection.findings import Inspection
from indexer.inspection.product import inspect as inspect_product
from indexer.load.preflight import check_target
from indexer.load.retention import prune as prune_indices
from indexer.load.rollback import Rollback, roll_back
from indexer.load.status import fetch_status
from indexer.pipeline import run_all
from indexer.report import RunReport
from indexer.runs.history import fetch_history
from indexer.runs.holder import this_process
from indexer.runs.lease import held_lease
from indexer.runs.lease_store import fetch_lease
from indexer.runs.record import record_move, recorded
from indexer.schedule import run_on_schedule
from indexer.settings import IndexerSettings
from indexer.wiring import ask, build_jobs, build_question_model, open_desk, open_patient, open_workshop
from indexer.workshop import Job, Watch
from shared.errors import AppError, ConfigurationError
from shared.findings import Findings as Examination
from shared.findings import misconfigured
from shared.metrics_server import metrics_served
from shared.opensearch import connect

log = structlog.get_logger(__name__)

T = TypeVar("T")

Gone = list[dict[str, str]]
"""Store view, index and reason of each index removed."""

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
def run(
    as_json: AsJson = False,
    store: Store = None,
    dry_run: DryRun = False,
    allow_shrink: Annotated[
        bool, typer.Option("--allow-shrink", help="Go live even with far fewer products than now.")
    ] = False,
) -> None:
    """Read the native index, build a new RAG index, prove it, and switch the alias."""
    report = RunReport(run_id=new_run_id(), dry_run=dry_run)
    try:
        # Logs are set up inside, where standard error is the one that prints above the bar.
        with progress(sys.stderr) as watch:
            settings = configure(embeds=True)
            finish(_run(settings, build_jobs(settings, store), report, watch=watch, allow_shrink=allow_shrink))
    except AppError as error:
        report.fail(problems_of(error), exit_code=exit_code_of(error))
    except asyncio.CancelledError:
        report.fail(["the run was stopped"], exit_code=FAILED)
    say(report.as_json(), report.lines(), as_json=as_json)
    complain(report.reasons)
    raise typer.Exit(report.exit_code)


@app.command()
def schedule() -> None:
    """Run again and again, as INDEXER_SCHEDULE says, until SIGTERM or Ctrl-C."""
    settings = configure(embeds=True)
    jobs = build_jobs(settings)

    async def run_once(due: datetime) -> None:
        report = RunReport(run_id=new_run_id())
        await _run(settings, jobs, report, watch=lambda _: None, command="schedule", due=due)

    try:
        with metrics_served(settings.metrics_port, host=settings.metrics_host):
            finish(run_on_schedule(run_once, settings.trigger()))
    except asyncio.CancelledError:
        raise typer.Exit(0) from None


@app.command()
def status(as_json: AsJson = False, store: Store = None) -> None:
    """Show what is live, what it was built from, and what stands beside it."""
    settings = configure()
    found = [
        _ask(settings, partial(fetch_status, store=job.store.code, names=job.names, now=datetime.now(UTC)))
        for job in build_jobs(settings, store)
    ]
    history = _ask(settings, partial(fetch_history, prefix=settings.rag_index_prefix, now=datetime.now(UTC)))
    lines = [*(line for shown in found for line in shown.lines()), *history.lines()]
    say({"stores": [shown.as_json() for shown in found], **history.as_json()}, lines, as_json=as_json)


@app.command()
def rollback(
    as_json: AsJson = False,
    store: Store = None,
    to: Annotated[str | None, typer.Option("--to", help="A complete index; without it the newest earlier one.")] = None,
) -> None:
    """Switch the alias back to an earlier complete index, or forward again with --to."""
    settings = configure()
    jobs = build_jobs(settings, store)
    if len(jobs) > 1:
        codes = ", ".join(job.store.code for job in jobs)
        raise ConfigurationError([f"--store: say which store view to roll back: {codes}"])
    done = _ask(settings, partial(_roll_back, settings=settings, job=jobs[0], to=to))
    lines = [f"{jobs[0].store.code}: {done.alias} is now {done.live}"]
    if done.left is not None:
        lines.append(f"  back again: vitrina-indexer rollback --store {jobs[0].store.code} --to {done.left}")
    found = {"store": jobs[0].store.code, "alias": done.alias, "left": done.left, "live": done.live}
    say(found, lines, as_json=as_json)


@app.command()
def prune(as_json: AsJson = False, store: Store = None, dry_run: DryRun = False) -> None:
    """Delete failed and stale builds and what RAG_RETAIN does not keep; never an index with an alias."""
    settings = configure()
    jobs = build_jobs(settings, store)
    gone = _ask(settings, partial(_prune, settings=settings, jobs=jobs, dry_run=dry_run))
    verb = "would be removed" if dry_run else "removed"
    lines = [f"{one['store']}: {one['index']} {verb} ({one['reason']})" for one in gone]
    say({"dry_run": dry_run, "removed": gone}, lines or ["nothing to remove"], as_json=as_json)


@app.command()
def discover(
    as_json: AsJson = False,
    out: Annotated[Path, typer.Option("--out", help="Folder for stores.toml and attributes.toml.")] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there already.")] = False,
) -> None:
    """List the native indices and write stores.toml and attributes.toml to begin with; the cluster is only read."""
    # Not STORES_FILE: it may name the very file that is to be written.
    settings = configure(stores_file=None)

    async def look() -> Findings:
        async with connect(settings.source()) as client:
            return await survey(client, settings.source(), near=settings.magento_index)

    found = finish(look())
    if as_json:
        say({**found.as_json(), "files": dict(file_texts(found))}, (), as_json=True)
        return
    say({}, found.lines(), as_json=False)
    say({}, (f"wrote {path}" for path in write_files(found, out, force=force)), as_json=False)


@app.command()
def inspect(
    word: Annotated[str, typer.Argument(metavar="SKU", help="SKU of a product or variant, another code, or an id.")],
    as_json: AsJson = False,
    store: Store = None,
) -> None:
    """Follow one product from the native index to the live one, or to where it was lost."""
    if not word.strip():
        raise ConfigurationError(["SKU: it is empty; name a product, as in `vitrina-indexer inspect MJ02`"])
    settings = configure()
    found = [finish(_inspect(word, settings, job)) for job in build_jobs(settings, store)]
    lines = [line for one in found for line in one.lines()]
    say({"stores": [one.as_json() for one in found]}, lines, as_json=as_json)
    raise typer.Exit(0 if any(one.known for one in found) else FAILED)


@app.command()
def doctor(
    as_json: AsJson = False,
    store: Store = None,
    storefront: Annotated[
        int, typer.Option("--storefront", min=0, max=200, help="Product pages of the shop to compare, one a second.")
    ] = 0,
) -> None:
    """Look at everything a run stands on, and say what to do next; nothing is changed."""
    try:
        settings = configure(embeds=True)
        findings = finish(_examine(settings, store, pages=storefront))
    except ConfigurationError as mistakes:
        findings = misconfigured(mistakes.problems)
    say(findings.as_json(), findings.lines(), as_json=as_json)
    raise typer.Exit(findings.exit_code)


def main() -> None:
    """The console entry point."""
    try:
        app()
    except AppError as error:
        give_up(problems_of(error), exit_code=exit_code_of(error))
    except (asyncio.CancelledError, KeyboardInterrupt):
        give_up(["stopped"], exit_code=FAILED)
    except Exception as error:
        log.exception("broke")
        give_up([f"unexpected {type(error).__name__}; the log has the details"], exit_code=FAILED)


async def _run(
    settings: IndexerSettings,
    jobs: Sequence[Job],
    report: RunReport,
    *,
    watch: Watch,
    command: str = "run",
    due: datetime | None = None,
    allow_shrink: bool = False,
) -> None:
    """A run under the lease, recorded; a dry run without either."""
    async with open_workshop(settings, run_id=report.run_id, watch=watch, allow_shrink=allow_shrink) as shop:
        await check_target(shop.target, settings.cluster())
        if report.dry_run:
            await run_all(jobs, shop, report)
            return
        prefix, holder = settings.rag_index_prefix, this_process(report.run_id, command=command)
        async with (
            held_lease(shop.target, prefix, holder=holder, due=due) as lease,
            recorded(shop.target, prefix, report, holder=holder, fencing=lease.fencing),
        ):
            shop.lease = lease
            await run_all(jobs, shop, report)


async def _roll_back(client: AsyncOpenSearch, settings: IndexerSettings, job: Job, *, to: str | None) -> Rollback:
    """The alias moved back, and the move recorded."""
    done = await roll_back(client, job.names, open_embedder=partial(build_question_model, settings), to=to)
    told = partial(record_move, store=job.store.code, alias=done.alias, index=done.live, left=done.left)
    await told(client, settings.rag_index_prefix, holder=this_process(new_run_id(), command="rollback"))
    return done


async def _prune(client: AsyncOpenSearch, settings: IndexerSettings, jobs: Sequence[Job], *, dry_run: bool) -> Gone:
    """What is beyond keeping, removed under the lease; a dry run only looks, and looks at who holds it."""
    prefix = settings.rag_index_prefix
    async with AsyncExitStack() as opened:
        held_by = None
        if dry_run:
            stored = await fetch_lease(client, prefix)
            held_by = stored.document.run_id if stored and stored.document.alive(datetime.now(UTC)) else None
        else:
            holder = this_process(new_run_id(), command="prune")
            await opened.enter_async_context(held_lease(client, prefix, holder=holder))
        return [
            {"store": job.store.code, "index": removal.index, "reason": removal.reason}
            for job in jobs
            for removal in await prune_indices(
                client,
                job.names,
                retain=settings.rag_retain,
                now=datetime.now(UTC),
                held_by=held_by,
                dry_run=dry_run,
            )
        ]


async def _inspect(word: str, settings: IndexerSettings, job: Job) -> Inspection:
    async with open_desk(settings, job) as desk:
        return await inspect_product(word, job.store, job.names, desk)


async def _examine(settings: IndexerSettings, store: str | None, *, pages: int) -> Examination:
    async with open_patient(settings, store) as patient:
        return await examine(patient, pages=pages)


def _ask(settings: IndexerSettings, question: Callable[[AsyncOpenSearch], Awaitable[T]]) -> T:
    return finish(ask(settings, question))


def new_run_id() -> str:
    """An identifier that is never used twice."""
    return secrets.token_hex(8)
