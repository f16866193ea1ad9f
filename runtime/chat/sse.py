"""Chat events as the bytes of an OpenAI stream: `chat.completion.chunk` frames, sans-IO.

A stream is: one chunk with the role and the `vitrina` field, one chunk per Delta, the finish chunk, the usage chunk
if it was asked for, `[DONE]`; or, after a failure, exactly one error object and nothing more.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final, assert_never

import orjson

from runtime.chat.events import ChatEvent, Delta, Failed, Finish, Started, Usage
from runtime.retrieval.product import wire_form

DONE: Final = b"data: [DONE]\n\n"
PING: Final = b": ping\n\n"
"""A comment, which every client passes over."""


@dataclass(frozen=True, slots=True)
class AnswerHead:
    """What every chunk of an answer repeats. id: `chatcmpl-…`. created: seconds since the epoch."""

    id: str
    created: int
    model: str


class SseEncoder:
    """Turns the events of one answer into frames; whatever `feed` gives goes out at once, in one write.

    include_usage: `stream_options.include_usage` of the request.
    """

    def __init__(self, head: AnswerHead, *, include_usage: bool = False) -> None:
        self._head = {"object": "chat.completion.chunk", **asdict(head)}
        self._include_usage = include_usage
        self._usage = Usage()
        # A chunk per token differs in its text alone, so what stands around it is encoded once.
        blank = self._frame(_choice({"content": ""}))
        opening, closing = blank.rsplit(b'{"content":""}', 1)
        self._before_text = opening + b'{"content":'
        self._after_text = b"}" + closing

    def feed(self, event: ChatEvent) -> bytes:
        """The frames of `event`; none for Usage, which is told after the finish chunk."""
        match event:
            case Delta(text):
                return self._before_text + orjson.dumps(text) + self._after_text
            case Started():
                return self._frame(_choice({"role": "assistant", "content": ""}), vitrina=start_field(event))
            case Usage():
                self._usage = event
                return b""
            case Finish():
                finish = self._frame(_choice({}, finish_reason=event.reason), vitrina=finish_field(event))
                return finish + self._usage_frame() + DONE
            case Failed():
                return _data(failure_body(event))
            case _:
                assert_never(event)

    def _usage_frame(self) -> bytes:
        return self._frame([], usage=usage_field(self._usage)) if self._include_usage else b""

    def _frame(
        self,
        choices: list[dict[str, Any]],
        *,
        usage: dict[str, int] | None = None,
        vitrina: dict[str, Any] | None = None,
    ) -> bytes:
        chunk: dict[str, Any] = {**self._head, "choices": choices}
        if self._include_usage:
            chunk["usage"] = usage
        if vitrina is not None:
            chunk["vitrina"] = vitrina
        return _data(chunk)


def start_field(event: Started) -> dict[str, Any]:
    """The `vitrina` field of the first chunk, ready for orjson."""
    return {
        "store": event.store,
        "as_of": event.as_of,
        "understood": [asdict(condition) for condition in event.understood],
        "degraded": event.degraded,
        "products": [wire_form(hit) for hit in event.hits],
    }


def finish_field(event: Finish) -> dict[str, Any]:
    """The `vitrina` field of the finish chunk, JSON-ready."""
    return {"named": list(event.named), "corrections": event.corrections, "follow_ups": list(event.follow_ups)}


def usage_field(event: Usage) -> dict[str, int]:
    """OpenAI's three counts."""
    return {
        "prompt_tokens": event.prompt_tokens,
        "completion_tokens": event.completion_tokens,
        "total_tokens": event.prompt_tokens + event.completion_tokens,
    }


def failure_body(event: Failed) -> dict[str, Any]:
    """The one error object that ends a stream instead of a finish chunk."""
    return {"error": {"message": event.message, "type": "server_error", "param": None, "code": event.code}}


def _choice(delta: dict[str, str], *, finish_reason: str | None = None) -> list[dict[str, Any]]:
    return [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}]


def _data(content: dict[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(content, option=orjson.OPT_UTC_Z) + b"\n\n"
