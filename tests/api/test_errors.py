"""One error shape for everything that goes wrong, and nothing of the request repeated in it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs
from support.runtime import ACTION_KEY, Shop, assert_error, some_services

from runtime.app import create_app
from runtime.web.body_limit import BodyLimit

RETRIEVE = "/api/v1/actions/retrieve_products"
CANARY = "vk_canary-3141592653"
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/redoc", "/v1", "/api/v1/actions", "/nope", "//etc/passwd", "/privacy/"]
)
async def test_unknown_address_is_404(client: httpx2.AsyncClient, path: str) -> None:
    assert_error(await client.get(path), 404, code="not_found")


@pytest.mark.parametrize(("method", "path"), [("GET", RETRIEVE), ("DELETE", "/v1/models"), ("POST", "/health/live")])
async def test_wrong_method_is_405(client: httpx2.AsyncClient, method: str, path: str) -> None:
    response = await client.request(method, path)

    assert_error(response, 405, code="method_not_allowed")
    assert response.headers["allow"]


class TestBadBodies:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"garbage " + CANARY.encode(),
            b'{"query": "x"',
            b"\xff\xfe\x00",
            b'{"query": "\xff"}',
            b"[" * 49_000,
            b'{"query": "x", "limit": ' + b"9" * 5000 + b"}",
        ],
        ids=["empty", "brace", "garbage", "cut", "no text", "bad utf-8", "deep", "long number"],
    )
    async def test_what_is_no_json_is_400(self, gpt: httpx2.AsyncClient, body: bytes) -> None:
        response = await gpt.post(RETRIEVE, content=body, headers=JSON)

        assert response.status_code == 400
        assert set(response.json()["error"]) == {"message", "type", "param", "code"}
        assert response.json()["error"]["type"] == "invalid_request_error"
        assert CANARY not in response.text

    @pytest.mark.parametrize(
        ("body", "param"),
        [
            (b'{"query": "x", "filters": {"price_min": NaN}}', "filters.price_min"),
            (b'{"query": "x", "filters": {"price_max": Infinity}}', "filters.price_max"),
            (b'{"query": "x", "filters": {"price_max": 1e999}}', "filters.price_max"),
            (b'{"query": "\\ud800"}', "query"),
            (b'{"query": "x", "store": "\\udfff"}', "store"),
            (b'{"query": "x", "exclude_ids": ["\\ud800"]}', "exclude_ids[0]"),
        ],
        ids=["nan", "infinity", "overflow", "surrogate query", "surrogate store", "surrogate in a list"],
    )
    async def test_what_no_answer_could_hold_is_400(self, gpt: httpx2.AsyncClient, body: bytes, param: str) -> None:
        assert_error(await gpt.post(RETRIEVE, content=body, headers=JSON), 400, param=param)

    async def test_surrogate_in_a_member_name_is_400(self, gpt: httpx2.AsyncClient) -> None:
        assert_error(await gpt.post(RETRIEVE, content=b'{"query": "x", "\\ud800": 1}', headers=JSON), 400)

    async def test_strange_member_name_is_shown_short_and_printable(self, gpt: httpx2.AsyncClient) -> None:
        response = await gpt.post(RETRIEVE, json={"query": "x", "\u202e" + "a" * 200: 1})

        assert_error(response, 400, param="\\u202e" + "a" * 79 + "…")

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ({"query": "x", "colour": 1}, "colour is unknown here; check its spelling or leave it out."),
            ({"limit": 5}, "query is missing."),
        ],
        ids=["unknown", "missing"],
    )
    async def test_member_at_fault_is_named_with_the_fix(
        self, gpt: httpx2.AsyncClient, body: dict[str, Any], message: str
    ) -> None:
        assert (await gpt.post(RETRIEVE, json=body)).json()["error"]["message"] == message

    @pytest.mark.parametrize("body", ["[]", '"text"', "5", "null", "true"])
    async def test_what_is_no_object_is_400(self, gpt: httpx2.AsyncClient, body: str) -> None:
        error = assert_error(await gpt.post(RETRIEVE, content=body, headers=JSON), 400)

        assert error["message"] == "The body must be a JSON object, sent as application/json."

    @pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
    async def test_json_without_its_content_type_is_400(
        self, gpt: httpx2.AsyncClient, content_type: str | None
    ) -> None:
        headers = {} if content_type is None else {"content-type": content_type}

        assert_error(await gpt.post(RETRIEVE, content=b'{"query": "x"}', headers=headers), 400)

    async def test_value_that_was_refused_is_not_repeated(self, gpt: httpx2.AsyncClient) -> None:
        response = await gpt.post(RETRIEVE, json={"query": "x", "limit": CANARY, "sort": CANARY})

        assert response.status_code == 400
        assert CANARY not in response.text

    async def test_null_byte_in_a_query_is_searched_for_in_peace(self, gpt: httpx2.AsyncClient) -> None:
        response = await gpt.post(RETRIEVE, content=b'{"query": "jacket\\u0000"}', headers=JSON)

        assert response.status_code == 200


class TestBodySize:
    async def test_announced_body_above_256_kb_is_413(self, gpt: httpx2.AsyncClient) -> None:
        response = await gpt.post(RETRIEVE, content=b" " * (256 * 1024 + 1), headers=JSON)

        error = assert_error(response, 413, code="request_too_large")
        assert error["message"] == "A request may have at most 262144 bytes."

    async def test_body_that_grows_above_256_kb_is_413(self, gpt: httpx2.AsyncClient) -> None:
        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(300):
                yield b" " * 1024

        assert_error(await gpt.post(RETRIEVE, content=chunks(), headers=JSON), 413, code="request_too_large")

    async def test_body_that_does_not_end_is_408(self, shop: Shop) -> None:
        async def chunks() -> AsyncIterator[bytes]:
            yield b"{"
            await asyncio.Event().wait()

        app = BodyLimit(create_app(some_services(shop)), seconds=0.01)
        headers = {**JSON, "authorization": f"Bearer {ACTION_KEY}"}
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://runtime.test") as late:
            response = await late.post(RETRIEVE, content=chunks(), headers=headers)
        error = assert_error(response, 408, code="request_timeout")
        assert error["message"] == "The body did not come within 0.01 s."
        assert response.headers["connection"] == "close"

    async def test_body_of_256_kb_is_read(self, gpt: httpx2.AsyncClient) -> None:
        body = b'{"query": "jacket"}'.ljust(256 * 1024)

        assert (await gpt.post(RETRIEVE, content=body, headers=JSON)).status_code == 200

    async def test_too_large_a_body_without_a_key_is_still_401(self, gpt: httpx2.AsyncClient) -> None:
        headers = {**JSON, "authorization": "Bearer nope"}

        response = await gpt.post(RETRIEVE, content=b" " * 300_000, headers=headers)

        assert_error(response, 401, code="invalid_api_key")


class TestUnexpected:
    @pytest.fixture
    def logs(self) -> Iterator[list[Any]]:
        with capture_logs() as events:
            yield events

    async def test_unexpected_failure_is_500_without_details(
        self, gpt: httpx2.AsyncClient, shop: Shop, logs: list[Any]
    ) -> None:
        await gpt.post(RETRIEVE, json={"query": "jacket"})
        shop.search.failures.append(ZeroDivisionError(f"secret {CANARY}"))

        response = await gpt.post(RETRIEVE, json={"query": "jacket"}, headers={"origin": "https://shop.test"})

        error = assert_error(response, 500)
        assert error["type"] == "server_error"
        assert CANARY not in response.text
        assert response.headers["access-control-allow-origin"] == "https://shop.test"
        (failed,) = [event for event in logs if event["event"] == "request_failed"]
        assert failed["log_level"] == "error"


class TestRequestId:
    @pytest.mark.parametrize("path", ["/health/live", "/nope"], ids=["success", "error"])
    async def test_every_answer_has_an_id_of_its_own(self, client: httpx2.AsyncClient, path: str) -> None:
        ids = {(await client.get(path)).headers["x-request-id"] for _ in range(3)}

        assert len(ids) == 3
        assert all(found.startswith("req_") for found in ids)

    async def test_sane_id_of_the_caller_is_kept(self, client: httpx2.AsyncClient) -> None:
        response = await client.get("/health/live", headers={"x-request-id": "trace-42:a.b"})

        assert response.headers["x-request-id"] == "trace-42:a.b"

    @pytest.mark.parametrize("offered", ["a b", "x" * 129, "<script>", "", "a\tb"])
    async def test_insane_id_is_replaced(self, client: httpx2.AsyncClient, offered: str) -> None:
        response = await client.get("/health/live", headers={"x-request-id": offered})

        assert response.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize("path", ["/health/live", "/nope", "/v1/models"])
async def test_answers_are_neither_sniffed_nor_framed_nor_kept(client: httpx2.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "server" not in headers
