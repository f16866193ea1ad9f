"""F4: the provider sends junk. Nothing crashes, whoever asks hears an answer or one cause, the shopper gets the cards.

Of each shape the lean adapter's reading is written down; LangChain may make an answer of it, or another failure.
"""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import orjson
import pytest
from structlog.testing import capture_logs
from support.adapters import ADAPTERS, Adapter, opened
from support.chat import CHAT_KEY
from support.chat_model_contract import ask, spoken
from support.openai import KEY, eventually
from support.raw_provider import RawProvider, http, raw_provider
from support.speaking_shop import open_shop
from support.stock_clients import Asked, Curl

from runtime.llm.model import End, LlmFailure, LlmMalformed, LlmRefused, LlmUnavailable

GAP_SECONDS: Final = 3.0
CARDS = "Joust Duffle Bag — $34.00"
SAID = "Да, yes."


def event(chunk: Any) -> bytes:
    return b"data: " + (chunk if isinstance(chunk, bytes) else orjson.dumps(chunk)) + b"\n\n"


def a_chunk(delta: Any, *, finish: Any = None, **more: Any) -> bytes:
    return event({"id": "1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more})


def junk(*events: bytes, **options: Any) -> bytes:
    """A stream of `events` in full, as HTTP."""
    return http(b"".join(events), **options)


TEXT = a_chunk({"role": "assistant", "content": SAID})
STOP = a_chunk({}, finish="stop")
DONE = event(b"[DONE]")
GOOD = TEXT + STOP + DONE
GZIP = "content-encoding: gzip\r\n"
WHOLE = {"choices": [{"index": 0, "message": {"role": "assistant", "content": SAID}, "finish_reason": "stop"}]}
ERROR = {"error": {"message": f"wrong key {KEY}", "type": "invalid_request_error", "code": "invalid_api_key"}}


def told(tokens: int) -> bytes:
    """A chunk that says what the answer cost."""
    usage = {"prompt_tokens": tokens, "completion_tokens": tokens, "total_tokens": tokens}
    return event({"choices": [], "usage": usage})


def chunked(body: bytes, *, size: bytes | None = None, end: bytes = b"0\r\n\r\n") -> bytes:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    return head + (size or b"%x" % len(body)) + b"\r\n" + body + b"\r\n" + end


Meant = type[LlmFailure] | str


@dataclass(frozen=True, slots=True)
class Shape:
    """Junk, and what the lean adapter makes of it: a failure, or the text of an answer.

    LlmFailure: which one, depends on how the bytes were parted. begun: whether text was heard before the failure.
    """

    answer: bytes
    meant: Meant
    begun: bool = False


SHAPES: Final[dict[str, Shape]] = {
    "bad JSON": Shape(junk(event(b"{nope")), LlmMalformed),
    "bad JSON later": Shape(junk(TEXT, event(b'{"choices": [')), LlmMalformed, begun=True),
    "no DONE": Shape(junk(TEXT, STOP), SAID),
    "no DONE, no finish": Shape(junk(TEXT), LlmUnavailable, begun=True),
    "DONE without finish": Shape(junk(TEXT, DONE), LlmUnavailable, begun=True),
    "DONE alone": Shape(junk(DONE), LlmUnavailable),
    "last blank line missing": Shape(junk(TEXT, STOP[:-1]), SAID),
    "words behind DONE": Shape(junk(GOOD, TEXT, STOP), SAID),
    "junk behind DONE": Shape(junk(GOOD, event(b"{nope")), SAID),
    "junk beside the finish": Shape(junk(TEXT, a_chunk({"content": 5}, finish="stop")), LlmMalformed, begun=True),
    "line of 10 MB": Shape(junk(a_chunk({"content": "x" * 10_000_000})), LlmMalformed),
    "10 MB and never a line": Shape(junk(b"x" * 10_000_000), LlmMalformed),
    "line of 10 MB later": Shape(junk(TEXT, b"data: " + b"x" * 10_000_000), LlmMalformed, begun=True),
    "10 MB of comments": Shape(junk(b": keep-alive\n\n" * 750_000), LlmUnavailable),
    "UTF-16": Shape(http(GOOD.decode().encode("utf-16")), LlmUnavailable),
    "Windows-1251": Shape(junk(event(b'{"choices":[{"delta":{"content":"\xc4\xe0"}}]}')), LlmMalformed),
    "truncated UTF-8": Shape(junk(event(b'{"choices":[{"delta":{"content":"\xd0"}}]}')), LlmMalformed),
    "half a surrogate pair": Shape(junk(event(rb'{"choices":[{"delta":{"content":"a\ud83d"}}]}'), STOP), "a\ufffd"),
    "stream as text/plain": Shape(http(GOOD, content_type="text/plain"), SAID),
    "stream as JSON": Shape(http(GOOD, content_type="application/json"), SAID),
    "stream without content type": Shape(http(GOOD).replace(b"content-type: text/event-stream\r\n", b""), SAID),
    "JSON as stream": Shape(junk(orjson.dumps(WHOLE)), LlmUnavailable),
    "whole answer": Shape(http(orjson.dumps(WHOLE), content_type="application/json"), SAID),
    "error with status 200": Shape(http(orjson.dumps(ERROR), content_type="application/json"), LlmRefused),
    "web page": Shape(http(b"<html>busy</html>", content_type="text/html"), LlmMalformed),
    "web page as stream": Shape(junk(b"<html>\n\nbusy</html>"), LlmUnavailable),
    "nothing": Shape(http(b""), LlmUnavailable),
    "empty choices": Shape(junk(event({"choices": []}), DONE), LlmUnavailable),
    "choices null": Shape(junk(event({"choices": None}), DONE), LlmUnavailable),
    "choices of numbers": Shape(junk(event({"choices": [1, 2]})), LlmMalformed),
    "delta of text": Shape(junk(a_chunk("hello")), LlmMalformed),
    "number for text": Shape(junk(a_chunk({"content": 5}), STOP), LlmMalformed),
    "object for text": Shape(junk(a_chunk({"content": {"a": 1}}), STOP), LlmMalformed),
    "reasoning only": Shape(junk(a_chunk({"reasoning_content": "Hm."}), STOP, DONE), ""),
    "tool calls": Shape(
        junk(a_chunk({"tool_calls": [{"index": 0, "id": "1", "function": {"name": "f", "arguments": "{}"}}]}),
             a_chunk({}, finish="tool_calls"), DONE), ""
    ),
    "refusal in words": Shape(junk(a_chunk({"refusal": "No."}), STOP, DONE), ""),
    "nested beyond reason": Shape(junk(event(b"[" * 100_000 + b"]" * 100_000)), LlmMalformed),
    "list": Shape(junk(event([1])), LlmMalformed),
    "bare text": Shape(junk(event(b'"hello"')), LlmMalformed),
    "negative usage": Shape(junk(TEXT, STOP, told(-5), DONE), SAID),
    "huge usage": Shape(junk(TEXT, STOP, told(2**62), DONE), SAID),
    "usage of text": Shape(junk(TEXT, STOP, event({"choices": [], "usage": "many"}), DONE), SAID),
    "duplicate finish": Shape(junk(TEXT, STOP, STOP, a_chunk({}, finish="length"), DONE), SAID),
    "odd finish": Shape(junk(TEXT, a_chunk({}, finish={"why": 1}), DONE), SAID),
    "error object": Shape(junk(event(ERROR)), LlmRefused),
    "error object later": Shape(junk(TEXT, event({"error": "overloaded"})), LlmUnavailable, begun=True),
    "error null": Shape(junk(event({"error": None, "choices": []}), GOOD), SAID),
    "no gzip": Shape(http(GOOD, head=GZIP), LlmUnavailable),
    "half a gzip": Shape(http(gzip.compress(GOOD * 99)[:60], head=GZIP), LlmFailure),
    "gzip": Shape(http(gzip.compress(GOOD), head=GZIP), SAID),
    "bomb": Shape(http(gzip.compress(b"data: " + b"x" * 50_000_000), head=GZIP), LlmMalformed),
    "204": Shape(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n", LlmMalformed),
    "201": Shape(http(GOOD, status="201 Created"), LlmMalformed),
    "redirect": Shape(http(b"", status="301 Moved Permanently", head="location: /v2\r\n"), LlmRefused),
    "redirect into itself": Shape(http(b"", status="307 Temporary Redirect", head="location: \r\n"), LlmRefused),
    "1xx before the answer": Shape(b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n" + http(GOOD), SAID),
    "huge refusal": Shape(http(b"x" * 5_000_000, status="400 Bad Request", content_type="text/plain"), LlmRefused),
    "refusal that quotes the key": Shape(http(orjson.dumps(ERROR), status="401 Unauthorized"), LlmRefused),
    "quota": Shape(http(b'{"error":{"code":"insufficient_quota"}}', status="429 Too Many Requests"), LlmRefused),
    "status of its own": Shape(http(b"", status="599 Odd"), LlmUnavailable),
    "no HTTP": Shape(b"SSH-2.0-OpenSSH_9.6\r\n\r\n", LlmFailure),
    "status that is none": Shape(b"HTTP/1.1 two hundred\r\n\r\n", LlmFailure),
    "head without end": Shape(b"HTTP/1.1 200 OK\r\nx-padding: " + b"x" * 1_000_000, LlmFailure),
    "ten thousand headers": Shape(http(GOOD, head="x-a: b\r\n" * 10_000), LlmFailure),
    "closed at once": Shape(b"", LlmUnavailable),
    "closed within the head": Shape(b"HTTP/1.1 200 OK\r\ncontent-ty", LlmFailure),
    "shorter than it says": Shape(http(GOOD)[:-len(STOP + DONE)], LlmUnavailable, begun=True),
    "chunks": Shape(chunked(GOOD), SAID),
    "chunk size that is none": Shape(chunked(GOOD, size=b"zz"), LlmFailure),
    "chunks without end, answer whole": Shape(chunked(GOOD, end=b""), SAID),
    "chunks without end": Shape(chunked(TEXT, end=b""), LlmUnavailable, begun=True),
}  # fmt: skip


@pytest.fixture(scope="module")
def provider() -> Iterator[RawProvider]:
    with raw_provider() as provider:
        yield provider


@pytest.fixture(params=ADAPTERS, scope="module")
def adapter(request: pytest.FixtureRequest) -> Adapter:
    return ADAPTERS[request.param]


@pytest.fixture(scope="module")
def shop_url(provider: RawProvider, adapter: Adapter) -> Iterator[str]:
    # What the shop logs between two tests is kept off the terminal.
    with capture_logs(), open_shop(provider.base_url, gap_timeout=GAP_SECONDS, adapter=adapter) as url:
        yield url


@contextmanager
def asked_once(provider: RawProvider, answer: bytes) -> Iterator[None]:
    provider.answer, provider.calls = answer, 0
    yield
    assert provider.calls == 1


@pytest.mark.parametrize("name", SHAPES)
async def test_f4_junk_is_an_answer_or_a_failure_that_quotes_nobody(
    name: str, provider: RawProvider, adapter: Adapter
) -> None:
    shape = SHAPES[name]
    heard: Meant
    async with opened(adapter, provider.base_url, gap_timeout=GAP_SECONDS) as model:
        with asked_once(provider, shape.answer):
            try:
                parts = await ask(model)
            except LlmFailure as failure:
                heard, cause = type(failure), str(failure)
            else:
                assert isinstance(parts[-1], End)
                heard, cause = spoken(parts), ""
    assert KEY not in cause
    if adapter is ADAPTERS["lean"]:
        meant = shape.meant
        assert issubclass(heard, meant) if isinstance(heard, type) and isinstance(meant, type) else heard == meant


@pytest.mark.parametrize("name", SHAPES)
async def test_f4_shopper_of_a_provider_that_sends_junk_gets_a_whole_stream(
    name: str, provider: RawProvider, adapter: Adapter, shop_url: str
) -> None:
    shape = SHAPES[name]
    with capture_logs() as logs, asked_once(provider, shape.answer):
        heard = await Curl(f"{shop_url}/v1").ask(Asked(key=CHAT_KEY))
        # Told once the answer has been, to its last byte.
        await eventually(lambda: any(line["event"].startswith("llm_") for line in logs))
    carded = CARDS in heard.text
    if adapter is ADAPTERS["lean"]:
        answered = shape.meant if isinstance(shape.meant, str) else ""
        assert (heard.error == 0, carded) == (shape.begun, not shape.begun and not answered)
        assert heard.text == (SAID if shape.begun else answered) or carded
    warnings = [line for line in logs if line["log_level"] != "info"]
    if heard.error is None and not carded:
        assert heard.finish in ("stop", "length")
        assert warnings == []
        return
    assert heard.error in (None, 0)
    [line] = warnings
    assert (line["event"], line["answer_begun"]) == ("llm_failed", heard.error == 0)
    assert KEY not in line["cause"]
