"""Every way out through a real forward proxy: HTTPS_PROXY, HTTP_PROXY, NO_PROXY and ca_file on each path."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme
from pydantic import SecretStr
from support.chains import a_provider, hear
from support.forward_proxy import PASSWORD, ForwardProxy, forward_proxy
from support.openai import BOUND_SECONDS, KEY
from support.raw_provider import http, raw_provider
from support.tls import behind_tls

from runtime.llm.model import End, LlmUnavailable
from runtime.llm.opening import open_provider
from runtime.llm.providers import Adapter, Deadlines, TokenService
from sandbox.gigachat_server import KEY as GIGACHAT_KEY
from sandbox.gigachat_server import SCOPE, TOKEN_PATH, ScriptedGigaChat, scripted_gigachat
from sandbox.openai_server import ScriptedServer
from shared.embedding.embedder import EmbeddingModel, EmbeddingUnavailable
from shared.embedding.select import build_embedder
from shared.opensearch import ClusterAddress, connect

NO_PORT = "127.0.0.1:9"


@pytest.fixture(scope="module")
def running_proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForwardProxy]:
    with forward_proxy(tmp_path_factory.mktemp("proxy")) as proxy:
        yield proxy


@pytest.fixture
def proxy(running_proxy: ForwardProxy, monkeypatch: pytest.MonkeyPatch) -> ForwardProxy:
    """Named by the environment, with nothing gone through it yet."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", running_proxy.url)
    monkeypatch.setenv("HTTPS_PROXY", running_proxy.url)
    assert running_proxy.requests is not None
    return running_proxy


@pytest.fixture(scope="module")
def gigachat() -> Iterator[ScriptedGigaChat]:
    with scripted_gigachat() as server:
        yield server


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """Of a house of one's own: in ca.pem for ca_file, and among what the machine trusts for embeddings."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return authority


async def chat(adapter: Adapter, origin: str, ca_file: Path | None) -> None:
    giga = adapter == "gigachat"
    provider = a_provider(
        model="GigaChat-2" if giga else "gpt-4o",
        adapter=adapter,
        base_url=f"{origin}/v1",
        key=SecretStr(GIGACHAT_KEY if giga else KEY),
        tokens=TokenService(f"{origin}{TOKEN_PATH}", SCOPE) if giga else None,
        ca_file=str(ca_file) if ca_file else None,
        deadlines=Deadlines(connect=BOUND_SECONDS),
    )
    model = open_provider(provider)
    try:
        assert (await hear(model))[-1] == End("stop")
    finally:
        await model.aclose()


async def embed(caller: str, origin: str) -> None:
    embedder = build_embedder(
        EmbeddingModel(provider="openai", name="text-embedding-3-small", dimension=32),
        base_url=f"{origin}/v1",
        api_key=SecretStr(KEY),
        cache=Path("unused"),
        timeout=BOUND_SECONDS,
    )
    try:
        if caller == "runtime":
            await embedder.embed_query("bag")
        else:
            await embedder.embed_documents(["bag"])
    finally:
        await embedder.aclose()


Way = Callable[[str, Path | None], Awaitable[None]]

WAYS: dict[str, Way] = {
    "chat-lean": lambda origin, ca_file: chat("lean", origin, ca_file),
    "chat-langchain": lambda origin, ca_file: chat("langchain", origin, ca_file),
    "chat-gigachat": lambda origin, ca_file: chat("gigachat", origin, ca_file),
    "embeddings-of-the-runtime": lambda origin, _: embed("runtime", origin),
    "embeddings-of-the-indexer": lambda origin, _: embed("indexer", origin),
}

every_way = pytest.mark.parametrize("way", WAYS)


def port_of(way: str, openai_server: ScriptedServer, gigachat: ScriptedGigaChat) -> int:
    return gigachat.port if way == "chat-gigachat" else openai_server.port


def targets(way: str, origin: str) -> list[str]:
    """What is asked for, in order."""
    paths = {"chat-gigachat": [TOKEN_PATH, "/v1/chat/completions"]}
    usual = "/v1/chat/completions" if way.startswith("chat") else "/v1/embeddings"
    return [f"{origin}{path}" for path in paths.get(way, [usual])]


@asynccontextmanager
async def behind(
    way: str, authority: trustme.CA, openai_server: ScriptedServer, gigachat: ScriptedGigaChat
) -> AsyncIterator[str]:
    async with behind_tls(port_of(way, openai_server, gigachat), authority) as origin:
        yield origin


@every_way
async def test_https_goes_through_a_tunnel_of_the_proxy_with_the_authority_told(
    proxy: ForwardProxy,
    openai_server: ScriptedServer,
    gigachat: ScriptedGigaChat,
    authority: trustme.CA,
    tmp_path: Path,
    way: str,
) -> None:
    async with behind(way, authority, openai_server, gigachat) as origin:
        await WAYS[way](origin, tmp_path / "ca.pem")
        # A tunnel may serve several requests; no request of another kind is seen by the proxy.
        assert set(proxy.requests) == {("CONNECT", origin.removeprefix("https://"))}


@every_way
async def test_http_goes_through_the_proxy(
    proxy: ForwardProxy, openai_server: ScriptedServer, gigachat: ScriptedGigaChat, way: str
) -> None:
    origin = f"http://127.0.0.1:{port_of(way, openai_server, gigachat)}"
    await WAYS[way](origin, None)
    assert proxy.requests == [("POST", target) for target in targets(way, origin)]


@every_way
async def test_host_that_no_proxy_names_is_asked_directly(
    proxy: ForwardProxy,
    openai_server: ScriptedServer,
    gigachat: ScriptedGigaChat,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    monkeypatch.setenv("NO_PROXY", "example.test,127.0.0.1")
    await WAYS[way](f"http://127.0.0.1:{port_of(way, openai_server, gigachat)}", None)
    assert proxy.requests == []


@every_way
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_proxy_that_is_down_is_named_without_its_login(
    proxy: ForwardProxy, monkeypatch: pytest.MonkeyPatch, way: str, scheme: str
) -> None:
    setting = f"{scheme.upper()}_PROXY"
    monkeypatch.setenv(setting, f"http://shop:{PASSWORD}@{NO_PORT}")
    with pytest.raises((LlmUnavailable, EmbeddingUnavailable), match=f"{setting}=http://{NO_PORT}") as caught:
        await WAYS[way](f"{scheme}://provider.invalid", None)
    assert PASSWORD not in str(caught.value)


@every_way
async def test_proxy_that_knows_nobody_of_that_login_is_named_without_it(
    proxy: ForwardProxy, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{proxy.port}")
    named = f"HTTPS_PROXY=http://127.0.0.1:{proxy.port}"
    with pytest.raises((LlmUnavailable, EmbeddingUnavailable), match=named):
        await WAYS[way]("https://provider.invalid", None)
    monkeypatch.setenv("HTTPS_PROXY", f"http://shop:wrong-{PASSWORD}@127.0.0.1:{proxy.port}")
    with pytest.raises((LlmUnavailable, EmbeddingUnavailable), match=named) as caught:
        await WAYS[way]("https://provider.invalid", None)
    assert PASSWORD not in str(caught.value)


async def test_opensearch_is_asked_directly_on_purpose(proxy: ForwardProxy) -> None:
    with raw_provider() as cluster:
        cluster.answer = http(b'{"version":{"number":"3.2.0"}}', content_type="application/json")
        async with connect(ClusterAddress(url=cluster.base_url.removesuffix("/v1"))) as client:
            await client.info()
        assert cluster.calls == 1
    assert proxy.requests == []
