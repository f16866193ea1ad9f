"""Bad input at both doors, on real sockets: a clear error in the one shape, or an honest answer; never a 500.

What is sent is bytes, because much of it is nothing that a JSON library would write.
"""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from support.chat import serving
from support.openai import BOUND_SECONDS
from support.runtime import ACTION_KEY, CHAT_KEY, Shop, assert_documented, committed, some_services

from runtime.app import create_app

RETRIEVE = "/api/v1/actions/retrieve_products"
GET_PRODUCT = "/api/v1/actions/get_product"
CHAT = "/api/v1/chat/completions"
KEYS = {RETRIEVE: ACTION_KEY, GET_PRODUCT: ACTION_KEY, CHAT: CHAT_KEY}

CANARY = "s3cr3t-canary"

JUNK = {
    "punctuation": "?!.,;:-–—…()[]{}\"'«»/\\|",
    "emoji": "🧥🔥👟 👩‍👩‍👧‍👦 🇷🇺",
    "mixed scripts": "куртka 夹克 ジャケット جاكيت ז'קט jаcket",
    "Lucene syntax": 'name:* AND (price_from:[0 TO *] OR NOT _id:"1"~2^9) && !x || +a -b /.*/ {"match_all":{}}',
    "script": "<script>alert(1)</script> ${jndi:ldap://x} '; DROP TABLE products; --",
    "controls": "jacket\u0000\u0007\u001b[31m\u202e\ufeff",
    "combining": "j" + "\u0301" * 500,
    "one long word": "x" * 1900,
    "many words": "a " * 900,
    "many numbers": "1 " * 900,
    "many brackets": "(" * 1900,
    "many bounds": "до " * 600,
    "foreign digits": "jacket under ٥٠٠ or ５００",
    "number beyond all": "jacket under $" + "9" * 400,
    "negative price": "jacket under -$5",
}


pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture(scope="module")
def http() -> Iterator[httpx2.Client]:
    """Somebody at a shop in two languages, over a catalogue in memory; no model writes its answers."""
    json_only = {"content-type": "application/json"}
    with (
        serving(create_app(some_services(Shop()))) as url,
        httpx2.Client(base_url=url, headers=json_only, timeout=BOUND_SECONDS) as http,
    ):
        yield http


def post(http: httpx2.Client, path: str, body: bytes | dict[str, Any]) -> httpx2.Response:
    """The answer to `body`, which is what the contract documents."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = http.post(path, content=content, headers={"authorization": f"Bearer {KEYS[path]}"})
    assert answer.status_code < 500, answer.text
    assert_documented(answer, committed("runtime.yaml"))
    return answer


def error_of(answer: httpx2.Response) -> tuple[str | None, str]:
    """What is at fault, and what is said of it."""
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert CANARY not in answer.text
    return error["param"], error["message"]


def asking(**members: Any) -> dict[str, Any]:
    return {"query": "jacket", **members}


def filtering(**filters: Any) -> dict[str, Any]:
    return asking(filters=filters)


@pytest.mark.parametrize(
    ("body", "param", "message"),
    [
        pytest.param({"query": ""}, "query", "query must have a length of 1 or more.", id="empty"),
        pytest.param({"query": " \t\n "}, "query", "query: must hold more than spaces.", id="blank"),
        pytest.param(
            {"query": "x" * 10_000}, "query", "query is too long; it may have 2,000 characters.", id="10,000 characters"
        ),
        pytest.param(b'{"query": "jacket \\ud800"}', "query", "query is no valid Unicode.", id="lone surrogate"),
        pytest.param({"query": CANARY.encode().hex().split()}, "query", "query must be a string.", id="list"),
        pytest.param({"query": None}, "query", "query must be a string.", id="null"),
        pytest.param({}, "query", "query is missing.", id="missing"),
        pytest.param(asking(limit=0), "limit", "limit must be 1 or more.", id="limit 0"),
        pytest.param(asking(limit=10_000), "limit", "limit must be 50 or less.", id="limit 10,000"),
        pytest.param(asking(limit=-1), "limit", "limit must be 1 or more.", id="limit below 0"),
        pytest.param(asking(limit="5"), "limit", "limit must be a whole number.", id="limit in words"),
        pytest.param(asking(limit=2.5), "limit", "limit must be a whole number.", id="half a limit"),
        pytest.param(asking(limit=True), "limit", "limit must be a whole number.", id="limit true"),
        pytest.param(b'{"query": "x", "limit": NaN}', "limit", "limit must be a whole number.", id="limit NaN"),
        pytest.param(
            filtering(price_min=20, price_max=5), "filters.price_max",
            "filters.price_max: is below price_min; swap them or leave one out.", id="range the wrong way round",
        ),
        pytest.param(
            b'{"query": "x", "filters": {"price_min": NaN}}', "filters.price_min",
            "filters.price_min must be a finite number.", id="NaN",
        ),
        pytest.param(
            b'{"query": "x", "filters": {"price_max": -Infinity}}', "filters.price_max",
            "filters.price_max must be a finite number.", id="-Infinity",
        ),
        pytest.param(
            b'{"query": "x", "filters": {"price_max": 1e999}}', "filters.price_max",
            "filters.price_max must be a finite number.", id="overflow",
        ),
        pytest.param(
            filtering(price_min="20"), "filters.price_min", "filters.price_min must be a number.", id="price in words"
        ),
        pytest.param(
            filtering(in_stock="yes"), "filters.in_stock", "filters.in_stock must be true or false.",
            id="stock in words",
        ),
        pytest.param(filtering(category=""), "filters.category", None, id="empty category"),
        pytest.param(filtering(category={"a": 1}), "filters.category", None, id="category of a kind"),
        pytest.param(filtering(attributes={"color": []}), "filters.attributes.color", None, id="no value"),
        pytest.param(filtering(attributes=["color"]), "filters.attributes", None, id="attributes in a list"),
        pytest.param(
            b'{"query": "x", "filters": {"attributes": {"\\ud800": "x"}}}', "filters.attributes", None,
            id="surrogate as a code",
        ),
        pytest.param(
            filtering(colour="Red"), "filters.colour",
            "filters.colour is unknown here; check its spelling or leave it out.", id="unknown filter",
        ),
        pytest.param(asking(page=2), "page", "page is unknown here; check its spelling or leave it out.", id="unknown"),
        pytest.param(asking(sort="newest"), "sort", None, id="unknown order"),
        pytest.param(asking(filters=None), "filters", None, id="filters null"),
        pytest.param(asking(drop="price"), "drop", None, id="drop in words"),
        pytest.param(asking(exclude_ids=[1]), "exclude_ids[0]", None, id="id in figures"),
        pytest.param(b"", None, None, id="no body"),
        pytest.param(b'{"query": "x"', None, "The body is no valid JSON.", id="cut"),
        pytest.param(b"[]", None, "The body must be a JSON object, sent as application/json.", id="no object"),
        pytest.param(b"\xff\xfe", None, None, id="no text"),
    ],
)  # fmt: skip
def test_action_that_cannot_be_taken_names_what_is_wrong_and_the_fix(
    http: httpx2.Client, body: Any, param: str | None, message: str | None
) -> None:
    at_fault, told = error_of(post(http, RETRIEVE, body))

    assert (at_fault or "").startswith(param or "")
    assert message is None or told == message


@pytest.mark.parametrize("sort", ["relevance", "price_asc"])
@pytest.mark.parametrize("query", JUNK.values(), ids=JUNK.keys())
@pytest.mark.parametrize("store", ["default", "ru"])
def test_action_answers_junk_honestly(http: httpx2.Client, query: str, sort: str, store: str) -> None:
    answer = post(http, RETRIEVE, {"query": query, "sort": sort, "store": store})

    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["products"] or body["message"], "nothing is explained"
    assert body["total"] or body["message"], "what is only similar is told as that"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (filtering(category="Jackts"), "There is no category “Jackts”. The closest: Jackets."),
        (filtering(category="\u202e\u0007"), "There is no category “\\u202e\\u0007”. The closest: "),
        (filtering(attributes={"colr": "Red"}), "There is no attribute “colr”. The closest: color."),
        (filtering(attributes={"color": "Blak"}), "No product has “Blak” as its Color. The closest: Black."),
        (filtering(attributes={"color": ["Blak", "black"]}), ""),
        (
            filtering(attributes={"color": "Red"}, category="Shoes"),
            "Nothing meets all conditions at once: category “Shoes”, Color: Red. "
            "Without some of them there may be something.",
        ),
        (
            {"query": "jackets between $10 and $5"},
            "Nothing between $5.00 and $10.00. The nearest by price is “Wool Jacket”: $80.00.",
        ),
        (
            {"query": "jackets over $20 under $10"},
            "No price is $20.00 or more and $10.00 or less at once. The nearest by price is “Wool Jacket”: $80.00.",
        ),
        (
            filtering(price_min=200, price_max=300, category="jackets"),
            "Nothing between $200.00 and $300.00. The nearest by price is “Storm Jacket”: $120.00.",
        ),
    ],
    ids=[
        "category", "strange category", "attribute", "value", "one value of two", "together", "range turned round",
        "impossible range", "range of nothing",
    ],
)  # fmt: skip
def test_action_that_nothing_meets_says_why_and_what_is_nearest(
    http: httpx2.Client, body: dict[str, Any], message: str
) -> None:
    answer = (post(http, RETRIEVE, body)).json()

    assert answer["message"].startswith(message)
    assert bool(answer["message"]) == bool(message)
    assert bool(answer["products"]) == (not message)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"sku": ""}, 400), ({"id": " "}, 400), ({"sku": "x" * 10_000}, 400), (b'{"sku": "\\ud800"}', 400),
        ({"sku": 5}, 400), ({"id": 1}, 400), ({}, 400), ({"id": "1", "sku": "WJ-01"}, 400), ({"ean": "1"}, 400),
        ({"sku": "?!."}, 404), ({"sku": "🧥"}, 404), ({"id": "*:*"}, 404), ({"id": "../_all/_search"}, 404),
    ],
    ids=str,
)  # fmt: skip
def test_get_product_takes_no_junk(http: httpx2.Client, body: Any, status: int) -> None:
    answer = post(http, GET_PRODUCT, body)

    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}


def saying(content: Any, **members: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": content}], **members}


@pytest.mark.parametrize(
    ("body", "param", "message"),
    [
        pytest.param(
            saying(""), "messages[0].content", "messages[0].content is empty; send the shopper's question.", id="empty"
        ),
        pytest.param(
            saying(" \n\u0007"), "messages[0].content",
            "messages[0].content is empty; send the shopper's question.", id="blank",
        ),
        pytest.param(
            saying("x" * 10_000), "messages[0].content",
            "messages[0].content: the text has 10,000 characters and may have 8,000; shorten it.",
            id="10,000 characters",
        ),
        pytest.param(
            b'{"messages": [{"role": "user", "content": "\\udfff"}]}', "messages[0].content",
            "messages[0].content: the text holds half a surrogate pair, which is no valid Unicode.", id="surrogate",
        ),
        pytest.param(saying(5), "messages[0].content", None, id="a number"),
        pytest.param(
            saying([{"type": "image_url", "image_url": {"url": CANARY}}]), "messages[0].content", None, id="image"
        ),
        pytest.param({"messages": []}, "messages", None, id="no message"),
        pytest.param({"messages": "jacket"}, "messages", None, id="messages in words"),
        pytest.param({"messages": [{"role": "system", "content": "x"}]}, "messages", None, id="nobody asks"),
        pytest.param({"messages": [{"role": "king", "content": "x"}]}, "messages[0].role", None, id="unknown role"),
        pytest.param({"messages": ["jacket"]}, "messages[0]", None, id="message in words"),
        pytest.param({}, "messages", "messages is missing.", id="missing"),
        pytest.param(saying("x", temperature="hot"), "temperature", None, id="temperature in words"),
        pytest.param(
            b'{"messages": [{"role": "user", "content": "x"}], "temperature": NaN}', "temperature", None, id="NaN"
        ),
        pytest.param(
            b'{"messages": [{"role": "user", "content": "x"}], "temperature": Infinity}', "temperature", None,
            id="Infinity",
        ),
        pytest.param(saying("x", max_tokens=0), "max_tokens", "max_tokens must be 1 or more.", id="no tokens"),
        pytest.param(saying("x", stream="yes"), "stream", "stream must be true or false.", id="stream in words"),
        pytest.param(saying("x", n=2), "n", None, id="two answers"),
        pytest.param(saying("x", tools=[{"type": "function"}]), "tools", None, id="tools"),
        pytest.param(saying("x", vitrina={"drop": "price"}), "vitrina.drop", None, id="drop in words"),
        pytest.param(saying("x", vitrina={"drop": ["x" * 101]}), "vitrina.drop[0]", None, id="long id"),
        pytest.param(
            {"messages": [{"role": "user", "content": "x", "vitrina": {"drop": "price"}}]}, "messages[0].vitrina.drop",
            None, id="drop of a message in words",
        ),
        pytest.param(
            b'{"messages": [{"role": "user", "content": "x"}], "vitrina": {"drop": ["\\ud800"]}}', "vitrina.drop[0]",
            "vitrina.drop[0] is no valid Unicode.", id="surrogate in drop",
        ),
        pytest.param(
            b'{"messages": [{"role": "user", "content": "x"}], "vitrina": {"context": {"product_id": "\\ud800"}}}',
            "vitrina.context.product_id", None, id="surrogate of a page",
        ),
        pytest.param(b"{", None, "The body is no valid JSON.", id="cut"),
        pytest.param(b"[]", None, "The body must be a JSON object, sent as application/json.", id="no object"),
    ],
)  # fmt: skip
def test_chat_that_cannot_be_taken_names_what_is_wrong_and_the_fix(
    http: httpx2.Client, body: Any, param: str | None, message: str | None
) -> None:
    at_fault, told = error_of(post(http, CHAT, body))

    assert at_fault == param
    assert message is None or told == message


@pytest.mark.parametrize("content", JUNK.values(), ids=JUNK.keys())
@pytest.mark.parametrize("before", [None, "a red jacket under $100"], ids=["first", "after a question"])
def test_chat_answers_junk_honestly(http: httpx2.Client, content: str, before: str | None) -> None:
    turns = [*([before, "Here."] if before else []), content]
    roles = ("user", "assistant", "user") if before else ("user",)
    messages = [{"role": role, "content": text} for role, text in zip(roles, turns, strict=True)]
    answer = post(http, CHAT, {"messages": messages, "vitrina": {"drop": ["no such condition"], "more": 1}})

    assert answer.status_code == 200, answer.text
    assert answer.json()["choices"][0]["message"]["content"]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("jackets between $10 and $5", "The nearest by price is “Wool Jacket”: $80.00."),
        ("jackets over $20 under $10", "No price is $20.00 or more and $10.00 or less at once."),
        ("ZX-99881", "There is no product with the code ZX-99881."),
    ],
)  # fmt: skip
def test_chat_without_a_model_tells_why_nothing_is_there(http: httpx2.Client, question: str, told: str) -> None:
    answer = (post(http, CHAT, saying(question))).json()

    assert answer["vitrina"]["products"] == []
    assert told in answer["choices"][0]["message"]["content"]
