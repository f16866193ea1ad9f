"""OPENSEARCH_AUTH=sigv4, on real sockets: whoever receives a request can tell from its bytes alone who signed it."""

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import web
from opensearchpy import AsyncOpenSearch
from support.sigv4 import Received

from indexer.cluster import fetch_raw
from shared.access import Signing
from shared.opensearch import AccessDenied, ClusterAddress, ClusterUnreachable, connect, translated
from shared.telemetry import configure_logging

SECRET = "tops3cret/of+the=account"
TOKEN = "t0ken-of-a-session"
EU = Signing("eu-central-1")


class Cluster:
    """What receives requests and says yes. answer: what else it says, where it is set."""

    def __init__(self) -> None:
        self.url = ""
        self.received: list[Received] = []
        self.answer: Callable[[], Awaitable[web.Response]] | None = None

    async def take(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.received.append(Received(request.method, request.raw_path, headers, await request.read()))
        return web.json_response({}) if self.answer is None else await self.answer()

    @property
    def last(self) -> Received:
        return self.received[-1]


@asynccontextmanager
async def listening(take: Callable[[web.Request], Awaitable[web.Response]]) -> AsyncIterator[str]:
    """The origin of a server of the test's own loop, which takes every request."""
    application = web.Application(client_max_size=1 << 24)
    application.router.add_route("*", "/{path:.*}", take)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.fixture
async def cluster() -> AsyncIterator[Cluster]:
    cluster = Cluster()
    async with listening(cluster.take) as cluster.url:
        yield cluster


@pytest.fixture(autouse=True)
def nobodys_identity(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of this machine says who we are."""
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))


@pytest.fixture
def identity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)


def signing(cluster: Cluster, how: Signing = EU, **options: Any) -> AsyncOpenSearch:
    return connect(ClusterAddress(url=cluster.url, signing=how), **options)


def test_the_checker_knows_the_published_example() -> None:
    published = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    scope = "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request"
    headers = {
        "host": "example.amazonaws.com",
        "x-amz-date": "20150830T123600Z",
        "authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, Signature={published}",
    }
    key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    vanilla = Received("GET", "/", headers, b"")
    assert vanilla.is_signed_by(key, region="us-east-1", service="service")
    assert not Received("GET", "/", headers, b"x").is_signed_by(key, region="us-east-1", service="service")


LINES = '{"index": {"_id": "плащ"}}\n{"name": "Дождевик ünï ✓"}\n'.encode()
NDJSON = {"content-type": "application/x-ndjson"}

CALLS: Mapping[str, Callable[[AsyncOpenSearch], Awaitable[Any]]] = {
    "without a path": lambda client: client.info(),
    "query": lambda client: client.indices.get(
        index="products-rag-*,magento2_product_1", params={"filter_path": "*.aliases,*.settings.index.blocks"}
    ),
    # No blank: nobody agrees on how one is written there, and nothing of ours is.
    "words in a query": lambda client: client.search(index="x", params={"q": "name:куртка+x&y=z~/?"}),
    "empty value": lambda client: client.search(index="x", params={"routing": "", "q": "a"}),
    "search": lambda client: client.search(index="products-rag-active", body={"query": {"match": {"name": "куртка"}}}),
    "bulk": lambda client: client.bulk(body=LINES, index="products-rag-1", params={"refresh": "false"}),
    "bulk in pieces": lambda client: client.http.post("/x/_bulk", headers=NDJSON, body=BytesIO(LINES * 20_000)),
    "msearch": lambda client: client.msearch(body=b'{"index": "x"}\n{"query": {"match_all": {}}}\n'),
    "point in time": lambda client: client.create_pit(index="magento2_product_1", params={"keep_alive": "5m"}),
    "end of a point in time": lambda client: client.delete_pit(body={"pit_id": ["o463QQEPbWFnZW50bw=="]}),
    "id": lambda client: client.get(index="x", id="SKU 7/синий?#;=&%2B*'()~"),
    "head": lambda client: client.indices.exists(index="products-rag-1"),
    "aliases": lambda client: client.indices.update_aliases(body={"actions": []}),
    "raw bytes": lambda client: fetch_raw(client, "/x/_search", {"size": 1}, filter_path="hits.hits._source"),
}


@pytest.mark.parametrize("service", ["es", "aoss"])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.usefixtures("identity")
async def test_what_is_signed_is_what_is_sent(
    cluster: Cluster, call: Callable[[AsyncOpenSearch], Awaitable[Any]], service: Any
) -> None:
    async with signing(cluster, Signing("eu-central-1", service)) as client:
        await call(client)
    [received] = cluster.received
    assert received.is_signed_by(SECRET, region="eu-central-1", service=service)
    assert not received.is_signed_by(f"not {SECRET}", region="eu-central-1", service=service)
    assert {"host", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token"} <= set(received.signed_headers)
    assert received.headers["x-amz-security-token"] == TOKEN


@asynccontextmanager
async def container_role(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[int], Awaitable[web.Response]]
) -> AsyncIterator[None]:
    """A container's endpoint of credentials, asked for the n-th time, in the test's own loop: it can answer only while
    whoever asks does not stand in that loop's way.
    """
    asked = 0

    async def take(_: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return await answer(asked)

    async with listening(take) as url:
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{url}/role")
        yield


async def test_a_role_is_asked_for_beside_the_loop_and_renewed_before_it_ends(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def role(asked: int) -> web.Response:
        lasts = timedelta(minutes=5) if asked == 1 else timedelta(hours=6)
        ends = f"{datetime.now(UTC) + lasts:%Y-%m-%dT%H:%M:%SZ}"
        keys = {"AccessKeyId": f"ROLE{asked}", "SecretAccessKey": f"{SECRET}{asked}", "Token": TOKEN}
        return web.json_response({**keys, "Expiration": ends})

    async with container_role(monkeypatch, role), signing(cluster) as client:
        for _ in range(3):
            await asyncio.gather(*(client.info() for _ in range(4)))
    first, *_, last = cluster.received
    assert {one.access_key for one in cluster.received} <= {"ROLE1", "ROLE2"}
    for one in (first, last):
        number = one.access_key.removeprefix("ROLE")
        assert one.is_signed_by(f"{SECRET}{number}", region="eu-central-1", service="es")
    assert last.access_key == "ROLE2"


async def test_credentials_that_do_not_come_are_a_cluster_out_of_reach_in_time(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = asyncio.Event()

    async def role(_: int) -> web.Response:
        # Until the client has given up, or it never does.
        await silent.wait()
        return web.json_response({"AccessKeyId": "A", "SecretAccessKey": SECRET})

    async with container_role(monkeypatch, role), signing(cluster, timeout=0.2) as client:
        with pytest.raises(ClusterUnreachable, match="AWS credentials did not come in time"), translated("OPENSEARCH"):
            await client.info()
        silent.set()
    assert cluster.received == []


async def test_profile_that_is_not_there_is_no_silent_cluster_and_its_name_is_not_told(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", SECRET)
    async with signing(cluster) as client:
        with pytest.raises(AccessDenied, match="AWS credentials is wrong") as told, translated("OPENSEARCH_URL"):
            await client.info()
    assert SECRET not in str(told.value)


async def test_credentials_that_cannot_be_had_now_may_come_the_next_time(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.write_text(f"[default]\ncredential_process = sh -c 'echo {SECRET} >&2; exit 1'\n", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    async with signing(cluster) as client:
        with pytest.raises(ClusterUnreachable, match="no AWS credentials could be had") as told, translated("X"):
            await client.info()
    assert SECRET not in str(told.value)


async def test_nobody_to_sign_by_is_told_with_the_fix(cluster: Cluster) -> None:
    async with signing(cluster) as client:
        with pytest.raises(AccessDenied, match="give this machine a role, or set AWS_ACCESS_KEY_ID"), translated("X"):
            await client.info()
    assert cluster.received == []


@pytest.mark.usefixtures("identity")
async def test_refusal_that_repeats_the_request_is_told_by_its_first_line(cluster: Cluster) -> None:
    async def refuse() -> web.Response:
        words = f"The request signature we calculated does not match.\n\nx-amz-security-token:{TOKEN}"
        return web.json_response({"message": words}, status=403)

    cluster.answer = refuse
    async with signing(cluster) as client:
        with pytest.raises(AccessDenied, match="signature we calculated does not match") as told, translated("X"):
            await client.info()
    assert TOKEN not in str(told.value)


@pytest.fixture
def loudest_log() -> Iterator[io.StringIO]:
    """What is logged at LOG_LEVEL=DEBUG, where nobody has told which secrets there are."""
    root, noisy = logging.getLogger(), logging.getLogger("botocore")
    before = (root.handlers[:], root.level, noisy.level)
    stream = io.StringIO()
    configure_logging(level="DEBUG", stream=stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    noisy.setLevel(before[2])


@pytest.mark.usefixtures("identity")
async def test_log_at_its_loudest_holds_no_credentials_of_the_environment(
    cluster: Cluster, loudest_log: io.StringIO
) -> None:
    async with signing(cluster) as client:
        await client.info()
    assert cluster.last.headers["x-amz-security-token"] == TOKEN
    logging.getLogger("anybody").debug("is heard")
    assert "is heard" in loudest_log.getvalue()
    assert TOKEN not in loudest_log.getvalue()
    assert SECRET not in loudest_log.getvalue()


ASSUMED = """
<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <Credentials>
      <AccessKeyId>ASIAEXAMPLE</AccessKeyId>
      <SecretAccessKey>{secret}</SecretAccessKey>
      <SessionToken>{token}</SessionToken>
      <Expiration>{ends:%Y-%m-%dT%H:%M:%SZ}</Expiration>
    </Credentials>
    <AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/shop/run</Arn><AssumedRoleId>A:run</AssumedRoleId></AssumedRoleUser>
  </AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>
"""


async def test_log_at_its_loudest_holds_no_credentials_of_a_web_identity(
    cluster: Cluster, loudest_log: io.StringIO, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def assume(_: web.Request) -> web.Response:
        ends = datetime.now(UTC) + timedelta(hours=6)
        return web.Response(text=ASSUMED.format(secret=SECRET, token=TOKEN, ends=ends), content_type="text/xml")

    (tmp_path / "token").write_text("of-the-pod", encoding="utf-8")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::1:role/shop")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    async with listening(assume) as url, signing(cluster) as client:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)
        await client.info()
    assert cluster.last.access_key == "ASIAEXAMPLE"
    assert cluster.last.headers["x-amz-security-token"] == TOKEN
    assert TOKEN not in loudest_log.getvalue()
    assert SECRET not in loudest_log.getvalue()
