"""What shoppers think of answers: kept as a line of the log and a count, and nothing else."""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx2
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs
from support.runtime import CHAT_KEY, ORIGIN, Shop, assert_error, client_of, some_services

from runtime.web.auth import ApiKey, ChatDoor, ClosedDoor, KeyRing, hash_key
from runtime.web.rate_limit import RateLimit

PATH = "/api/v1/feedback"
SHOP = {"origin": ORIGIN}
ANSWER = "chatcmpl-0123456789abcdef0123456789abcdef"
UP: dict[str, Any] = {"answer_id": ANSWER, "rating": "up"}
DOWN: dict[str, Any] = {"answer_id": ANSWER, "rating": "down", "reason": "wrong_price", "store": "ru"}

Lines = list[Any]


@pytest.fixture
def lines() -> Iterator[Lines]:
    with capture_logs() as lines:
        yield lines


def counted(**labels: str) -> float:
    return REGISTRY.get_sample_value("vitrina_feedback_total", labels) or 0.0


def told(lines: Lines) -> list[Mapping[str, Any]]:
    """The feedback in `lines`, without what every line has."""
    usual = ("event", "log_level", "caller", "via", "request_id")
    return [
        {name: value for name, value in line.items() if name not in usual}
        for line in lines
        if line["event"] == "feedback"
    ]


async def test_feedback_is_a_line_and_a_count(client: httpx2.AsyncClient, lines: Lines) -> None:
    before = counted(store="ru", rating="down", reason="wrong_price")
    response = await client.post(PATH, json=DOWN | {"comment": "На странице 5 000 ₽"}, headers=SHOP)

    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert told(lines) == [
        {"answer": ANSWER, "store": "ru", "rating": "down", "reason": "wrong_price", "comment": "На странице 5 000 ₽"}
    ]
    assert counted(store="ru", rating="down", reason="wrong_price") == before + 1


async def test_thumb_alone_will_do(client: httpx2.AsyncClient, lines: Lines) -> None:
    before = counted(store="default", rating="up", reason="none")
    for body in (UP, UP | {"reason": None, "comment": None, "store": None}, UP | {"comment": "  "}):
        assert (await client.post(PATH, json=body, headers=SHOP)).status_code == 204
    assert told(lines) == [{"answer": ANSWER, "store": "default", "rating": "up", "reason": None}] * 3
    assert counted(store="default", rating="up", reason="none") == before + 3


async def test_personal_data_in_a_comment_is_masked(client: httpx2.AsyncClient, lines: Lines) -> None:
    comment = "Call +7 916 123-45-67, anna@mail.test, card 4111 1111 1111 1111"
    await client.post(PATH, json=UP | {"comment": comment}, headers=SHOP)
    assert told(lines)[0]["comment"] == "Call [phone], [e-mail], card [card]"


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"answer_id": "7"}, "answer_id"),
        ({"answer_id": "chatcmpl-"}, "answer_id"),
        ({"answer_id": f"{ANSWER}\n"}, "answer_id"),
        ({"answer_id": "chatcmpl-" + "a" * 65}, "answer_id"),
        ({"answer_id": 7}, "answer_id"),
        ({"answer_id": None}, "answer_id"),
        ({"rating": "sideways"}, "rating"),
        ({"rating": True}, "rating"),
        ({"reason": "too_dear"}, "reason"),
        ({"comment": "a" * 501}, "comment"),
        ({"comment": ["a"]}, "comment"),
        ({"store": "a" * 201}, "store"),
        ({"store": 1}, "store"),
    ],
    ids=lambda value: None if isinstance(value, dict) else value,
)
async def test_bad_feedback_is_told_by_its_member(
    client: httpx2.AsyncClient, lines: Lines, wrong: dict[str, Any], param: str
) -> None:
    error = assert_error(await client.post(PATH, json=UP | wrong, headers=SHOP), 400, param=param)
    assert error["message"].startswith(param)
    assert told(lines) == []


async def test_missing_members_and_no_object_are_told(client: httpx2.AsyncClient) -> None:
    assert_error(await client.post(PATH, json={"rating": "up"}, headers=SHOP), 400, param="answer_id")
    assert_error(await client.post(PATH, json={"answer_id": ANSWER}, headers=SHOP), 400, param="rating")
    assert_error(await client.post(PATH, json=[], headers=SHOP), 400)
    json = {**SHOP, "content-type": "application/json"}
    assert_error(await client.post(PATH, content=b"{", headers=json), 400, code="invalid_json")
    half = b'{"answer_id": "chatcmpl-7", "rating": "up", "comment": "\\ud800"}'
    assert_error(await client.post(PATH, content=half, headers=json), 400, param="comment")


async def test_unknown_store_is_told(client: httpx2.AsyncClient, lines: Lines) -> None:
    response = await client.post(PATH, json=UP | {"store": "nl"}, headers=SHOP)
    assert_error(response, 404, code="store_not_found", param="store")
    assert told(lines) == []


async def test_stranger_is_refused_before_anything_is_read(client: httpx2.AsyncClient, lines: Lines) -> None:
    assert_error(await client.post(PATH, content=b"{"), 401, code="invalid_api_key")
    assert told(lines) == []


async def test_key_of_one_store_speaks_of_that_one(lines: Lines) -> None:
    keys = KeyRing([ApiKey(name="partner", store="ru", digest=hash_key(CHAT_KEY))])
    door = ChatDoor(keys, origins=(), open_to_all=False)
    async with client_of(some_services(Shop(), chat_door=door), key=CHAT_KEY) as client:
        assert (await client.post(PATH, json=UP)).status_code == 204
        assert_error(
            await client.post(PATH, json=UP | {"store": "default"}), 404, code="store_not_found", param="store"
        )
    assert [line["store"] for line in told(lines)] == ["ru"]


async def test_address_may_rate_so_often_and_no_more(lines: Lines) -> None:
    limit = RateLimit("3/minute", area="feedback")
    async with client_of(some_services(Shop(), feedback_limit=limit), key=None) as client:
        codes = [(await client.post(PATH, json=UP, headers=SHOP)).status_code for _ in range(4)]
    assert codes == [204, 204, 204, 429]
    assert len(told(lines)) == 3


async def test_last_answer_may_be_rated_when_the_chat_is_switched_off(lines: Lines) -> None:
    services = some_services(Shop())
    off = some_services(Shop(), chat_door=ClosedDoor(), widget_door=services.chat_door, chat_enabled=False)
    async with client_of(off, key=None) as client:
        assert (await client.post(PATH, json=UP, headers=SHOP)).status_code == 204
    assert len(told(lines)) == 1


async def test_page_may_send_it_from_the_shop_s_origin(client: httpx2.AsyncClient) -> None:
    asked = {**SHOP, "access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    response = await client.options(PATH, headers=asked)
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (200, ORIGIN)
