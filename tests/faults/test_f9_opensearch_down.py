"""F9: OpenSearch is down when a question comes: 503 with Retry-After within two seconds, answers when it is back."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from support.degrading import Counted, FickleSearch, new_questions
from support.faults import LONG, rounds
from support.opensearch import mortal_node
from support.runtime import Shop
from support.small_shop import Shoppers, index_small_shop, served, shoppers_of
from support.virtual_time import run_virtually

from runtime.errors import CatalogUnavailable
from sandbox.openai_server import ScriptedServer
from sandbox.opensearch.node import Node
from shared.opensearch import ClusterBusy, ClusterUnreachable

LIMIT = 1.8


class Asked:
    """A shop over a search that fails as told, by the clock of its loop."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.search = FickleSearch()
        self.shop = Shop(search=self.search, clock=self.loop.time)
        self._new = new_questions()

    async def ask(self, **changes: object) -> tuple[int | None, float]:
        """The `Retry-After` of the refusal, None for an answer; and the seconds either took."""
        begun, request = self.loop.time(), self._new()
        for name, value in changes.items():
            object.__setattr__(request, name, value)
        try:
            found = await self.shop.retriever.retrieve(request)
        except CatalogUnavailable as refusal:
            return refusal.retry_after, round(self.loop.time() - begun, 6)
        assert found.hits
        return None, round(self.loop.time() - begun, 6)

    async def is_ready(self) -> tuple[bool, float]:
        begun = self.loop.time()
        problems = await self.shop.retriever.problems()
        return not problems, round(self.loop.time() - begun, 6)


@asynccontextmanager
async def a_shop() -> AsyncIterator[Asked]:
    asked = Asked()
    assert (await asked.ask())[0] is None
    try:
        yield asked
    finally:
        await asked.shop.retriever.aclose()


def test_f9_a_silent_cluster_is_told_of_in_time_and_then_at_once() -> None:
    async def main() -> None:
        async with a_shop() as shop:
            shop.search.takes = None
            assert [await shop.ask() for _ in range(7)] == [(2, LIMIT)] * 4 + [(10, LIMIT)] + [(10, 0.0)] * 2
            await asyncio.sleep(3.5)
            assert await shop.ask() == (7, 0.0)

    run_virtually(main())


def test_f9_a_rush_at_a_silent_cluster_waits_together() -> None:
    async def main() -> None:
        async with a_shop() as shop:
            shop.search.takes = None
            refused = await asyncio.gather(*(shop.ask() for _ in range(100)))
            assert {seconds for _, seconds in refused} == {LIMIT}
            assert await shop.ask() == (10, 0.0)

    run_virtually(main())


def test_f9_one_question_in_ten_seconds_finds_out_whether_it_is_back() -> None:
    async def main() -> None:
        async with a_shop() as shop:
            shop.search.takes = None
            for _ in range(5):
                await shop.ask()
            waited = []
            for _ in range(310):
                waited.append((await shop.ask())[1])
                await asyncio.sleep(0.1)
            assert [seconds for seconds in waited if seconds] == [LIMIT] * 3
            shop.search.takes = 0.0
            back = shop.loop.time()
            while (await shop.ask())[0] is not None:
                await asyncio.sleep(0.1)
            assert shop.loop.time() - back <= 10
            assert await shop.ask() == (None, 0.0)

    run_virtually(main())


@pytest.mark.parametrize("failure", [ClusterUnreachable("refused"), ClusterBusy("503")], ids=["refused", "busy"])
def test_f9_one_line_tells_that_it_is_down_and_one_that_it_is_back(failure: Exception) -> None:
    async def main() -> None:
        async with a_shop() as shop:
            degraded = Counted("vitrina_degraded_total", "part")
            shop.search.failure = failure
            with capture_logs() as logs:
                for _ in range(20):
                    await shop.ask()
                shop.search.failure = None
                await asyncio.sleep(10)
                await shop.ask()
                await shop.ask()
            told = [line["event"] for line in logs if line["log_level"] != "debug"]
            assert told == ["catalog_unreachable"] * 5 + ["catalog_down", "catalog_back"]
            assert degraded.since() == {"catalog": 20}

    run_virtually(main())


def test_f9_a_slow_cluster_is_not_taken_for_a_dead_one() -> None:
    async def main() -> None:
        async with a_shop() as shop:
            # A new index: counting what it has takes long, and whoever asks first waits for that too.
            shop.search.slow = {"fetch_counts": 4.0, "fetch_candidates": 1.7}
            shop.search.aliases["rag-default-active"] = ["rag-ru-1"]
            await asyncio.sleep(6)
            assert await shop.ask() == (None, 5.7)
            assert await shop.ask() == (None, 1.7)
            # Nobody waits at a till for an explanation.
            shop.search.slow = {"fetch_candidates": 3.0, "fetch_matches": 3.0}
            assert (await shop.ask(explain=True))[0] is None
            assert (await shop.is_ready())[0]

    run_virtually(main())


def test_f9_readiness_is_told_in_time_too() -> None:
    async def main() -> None:
        async with a_shop() as shop:
            await asyncio.sleep(6)
            shop.search.takes = None
            assert await shop.is_ready() == (False, LIMIT)
            for _ in range(5):
                await shop.ask()
            assert await shop.is_ready() == (False, 0.0)

    run_virtually(main())


pytestmark = pytest.mark.timeout(600)

WITHIN_SECONDS = 2.0 if LONG else 15.0
"""The figure, and in the short run what a machine busy with other tests takes."""

ROUNDS = rounds(short=1, long=5)

QUESTIONS = 12
"""To a node that is down: enough to open the breaker, which takes ten seconds to let the next one through."""
QUESTIONS_OF_A_SILENT = rounds(short=3, long=QUESTIONS)
"""To one that says nothing: in the short run too few for that, so that nobody has to wait."""
AT_ONCE = rounds(short=3, long=1)


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with mortal_node(os.environ) as node:
        yield node


def check_refused(shoppers: Shoppers, questions: int) -> None:
    """Every question is refused in time, in words that a client understands; the process is alive."""

    def ask(_number: int) -> None:
        begun = time.monotonic()
        answer = shoppers.ask()
        assert time.monotonic() - begun < WITHIN_SECONDS
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "catalog_unavailable")
        assert 1 <= int(answer.headers["retry-after"]) <= 10

    with ThreadPoolExecutor(AT_ONCE) as shop:
        list(shop.map(ask, range(questions)))
    assert shoppers.status("/health/live") == 200
    # What readiness looks at is known for five seconds, unless the breaker is open.
    if questions == QUESTIONS:
        assert shoppers.status("/health/ready") == 503


def check_back(shoppers: Shoppers) -> None:
    """Questions are answered again, within half a minute (and what a busy machine takes)."""
    begun = time.monotonic()
    while shoppers.ask().status_code == 503:
        assert time.monotonic() - begun < 30 + WITHIN_SECONDS
        time.sleep(0.5)
    shoppers.check_answered(3)
    assert shoppers.status("/health/ready") == 200


def test_f9_a_node_stopped_killed_and_started_again(node: Node, openai_server: ScriptedServer, tmp_path: Path) -> None:
    def stop() -> None:
        os.kill(node.pid, signal.SIGSTOP)

    def go_on() -> None:
        os.kill(node.pid, signal.SIGCONT)

    faults: list[tuple[Callable[[], None], Callable[[], None], int]] = [
        (stop, go_on, QUESTIONS_OF_A_SILENT),
        (node.kill, node.restart, QUESTIONS),
    ]
    program = index_small_shop(tmp_path, node.url, provider=openai_server.base_url, namespace="f9-")
    with served(program) as runtime, shoppers_of(runtime) as shoppers:
        shoppers.check_answered(3)
        for break_it, mend_it, questions in faults * ROUNDS:
            break_it()
            try:
                check_refused(shoppers, questions)
            finally:
                mend_it()
            check_back(shoppers)
        refused = sum(questions for *_, questions in faults) * ROUNDS
        assert shoppers.metric('vitrina_degraded_total{part="catalog",store="default"}') >= refused
        log = runtime.log.read_text(encoding="utf-8")
    assert "Traceback" not in log
    assert log.count('"catalog_down"') == log.count('"catalog_back"') >= 1
    if LONG:
        assert log.count('"catalog_down"') == 2 * ROUNDS
