"""About how many tokens a prompt has, for whoever lets go of the prompt before that is asked. Pure."""

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Final

from runtime.llm.model import Message
from shared.embedding.tokens import estimate_tokens

_SLICE: Final = 256
"""Characters of each of three samples of a text: its beginning, its middle, its end."""


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
    if len(text) <= 3 * _SLICE:
        return text, 1.0
    middle = len(text) // 2
    sample = text[:_SLICE] + text[middle : middle + _SLICE] + text[-_SLICE:]
    return sample, len(text) / len(sample)
