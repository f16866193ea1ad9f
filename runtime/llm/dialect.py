"""What differs between OpenAI-compatible chat endpoints, as a value. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one provider wants to be asked; the defaults are OpenAI's own.

    limit_field: the member of a request that bounds the answer's tokens. stream_usage: whether `stream_options` may be
    sent, which asks for token counts. cuts_prompts: whether a prompt that is too long is cut without an error. headers:
    sent with every request, over our own.
    """

    limit_field: Literal["max_completion_tokens", "max_tokens"] = "max_completion_tokens"
    stream_usage: bool = True
    cuts_prompts: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


OPENAI_DIALECT: Final = Dialect()
