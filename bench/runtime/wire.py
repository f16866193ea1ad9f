"""What a question orders of the fake provider, and what is heard of its answer. Pure.

The order stands in the question's text, so it reaches the provider through whatever is between. Each token of the
answer is text that tells its number and when it was sent, by CLOCK_MONOTONIC, which all processes share.
"""

import re
from array import array
from dataclasses import dataclass
from typing import Any, Final

import orjson

PADDING: Final = "\x01"
"""Six bytes on the wire for one character, so that a silent client's buffers fill soon."""

_ORDER: Final = re.compile(rb"\(order (\d+) (\d+) (\d+) (\d+)\)")
_TOKEN: Final = re.compile(rb"([a-j]{6})q([a-j]{20}) ")
_AS_LETTERS: Final = bytes.maketrans(b"0123456789", b"abcdefghij")
_AS_DIGITS: Final = bytes.maketrans(b"abcdefghij", b"0123456789")
_DONE: Final = b"data: [DONE]"
_FAILED: Final = b'data: {"error":'
_FINISH: Final = re.compile(rb'"finish_reason": ?"stop"')


@dataclass(frozen=True, slots=True)
class Order:
    """An answer as it is wanted. number: its own. rate: tokens a second. padding: characters added to each token."""

    number: int
    rate: int
    tokens: int
    padding: int = 0

    @property
    def words(self) -> str:
        """What the provider looks for."""
        return f"(order {self.number} {self.rate} {self.tokens} {self.padding})"

    @property
    def body(self) -> bytes:
        """A streamed chat request that asks it."""
        messages = [{"role": "user", "content": f"Which jacket is warm? {self.words}"}]
        return orjson.dumps({"model": "vitrina", "messages": messages, "stream": True})


def order_in(body: bytes) -> Order:
    """The order in a request's body, whoever wrote it: the last one, for a prompt may tell earlier turns."""
    return Order(*map(int, _ORDER.findall(body)[-1]))


def reordered(body: bytes, order: Order) -> bytes:
    """The same request with another order."""
    return _ORDER.sub(order.words.encode(), body)


def token_text(number: int, sent_at: int) -> bytes:
    """Of 28 bytes always, so that all chunks of an answer are of one length; a word of letters, as numbers are held
    back until it is known what they are numbers of. sent_at: nanoseconds.
    """
    return (b"%06dq%020d " % (number, sent_at)).translate(_AS_LETTERS)


class Heard:
    """An answer as far as it was heard. sent, arrived: nanoseconds, of each token; 0 for what was recorded earlier."""

    __slots__ = ("_rest", "arrived", "done", "failed", "finished", "in_order", "sent")

    def __init__(self) -> None:
        self.sent = array("q")
        self.arrived = array("q")
        self.in_order = True
        self.finished = False
        self.failed = False
        self.done = False
        self._rest = b""

    def feed(self, data: bytes, now: int) -> None:
        """Take what came at `now`, cut anywhere."""
        data = self._rest + data
        end = data.rfind(b"\n\n") + 2
        if end < 2:
            self._rest = data
            return
        self._rest = data[end:]
        for token in _TOKEN.finditer(data, 0, end):
            self.in_order &= int(token[1].translate(_AS_DIGITS)) == len(self.arrived)
            self.sent.append(int(token[2].translate(_AS_DIGITS)))
            self.arrived.append(now)
        self.finished |= _FINISH.search(data, 0, end) is not None
        self.failed |= data.find(_FAILED, 0, end) >= 0
        self.done |= data.find(_DONE, 0, end) >= 0

    def whole(self, order: Order) -> bool:
        """Whether every token came, in order, then the finish chunk and `[DONE]`."""
        told = self.in_order and len(self.arrived) == order.tokens
        return told and self.finished and self.done and not self.failed


def parted(raw: bytes) -> list[bytes]:
    """The chunks of a body in HTTP/1.1's chunked coding, as they were written."""
    chunks: list[bytes] = []
    while True:
        size, _, raw = raw.partition(b"\r\n")
        if not (length := int(size, 16)):
            return chunks
        chunks.append(raw[:length])
        raw = raw[length + 2 :]


def usage_chunk(**head: Any) -> bytes:
    """The chunk with the token counts, which ours asks for."""
    counts = {"prompt_tokens": 900, "completion_tokens": 100, "total_tokens": 1000}
    return orjson.dumps({**head, "choices": [], "usage": counts})
