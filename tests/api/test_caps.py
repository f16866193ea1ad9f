"""An end to everything a request may hold, on every route that takes one: what it is, and that one less is taken."""

from typing import Any

import httpx2
import orjson
import pytest
from support.runtime import ACTION_KEY, CHAT_KEY, Shop, client_of, committed, some_services

from runtime.actions.schemas import MAX_LIMIT, MAX_LIST, MAX_NAME, MAX_VALUES
from runtime.chat.schemas import MAX_MESSAGES, MAX_OTHER_CHARACTERS, MAX_USER_CHARACTERS
from runtime.retrieval.hits import MAX_TEXT
from runtime.storefront.feedback import MAX_COMMENT
from runtime.web.body_depth import MAX_DEPTH
from runtime.web.body_limit import MAX_BODY_BYTES

CHAT = "/api/v1/chat/completions"
FIND = "/api/v1/actions/retrieve_products"
GET = "/api/v1/actions/get_product"
RATE = "/api/v1/feedback"


def user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def chat(**members: Any) -> dict[str, Any]:
    return {"messages": [user("jacket")], **members}


def find(**members: Any) -> dict[str, Any]:
    return {"query": "jacket", **members}


def rate(**members: Any) -> dict[str, Any]:
    return {"answer_id": "chatcmpl-7", "rating": "up", **members}


def nested(levels: int) -> Any:
    found: Any = 0
    for _ in range(levels):
        found = [found]
    return found


def names(number: int) -> list[str]:
    return [str(n) for n in range(number)]


CAPS: dict[str, tuple[str, int, Any]] = {
    # Where, the most, and what holds so many.
    "chat: messages": (CHAT, MAX_MESSAGES, lambda n: chat(messages=[user("a")] * n)),
    "chat: characters of a user": (CHAT, MAX_USER_CHARACTERS, lambda n: chat(messages=[user("a" * n)])),
    "chat: characters of others": (
        CHAT, MAX_OTHER_CHARACTERS,
        lambda n: chat(messages=[{"role": "assistant", "content": "a" * n}, user("jacket")]),
    ),
    "chat: stop words": (CHAT, 4, lambda n: chat(stop=names(n))),
    "chat: a stop word": (CHAT, 100, lambda n: chat(stop="a" * n)),
    "chat: conditions taken back": (CHAT, 50, lambda n: chat(vitrina={"drop": names(n)})),
    "chat: conditions of a message taken back": (
        CHAT, 50, lambda n: chat(messages=[{**user("jacket"), "vitrina": {"drop": names(n)}}])
    ),
    "chat: a condition taken back": (CHAT, 100, lambda n: chat(vitrina={"drop": ["a" * n]})),
    "chat: id of a page's product": (CHAT, 64, lambda n: chat(vitrina={"context": {"product_id": "1" * n}})),
    "chat: answers": (CHAT, 1, lambda n: chat(n=n)),
    "chat: tools": (CHAT, 0, lambda n: chat(tools=[{}] * n)),
    "find: characters": (FIND, MAX_TEXT, lambda n: find(query="a" * n)),
    "find: products": (FIND, MAX_LIMIT, lambda n: find(limit=n)),
    "find: a category": (FIND, MAX_NAME, lambda n: find(filters={"category": "a" * n})),
    "find: attributes": (FIND, MAX_VALUES, lambda n: find(filters={"attributes": {name: "a" for name in names(n)}})),
    "find: values": (FIND, MAX_VALUES, lambda n: find(filters={"attributes": {"color": names(n)}})),
    "find: a value": (FIND, MAX_NAME, lambda n: find(filters={"attributes": {"color": "a" * n}})),
    "find: products not wanted": (FIND, MAX_LIST, lambda n: find(exclude_ids=names(n))),
    "find: conditions taken back": (FIND, MAX_LIST, lambda n: find(drop=names(n))),
    "find: a price": (FIND, 10**12, lambda n: find(filters={"price_max": n})),
    "get: an id": (GET, MAX_NAME, lambda n: {"id": "1" * n}),
    "get: a sku": (GET, MAX_NAME, lambda n: {"sku": "a" * n}),
    "rate: a comment": (RATE, MAX_COMMENT, lambda n: rate(comment="a" * n)),
    "rate: an answer": (RATE, 64, lambda n: rate(answer_id=f"chatcmpl-{'a' * n}")),
    "rate: a store": (RATE, MAX_NAME, lambda n: rate(store="a" * n)),
}  # fmt: skip


async def status_of(path: str, body: bytes) -> tuple[int, str | None]:
    """Status and code of the error, None where there is none."""
    key = CHAT_KEY if path in (CHAT, RATE) else ACTION_KEY
    async with client_of(some_services(Shop()), key=key) as client:
        response = await client.post(path, content=body, headers={"content-type": "application/json"})
    return response.status_code, orjson.loads(response.content or b"{}").get("error", {}).get("code")


@pytest.mark.parametrize("cap", CAPS)
async def test_so_much_is_taken_and_no_more(cap: str) -> None:
    path, most, body = CAPS[cap]
    taken, _ = await status_of(path, orjson.dumps(body(most)))
    refused, _ = await status_of(path, orjson.dumps(body(most + 1)))
    assert taken in (200, 204, 404)
    assert refused == 400


POSTS = sorted(path for path, item in committed("runtime.yaml")["paths"].items() if "post" in item)
MINIMAL = {CHAT: chat(), FIND: find(), GET: {"id": "1"}, RATE: rate()}


def test_every_route_that_takes_a_body_is_here() -> None:
    assert sorted(MINIMAL) == POSTS


@pytest.mark.parametrize("path", POSTS)
async def test_body_has_an_end_in_bytes_on_every_route(path: str) -> None:
    minimal = orjson.dumps(MINIMAL[path])
    taken, _ = await status_of(path, minimal + b" " * (MAX_BODY_BYTES - len(minimal)))
    refused = await status_of(path, minimal + b" " * (MAX_BODY_BYTES - len(minimal) + 1))
    assert taken in (200, 204)
    assert refused == (413, "request_too_large")


@pytest.mark.parametrize("path", POSTS)
async def test_body_has_an_end_in_depth_on_every_route(path: str) -> None:
    _, allowed = await status_of(path, orjson.dumps({**MINIMAL[path], "extra": nested(MAX_DEPTH - 1)}))
    refused = await status_of(path, orjson.dumps({**MINIMAL[path], "extra": nested(MAX_DEPTH)}))
    hopeless = await status_of(path, b"[" * 200_000)
    assert allowed is None
    assert refused == (400, "too_deep")
    assert hopeless == (400, "too_deep")


@pytest.mark.parametrize(
    "text",
    ["[" * 5_000, '\\"[' * 1_000, "{" * 2_000 + '"', '[]{}"' * 1_000],
    ids=["brackets", "escaped quotes", "braces and a quote", "pairs"],
)
async def test_brackets_that_a_shopper_writes_are_no_depth(text: str) -> None:
    assert (await status_of(CHAT, orjson.dumps(chat(messages=[user(text)])))) == (200, None)


@pytest.mark.parametrize(
    "body", [b'"' + b'\\"' * 130_000, b'{"a":' * 33 + b'"' + b'\\"' * 130_000, b"[]" * 130_000, b'[{"' * 50_000]
)
async def test_no_body_takes_longer_to_look_at_than_its_length(body: bytes) -> None:
    # A search that goes back over what it took would still be at it when the test's time is over.
    status, _ = await status_of(CHAT, body[: MAX_BODY_BYTES - 1])
    assert status == 400


@pytest.mark.parametrize("client", [None, CHAT_KEY], ids=["stranger", "holder of a key"])
async def test_names_in_an_address_have_an_end(client: str | None) -> None:
    async with client_of(some_services(Shop()), key=client) as asking:
        model: httpx2.Response = await asking.get(f"/v1/models/{'x' * 5_000}")
    assert model.status_code == 404
    assert len(model.text) < 1_000
