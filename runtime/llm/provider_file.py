"""`providers.toml`: the chain of providers as an operator writes it, every mistake in it told at once.

Keys never stand in the file: it names the environment variable, or the file, that holds one.
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from runtime.llm.failures import Advice
from runtime.llm.fallback_order import asked_order
from runtime.llm.presets import PRESETS, PresetName
from runtime.llm.price import Price
from runtime.llm.providers import BUDGET_SECONDS, Deadlines, OpenAiAdapter, Provider, ProviderPlan, Scope, TokenService
from shared.errors import ConfigurationError
from shared.mistakes import mistakes_of, written
from shared.stores import Currency, WebAddress
from shared.tls import trust

Secret = Callable[[str], str | None]
"""The value of an environment variable, None where there is none."""

Seconds = Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)]
Cost = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Tokens = Annotated[int, Field(ge=1, le=10_000_000)]
Text = Annotated[str, Field(min_length=1)]

_USUAL: Final = Deadlines()
_KEYS_THEMSELVES: Final = ("api_key", "key", "token", "password")
_HEADER: Final = re.compile(r"^\s*\[\[\s*providers\s*\]\]")


def _is_endpoint(value: str) -> str:
    parts = urlsplit(value)
    if not value.isprintable() or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("must be an address without login, query and fragment")
    if parts.path.rstrip("/").endswith("/chat/completions"):
        raise ValueError("must end before /chat/completions, which is added")
    return value


Endpoint = Annotated[WebAddress, AfterValidator(_is_endpoint)]


class ProviderTable(BaseModel):
    """One `[[providers]]`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[
        str,
        Field(max_length=32),
        written(r"[a-z][a-z0-9_-]*", "lower-case letters, digits, - and _, a letter first, such as main"),
    ]
    preset: PresetName
    model: Text
    base_url: Endpoint | None = None
    api_key_env: (
        Annotated[
            str,
            written(r"[A-Z][A-Z0-9_]*", "the name of an environment variable in capitals, such as DEEPSEEK_API_KEY"),
        ]
        | None
    ) = None
    api_key_file: Text | None = None
    folder: Text | None = None
    num_ctx: Tokens | None = None
    temperature: Annotated[float, Field(ge=0, le=0.2, allow_inf_nan=False)] | None = None
    max_tokens: Tokens | None = None
    context_tokens: Tokens | None = None
    system_prompt: Annotated[str, Field(max_length=8_000)] = ""
    price_prompt: Cost | None = None
    price_completion: Cost | None = None
    currency: Currency = "USD"
    connect_seconds: Seconds = _USUAL.connect
    first_token_seconds: Seconds = _USUAL.first_token
    gap_seconds: Seconds = _USUAL.gap
    total_seconds: Seconds = _USUAL.total
    ca_file: Text | None = None
    adapter: OpenAiAdapter | None = None
    scope: Scope | None = None
    auth_url: WebAddress | None = None
    fallback: list[str] | None = None


class ProviderFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    providers: list[dict[str, Any]] = Field(default_factory=list)
    budget_first_token_seconds: Seconds = BUDGET_SECONDS


def load_providers(path: Path, *, secret: Secret) -> ProviderPlan:
    """The providers of the file at `path`, in the order they are asked. Paths in it start from its own folder.

    Raises ConfigurationError naming every mistake: file, provider with its line, key; and no value of a key.
    """
    shown = repr(str(path))
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = tomllib.loads(text)
    except OSError as exc:
        raise ConfigurationError([f"CHAT_PROVIDERS: cannot read {shown}: {exc.strerror}"]) from exc
    except UnicodeDecodeError as exc:
        raise ConfigurationError([f"CHAT_PROVIDERS: {shown} is no UTF-8 text; save it as UTF-8"]) from exc
    except (ValueError, RecursionError) as exc:
        raise ConfigurationError([f"CHAT_PROVIDERS: {shown} is no valid TOML: {exc}"]) from exc
    reading = _Reading(path.parent, secret, lines=_lines_of_tables(text))
    plan = reading.plan_of(content)
    if plan is None:
        raise ConfigurationError([f"CHAT_PROVIDERS: {shown}, {problem}" for problem in reading.problems])
    return plan


def _lines_of_tables(text: str) -> list[int]:
    """The line of each `[[providers]]`, from 1."""
    return [number for number, line in enumerate(text.splitlines(), start=1) if _HEADER.match(line)]


class _Reading:
    """The reading of one file. problems: everything that is wrong with it, in the order of the file."""

    def __init__(self, folder: Path, secret: Secret, *, lines: Sequence[int]) -> None:
        self.problems: list[str] = []
        self._folder = folder
        self._secret = secret
        self._lines = lines

    def plan_of(self, content: Mapping[str, Any]) -> ProviderPlan | None:
        """The plan in `content`; None when anything is wrong."""
        try:
            file = ProviderFile.model_validate(content)
        except ValidationError as exc:
            self.problems += [": ".join(mistake) for mistake in mistakes_of(exc, known=ProviderFile)]
            # What is right about the file is still looked through, so that the next start finds nothing new.
            file = ProviderFile(providers=_tables_in(content.get("providers")))
        if not file.providers and not self.problems:
            self.problems.append("it names no provider; write a [[providers]] table for each")
        tables = [self._table(table, number) for number, table in enumerate(file.providers)]
        found = {table.name: self._provider(table, number) for number, table in enumerate(tables) if table}
        order, mistakes = asked_order(
            [table.get("name") for table in file.providers],
            {table.name: table.fallback for table in tables if table and table.fallback is not None},
        )
        self.problems += mistakes
        if self.problems:
            return None
        return ProviderPlan(
            providers=tuple(found[name] for name in order), budget_first_token=file.budget_first_token_seconds
        )

    def _table(self, content: Mapping[str, Any], number: int) -> ProviderTable | None:
        """The table, where nothing in it is wrong."""
        called = self._called(content.get("name"), number)
        themselves = [key for key in _KEYS_THEMSELVES if key in content]
        self.problems += [
            f"{called}, {key}: a key does not belong in this file; put it into an environment variable and write "
            'api_key_env = "ITS_NAME", or into a file and write api_key_file'
            for key in themselves
        ]
        kept = {key: value for key, value in content.items() if key not in themselves}
        try:
            return ProviderTable.model_validate(kept)
        except ValidationError as exc:
            self.problems += [f"{called}, {place}: {wrong}" for place, wrong in mistakes_of(exc, known=ProviderTable)]
            return None

    def _provider(self, table: ProviderTable, number: int) -> Provider:
        preset = PRESETS[table.preset]
        called = self._called(table.name, number)
        self.problems += [f"{called}, {problem}" for problem in _misfits(table)]
        return Provider(
            name=table.name,
            model=preset.model(table.model, folder=table.folder),
            base_url=table.base_url or preset.base_url or "",
            dialect=preset.dialect,
            key=self._key(table, called),
            advice=_advice(table),
            adapter=preset.adapter or table.adapter or "lean",
            deadlines=Deadlines(
                connect=table.connect_seconds,
                first_token=table.first_token_seconds,
                gap=table.gap_seconds,
                total=table.total_seconds,
            ),
            temperature=table.temperature,
            max_tokens=table.max_tokens,
            context_tokens=table.context_tokens,
            num_ctx=table.num_ctx,
            system_prompt=table.system_prompt,
            price=_price(table),
            ca_file=self._ca_file(table, called),
            tokens=_tokens(table),
        )

    def _key(self, table: ProviderTable, called: str) -> SecretStr | None:
        if table.api_key_env is not None:
            place, key = "api_key_env", self._secret(table.api_key_env)
        elif table.api_key_file is not None:
            place, key = "api_key_file", self._read(table.api_key_file)
        else:
            return None
        if not key:
            self.problems.append(f"{called}, {place}: there is no key where it points to; set it, or mend the name")
        elif not (key.isascii() and key.isprintable() and " " not in key):
            self.problems.append(f"{called}, {place}: what it points to is no key: one line of ASCII without spaces")
        else:
            return SecretStr(key)
        return None

    def _read(self, file: str) -> str | None:
        try:
            return (self._folder / file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError, ValueError):
            return None

    def _ca_file(self, table: ProviderTable, called: str) -> str | None:
        if table.ca_file is None:
            return None
        file = str(self._folder / table.ca_file)
        try:
            trust(file, setting=f"{called}, ca_file")
        except ConfigurationError as exc:
            self.problems += exc.problems
        except ValueError:
            self.problems.append(f"{called}, ca_file: is no path")
        return file

    def _called(self, name: object, number: int) -> str:
        """How a message names a provider: by its name, where it has one, its place and its line."""
        line = f", line {self._lines[number]}" if number < len(self._lines) else ""
        # Only what may be a name is shown: anything else may be a key in the wrong place.
        named = f" {name!r}" if isinstance(name, str) and re.fullmatch(r"[a-z][a-z0-9_-]{0,31}", name) else ""
        return f"provider{named} (no. {number + 1}{line})"


def _misfits(table: ProviderTable) -> Sequence[str]:
    """What is right by itself and wrong together."""
    preset = PRESETS[table.preset]
    problems = []
    if table.base_url is None and preset.base_url is None:
        problems.append(f"base_url: is missing; preset {table.preset} knows none")
    if table.api_key_env is not None and table.api_key_file is not None:
        problems.append("api_key_file: api_key_env is there, too; keep one of them")
    if preset.needs_key and table.api_key_env is None and table.api_key_file is None:
        problems.append(f"api_key_env: is missing; preset {table.preset} needs a key, here or in api_key_file")
    if preset.folders and table.folder is None and "://" not in table.model:
        problems.append(f"folder: is missing; models of {table.preset} are named by a folder's id")
    if table.folder is not None and not preset.folders:
        problems.append(f"folder: preset {table.preset} has no folders; leave it out")
    if preset.auth_url is not None and table.scope is None:
        problems.append(f"scope: is missing; write which API the key is for ({', '.join(get_args(Scope))})")
    if preset.auth_url is None:
        problems += [
            f"{name}: only gigachat has it; leave it out of {table.preset}"
            for name, value in (("scope", table.scope), ("auth_url", table.auth_url))
            if value is not None
        ]
    if preset.adapter is not None and table.adapter is not None:
        problems.append(f"adapter: {table.preset} has one of its own; leave it out")
    if table.num_ctx is not None and not preset.dialect.cuts_prompts:
        problems.append(f"num_ctx: only ollama has it; write context_tokens for {table.preset}")
    return problems


def _advice(table: ProviderTable) -> Advice:
    key = table.api_key_env or f"the api_key_file of provider {table.name!r}"
    return Advice(
        key=key if table.scope is None else f"{key}, and that scope {table.scope} is the key's own",
        place=f"model and base_url of provider {table.name!r}",
    )


def _tokens(table: ProviderTable) -> TokenService | None:
    preset = PRESETS[table.preset]
    if preset.auth_url is None or table.scope is None:
        return None
    return TokenService(table.auth_url or preset.auth_url, table.scope)


def _price(table: ProviderTable) -> Price | None:
    if table.price_prompt is None and table.price_completion is None:
        return None
    return Price(table.price_prompt or 0.0, table.price_completion or 0.0, table.currency)


def _tables_in(given: object) -> list[dict[str, Any]]:
    return [table for table in given if isinstance(table, dict)] if isinstance(given, list) else []
