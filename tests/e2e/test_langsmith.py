"""LangSmith gets nothing unless its own environment variables say so, and then what they allow; nobody else gets any.

Whatever a program sends goes to loopback, where every address is a scripted server, or through the proxy that the
environment names: that one would see all else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from support.collector import Collector, collecting
from support.openai import KEY
from support.opensearch import own_namespace
from support.processes import IndexerProgram, eventually
from support.secured import Place
from support.small_shop import ACTION_KEY, Served, index_small_shop, served

from sandbox.openai_server import Say, ScriptedServer, scripted_openai

LANGSMITH_KEY = "lsv2_pt_a-key-of-the-tests"
QUESTION = "a jacket for quokkas"
ANSWER = "A jacket, says the wombat."


@pytest.fixture(scope="module")
def provider() -> Iterator[ScriptedServer]:
    with scripted_openai(api_key=KEY) as provider:
        provider.chat.always(Say(ANSWER))
        yield provider


@pytest.fixture(scope="module")
def program(
    place: Place, provider: ScriptedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[IndexerProgram]:
    with own_namespace(place.url, **place.options) as namespace:
        folder = tmp_path_factory.mktemp("langsmith")
        yield index_small_shop(folder, place, provider=provider.base_url, namespace=namespace)


@dataclass(frozen=True)
class World:
    """Everything outside: what stands at LANGSMITH_ENDPOINT, and what everything else would go through."""

    langsmith: Collector
    elsewhere: Collector

    @property
    def settings(self) -> dict[str, str]:
        proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), self.elsewhere.url)
        return {**proxies, "NO_PROXY": "127.0.0.1", "LANGSMITH_ENDPOINT": self.langsmith.url}


@pytest.fixture
def world() -> Iterator[World]:
    with collecting() as langsmith, collecting() as elsewhere:
        yield World(langsmith, elsewhere)


@contextmanager
def runtime_in(world: World, program: IndexerProgram, **settings: str) -> Iterator[Served]:
    model = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": program.environment["EMBEDDING_BASE_URL"]}
    with served(program, **model, **world.settings, **settings) as runtime:
        yield runtime


def ask_everywhere(runtime: Served) -> None:
    with httpx2.Client(base_url=runtime.url, timeout=60) as http:
        for stream in (True, False):
            body: dict[str, Any] = {"messages": [{"role": "user", "content": QUESTION}], "stream": stream}
            assert "wombat" in http.post("/v1/chat/completions", json=body).raise_for_status().text
        action = http.post(
            "/api/v1/actions/retrieve_products",
            json={"query": QUESTION},
            headers={"authorization": f"Bearer {ACTION_KEY}"},
        )
        assert "Jacket model" in action.raise_for_status().text


@pytest.mark.parametrize(
    "settings",
    [{}, {"LANGSMITH_API_KEY": LANGSMITH_KEY}, {"LANGSMITH_API_KEY": LANGSMITH_KEY, "LANGSMITH_TRACING": "false"}],
    ids=["nothing set", "a key alone", "a key and tracing off"],
)
def test_nothing_leaves_but_what_is_configured(settings: dict[str, str], world: World, program: IndexerProgram) -> None:
    with runtime_in(world, program, **settings) as runtime:
        ask_everywhere(runtime)
        # Its end is when a library would send the last of what it had gathered.
        runtime.stop()
    assert (world.langsmith.requests, world.elsewhere.requests) == ([], [])


async def test_no_more_leaves_an_indexer_run(world: World, program: IndexerProgram) -> None:
    ended = await program.run("run", "--json", **world.settings, LANGSMITH_API_KEY=LANGSMITH_KEY)
    assert ended.code == 0, ended.errors[-3000:]
    assert (world.langsmith.requests, world.elsewhere.requests) == ([], [])


def test_runs_arrive_once_tracing_is_on(world: World, program: IndexerProgram) -> None:
    on = {"LANGSMITH_TRACING": "true", "LANGSMITH_API_KEY": LANGSMITH_KEY}
    with runtime_in(world, program, **on) as runtime:
        ask_everywhere(runtime)
        steps = (b'"chat"', b'"retrieve"', b'"prompt"', b'"model"')
        assert eventually(lambda: all(step in world.langsmith.words for step in (b"quokkas", *steps)))
    assert {taken.headers["x-api-key"] for taken in world.langsmith.requests} == {LANGSMITH_KEY}
    assert not [key for key in (KEY, ACTION_KEY) if key.encode() in world.langsmith.words]
    assert world.elsewhere.requests == []


def test_what_is_to_be_hidden_stays_hidden(world: World, program: IndexerProgram) -> None:
    on = {"LANGSMITH_TRACING": "true", "LANGSMITH_API_KEY": LANGSMITH_KEY}
    hidden = {"LANGSMITH_HIDE_INPUTS": "true", "LANGSMITH_HIDE_OUTPUTS": "true"}
    with runtime_in(world, program, **on, **hidden) as runtime:
        ask_everywhere(runtime)
        assert eventually(lambda: b'"retrieve"' in world.langsmith.words)
        runtime.stop()
    assert not [word for word in (b"quokkas", b"wombat", b"Jacket model") if word in world.langsmith.words]
    assert world.elsewhere.requests == []


def test_whatever_goes_elsewhere_is_seen_by_the_proxy(world: World, program: IndexerProgram) -> None:
    """That it saw nothing above means something."""
    on = {"LANGSMITH_TRACING": "true", "LANGSMITH_API_KEY": LANGSMITH_KEY}
    away = World(Collector("https://langsmith.test"), world.elsewhere)
    with runtime_in(away, program, **on) as runtime:
        ask_everywhere(runtime)
        assert eventually(lambda: b"CONNECT langsmith.test:443" in world.elsewhere.words)
