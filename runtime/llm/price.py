"""What an answer costs, from its tokens. Pure."""

from dataclasses import dataclass
from typing import Final

_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """Prices of a million tokens, of prompts and of completions, in `currency` (ISO 4217)."""

    prompt: float
    completion: float
    currency: str = "USD"

    def of(self, *, prompt_tokens: int, completion_tokens: int) -> float:
        """The cost of so many tokens, in `currency`."""
        return (prompt_tokens * self.prompt + completion_tokens * self.completion) / _MILLION
