"""`POST /v1/chat/completions`: the request checked, the answer built whole or as events. Pure.

Shapes: https://platform.openai.com/docs/api-reference/chat/create and …/chat-streaming.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from sandbox.openai_server.assistant import shop_answer
from sandbox.openai_server.errors import Problem, known_model
from sandbox.openai_server.script import Say
from sandbox.openai_server.tokens import count_tokens

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
MAX_STOPS = 4

_TOKEN = re.compile(r"\s*\S+|\s+$")


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A valid request. `limit`: the most tokens of an answer, None = any number."""

    model: str
    messages: tuple[Mapping[str, Any], ...]
    stream: bool
    usage_wanted: bool
    limit: int | None
    stops: tuple[str, ...]
    tokens: int


@dataclass(frozen=True, slots=True)
class Identity:
    """What every part of one answer repeats."""

    id: str
    created: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The words of an answer, as tokens, and why it ends."""

    tokens: tuple[str, ...]
    finish: str
    reasoning: str | None

    @property
    def text(self) -> str:
        return "".join(self.tokens)


@dataclass(frozen=True, slots=True)
class Events:
    """A stream: (seconds before, bytes) each, then how it ends."""

    parts: tuple[tuple[float, bytes], ...]
    ending: Literal["whole", "stall", "cut"]


def read_chat_request(body: Mapping[str, Any], *, models: Collection[str]) -> ChatRequest:
    """The request in `body`. Raises Problem as the API would answer."""
    model = known_model(body, models)
    messages = _read_messages(body.get("messages"))
    stream = bool(body.get("stream"))
    options = body.get("stream_options")
    if options is not None and not stream:
        message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise Problem(message, param="stream_options")
    _check_range(body, "temperature", 0, 2)
    _check_range(body, "top_p", 0, 1)
    return ChatRequest(
        model=model,
        messages=messages,
        stream=stream,
        usage_wanted=bool((options or {}).get("include_usage")),
        limit=_read_limit(body),
        stops=_read_stops(body.get("stop")),
        tokens=sum(count_tokens(text_of(message)) + 3 for message in messages),
    )


def text_of(message: Mapping[str, Any]) -> str:
    """A message's content as text: a string, parts of type text, or nothing."""
    content = message.get("content")
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content or ""


def compose(plan: Say, request: ChatRequest) -> Answer:
    """The plan's words, cut by the request's `stop` and token limit as a model would be."""
    said = plan.text
    if said is None or callable(said):
        write = said or shop_answer
        said = write([(message["role"], text_of(message)) for message in request.messages])
    tokens = tuple(_TOKEN.findall(said)) if isinstance(said, str) else tuple(said)
    tokens = _before_stop(tokens, request.stops)
    finish = "stop"
    if request.limit is not None and len(tokens) > request.limit:
        tokens, finish = tokens[: request.limit], "length"
    return Answer(tokens=tokens, finish=plan.finish or finish, reasoning=plan.reasoning)


def whole_body(plan: Say, request: ChatRequest, identity: Identity) -> Any:
    """The body of an answer that is not streamed, after the plan's `edit`."""
    answer = compose(plan, request)
    message: dict[str, Any] = {"role": "assistant", "content": answer.text, "refusal": None, "annotations": []}
    if answer.reasoning is not None:
        message["reasoning_content"] = answer.reasoning
    body: dict[str, Any] = {
        "id": identity.id,
        "object": "chat.completion",
        "created": identity.created,
        "model": request.model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": answer.finish}],
        "service_tier": "default",
        "system_fingerprint": "fp_scripted",
    }
    if plan.usage:
        body["usage"] = _usage(request, answer)
    return plan.edit(body) if plan.edit else body


def stream_events(plan: Say, request: ChatRequest, identity: Identity) -> Events:
    """The events of a streamed answer, up to where the plan ends it."""
    answer = compose(plan, request)
    encode = _Encoder(plan, request, identity)
    opening = [(plan.gap, b": keep-alive\n\n")] * plan.comments + [
        (0.0, encode.delta({"role": "assistant", "content": ""}))
    ]
    if answer.reasoning is not None:
        thoughts = _TOKEN.findall(answer.reasoning)
        opening += [(plan.gap, encode.delta({"reasoning_content": thought})) for thought in thoughts]
    words = [(plan.gap, encode.delta({"content": token})) for token in answer.tokens]
    if plan.stall_after is not None:
        return Events(parts=(*opening, *words[: plan.stall_after]), ending="stall")
    if plan.cut_after is not None:
        return Events(parts=(*opening, *words[: plan.cut_after]), ending="cut")
    if plan.fail_after is not None:
        failure = Problem("The server had an error while processing your request.", type="server_error").body()
        return Events(parts=(*opening, *words[: plan.fail_after], (0.0, _event(failure))), ending="whole")
    closing = [(0.0, part) for part in encode.closing(answer)]
    return Events(parts=(*opening, *words, *closing), ending="whole")


class _Encoder:
    """Chunks of one stream: the same head in each, `usage` null in all but the last when it was asked for."""

    def __init__(self, plan: Say, request: ChatRequest, identity: Identity) -> None:
        self._plan = plan
        self._request = request
        self._identity = identity
        self._tells_usage = request.usage_wanted and plan.usage

    def delta(self, delta: Mapping[str, Any], *, finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return self._chunk([choice], usage=None)

    def closing(self, answer: Answer) -> Iterator[bytes]:
        yield self.delta({}, finish=answer.finish)
        if self._tells_usage:
            yield self._chunk([], usage=_usage(self._request, answer))
        if self._plan.done:
            yield b"data: [DONE]\n\n"

    def _chunk(self, choices: Sequence[Mapping[str, Any]], *, usage: Mapping[str, Any] | None) -> bytes:
        chunk: dict[str, Any] = {
            "id": self._identity.id,
            "object": "chat.completion.chunk",
            "created": self._identity.created,
            "model": self._request.model,
            "service_tier": "default",
            "system_fingerprint": "fp_scripted",
            "choices": list(choices),
        }
        if self._tells_usage:
            chunk["usage"] = usage
        return _event(self._plan.edit(chunk) if self._plan.edit else chunk)


def _event(body: Any) -> bytes:
    return b"data: " + orjson.dumps(body) + b"\n\n"


def _usage(request: ChatRequest, answer: Answer) -> dict[str, Any]:
    thoughts = count_tokens(answer.reasoning or "")
    completion = len(answer.tokens) + thoughts
    return {
        "prompt_tokens": request.tokens,
        "completion_tokens": completion,
        "total_tokens": request.tokens + completion,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": thoughts, "audio_tokens": 0},
    }


def _before_stop(tokens: tuple[str, ...], stops: tuple[str, ...]) -> tuple[str, ...]:
    text = "".join(tokens)
    ends = [text.index(stop) for stop in stops if stop in text]
    if not ends:
        return tokens
    kept: list[str] = []
    room = min(ends)
    for token in tokens:
        kept.append(token[:room])
        room -= len(kept[-1])
        if room == 0:
            break
    return tuple(token for token in kept if token)


def _read_messages(given: Any) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(given, list) or not given:
        raise Problem("Missing required parameter: 'messages'.", param="messages", code="missing_required_parameter")
    for number, message in enumerate(given):
        if not isinstance(message, dict) or message.get("role") not in ROLES:
            name = f"messages[{number}].role"
            raise Problem(f"Invalid value for '{name}'. Supported: {ROLES}.", param=name, code="invalid_value")
        if not isinstance(message.get("content"), str | list | None):
            name = f"messages[{number}].content"
            raise Problem(f"Invalid type for '{name}'.", param=name, code="invalid_type")
    return tuple(given)


def _check_range(body: Mapping[str, Any], name: str, low: float, high: float) -> None:
    value = body.get(name)
    if value is not None and (not isinstance(value, int | float) or not low <= value <= high):
        raise Problem(f"Invalid '{name}': expected a number between {low} and {high}.", param=name)


def _read_limit(body: Mapping[str, Any]) -> int | None:
    for name in ("max_completion_tokens", "max_tokens"):
        value = body.get(name)
        if value is None:
            continue
        if not isinstance(value, int) or value < 1:
            raise Problem(f"Invalid '{name}': expected a positive integer.", param=name)
        return value
    return None


def _read_stops(given: Any) -> tuple[str, ...]:
    stops = (given,) if isinstance(given, str) else tuple(given or ())
    if len(stops) > MAX_STOPS or not all(isinstance(stop, str) and stop for stop in stops):
        raise Problem(f"Invalid 'stop': expected up to {MAX_STOPS} strings.", param="stop")
    return stops
