"""Schemathesis over the whole OpenAPI document, on a real socket: what it allows, and what it does not."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx2
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.testing import capture_logs
from support.chat import serving
from support.llm import FakeModel, says
from support.opensearch import REPOSITORY
from support.runtime import CHAT_KEY, ORIGIN, Shop, some_services

from runtime.app import create_app
from runtime.chat.service import ChatService
from runtime.storefront.script import PINNED_PATH, WidgetScript
from runtime.web.auth import ActionDoor, ApiKey, ChatDoor, KeyRing, hash_key
from runtime.web.rate_limit import RateLimit

CASES: Final = 2_000
EXAMPLES: Final = 240
"""Of each operation that takes anything, beyond those that its schema itself suggests."""
SECONDS: Final = 240
CHAT: Final = "/api/v1/chat/completions"
ALIAS: Final = "/v1/chat/completions"
MODEL: Final = "/v1/models/{model}"
STREAM: Final = "text/event-stream"

ENVIRONMENT: Final = {
    **os.environ,
    "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{REPOSITORY / 'tests'}",
    "SCHEMATHESIS_HOOKS": "support.schema_fuzz",
}


class Counting:
    """Middleware: how often each answer was given, by path, status and what kind of body it has."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.answers: Counter[tuple[str, int, str]] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                kind = dict(message["headers"]).get(b"content-type", b"").decode().partition(";")[0]
                self.answers[scope["path"], message["status"], kind] += 1
            await send(message)

        await self._app(scope, receive, counted if scope["type"] == "http" else send)


@pytest.fixture
def shop() -> Iterator[tuple[str, Counting]]:
    """The URL of a shop with one key for everything and a model that says a little, and what it answered."""
    shop = Shop()
    keys = KeyRing([ApiKey(name="fuzz", store=None, digest=hash_key(CHAT_KEY))])
    services = some_services(
        shop,
        chat=ChatService(shop.retriever, FakeModel(says("Take ", "the Wool Jacket."))),
        action_door=ActionDoor(keys),
        chat_door=ChatDoor(keys, origins=[ORIGIN], open_to_all=False),
        action_limit=RateLimit("1000000/minute", area="actions"),
        chat_limit=RateLimit("1000000/minute", area="chat"),
        widget_limit=RateLimit("1000000/minute", area="widget"),
        feedback_limit=RateLimit("1000000/minute", area="feedback"),
        script=WidgetScript(b"1;", "1.0"),
    )
    counting = Counting(create_app(services))
    with capture_logs(), serving(counting) as url:
        yield url, counting


def test_two_thousand_cases_find_nothing_the_contract_does_not_say(
    shop: tuple[str, Counting], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, counting = shop
    contract = httpx2.get(f"{url}/openapi.json").json()
    # Not listed a second time, and answered there all the same.
    contract["paths"][ALIAS] = contract["paths"][CHAT]
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(contract))
    counting.answers.clear()

    finished = subprocess.run(
        [
            Path(sys.executable).with_name("st"), "run", document, "--url", url, "--no-color",
            "--header", f"Authorization: Bearer {CHAT_KEY}", "--checks", "all", "--continue-on-failure",
            "--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES),
            "--generation-deterministic", "--warnings", "off",
        ],
        cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip

    assert finished.returncode == 0, finished.stdout + finished.stderr
    answers = counting.answers
    streams = sum(count for (_, status, kind), count in answers.items() if (status, kind) == (200, STREAM))
    with capsys.disabled():
        sys.stdout.write(f"\nschemathesis: {answers.total():,} requests, {streams} of them answered by streams\n")
    assert answers.total() >= CASES
    assert streams >= CASES / 10
    assert {status for _, status, _ in answers} <= {200, 204, 400, 401, 404, 405}
    assert {path for path, status, _ in answers if status < 300} >= set(contract["paths"]) - {MODEL, PINNED_PATH}
