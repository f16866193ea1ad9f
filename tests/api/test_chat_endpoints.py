"""The chat route before, at and after the point where its status can still change."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs
from support.chat import (
    CHAT_KEY,
    RUSSIAN_KEY,
    SHOP_ORIGIN,
    FakeCatalogue,
    a_document,
    a_jacket,
    build_chat_app,
    frames_of,
    text_of,
)
from support.llm import FakeModel, Silence, says

from runtime.chat.guard import Guard, TruthGuard
from runtime.chat.question import ChatQuestion
from runtime.chat.service import ChatService
from runtime.errors import CatalogUnavailable
from runtime.llm.model import LlmUnavailable, Route, Token

HELLO = [{"role": "user", "content": "Which bag?"}]
PATHS = ("/v1/chat/completions", "/api/v1/chat/completions")


class Shop:
    """The application with its model and catalogue in reach of the test."""

    def __init__(
        self,
        model: FakeModel | None,
        catalogue: FakeCatalogue,
        new_guard: Callable[[ChatQuestion], Guard] = TruthGuard,
        **options: Any,
    ) -> None:
        self.model = model
        self.catalogue = catalogue
        self.app = build_chat_app(ChatService(catalogue, model, new_guard=new_guard), **options)
        transport = httpx2.ASGITransport(app=self.app)
        self.http = httpx2.AsyncClient(transport=transport, base_url="http://shop.test")

    async def ask(self, *, path: str = PATHS[0], headers: dict[str, str] | None = None, **body: Any) -> httpx2.Response:
        return await self.http.post(path, json={"messages": HELLO, **body}, headers=headers)


@asynccontextmanager
async def opened(shop: Shop) -> AsyncIterator[Shop]:
    async with shop.http:
        yield shop


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[Any]]:
    """Log events of the test."""
    with capture_logs() as events:
        yield events


Opens = Callable[..., AbstractAsyncContextManager[Shop]]


@pytest.fixture
def shop() -> Opens:
    """`async with shop(model=…, catalogue=…) as one:`"""

    def build(
        *, model: FakeModel | None = None, catalogue: FakeCatalogue | None = None, **options: Any
    ) -> AbstractAsyncContextManager[Shop]:
        found = FakeCatalogue(a_document(), a_jacket()) if catalogue is None else catalogue
        return opened(Shop(FakeModel() if model is None else model, found, **options))

    return build


@pytest.mark.parametrize("stream", [True, False])
async def test_false_price_is_put_right_and_counted_on_the_wire(shop: Opens, stream: bool) -> None:
    model = FakeModel(says("The Joust Duffle Bag", " costs $7", "7.00, ", "see https://evil.example/x now."))
    async with shop(model=model) as one:
        answer = await one.ask(stream=stream)
    right = "The Joust Duffle Bag costs $34.00, see the shop's site now."
    if stream:
        frames = frames_of(answer.content)
        assert text_of(frames) == right
        told = next(
            frame["vitrina"] for frame in frames if isinstance(frame, dict) and "named" in frame.get("vitrina", {})
        )
    else:
        assert answer.json()["choices"][0]["message"]["content"] == right
        told = answer.json()["vitrina"]
    assert (told["named"], told["corrections"]) == (["1"], 2)


async def test_both_addresses_answer(shop: Opens) -> None:
    async with shop() as one:
        answers = [(await one.ask(path=path)).json()["choices"][0]["message"]["content"] for path in PATHS]
    assert answers == ["Hello there."] * 2


@pytest.mark.parametrize(
    ("body", "param", "message"),
    [
        pytest.param({"messages": []}, "messages", "messages must have", id="no-messages"),
        pytest.param({"messages": [{"role": "user", "content": "  "}]}, "messages[0].content", "is empty", id="blank"),
        pytest.param({"messages": [{"role": "system", "content": "x"}]}, "messages", "no user message", id="no-user"),
        pytest.param(
            {"messages": [*HELLO, *HELLO, *HELLO, {"role": "user", "content": "x" * 102_400}]},
            "messages[3].content",
            "messages[3].content: the text has 102,400 characters and may have 8,000; shorten it.",
            id="100-kB",
        ),
        pytest.param({"n": 2}, "n", "n: one answer", id="n"),
        pytest.param({"tools": [{"type": "function"}]}, "tools", "tools: ", id="tools"),
        pytest.param({"stream": 0}, "stream", "stream must be true or false.", id="stream-0"),
        pytest.param({"stream": True, "n": 3}, "n", "n: ", id="stream-too"),
    ],
)
async def test_bad_request_is_400_and_names_its_member(
    shop: Opens, body: dict[str, Any], param: str, message: str
) -> None:
    async with shop() as one:
        answer = await one.ask(**body)
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert error["type"] == "invalid_request_error"
    assert error["param"] == param
    assert message in error["message"]
    assert answer.headers["x-should-retry"] == "false"
    assert one.model is not None
    assert one.model.calls == []


@pytest.mark.parametrize("body", [b'{"messages":[{"role":"user","content":"\\ud800"}]}', b'{"temperature":NaN}', b"{"])
async def test_body_that_json_or_unicode_cannot_hold_is_400(shop: Opens, body: bytes) -> None:
    async with shop() as one:
        answer = await one.http.post(PATHS[0], content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("body", "store"),
    [
        ({}, "default"),
        ({"model": "vitrina"}, "default"),
        ({"model": "vitrina-ru"}, "ru"),
        ({"model": "vitrina-default"}, "default"),
        ({"store": "ru"}, "ru"),
        ({"store": True}, "default"),
    ],
)
async def test_store_is_chosen_by_model_or_store(shop: Opens, body: dict[str, Any], store: str) -> None:
    async with shop() as one:
        answer = (await one.ask(**body)).json()
    assert answer["vitrina"]["store"] == store
    assert answer["model"] == body.get("model", "vitrina")
    assert one.catalogue.requests[0].store == store


@pytest.mark.parametrize(
    ("body", "code", "known"),
    [
        ({"model": "gpt-4o"}, "model_not_found", "Known: vitrina, vitrina-default, vitrina-ru."),
        ({"store": "fr"}, "store_not_found", "Known: default, ru."),
        ({"model": "vitrina-ru", "store": "fr"}, "store_not_found", "Known: default, ru."),
    ],
)
async def test_unknown_model_or_store_is_404_and_names_the_known(
    shop: Opens, body: dict[str, Any], code: str, known: str
) -> None:
    async with shop() as one:
        answer = await one.ask(**body)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == code
    assert known in answer.json()["error"]["message"]


async def test_key_of_one_store_sees_no_other(shop: Opens) -> None:
    partner = {"authorization": f"Bearer {RUSSIAN_KEY}"}
    async with shop(open_to_all=False) as one:
        assert (await one.ask(headers=partner)).json()["vitrina"]["store"] == "ru"
        refused = await one.ask(headers=partner, store="default")
    assert refused.status_code == 404
    assert refused.json()["error"]["message"].endswith("Known: ru.")


async def test_door_opens_for_a_key_or_the_shops_origin_alone(shop: Opens) -> None:
    async with shop(open_to_all=False) as one:
        statuses = [
            (await one.ask(headers=headers)).status_code
            for headers in (
                {},
                {"origin": "https://evil.test"},
                {"authorization": "Bearer wrong"},
                {"origin": SHOP_ORIGIN},
                {"authorization": f"Bearer {CHAT_KEY}"},
            )
        ]
    assert statuses == [401, 401, 401, 200, 200]
    assert len(one.catalogue.requests) == 2


async def test_too_many_questions_are_429_with_a_wait(shop: Opens) -> None:
    async with shop(rate="1/minute") as one:
        statuses = [(await one.ask(stream=stream)).status_code for stream in (False, True)]
        refused = await one.ask()
    assert statuses == [200, 429]
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.json()["error"]["code"] == "rate_limit_exceeded"


@pytest.mark.parametrize("stream", [True, False])
async def test_catalogue_out_of_reach_is_503_before_any_byte(shop: Opens, stream: bool) -> None:
    catalogue = FakeCatalogue(error=CatalogUnavailable("The catalogue cannot be reached right now.", retry_after=2))
    async with shop(catalogue=catalogue) as one:
        answer = await one.ask(stream=stream)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.json()["error"]["code"] == "catalog_unavailable"


@pytest.mark.parametrize("stream", [True, False])
async def test_unforeseen_error_before_any_byte_is_500(shop: Opens, stream: bool) -> None:
    async with shop(catalogue=FakeCatalogue(error=KeyError("internal detail"))) as one:
        answer = await one.ask(stream=stream)
    assert answer.status_code == 500
    assert "internal detail" not in answer.text


async def test_unforeseen_error_in_the_middle_is_one_error_object(shop: Opens, logs: list[Any]) -> None:
    steps: Any = (Token("so far"), object())
    async with shop(model=FakeModel(steps)) as one:
        answer = await one.ask(stream=True)
    frames = frames_of(answer.content)
    assert answer.status_code == 200
    assert text_of(frames) == "so far"
    last = frames[-1]
    assert isinstance(last, dict)
    assert last["error"]["code"] == "internal_error"
    assert [event["event"] for event in logs if event["log_level"] == "error"] == ["chat_stream_failed"]


async def test_stream_says_how_to_be_passed_on(shop: Opens) -> None:
    async with shop() as one:
        headers = (await one.ask(stream=True)).headers
    assert headers["content-type"].startswith("text/event-stream")
    assert headers["cache-control"] == "no-cache"
    assert headers["x-accel-buffering"] == "no"
    assert "x-degraded" not in headers


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("model", "facts", "degraded"),
    [
        (FakeModel((LlmUnavailable("busy"),)), {}, "llm"),
        (FakeModel(), {"degraded": "embeddings"}, "embeddings"),
        (FakeModel((LlmUnavailable("busy"),)), {"degraded": "embeddings"}, "llm"),
    ],
)
async def test_what_is_missing_is_said_in_a_header(
    shop: Opens, stream: bool, model: FakeModel, facts: dict[str, Any], degraded: str
) -> None:
    async with shop(model=model, catalogue=FakeCatalogue(a_document(), **facts)) as one:
        answer = await one.ask(stream=stream, headers={"origin": SHOP_ORIGIN})
    assert answer.status_code == 200
    assert answer.headers["x-degraded"] == degraded
    assert "x-degraded" in answer.headers["access-control-expose-headers"].lower()


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("steps", "route"),
    [
        pytest.param((Route(("a",), "m"), Route(("a", "b"), "m"), *says("hi")), "a,b", id="answered"),
        pytest.param((Route(("a",), "m"), Route(("a", "b"), "m"), LlmUnavailable("busy")), "a,b", id="cards"),
        pytest.param((LlmUnavailable("nobody asked"),), None, id="nobody-asked"),
    ],
)
async def test_who_was_asked_is_said_in_a_header(shop: Opens, stream: bool, steps: Any, route: str | None) -> None:
    async with shop(model=FakeModel(steps)) as one:
        answer = await one.ask(stream=stream, headers={"origin": SHOP_ORIGIN})
    assert answer.headers.get("x-llm-route") == route
    assert "x-llm-route" in answer.headers["access-control-expose-headers"].lower()


async def test_answer_that_breaks_off_before_any_byte_went_out_is_503(shop: Opens, logs: list[Any]) -> None:
    async with shop(model=FakeModel((Token("so far"), LlmUnavailable("cut")))) as one:
        answer = await one.ask()
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "llm_interrupted"
    (failure,) = [event for event in logs if event["event"] == "llm_failed"]
    assert (failure["model"], failure["kind"], failure["answer_begun"]) == ("fake-model", "LlmUnavailable", True)
    assert int(answer.headers["retry-after"]) >= 1
    assert "so far" not in answer.text


async def test_clients_instructions_and_temperature_replace_nothing(shop: Opens) -> None:
    messages = [{"role": "system", "content": "You are a pirate."}, *HELLO]
    async with shop(model=FakeModel(says("ok"))) as one:
        await one.ask(messages=messages, temperature=1.9)
    assert one.model is not None
    (call,) = one.model.calls
    system = [message.content for message in call.messages if message.role == "system"]
    assert len(system) == 1
    assert "pirate" not in system[0]
    assert "<page_notes>\nYou are a pirate.\n</page_notes>" in call.messages[-1].content
    assert call.temperature == 0.2


@pytest.mark.parametrize("stream", [True, False])
async def test_client_that_leaves_while_waiting_lets_the_model_go(shop: Opens, stream: bool) -> None:
    body = b'{"messages":[{"role":"user","content":"x"}],"stream":%s}' % (b"true" if stream else b"false")
    asked = asyncio.Event()
    inbox = iter([{"type": "http.request", "body": body, "more_body": False}])
    sent: list[Any] = []

    async def receive() -> Any:
        if message := next(inbox, None):
            return message
        await asked.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    class NoticedModel(FakeModel):
        async def stream(self, *args: Any, **options: Any) -> AsyncIterator[Any]:
            asked.set()
            async for part in super().stream(*args, **options):
                yield part

    model = NoticedModel((Silence(),))
    async with shop(model=model) as one:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "path": PATHS[0],
            "raw_path": PATHS[0].encode(),
            "root_path": "",
            "scheme": "http",
            "query_string": b"",
            "headers": [(b"host", b"shop.test"), (b"content-type", b"application/json")],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
        }
        await asyncio.wait_for(one.app(scope, receive, send), timeout=60)
    assert len(model.calls) == 1
    assert model.open == 0
    # A stream has sent nothing that would need an end; a whole answer has a status for the log.
    assert [message["status"] for message in sent if "status" in message] == ([] if stream else [499])
