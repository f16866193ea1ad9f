"""About how many tokens a prompt has, for whoever lets go of the prompt before that is asked. Pure."""

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Final

from runtime.llm.model import Message
from shared.embedding.tokens import estimate_tokens

_SLICES: Final = 16
_SLICE: Final = 64
"""Characters of each slice that is counted of a long text, all over it: the shopper's own words are at its end."""


class PromptSize:
    """The size of `messages`, told from samples of those that are long: an answer goes on for half a minute, and the
    prompts of a thousand answers are tens of megabytes.
    """

    def __init__(self, messages: Sequence[Message]) -> None:
        self._samples = [_sample(message.content) for message in messages]

    @cached_property
    def tokens(self) -> int:
        """An estimate that errs high, made when it is first wanted."""
        return math.ceil(sum(scale * estimate_tokens(text) for text, scale in self._samples))


def _sample(text: str) -> tuple[str, float]:
    """What to count of `text`, and how many times as much the whole is."""
    if len(text) <= _SLICES * _SLICE:
        return text, 1.0
    last = len(text) - _SLICE
    sample = "".join(text[start : start + _SLICE] for start in (last * n // (_SLICES - 1) for n in range(_SLICES)))
    return sample, len(text) / len(sample)
