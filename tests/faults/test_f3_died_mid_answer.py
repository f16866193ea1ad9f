"""F3: the provider dies in the middle of its answer. What was said stays said, the stream ends as the wire knows it,
and no second answer follows the first.
"""

import gc
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

import orjson
import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs
from support.adapters import ADAPTERS
from support.chat import CHAT_KEY
from support.faults import rounds
from support.openai import BOUND_SECONDS, KEY
from support.speaking_shop import open_shop
from support.stock_clients import Asked, Curl, Heard, LangChainClient, OpenAiPython, StockClient, open_node

from runtime.llm.event_stream import EventStream
from sandbox.openai_server import Say, ScriptedServer

SAID = "Возьмите Joust Duffle Bag 🎒 за $34.00 («для зала»): http://shop.test/joust-duffle-bag.html"
CARDS = "Joust Duffle Bag — $34.00"
QUESTION = Asked(key=CHAT_KEY)
SEED = 3


@pytest.fixture(params=ADAPTERS)
def shop_url(request: pytest.FixtureRequest, openai_server: ScriptedServer) -> Iterator[str]:
    adapter = ADAPTERS[request.param]
    with (
        capture_logs() as logs,
        open_shop(openai_server.base_url, gap_timeout=BOUND_SECONDS, adapter=adapter) as url,
    ):
        yield url
    told = [line for line in logs if line["event"].startswith("llm_")]
    assert all(line["event"] == "llm_answered" or line["cause"] for line in told), told
    assert {line["event"] for line in told} <= {"llm_answered", "llm_failed"}


@pytest.fixture
async def clients(shop_url: str) -> AsyncIterator[Sequence[StockClient]]:
    """The last of them, curl, fails by itself for what is no well-formed stream."""
    base_url = f"{shop_url}/v1"
    async with AsyncExitStack() as stack:
        node = await stack.enter_async_context(open_node(base_url))
        yield OpenAiPython(base_url), node, LangChainClient(base_url), Curl(base_url)


@pytest.fixture(autouse=True)
def _no_collection_elsewhere() -> Iterator[None]:
    """Shop and clients share a process here, and a collection in the shop's thread closes what the clients run."""
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


async def stream_of(provider: ScriptedServer) -> bytes:
    """The bytes of the provider's whole answer."""
    provider.chat.always(Say(SAID))
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "?"}], "stream": True}
    body["stream_options"] = {"include_usage": True}
    async with (
        ClientSession(headers={"authorization": f"Bearer {KEY}"}) as session,
        session.post(f"{provider.base_url}/chat/completions", json=body) as answer,
    ):
        return await answer.read()


def expected(told: bytes) -> Heard:
    """What a shopper hears of an answer of which `told` has come: its text, then its end or an error; or cards."""
    chunks = [orjson.loads(data) for data in EventStream().feed(told) if data != b"[DONE]"]
    choices = [chunk["choices"][0] for chunk in chunks if chunk["choices"]]
    text = "".join(choice["delta"].get("content", "") for choice in choices)
    if not text:
        return Heard(CARDS, "stop")
    whole = any(choice["finish_reason"] for choice in choices)
    return Heard(text, "stop") if whole else Heard(text, error=0)


def cut_points(length: int) -> list[int]:
    """Seeded places in an answer, its very ends among them."""
    randomness = random.Random(SEED)
    return [1, length - 1, *(randomness.randrange(1, length) for _ in range(rounds(short=10, long=200) - 2))]


async def test_f3_answer_cut_at_any_byte_keeps_its_text_and_ends_once(
    openai_server: ScriptedServer, clients: Sequence[StockClient]
) -> None:
    stream = await stream_of(openai_server)
    for point in cut_points(len(stream)):
        openai_server.reset()
        openai_server.chat.always(Say(SAID, cut_at_byte=point))
        hoped = expected(stream[:point])
        for client in clients:
            heard = await client.ask(QUESTION)
            text = CARDS if CARDS in heard.text else heard.text
            assert (text, heard.finish, heard.error) == (hoped.text, hoped.finish, hoped.error), (point, client)
        gc.collect()
        # Nobody was asked for a second answer, neither by us nor by a library below.
        assert len(openai_server.chat.requests) == len(clients)


async def test_f3_whole_answer_that_is_cut_is_a_refusal_or_cards(
    openai_server: ScriptedServer, clients: Sequence[StockClient]
) -> None:
    stream = await stream_of(openai_server)
    for point in cut_points(len(stream))[: rounds(short=4, long=40)]:
        openai_server.chat.always(Say(SAID, cut_at_byte=point))
        hoped = expected(stream[:point])
        for client in clients:
            heard = await client.ask(replace(QUESTION, streamed=False))
            if hoped.error is None:
                assert (CARDS if CARDS in heard.text else heard.text, heard.error) == (hoped.text, None)
            else:
                assert heard == Heard(error=503)
        gc.collect()


async def test_f3_error_object_in_the_middle_ends_the_answer_there(
    openai_server: ScriptedServer, clients: Sequence[StockClient]
) -> None:
    for words in range(1, rounds(short=3, long=8)):
        openai_server.chat.always(Say(SAID, fail_after=words))
        for client in clients:
            heard = await client.ask(QUESTION)
            assert (heard.finish, heard.error) == (None, 0)
            assert heard.text == " ".join(SAID.split()[:words])
