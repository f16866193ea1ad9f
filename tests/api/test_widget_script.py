"""The widget's file as browsers load it: from any page, once, compressed, and pinned to its hash."""

import hashlib
from base64 import b64encode

import httpx2
import pytest
from support.runtime import ORIGIN, Shop, assert_error, client_of, some_services

from runtime.storefront.script import PINNED_PATH, WidgetScript

BODY = ("(()=>{customElements.define('vitrina-chat',class extends HTMLElement{})})();\n" * 40).encode()
SCRIPT = WidgetScript(BODY, "1.2.3")
PATH = "/widget.js"
PINNED = PINNED_PATH.format(build=SCRIPT.name)
PLAIN = {"accept-encoding": "identity"}


@pytest.fixture
async def shop_page():
    async with client_of(some_services(Shop(), script=SCRIPT), key=None) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "kept"), [(PATH, "public, max-age=300"), (PINNED, "public, max-age=31536000, immutable")]
)
@pytest.mark.parametrize("origin", [None, ORIGIN, "https://elsewhere.test"])
async def test_any_page_may_load_it(shop_page: httpx2.AsyncClient, path: str, kept: str, origin: str | None) -> None:
    response = await shop_page.get(path, headers=PLAIN | ({"origin": origin} if origin else {}))
    assert (response.status_code, response.content) == (200, BODY)
    headers = response.headers
    assert headers["content-type"] == "text/javascript; charset=utf-8"
    assert headers["cache-control"] == kept
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["vary"] == "accept-encoding"
    assert "access-control-allow-credentials" not in headers


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [
        ("gzip, deflate, br", True), ("br;q=1.0, GZIP;q=0.8", True), ("*", True), ("identity", False), ("", False),
        ("gzip;q=0", False), ("gzip; q=0.000, *", False), ("br", False),
    ],
)  # fmt: skip
async def test_compressed_for_whoever_takes_it(shop_page: httpx2.AsyncClient, accepted: str, compressed: bool) -> None:
    response = await shop_page.get(PATH, headers={"accept-encoding": accepted})
    assert response.content == BODY
    assert response.headers.get("content-encoding") == ("gzip" if compressed else None)
    assert int(response.headers["content-length"]) == len(SCRIPT.gzipped if compressed else BODY)


@pytest.mark.parametrize("path", [PATH, PINNED])
async def test_browser_that_has_it_is_told_so(shop_page: httpx2.AsyncClient, path: str) -> None:
    first = await shop_page.get(path)
    tag = first.headers["etag"]
    for known in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = await shop_page.get(path, headers={"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
        for header in ("etag", "cache-control", "vary", "access-control-allow-origin"):
            assert again.headers[header] == first.headers[header]
    assert (await shop_page.get(path, headers={"if-none-match": '"other"'})).status_code == 200


@pytest.mark.parametrize("path", [PATH, PINNED])
async def test_head_tells_the_same_headers(shop_page: httpx2.AsyncClient, path: str) -> None:
    response = await shop_page.head(path, headers=PLAIN)
    assert (response.status_code, response.headers["content-length"]) == (200, str(len(BODY)))
    assert_error(await shop_page.post(path), 405, code="method_not_allowed")


def test_name_is_that_of_the_bytes() -> None:
    digest = hashlib.sha384(BODY)
    assert SCRIPT.name == f"1.2.3-{digest.hexdigest()[:12]}"
    assert SCRIPT.integrity == f"sha384-{b64encode(digest.digest()).decode()}"
    assert WidgetScript(BODY + b" ", "1.2.3").name != SCRIPT.name
    assert len(SCRIPT.gzipped) < len(BODY) / 10
    assert WidgetScript(BODY, "1.2.3").gzipped == SCRIPT.gzipped


@pytest.mark.parametrize("build", ["1.2.3-000000000000", "1.2.3", "%00", "a" * 3_000])
async def test_other_build_is_not_here(shop_page: httpx2.AsyncClient, build: str) -> None:
    response = await shop_page.get(PINNED_PATH.format(build=build))
    assert_error(response, 404, code="not_found")
    assert response.headers["cache-control"] == "no-store"


async def test_widget_that_is_not_built_is_told_with_the_next_step(client: httpx2.AsyncClient) -> None:
    for path in (PATH, PINNED):
        error = assert_error(await client.get(path), 404, code="not_found")
        assert "make widget" in error["message"]


async def test_it_is_found_under_a_path_prefix() -> None:
    async with client_of(some_services(Shop(), script=SCRIPT, path_prefix="/assistant"), key=None) as client:
        for path in (PATH, f"/assistant{PATH}", f"/assistant{PINNED}"):
            assert (await client.get(path)).content == BODY


async def test_it_is_there_while_the_chat_is_switched_off() -> None:
    async with client_of(some_services(Shop(), script=SCRIPT, chat_enabled=False), key=None) as client:
        assert (await client.get(PATH)).status_code == 200
