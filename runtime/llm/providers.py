"""How a chain of providers is configured, as values: who is asked, in which order, on which terms."""

from dataclasses import dataclass
from typing import Final, Literal

from pydantic import SecretStr

from runtime.llm.dialect import Dialect
from runtime.llm.failures import Advice
from runtime.llm.price import Price

OpenAiAdapter = Literal["lean", "langchain"]
Adapter = OpenAiAdapter | Literal["gigachat"]
Scope = Literal["GIGACHAT_API_PERS", "GIGACHAT_API_B2B", "GIGACHAT_API_CORP"]

MAX_TOKENS: Final = 1_024
"""Of an answer, where nobody asks for fewer."""
BUDGET_SECONDS: Final = 8.0
"""To the first token of the whole chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds of wall clock. connect: to a connection. first_token: from the call to the first token. gap: between
    tokens, where a keep-alive comment is no token. total: from the question to the last token.
    """

    connect: float = 3.0
    first_token: float = 6.0
    gap: float = 15.0
    total: float = 60.0


@dataclass(frozen=True, slots=True)
class TokenService:
    """Where access tokens come from, and what they are good for."""

    url: str
    scope: Scope


_ADVICE: Final = Advice(key="its key", place="its model and address")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One provider of a chain.

    name: unique, fit for a header and a metric. advice: what to check when it refuses.
    temperature: instead of the asked one. max_tokens: of an answer, at most. context_tokens: of prompt and answer
    together, None = not checked. num_ctx: the context an Ollama server gives the model. system_prompt: added to ours.
    ca_file: PEM file of the authorities to trust instead of the machine's own. tokens: where the key is
    exchanged for them, None = the key itself is sent.
    """

    name: str
    model: str
    base_url: str
    dialect: Dialect
    key: SecretStr | None = None
    advice: Advice = _ADVICE
    adapter: Adapter = "lean"
    deadlines: Deadlines = Deadlines()
    temperature: float | None = None
    max_tokens: int | None = None
    context_tokens: int | None = None
    num_ctx: int | None = None
    system_prompt: str = ""
    price: Price | None = None
    ca_file: str | None = None
    tokens: TokenService | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderPlan:
    """Providers in the order they are asked. budget_first_token: seconds to the first token, whoever speaks it."""

    providers: tuple[Provider, ...]
    budget_first_token: float = BUDGET_SECONDS
