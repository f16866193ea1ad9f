"""bench.runtime.wire: what is ordered of the fake provider and what is heard of its answer, however it is cut."""

import orjson
import pytest

from bench.runtime.upstream import Ledger
from bench.runtime.wire import Heard, Order, order_in, parted, reordered, token_text

ORDER = Order(number=1_000_000, rate=20, tokens=3)


def a_chunk(content: bytes) -> bytes:
    return b'data: {"choices":[{"index":0,"delta":{"content":"%b"},"finish_reason":null}]}\n\n' % content


def an_answer(*numbers: int) -> bytes:
    tokens = b"".join(a_chunk(token_text(number, 5)) for number in numbers)
    return tokens + b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'


def test_an_order_is_found_in_whatever_request_carries_it() -> None:
    prompt = orjson.dumps({"messages": [{"role": "user", "content": f"earlier {Order(7, 1, 1).words}"}, ORDER.words]})
    assert order_in(ORDER.body) == ORDER
    assert order_in(prompt) == ORDER


def test_a_request_is_reordered_and_else_the_same() -> None:
    other = Order(number=1_000_001, rate=10, tokens=8, padding=2)
    assert order_in(reordered(ORDER.body, other)) == other
    assert reordered(reordered(ORDER.body, other), ORDER) == ORDER.body


def test_all_tokens_are_of_one_length() -> None:
    assert len(token_text(0, 0)) == len(token_text(999_999, 10**19)) == 28


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_an_answer_is_heard_the_same_wherever_it_is_cut(size: int) -> None:
    heard, answer = Heard(), an_answer(0, 1, 2)
    for now, start in enumerate(range(0, len(answer), size)):
        heard.feed(answer[start : start + size], now)
    assert list(heard.sent) == [5, 5, 5]
    assert sorted(heard.arrived) == list(heard.arrived)
    assert heard.whole(ORDER)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(an_answer(0, 2, 1), id="out of order"),
        pytest.param(an_answer(0, 1, 1, 2), id="one twice"),
        pytest.param(an_answer(0, 1), id="one too few"),
        pytest.param(an_answer(0, 1, 2).removesuffix(b"data: [DONE]\n\n"), id="no end"),
        pytest.param(an_answer(0, 1, 2).replace(b'"stop"', b"null"), id="no finish reason"),
        pytest.param(b'data: {"error":{"code":"llm_interrupted"}}\n\n' + an_answer(0, 1, 2), id="an error object"),
    ],
)
def test_an_answer_that_is_not_whole_is_known(answer: bytes) -> None:
    heard = Heard()
    heard.feed(answer, 1)
    assert not heard.whole(ORDER)


def test_a_recorded_body_is_parted_into_the_chunks_it_was_written_in() -> None:
    assert parted(b"5\r\nab\r\nc\r\na\r\n0123456789\r\n0\r\n\r\n") == [b"ab\r\nc", b"0123456789"]


def test_the_provider_tells_who_left_and_how_many_are_left() -> None:
    ledger = Ledger()
    ledger.left[1_000_000] = 17
    assert orjson.loads(ledger.told()) == {"left": {"1000000": 17}, "running": 0, "asked": 0}
