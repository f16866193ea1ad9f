"""`make demo`'s program: it serves both store views whatever the caller's shell says, and is gone however it ends."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest
from playwright.sync_api import expect
from support.browser import watched_page
from support.opensearch import REPOSITORY, prepare_embedded
from support.ports import a_port, listens
from support.processes import eventually

from sandbox.chromium import chromium

START_SECONDS = 180
STOP_SECONDS = 60

QUESTIONS = {
    "en": ("a waterproof jacket", "/", "$"),
    "ru": ("непромокаемая куртка", "/ru/", "₽"),
}

HELP = {"en": "Help", "ru": "Помощь"}

HOSTILE = {
    "OPENSEARCH_URL": "http://127.0.0.1:1",
    "opensearch_username": "somebody",
    "STORE_LOCALE": "junk",
    "HOST": "203.0.113.1",
    "METRICS_PORT": "junk",
    "CHAT_ENABLED": "false",
    "http_proxy": "http://127.0.0.1:1",
    "OPENAI_API_KEY": "",
    "OPENAI_BASE_URL": "",
}
"""What a shell may hold: settings of another shop, a proxy that knows nothing of this machine, no model."""


@pytest.fixture(autouse=True, scope="module")
def prepared() -> None:
    """Fetched before the clock of a test runs."""
    prepare_embedded()


@pytest.fixture
def temporary() -> Iterator[Path]:
    """The demo's own temporary directory; the node's user, who may be another one, may enter it."""
    directory = Path(tempfile.mkdtemp(prefix="vitrina-test-"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


@contextmanager
def demo(log: Path, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """The demo in a process group of its own, as a terminal starts it."""
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-m", "sandbox.demo"], cwd=REPOSITORY, env={**os.environ, **settings},
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        ) as process,
    ):  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def printed(pattern: str, log: Path, process: subprocess.Popen[bytes]) -> str:
    """The first group of `pattern`, once the demo has printed it."""
    deadline = time.monotonic() + START_SECONDS
    # A look in the middle of a write may cut a letter.
    while (found := re.search(pattern, log.read_text(errors="replace"))) is None:
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"exit code {process.poll()}; the demo said:\n{log.read_text()}")
        time.sleep(0.1)
    return found[1]


def interrupt_twice(process: subprocess.Popen[bytes]) -> None:
    """As an impatient person at a terminal, which signals the whole group."""
    for _ in range(2):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.1)


def ask(url: str, store: str, question: str) -> dict[str, Any]:
    body = {"model": f"vitrina-{store}", "messages": [{"role": "user", "content": question}]}
    answer = httpx2.post(f"{url}/chat/completions", json=body, timeout=60)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert isinstance(found, dict)
    return found


def converse(shop: str, assistant: str, *, path: str, question: str, expected: tuple[str, str]) -> None:
    """A shopper on the home page asks the widget, looks at the first product, and finds the conversation there.

    expected: currency of the prices, words of the link to the shop's help.
    """
    currency, help_words = expected
    with chromium() as browser, watched_page(browser, shop, assistant) as visitor:
        visitor.page.goto(shop + path)
        visitor.find("launcher").click()
        visitor.ask(question)
        expect(visitor.find("thumb-up")).to_be_visible()
        first = visitor.find("card").first
        expect(first).to_contain_text(currency)
        assert first.locator("img").evaluate("one => one.naturalWidth") > 0
        visitor.find("menu-button").click()
        expect(visitor.find("help")).to_have_text(help_words)
        product = (first.get_attribute("href") or "").partition("?")[0]
        assert product.startswith(shop + path)
        first.click()
        expect(visitor.page).to_have_url(re.compile(re.escape(product)))
        expect(visitor.find("question")).to_contain_text(question)
        visitor.assert_harmless()


def samples(answer: httpx2.Response) -> list[Any]:
    """Of Prometheus, to a query."""
    found: list[Any] = answer.json()["data"]["result"]
    return found


def answers(url: str) -> bool:
    return listens(int(url.rpartition(":")[2]))


def test_demo_answers_in_both_store_views_and_ctrl_c_leaves_nothing_behind(temporary: Path, tmp_path: Path) -> None:
    port, log = a_port(), tmp_path / "demo.log"
    with demo(log, **HOSTILE, PORT=str(port), OBSERVE="1", TMPDIR=str(temporary)) as process:
        url = printed(r"chat +(http\S+)/v1 ", log, process)
        node = printed(r"OpenSearch +(http\S+)", log, process)
        shop = printed(r"shop +(http\S+)/ ", log, process)
        assert url == f"http://127.0.0.1:{port}"
        for store, (question, path, currency) in QUESTIONS.items():
            answer = ask(f"{url}/v1", store, question)
            product = answer["vitrina"]["products"][0]
            text = answer["choices"][0]["message"]["content"]
            assert product["url"].startswith(f"{shop}{path}")
            assert currency in product["price_text"]
            for found in answer["vitrina"]["products"]:
                page = httpx2.get(found["url"])
                assert (page.status_code, found["price_text"] in page.text) == (200, True)
                assert f'src="{url}/widget.js" data-store="{store}" data-product-id="{found["id"]}"' in page.text
                assert httpx2.get(found["image"]).headers["content-type"].startswith("image/svg+xml")
            assert all(product[field] in text for field in ("name", "price_text", "url"))
        config = httpx2.get(f"{url}/api/v1/widget/config?store=ru", headers={"origin": shop})
        assert (config.status_code, config.headers["access-control-allow-origin"]) == (200, shop)
        for store, (question, path, currency) in QUESTIONS.items():
            converse(shop, url, path=path, question=question, expected=(currency, HELP[store]))
        prometheus = printed(r"alerts +(http\S+)/alerts ", log, process)
        query = {"query": "vitrina_index_age_seconds"}
        assert eventually(lambda: len(samples(httpx2.get(f"{prometheus}/api/v1/query", params=query))) == 2)
        started = psutil.Process(process.pid).children(recursive=True)
        assert len(started) >= 4
        assert answers(shop)
        assert answers(url)
        assert answers(node)

        interrupt_twice(process)
        assert process.wait(STOP_SECONDS) == 0

        assert [child.pid for child in started if child.is_running()] == []
        assert not answers(shop)
        assert not answers(url)
        assert not answers(node)
        assert not answers(prometheus)
        assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "file"),
    [
        ("A whole shop", None),
        ("Starting OpenSearch", "*/console.log"),
        ("Running the indexer", "vitrina-indexer-*/log"),
    ],
    ids=["while it imports", "while the node starts", "while the indexer runs"],
)
def test_ctrl_c_while_it_starts_leaves_nothing_behind(
    temporary: Path, tmp_path: Path, line: str, file: str | None
) -> None:
    log = tmp_path / "demo.log"
    with demo(log, PORT=str(a_port()), TMPDIR=str(temporary)) as process:
        printed(f"({line})", log, process)
        assert eventually(lambda: file is None or list(temporary.glob(file)) != [])
        started = psutil.Process(process.pid).children(recursive=True)
        interrupt_twice(process)
        assert process.wait(STOP_SECONDS) == 0
    assert log.read_text().endswith("\nStopped: no process and no port is left.\n")
    # The watchdog of the node sees for itself that it is not wanted any more.
    assert eventually(lambda: not any(child.is_running() for child in started))
    assert list(temporary.iterdir()) == []


def test_ctrl_c_does_not_wait_for_a_download_that_hangs(temporary: Path, tmp_path: Path) -> None:
    log, cache = tmp_path / "demo.log", temporary / "cache"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        proxy = f"http://127.0.0.1:{silent.getsockname()[1]}"
        through = {"https_proxy": proxy, "HTTPS_PROXY": proxy, "no_proxy": "", "NO_PROXY": ""}
        with demo(log, **through, TMPDIR=str(temporary), VITRINA_CACHE_DIR=str(cache)) as process:
            printed("(fetching)", log, process)
            interrupt_twice(process)
            assert process.wait(STOP_SECONDS) == 0
    assert log.read_text().endswith("\nStopped: no process and no port is left.\n")
    assert list(temporary.iterdir()) == [cache]
    # A thread that is given up may make its scratch directory anew; the next fetch removes it.
    assert [path.name for path in (cache / "artifacts").iterdir() if not path.name.startswith(".download-")] == []


def test_demo_beside_a_taken_port_says_so_and_once_killed_is_gone_with_all_it_started(
    temporary: Path, tmp_path: Path
) -> None:
    log = tmp_path / "demo.log"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with demo(log, PORT=str(port), TMPDIR=str(temporary)) as process:
            url = printed(r"chat +(http\S+)/v1 ", log, process)
            node = printed(r"OpenSearch +(http\S+)", log, process)
            assert url != f"http://127.0.0.1:{port}"
            assert f"Port {port} is not free" in log.read_text()
            started = psutil.Process(process.pid).children(recursive=True)
            assert answers(url)

            process.kill()
            process.wait(STOP_SECONDS)

            assert eventually(lambda: not any(child.is_running() for child in started))
            assert eventually(lambda: list(temporary.iterdir()) == [])
            assert not answers(url)
            assert not answers(node)


def test_port_that_is_none_is_named_before_anything_starts(tmp_path: Path) -> None:
    log = tmp_path / "demo.log"
    with demo(log, PORT="80000") as process:
        assert process.wait(STOP_SECONDS) == 1
    assert log.read_text() == "PORT='80000' is not a port: use a number from 1 to 65535.\n"
