"""The tables of `providers.toml`: what each key may hold, and what is right by itself and wrong together."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from runtime.llm.presets import PRESETS, PresetName
from runtime.llm.providers import BUDGET_SECONDS, MAX_TOKENS, Deadlines, OpenAiAdapter, Scope
from shared.mistakes import written
from shared.stores import Currency, WebAddress

Seconds = Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)]
Cost = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Tokens = Annotated[int, Field(ge=1, le=10_000_000)]
Text = Annotated[str, Field(min_length=1)]

_USUAL: Final = Deadlines()


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


def misfits(table: ProviderTable, *, budget: float) -> Sequence[str]:
    """What is right by itself and wrong together, a sentence each. budget: seconds to the chain's first token."""
    return [*_misplaced(table), *_unreachable_bounds(table, budget)]


def _misplaced(table: ProviderTable) -> Sequence[str]:
    """Keys that the preset lacks or does not have."""
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


def _unreachable_bounds(table: ProviderTable, budget: float) -> Iterator[str]:
    """Bounds that were written down, and that a narrower one keeps from ever being reached. budget: of the chain."""
    first, total = table.first_token_seconds, table.total_seconds
    written_down = table.model_fields_set
    if "first_token_seconds" in written_down and first > budget:
        yield f"first_token_seconds: is more than budget_first_token_seconds ({budget:g}); raise that, or lower this"
    if total < first and written_down & {"first_token_seconds", "total_seconds"}:
        yield f"total_seconds: is less than first_token_seconds ({total:g} and {first:g}); raise it, or lower the other"
    if "connect_seconds" in written_down and table.connect_seconds > first:
        yield f"connect_seconds: is more than first_token_seconds ({first:g}), which it is a part of; lower it"
    if "gap_seconds" in written_down and table.gap_seconds > total:
        yield f"gap_seconds: is more than total_seconds ({total:g}); lower it, or raise that"
    answer = min(table.max_tokens or MAX_TOKENS, MAX_TOKENS)
    if table.context_tokens is not None and answer >= table.context_tokens:
        fix = "raise it, or lower max_tokens"
        yield f"context_tokens: leaves no room for a prompt beside an answer of {answer} tokens; {fix}"
