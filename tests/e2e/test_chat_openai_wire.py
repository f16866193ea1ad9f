"""The 20 rules of the OpenAI wire on real sockets: the stock `openai` client, our service, a scripted provider.

Rules are numbered as in ecosystem.md §2; the other stock clients of rule 20 are in test_stock_clients.py.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import openai
import orjson
import pytest
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionChunk
from prometheus_client import REGISTRY
from support.chat import (
    CHAT_KEY,
    FakeCatalogue,
    a_document,
    build_chat_app,
    frames_of,
    serving,
    text_of,
)
from support.llm import until_asked, until_let_go
from support.openai import BOUND_SECONDS
from support.speaking_shop import SPOKEN, open_shop

from runtime.chat.service import ChatService
from sandbox.openai_server import Drop, Hang, Junk, Refuse, Say, ScriptedServer

pytestmark = pytest.mark.usefixtures("quiet")

OFFERED = ["Only nylon ones", "Anything cheaper?", "Only what is in stock"]
"""What the two products leave to ask."""
HELLO: Any = [{"role": "user", "content": "Which bag is good for the gym?"}]
CARDS = "1. Joust Duffle Bag — $34.00, in stock\n   http://shop.test/joust-duffle-bag.html"


@pytest.fixture(scope="module")
def hasty_url(running_openai: ScriptedServer) -> Iterator[str]:
    """A shop that soon gives its model up."""
    with open_shop(running_openai.base_url, gap_timeout=0.5) as url:
        yield url


def a_client(url: str) -> AsyncOpenAI:
    return AsyncOpenAI(base_url=f"{url}/v1", api_key=CHAT_KEY, max_retries=0)


def bare_http(url: str) -> httpx2.AsyncClient:
    headers = {"authorization": f"Bearer {CHAT_KEY}"}
    return httpx2.AsyncClient(base_url=url, headers=headers, timeout=BOUND_SECONDS)


@pytest.fixture
async def client(shop_url: str, provider: ScriptedServer) -> AsyncIterator[AsyncOpenAI]:
    async with a_client(shop_url) as client:
        yield client


@pytest.fixture
async def http(shop_url: str, provider: ScriptedServer) -> AsyncIterator[httpx2.AsyncClient]:
    async with bare_http(shop_url) as http:
        yield http


@pytest.fixture
async def hasty(hasty_url: str, provider: ScriptedServer) -> AsyncIterator[AsyncOpenAI]:
    async with a_client(hasty_url) as client:
        yield client


async def stream(http: httpx2.AsyncClient, **body: Any) -> list[Any]:
    answer = await http.post("/v1/chat/completions", json={"messages": HELLO, "stream": True, **body})
    assert answer.status_code == 200
    return frames_of(answer.content)


async def listen(client: AsyncOpenAI, **options: Any) -> list[ChatCompletionChunk]:
    return [
        chunk
        async for chunk in await client.chat.completions.create(model="vitrina", messages=HELLO, stream=True, **options)
    ]


async def test_rule_01_first_chunk_has_the_role_and_no_later_one(http: httpx2.AsyncClient) -> None:
    deltas = [frame["choices"][0]["delta"] for frame in (await stream(http))[:-1]]
    assert deltas[0] == {"role": "assistant", "content": ""}
    assert [delta for delta in deltas[1:] if "role" in delta] == []


async def test_rule_02_every_choice_has_finish_reason_and_index(http: httpx2.AsyncClient) -> None:
    choices = [frame["choices"][0] for frame in (await stream(http))[:-1]]
    assert {choice["index"] for choice in choices} == {0}
    assert [choice["finish_reason"] for choice in choices] == [*[None] * (len(choices) - 1), "stop"]


@pytest.mark.parametrize("reason", ["stop", "length", "content_filter"])
async def test_rule_03_finish_is_a_chunk_of_its_own(
    http: httpx2.AsyncClient, provider: ScriptedServer, reason: Any
) -> None:
    provider.chat.then(Say(SPOKEN, finish=reason))
    finish = (await stream(http))[-2]
    assert finish["choices"] == [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": reason}]


async def test_rule_04_usage_chunk_only_when_asked_for(http: httpx2.AsyncClient) -> None:
    *chunks, usage, done = await stream(http, stream_options={"include_usage": True})
    assert done == "[DONE]"
    assert usage["choices"] == []
    assert usage["usage"]["total_tokens"] == usage["usage"]["prompt_tokens"] + usage["usage"]["completion_tokens"] > 0
    assert {orjson.dumps(chunk["usage"]) for chunk in chunks} == {b"null"}
    assert not any("usage" in frame for frame in await stream(http) if frame != "[DONE]")


async def test_rule_05_done_is_the_last_line_also_without_a_word(
    http: httpx2.AsyncClient, provider: ScriptedServer
) -> None:
    provider.chat.then(Say(""), Say(SPOKEN))
    for _ in range(2):
        frames = await stream(http)
        assert frames[-1] == "[DONE]"
        assert frames.count("[DONE]") == 1


async def test_rule_06_one_id_one_created_one_model(http: httpx2.AsyncClient) -> None:
    before = int(time.time())
    frames = (await stream(http, model="vitrina-ru"))[:-1]
    ((id_, object_, created, model),) = {
        tuple(frame[key] for key in ("id", "object", "created", "model")) for frame in frames
    }
    assert id_.startswith("chatcmpl-")
    assert object_ == "chat.completion.chunk"
    assert before <= created <= time.time()
    assert model == "vitrina-ru"


@pytest.mark.parametrize(
    ("options", "error", "code"),
    [
        pytest.param({"n": 2}, openai.BadRequestError, None, id="bad-request"),
        pytest.param({"model": "gpt-9"}, openai.NotFoundError, "model_not_found", id="unknown-model"),
        pytest.param({"extra_body": {"store": "fr"}}, openai.NotFoundError, "store_not_found", id="unknown-store"),
        pytest.param(
            {"extra_headers": {"authorization": "Bearer wrong"}},
            openai.AuthenticationError,
            "invalid_api_key",
            id="wrong-key",
        ),
    ],
)
@pytest.mark.parametrize("streamed", [True, False])
async def test_rule_07_error_before_the_stream_is_the_sdks_own(
    client: AsyncOpenAI, options: dict[str, Any], error: type[openai.APIStatusError], code: str | None, streamed: bool
) -> None:
    with pytest.raises(error) as caught:
        await client.chat.completions.create(**{"model": "vitrina", "messages": HELLO, "stream": streamed} | options)
    assert caught.value.code == code
    assert set(caught.value.body) == {"message", "type", "param", "code"}


async def test_rule_07_rate_limit_is_the_sdks_own(provider: ScriptedServer) -> None:
    with serving(build_chat_app(ChatService(FakeCatalogue(a_document()), None), rate="1/minute")) as url:
        async with AsyncOpenAI(base_url=f"{url}/v1", api_key="any", max_retries=0) as client:
            await client.chat.completions.create(model="vitrina", messages=HELLO)
            with pytest.raises(openai.RateLimitError) as caught:
                await client.chat.completions.create(model="vitrina", messages=HELLO)
    assert int(caught.value.response.headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(Say(SPOKEN, cut_after=3), id="cut"),
        pytest.param(Say(SPOKEN, cut_at_byte=1_100), id="cut-inside-a-frame"),
        pytest.param(Say(SPOKEN, fail_after=3), id="error-object"),
    ],
)
async def test_rule_08_error_in_the_middle_is_one_object_and_the_sdk_raises_it(
    client: AsyncOpenAI, http: httpx2.AsyncClient, provider: ScriptedServer, plan: Say
) -> None:
    provider.chat.then(plan, plan)
    await check_interrupted(client, http)


async def test_rule_08_silence_in_the_middle_is_such_an_error_too(provider: ScriptedServer) -> None:
    plan = Say(SPOKEN, stall_after=3)
    provider.chat.then(plan, plan)
    # Longer than a busy machine takes to the first word.
    with open_shop(provider.base_url, gap_timeout=3.0) as url:
        async with a_client(url) as client, bare_http(url) as http:
            await check_interrupted(client, http)


async def check_interrupted(client: AsyncOpenAI, http: httpx2.AsyncClient) -> None:
    frames = await stream(http)
    assert [set(frame) for frame in frames if "error" in frame] == [{"error"}]
    assert frames[-1]["error"]["code"] == "llm_interrupted"
    assert SPOKEN.startswith(text_of(frames))
    assert text_of(frames)
    with pytest.raises(openai.APIError, match="broke off"):
        await listen(client)


@pytest.mark.parametrize("role", ["system", "developer"])
async def test_rule_09_content_has_three_forms_and_unknown_members_are_ignored(
    client: AsyncOpenAI, provider: ScriptedServer, role: str
) -> None:
    messages: Any = [
        {"role": role, "content": [{"type": "text", "text": "You sell bags."}]},
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": None},
        {"role": "user", "content": [{"type": "text", "text": "Which bag"}, {"type": "text", "text": "fits?"}]},
    ]
    await client.chat.completions.create(model="vitrina", messages=messages, extra_body={"top_k": 4, "whatever": {}})
    prompt = provider.chat.requests[-1].body["messages"]
    assert prompt[-1]["content"].endswith("Which bag\nfits?")
    assert "You sell bags." in prompt[-1]["content"]


async def test_rule_10_limits_reach_the_model_and_n_is_never_silently_one(
    client: AsyncOpenAI, provider: ScriptedServer
) -> None:
    for limit in ("max_tokens", "max_completion_tokens"):
        answer = await client.chat.completions.create(
            model="vitrina", messages=HELLO, temperature=1.5, stop=["END", "!"], **{limit: 3}
        )
        assert answer.choices[0].finish_reason == "length"
        body = provider.chat.requests[-1].body
        assert (body["max_completion_tokens"], body["temperature"], body["stop"]) == (3, 0.2, ["END", "!"])
    with pytest.raises(openai.BadRequestError) as caught:
        await client.chat.completions.create(model="vitrina", messages=HELLO, n=2)
    assert caught.value.param == "n"


async def test_rule_11_models_are_listed_and_found(client: AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == ["vitrina", "vitrina-default", "vitrina-ru"]
    assert (await client.models.retrieve("vitrina-ru")).id == "vitrina-ru"
    with pytest.raises(openai.NotFoundError) as caught:
        await client.models.retrieve("gpt-4o")
    assert caught.value.code == "model_not_found"


async def test_rule_12_every_answer_has_a_request_id(client: AsyncOpenAI, http: httpx2.AsyncClient) -> None:
    whole = await client.chat.completions.create(model="vitrina", messages=HELLO)
    assert whole._request_id
    streamed = await http.post("/v1/chat/completions", json={"messages": HELLO, "stream": True})
    assert streamed.headers["x-request-id"]
    with pytest.raises(openai.BadRequestError) as caught:
        await client.chat.completions.create(model="vitrina", messages=HELLO, n=2)
    assert caught.value.request_id


async def test_rule_13_retry_headers_say_what_helps(http: httpx2.AsyncClient, provider: ScriptedServer) -> None:
    provider.chat.then(Say(SPOKEN, cut_after=2))
    broken = await http.post("/v1/chat/completions", json={"messages": HELLO})
    assert (broken.status_code, "x-should-retry" in broken.headers) == (503, False)
    assert int(broken.headers["retry-after"]) >= 1
    wrong = await http.post("/v1/chat/completions", json={"messages": HELLO, "n": 2})
    assert wrong.headers["x-should-retry"] == "false"


async def test_rule_14_each_data_line_is_one_line_of_unescaped_json(
    http: httpx2.AsyncClient, provider: ScriptedServer
) -> None:
    provider.chat.then(Say(["Сумка\n", "«Ёлка» ", "🎒\r\n\t\u2028"]))
    answer = await http.post("/v1/chat/completions", json={"messages": HELLO, "stream": True})
    assert text_of(frames_of(answer.content)) == "Сумка\n«Ёлка» 🎒\r\n\t\u2028"
    assert "Сумка" in answer.text
    assert "\\u0421" not in answer.text


async def test_rule_15_whole_answer_has_message_usage_and_null_logprobs(client: AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model="vitrina", messages=HELLO)
    (choice,) = answer.choices
    assert answer.object == "chat.completion"
    assert (choice.message.role, choice.message.content) == ("assistant", SPOKEN)
    assert (choice.finish_reason, choice.logprobs) == ("stop", None)
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


async def test_rule_16_products_travel_in_one_field_that_clients_ignore(client: AsyncOpenAI) -> None:
    first, *middle, finish = await listen(client)
    opening = first.model_extra["vitrina"]
    assert first.choices[0].delta.content == ""
    assert set(opening) == {"store", "as_of", "understood", "degraded", "products"}
    assert [product["name"] for product in opening["products"]] == ["Joust Duffle Bag", "Montana Wind Jacket"]
    assert finish.model_extra["vitrina"] == {"named": ["1"], "corrections": 0, "follow_ups": OFFERED}
    assert [chunk for chunk in middle if chunk.model_extra] == []
    whole = await client.chat.completions.create(model="vitrina", messages=HELLO)
    assert whole.model_extra["vitrina"] == opening | finish.model_extra["vitrina"]


async def test_claims_put_right_are_told_on_the_finish_chunk(client: AsyncOpenAI, provider: ScriptedServer) -> None:
    before = REGISTRY.get_sample_value("vitrina_guard_corrections_total", {"kind": "price"}) or 0.0
    provider.chat.then(Say(("The Joust Duffle Bag costs $", "77.00", " today.")))
    chunks = await listen(client)
    assert (
        "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "The Joust Duffle Bag costs $34.00 today."
    )
    assert chunks[-1].model_extra["vitrina"] == {"named": ["1"], "corrections": 1, "follow_ups": OFFERED}
    # The shop is served from this process.
    assert REGISTRY.get_sample_value("vitrina_guard_corrections_total", {"kind": "price"}) == before + 1


async def test_rule_17_both_addresses_answer(shop_url: str, provider: ScriptedServer) -> None:
    for base in ("/v1", "/api/v1"):
        async with AsyncOpenAI(base_url=shop_url + base, api_key=CHAT_KEY, max_retries=0) as client:
            assert "".join(chunk.choices[0].delta.content or "" for chunk in await listen(client)) == SPOKEN


async def test_rule_18_client_that_leaves_stops_the_provider(client: AsyncOpenAI, provider: ScriptedServer) -> None:
    provider.chat.then(Say(["word "] * 200, gap=0.02))
    answer = await client.chat.completions.create(model="vitrina", messages=HELLO, stream=True)
    async for chunk in answer:
        if chunk.choices[0].delta.content:
            break
    await answer.close()
    await until_let_go(provider.chat)


@pytest.mark.parametrize("streamed", [True, False])
async def test_rule_18_client_that_leaves_before_a_word_stops_the_provider(
    client: AsyncOpenAI, provider: ScriptedServer, streamed: bool
) -> None:
    provider.chat.then(Hang())
    asking = asyncio.create_task(client.chat.completions.create(model="vitrina", messages=HELLO, stream=streamed))
    await until_asked(provider.chat)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await until_let_go(provider.chat)


async def test_rule_19_without_key_or_origin_it_is_401_before_any_work(shop_url: str, provider: ScriptedServer) -> None:
    async with AsyncOpenAI(base_url=f"{shop_url}/v1", api_key="vk_unknown", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError):
            await client.chat.completions.create(model="vitrina", messages=HELLO)
    assert provider.chat.requests == ()


async def test_rule_20_stock_python_client_streams_and_reads_the_whole(client: AsyncOpenAI) -> None:
    chunks = await listen(client, stream_options={"include_usage": True}, temperature=0)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1]) == SPOKEN
    assert chunks[-1].usage is not None
    whole = await client.chat.completions.create(model="vitrina", messages=HELLO)
    assert whole.choices[0].message.content == SPOKEN


async def test_stock_sync_client_streams_too(shop_url: str, provider: ScriptedServer) -> None:
    def ask() -> str:
        with openai.OpenAI(base_url=f"{shop_url}/v1", api_key=CHAT_KEY, max_retries=0) as client:
            answer = client.chat.completions.create(model="vitrina", messages=HELLO, stream=True)
            return "".join(chunk.choices[0].delta.content or "" for chunk in answer)

    assert await asyncio.to_thread(ask) == SPOKEN


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(Refuse(429, retry_after=3), id="rate-limited"),
        pytest.param(Refuse(500), id="server-error"),
        pytest.param(Refuse(401), id="wrong-key"),
        pytest.param(Drop(), id="dropped"),
        pytest.param(Hang(), id="black-hole"),
        pytest.param(Say(SPOKEN, stall_after=0), id="silent-from-the-start"),
        pytest.param(Say("", reasoning="I think of a bag."), id="reasoning-only"),
        pytest.param(Junk(b"<html>", content_type="text/html"), id="html"),
        pytest.param(Junk(b"data: {no", content_type="text/event-stream"), id="no-json"),
    ],
)
@pytest.mark.parametrize("streamed", [True, False])
async def test_provider_that_says_nothing_costs_the_prose_alone(
    hasty: AsyncOpenAI, provider: ScriptedServer, plan: Any, streamed: bool
) -> None:
    provider.chat.then(plan)
    if streamed:
        chunks = await listen(hasty)
        opening, finish = chunks[0].model_extra["vitrina"], chunks[-1]
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        reason = finish.choices[0].finish_reason
    else:
        whole = await hasty.chat.completions.create(model="vitrina", messages=HELLO)
        opening, text, reason = (
            whole.model_extra["vitrina"],
            whole.choices[0].message.content,
            whole.choices[0].finish_reason,
        )
    assert opening["degraded"] == "llm"
    assert CARDS in (text or "")
    assert reason == "stop"
    # One attempt: no retry hides below the port.
    assert len(provider.chat.requests) == 1


async def test_slow_provider_is_waited_for_and_its_comments_are_no_words(
    client: AsyncOpenAI, provider: ScriptedServer
) -> None:
    provider.chat.then(Say(SPOKEN, delay=0.2, gap=0.01, comments=3, reasoning="hm hm"))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in await listen(client)) == SPOKEN


async def test_words_arrive_as_they_are_spoken(client: AsyncOpenAI, provider: ScriptedServer) -> None:
    """The first word is here before the provider has said the last one."""
    provider.chat.then(Say(["first", " second"], stall_after=1))
    answer = await client.chat.completions.create(model="vitrina", messages=HELLO, stream=True)
    said = [chunk async for chunk in first_two(answer)]
    assert said[1].choices[0].delta.content == "first"
    assert provider.chat.requests[-1].ended == "open"
    await answer.close()


async def first_two(answer: Any) -> AsyncIterator[ChatCompletionChunk]:
    for _ in range(2):
        yield await anext(answer)
