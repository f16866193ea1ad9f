"""The fault script: what the server does with the coming requests, and what it saw of the past ones.

A lane is one endpoint (`server.chat`, `server.embeddings`). Each request takes the next plan of its lane: first
those queued by `then`, one each, later the standing one set by `always`. Plans are values; any may be reused.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Writer = Callable[[Sequence[tuple[str, str]]], str]
"""The answer to a prompt given as (role, text)."""


@dataclass(frozen=True, slots=True)
class Say:
    """A chat answer, whole or streamed as the request asks.

    text: the answer, cut into tokens at word boundaries; a sequence gives the tokens themselves; a function makes it of
    the prompt's messages, each (role, text); None = the shop assistant's own words about the products in the prompt.
    reasoning: sent before the text as `reasoning_content`, as DeepSeek does.
    finish: the finish reason; None when `max_tokens` or `stop` of the request should decide ("stop" otherwise).
    delay: seconds before the first byte. gap: seconds before each token.
    comments: SSE comment lines (": keep-alive") sent before the first event.
    stall_after: stop after so many content tokens, keep the connection open and say nothing more.
    cut_after: close the connection in the middle, after so many content tokens.
    cut_at_byte: close the connection after exactly so many bytes of the body, wherever that is.
    fail_after: after so many content tokens send an error object as an event and close cleanly.
    done: whether the stream ends in `data: [DONE]`. usage: whether token counts are told at all.
    edit: last change to the body of a whole answer or to each chunk before it is encoded.
    """

    text: str | Sequence[str] | Writer | None = None
    reasoning: str | None = None
    finish: Literal["stop", "length", "content_filter"] | None = None
    delay: float = 0.0
    gap: float = 0.0
    comments: int = 0
    stall_after: int | None = None
    cut_after: int | None = None
    cut_at_byte: int | None = None
    fail_after: int | None = None
    done: bool = True
    usage: bool = True
    edit: Callable[[dict[str, Any]], Any] | None = None


@dataclass(frozen=True, slots=True)
class Embed:
    """Embeddings. `edit` gets the answer's body, vectors still lists of floats, and returns what is sent.

    delay: seconds before the answer. force_float: floats even where base64 was asked, as many servers do.
    cut_at_byte: close the connection after so many bytes of the body.
    """

    delay: float = 0.0
    force_float: bool = False
    cut_at_byte: int | None = None
    edit: Callable[[dict[str, Any]], Any] | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    """An error object with its status. `type`, `code`, `message` default to what the status usually carries.

    retry_after: the `Retry-After` header, in seconds or as given. headers: added to the answer's.
    """

    status: int
    message: str | None = None
    type: str | None = None
    code: str | None = None
    param: str | None = None
    retry_after: float | str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Junk:
    """Any bytes under any status and content type; `cut` closes without the announced end."""

    body: bytes
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Hang:
    """Accept the request and never answer; ends when the client leaves or the server stops."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Close the connection without a byte of answer."""


Plan = Say | Embed | Refuse | Junk | Hang | Drop

Ending = Literal["open", "answered", "cut", "client_left"]


@dataclass(slots=True)
class Received:
    """One request as it arrived. `body` is the parsed JSON, None when it was none; header names in lower case.

    ended: "open" while being answered, "answered" whole, "cut" by plan, "client_left" when the client closed first.
    status: of the answer, None as long as there is none. ended_at: when it was over, by `time.monotonic`.
    """

    path: str
    headers: Mapping[str, str]
    raw: bytes
    body: Any
    plan: Plan
    ended: Ending = "open"
    status: int | None = None
    ended_at: float | None = None


class Lane:
    """Plans for one endpoint and the requests it received. Safe to use from the test's thread and the server's."""

    def __init__(self, usual: Plan) -> None:
        self._usual = usual
        self._standing = usual
        self._queue: deque[Plan] = deque()
        self._received: list[Received] = []
        self._lock = threading.Lock()

    def then(self, *plans: Plan) -> None:
        """Queue `plans`: one for each coming request."""
        with self._lock:
            self._queue.extend(plans)

    def always(self, plan: Plan) -> None:
        """What every request gets once the queue is empty."""
        with self._lock:
            self._standing = plan

    def reset(self) -> None:
        """Forget plans and requests; behave well again."""
        with self._lock:
            self._queue.clear()
            self._received.clear()
            self._standing = self._usual

    @property
    def requests(self) -> tuple[Received, ...]:
        """Requests received so far, oldest first."""
        with self._lock:
            return tuple(self._received)

    @property
    def queued(self) -> int:
        """Plans not taken yet."""
        with self._lock:
            return len(self._queue)

    def take(self, path: str, headers: Mapping[str, str], raw: bytes, body: Any) -> Received:
        """Record a request together with the plan that is its turn."""
        with self._lock:
            plan = self._queue.popleft() if self._queue else self._standing
            received = Received(path=path, headers=headers, raw=raw, body=body, plan=plan)
            self._received.append(received)
            return received
