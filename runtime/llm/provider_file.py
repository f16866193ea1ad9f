"""`providers.toml`: the chain of providers as an operator writes it, every mistake in it told at once.

Keys never stand in the file: it names the environment variable, or the file, that holds one.
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr, ValidationError

from runtime.llm.failures import Advice
from runtime.llm.fallback_order import asked_order
from runtime.llm.presets import PRESETS
from runtime.llm.price import Price
from runtime.llm.provider_table import ProviderFile, ProviderTable, misfits
from runtime.llm.providers import Deadlines, Provider, ProviderPlan, TokenService
from shared.errors import ConfigurationError
from shared.mistakes import mistakes_of
from shared.tls import trust

Secret = Callable[[str], str | None]
"""The value of an environment variable, None where there is none."""

_ANY_BUDGET: Final = 600.0
"""Within which everything is: where the file's own is no number, nothing can be more than it."""
_KEYS_THEMSELVES: Final = ("api_key", "key", "token", "password")
_HEADER: Final = re.compile(r"^\s*\[\[\s*providers\s*\]\]")


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
            file = ProviderFile(providers=_tables_in(content.get("providers")), budget_first_token_seconds=_ANY_BUDGET)
        if len(file.providers) != len(self._lines):
            # Some are written otherwise, or some text only looks like one: no line would be sure.
            self._lines = ()
        if not file.providers and not self.problems:
            self.problems.append("it names no provider; write a [[providers]] table for each")
        tables = [self._table(table, number) for number, table in enumerate(file.providers)]
        budget = file.budget_first_token_seconds
        found = {table.name: self._provider(table, number, budget) for number, table in enumerate(tables) if table}
        order, mistakes = asked_order(
            [table.get("name") for table in file.providers],
            {table.name: table.fallback for table in tables if table and table.fallback is not None},
        )
        self.problems += mistakes
        if self.problems:
            return None
        return ProviderPlan(providers=tuple(found[name] for name in order), budget_first_token=budget)

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

    def _provider(self, table: ProviderTable, number: int, budget: float) -> Provider:
        preset = PRESETS[table.preset]
        called = self._called(table.name, number)
        self.problems += [f"{called}, {problem}" for problem in misfits(table, budget=budget)]
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
            return (self._folder / file).read_text(encoding="utf-8-sig").strip()
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


def _advice(table: ProviderTable) -> Advice:
    key = table.api_key_env or f"the api_key_file of provider {table.name!r}"
    if table.api_key_env is None and table.api_key_file is None:
        key = f"whether provider {table.name!r} needs a key, which api_key_env or api_key_file would name"
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
