"""The commands of `vitrina-runtime`. Exit codes: 0 done, 1 failed, 2 wrong configuration."""

import asyncio
import json
import os
import re
import signal
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, Final

import structlog
import typer
import yaml
from pydantic import SecretStr

from runtime.actions.served import judge_served
from runtime.app import contracts_of, create_app
from runtime.cautions import cautions_of
from runtime.doctor.examine import examine
from runtime.doctor.patient import open_patient
from runtime.llm.providers import ProviderPlan
from runtime.log_sink import LogSink
from runtime.memory import keep_what_is_here
from runtime.report import event_lines, parse_since, read_events, sum_up
from runtime.setting_values import parse_public_url
from runtime.settings import RuntimeSettings
from runtime.storefront.script import WidgetNotBuilt, read_script
from runtime.storefront.snippet import snippets_of
from runtime.web.answer_log import open_answer_log
from runtime.web.auth import hash_key, mint_key
from runtime.web.draining import DrainingServer
from runtime.web.listening import listen, server_config
from runtime.wiring import Services, build_services, read_providers
from shared.environment_secrets import environment_secrets
from shared.errors import AppError, ConfigurationError
from shared.findings import Findings, misconfigured
from shared.metrics_server import metrics_served
from shared.personal_data import masked
from shared.telemetry import configure_logging
from shared.tracing import configure_tracing

log = structlog.get_logger(__name__)

FAILED: Final = 1
MISCONFIGURED: Final = 2

SHUTDOWN_SECONDS: Final = 1
"""What connections get to close after the grace of the answers, which `Draining` keeps."""

cli = typer.Typer(no_args_is_help=True, add_completion=False, help="Answers shoppers' questions from the RAG index.")
key = typer.Typer(no_args_is_help=True, help="Keys of the Action API and of the chat.")
cli.add_typer(key, name="key")


def main() -> None:
    """Run the command line; every expected failure is a message and an exit code."""
    try:
        cli()
    except ConfigurationError as exc:
        typer.echo("\n".join(exc.problems), err=True)
        sys.exit(MISCONFIGURED)
    except AppError as exc:
        typer.echo(str(exc), err=True)
        sys.exit(FAILED)


@cli.command()
def serve() -> None:
    """Answer on HOST:PORT until SIGTERM or Ctrl-C."""
    settings = RuntimeSettings.read()
    providers = read_providers(settings)
    secrets = known_secrets(settings, providers)
    with LogSink(sys.stderr.fileno()) as stream:
        configure_logging(level=settings.log_level, secrets=secrets, stream=stream)
        configure_tracing("vitrina-runtime", secrets=secrets, content=masked if settings.trace_content else None)
        answers = open_answer_log(settings.answer_events, days=settings.answer_events_days, secrets=secrets)
        with closing(answers):
            _serve(settings, build_services(settings, providers, answers=answers))


def known_secrets(settings: RuntimeSettings, providers: ProviderPlan | None) -> list[SecretStr | None]:
    """What no log line may hold."""
    keys = (provider.key for provider in (providers.providers if providers else ()))
    return [*settings.secrets(), *keys, *environment_secrets(os.environ)]


def _serve(settings: RuntimeSettings, services: Services) -> None:
    app = create_app(services)
    for caution in cautions_of(settings):
        log.warning(caution.event, seen=caution.seen, fix=caution.fix)
    config = server_config(app, closing_seconds=SHUTDOWN_SECONDS, forwarded_allow_ips=settings.forwarded_allow_ips)
    # uvicorn hands a signal on to whoever was there before it, once everything is closed: a clean end then.
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    metrics = metrics_served(settings.metrics_port, host=settings.metrics_host or settings.host)
    with listen(settings.host, settings.port) as listener, metrics:
        log.info("serving", host=settings.host, port=settings.port)
        keep_what_is_here()
        DrainingServer(config, services.draining).run(sockets=[listener])


@cli.command()
def openapi(
    write: Annotated[Path | None, typer.Option(help="Write runtime.yaml and actions.yaml into this directory.")] = None,
    check: Annotated[Path | None, typer.Option(help="Fail when the files there are not what would be written.")] = None,
    lint: Annotated[str | None, typer.Option(help="Fail when ChatGPT would not take what this address serves.")] = None,
    ca_file: Annotated[str | None, typer.Option(help="PEM of the authority to trust; for --lint.")] = None,
) -> None:
    """Generate the OpenAPI files, check the committed ones, or judge the specification that an address serves."""
    if lint and not (write or check):
        _lint(lint, ca_file)
        return
    directory = write or check
    if directory is None or lint or (write and check):
        raise typer.BadParameter("give one of --write DIR, --check DIR and --lint URL")
    files = openapi_files()
    if write:
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (directory / name).write_text(text, encoding="utf-8")
        return
    stale = [name for name, text in files.items() if _read(directory / name) != text]
    if stale:
        names = ", ".join(str(directory / name) for name in stale)
        typer.echo(f"{names}: not what the routes say; run `make openapi` and commit the result.", err=True)
        raise typer.Exit(FAILED)


def _lint(url: str, ca_file: str | None) -> None:
    judged = judge_served(url, ca_file=ca_file)
    typer.echo("\n".join(judged.lines()), err=bool(judged.violations))
    if judged.violations:
        raise typer.Exit(FAILED)


@cli.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Look at everything an answer depends on, and say what to do next; nothing is changed. Exit codes: 0 all is well,
    1 a check failed, 2 wrong configuration."""
    try:
        settings = RuntimeSettings.read()
        providers = read_providers(settings)
        configure_logging(level="ERROR", secrets=known_secrets(settings, providers), stream=sys.stderr)
        findings = asyncio.run(_examine(settings, providers))
    except ConfigurationError as mistakes:
        findings = misconfigured(mistakes.problems)
    told = json.dumps(findings.as_json(), ensure_ascii=False) if as_json else "\n".join(findings.lines())
    typer.echo(told)
    raise typer.Exit(findings.exit_code)


async def _examine(settings: RuntimeSettings, providers: ProviderPlan | None) -> Findings:
    async with open_patient(settings, providers) as patient:
        return await examine(patient)


@cli.command()
def report(
    files: Annotated[
        list[str] | None, typer.Argument(help="Files of answer events or of the log; - for standard input.")
    ] = None,
    since: Annotated[str, typer.Option(help="How far back: 7d, 24h, 30m, or a date.")] = "7d",
    store: Annotated[str | None, typer.Option(help="Code of one store view; all of them without it.")] = None,
    top: Annotated[int, typer.Option(min=1, max=1_000, help="Questions of each list.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Sum up what shoppers asked: questions asked most and without a result, thumbs down, times and cost. Read from the
    directory of ANSWER_EVENTS, or from files."""
    try:
        moment = parse_since(since, now=datetime.now(UTC))
    except ValueError as exc:
        raise ConfigurationError([f"--since: {exc}"]) from exc
    events = read_events(event_lines(files or [], kept_in=RuntimeSettings.read().answer_events if not files else None))
    found = sum_up(events, since=moment, store=store, top=top)
    typer.echo(json.dumps(found.as_json(), ensure_ascii=False) if as_json else "\n".join(found.lines()))


@cli.command()
def widget(
    store: Annotated[str | None, typer.Option(help="Store code; the first store view without.")] = None,
    url: Annotated[str | None, typer.Option(help="Where shoppers reach the runtime; PUBLIC_URL without.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Print the line that puts the widget into the shop's pages: one that follows new builds, and one that is pinned to
    this build by its hash."""
    settings = RuntimeSettings.read()
    script = read_script()
    if script is None:
        raise WidgetNotBuilt
    found = snippets_of(script, url=_widget_url(settings, url), store=_widget_store(settings, store))
    typer.echo(json.dumps(found.as_json(), ensure_ascii=False) if as_json else f"{found.snippet}\n{found.pinned}")


def _widget_url(settings: RuntimeSettings, given: str | None) -> str:
    if given is None:
        if settings.public_url is None:
            raise ConfigurationError(["PUBLIC_URL: is not set; set it, or give --url"])
        return settings.public_url
    try:
        return parse_public_url(given)
    except ValueError as exc:
        raise ConfigurationError([f"--url: {exc}"]) from exc


def _widget_store(settings: RuntimeSettings, given: str | None) -> str:
    codes = [store.code for store, _ in settings.store_views()]
    if given is not None and given not in codes:
        raise ConfigurationError([f"--store: there is no store {given!r}; known: {', '.join(codes)}"])
    return given or codes[0]


@key.command("new")
def new_key(
    name: Annotated[str, typer.Argument(help="Who will use it: letters, digits, dot, dash, underscore.")],
    store: Annotated[str | None, typer.Option(help="Code of the only store view the key may see.")] = None,
) -> None:
    """Mint a key. It is shown once; only its hash goes into the settings."""
    if not re.fullmatch(r"[\w.-]+", name, re.ASCII):
        raise typer.BadParameter(f"{name!r} may hold letters, digits, dot, dash and underscore only")
    if store is not None and not re.fullmatch(r"[a-z][a-z0-9_]*", store):
        raise typer.BadParameter(f"{store!r} is no store code")
    minted = mint_key()
    owner = name if store is None else f"{name}@{store}"
    typer.echo(f"key    {minted}")
    typer.echo(f"entry  {owner}:{hash_key(minted)}")
    typer.echo("Keep the key, it is not shown again. Add the entry to ACTION_API_KEYS or CHAT_API_KEYS.", err=True)


def openapi_files() -> dict[str, str]:
    """File name -> YAML of the contracts, whatever the environment says: they describe the program, not a shop."""
    app = create_app(build_services(RuntimeSettings.model_construct(), None))
    contract, actions = contracts_of(app)
    return {"runtime.yaml": _to_yaml(contract), "actions.yaml": _to_yaml(actions)}


def _to_yaml(contract: dict[str, Any]) -> str:
    # Through JSON, so that parts used twice are written twice: importers do not follow YAML aliases.
    plain = json.loads(json.dumps(contract))
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=110)


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
