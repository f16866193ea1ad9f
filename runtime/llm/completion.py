"""The chunks of a streamed chat completion as parts of an answer, sans-IO. Pure.

Shapes: https://platform.openai.com/docs/api-reference/chat-streaming. What providers add (`reasoning_content`, usage
in every chunk) or leave out (`choices`, `content`, `[DONE]`) is borne; what cannot be an answer is LlmMalformed. A
provider that knows no streams sends a whole `chat.completion`, which is read as a stream of one chunk.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

import orjson

from runtime.llm.failures import Failures
from runtime.llm.model import End, FinishReason, Token, TokenUsage

LONGEST_ANSWER: Final = 1 << 26
"""Bytes of all chunks: some 200,000 of them, thoughts included. Our own bound of the text is far below."""

_DONE: Final = b"[DONE]"
_FINISH_REASONS: Final[dict[str, FinishReason]] = {"length": "length", "content_filter": "content_filter"}
_MOST_TOKENS: Final = 10**9


class CompletionReader:
    """Reads one answer. finished: it is whole, only its token count may be missing. done: nothing more will come."""

    def __init__(self, failures: Failures, *, longest: int = LONGEST_ANSWER) -> None:
        self._failures = failures
        self._room = longest
        self._finish: FinishReason | None = None
        self._usage: TokenUsage | None = None
        self.done = False

    @property
    def finished(self) -> bool:
        return self._finish is not None

    def read(self, payload: bytes) -> Token | None:
        """The text of a chunk, None where it has none to show, or the answer is done.

        Raises LlmMalformed, and what an error object means.
        """
        if self.done:
            return None
        try:
            chunk = orjson.loads(payload)
        except orjson.JSONDecodeError:
            if payload.strip() == _DONE:
                self.done = True
                return None
            chunk = self._mended(payload)
        self._room -= len(payload)
        if self._room < 0:
            raise self._failures.malformed("an answer without end")
        if not isinstance(chunk, dict):
            raise self._failures.malformed(type(chunk).__name__)
        if chunk.get("error"):
            raise self._failures.reported(chunk["error"])
        if (usage := chunk.get("usage")) is not None:
            self._usage = _usage_of(usage) or self._usage
        choices = chunk.get("choices")
        return self._choose(choices) if choices else None

    def closing(self) -> Iterator[TokenUsage | End]:
        """What follows the text once the stream has ended. Raises LlmUnavailable when the answer is not whole."""
        if self._finish is None:
            raise self._failures.broken_off()
        if self._usage is not None:
            yield self._usage
        yield End(self._finish)

    def _choose(self, choices: Any) -> Token | None:
        """The text of the first choice, the only one asked for."""
        choice = choices[0] if isinstance(choices, list) else None
        if not isinstance(choice, dict):
            raise self._failures.malformed("choices of another shape")
        delta = choice.get("delta") or choice.get("message") or {}
        if not isinstance(delta, dict):
            raise self._failures.malformed("a delta of another shape")
        content = delta.get("content")
        if isinstance(content, list):
            # In parts, as Mistral's models that think send it; thoughts are no text.
            content = "".join(part["text"] for part in content if _is_text(part))
        if not isinstance(content, str | None):
            raise self._failures.malformed("text of another type")
        if reason := choice.get("finish_reason"):
            self._finish = finish_reason(reason)
        return Token(content) if content else None

    def _mended(self, payload: bytes) -> Any:
        """What is JSON but for half a surrogate pair in it, which no encoder takes and which is replaced."""
        try:
            words = json.dumps(json.loads(payload), ensure_ascii=False)
            return orjson.loads(words.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
        except (ValueError, RecursionError) as exc:
            raise self._failures.malformed("no JSON") from exc


def _is_text(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str)


def finish_reason(given: object) -> FinishReason:
    """Why the answer ends. No tools are offered, so `tool_calls` can only mean a stop."""
    return _FINISH_REASONS.get(str(given), "stop")


def token_usage(prompt: object, completion: object) -> TokenUsage | None:
    """The provider's count; None where it is no count at all."""
    if type(prompt) is not int or type(completion) is not int:
        return None
    if not (0 <= prompt <= _MOST_TOKENS and 0 <= completion <= _MOST_TOKENS):
        return None
    return TokenUsage(prompt=prompt, completion=completion)


def _usage_of(given: object) -> TokenUsage | None:
    if not isinstance(given, dict):
        return None
    return token_usage(given.get("prompt_tokens"), given.get("completion_tokens"))
