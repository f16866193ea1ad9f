"""What the widget does to a shop's pages: bytes, time until its launcher is there, what it moves, what it breaks.

The pages are those of `make demo`: the sample shop's storefront under its strict Content-Security-Policy, a real
OpenSearch node, a real runtime; and a scripted model that writes thirty tokens a second. Everything is measured by the
browser that shows it, in a new profile each time, so that nothing is in its cache.
"""

import asyncio
import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2
from playwright.sync_api import Browser, ConsoleMessage, Error, Page

from bench.harness import Goal, percentile
from sandbox.axe import violations
from sandbox.chromium import DESKTOP, PHONE, chromium, part_of_widget
from sandbox.openai_server.script import Say
from sandbox.openai_server.server import scripted_openai
from sandbox.shop.server import Storefront, storefront
from sandbox.stack import Runtime, free_port, indexed_shop, running_runtime, views_at

ROUNDS: Final = 20
MOST_BYTES: Final = 30_000
MOST_MS: Final = 100.0

_GAP: Final = 1 / 30
_DEVICES: Final[dict[str, dict[str, Any]]] = {
    "desktop": {"viewport": DESKTOP},
    "phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True},
}
_VIEWS: Final = {"/": "a jacket under $100", "/ru/": "тёплый спальник, не синий"}

_WATCH: Final = """
const seen = (window.seen = { shift: 0, shiftByItself: 0, moved: [] });
const nameOf = ({ node }) => node ? node.nodeName + "." + (node.className || "") : "widget";
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput, sources } of list.getEntries()) {
    seen.shift += value;
    if (!hadRecentInput) seen.shiftByItself += value;
    seen.moved.push(...sources.map(nameOf));
  }
}).observe({ type: "layout-shift", buffered: true });
window.painted = new Promise((resolve) => {
  const look = () => {
    const launcher = document.querySelector("vitrina-chat")?.shadowRoot.querySelector("[data-v=launcher]");
    if (!launcher || launcher.hidden) return requestAnimationFrame(look);
    const { port1, port2 } = new MessageChannel();
    // A callback of a frame runs before it is painted, and the next task after.
    port1.onmessage = () => resolve(performance.now());
    port2.postMessage(null);
  };
  requestAnimationFrame(look);
});
"""

_TIMES: Final = """async () => {
  const painted = await window.painted;
  const [page] = performance.getEntriesByType("navigation");
  const config = performance.getEntriesByType("resource").find(({ name }) => name.includes("/widget/config"));
  return { afterLoad: painted - page.loadEventEnd, config: config.duration };
}"""


@dataclass
class Seen:
    """What the visits showed. after_load, config: milliseconds, one a load."""

    after_load: list[float] = field(default_factory=list)
    config: list[float] = field(default_factory=list)
    shift: float = 0.0
    shift_by_itself: float = 0.0
    moved: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    states: int = 0


async def goals(rounds: int, say: Callable[[str], None]) -> list[Goal]:
    """Every goal of the widget. rounds: loads of each page on each device."""
    # Playwright's plain interface wants a thread without a loop.
    return await asyncio.to_thread(_measure, rounds, say)


def _measure(rounds: int, say: Callable[[str], None]) -> list[Goal]:
    with _shop() as (front, runtime), chromium() as browser:
        with httpx2.stream("GET", f"{runtime.url}/widget.js", headers={"accept-encoding": "gzip"}) as response:
            packed = b"".join(response.iter_raw())
        seen = Seen()
        for number in range(rounds):
            for path in _VIEWS:
                for device in _DEVICES.values():
                    _load(browser, front.url + path, device, seen)
            say(f"round {number + 1} of {rounds}: last launcher {seen.after_load[-1]:.0f} ms after load")
        for path, question in _VIEWS.items():
            for name, device in _DEVICES.items():
                for scheme in ("light", "dark"):
                    say(f"a conversation at {path}, {name}, {scheme}")
                    _converse(browser, front.url + path, {**device, "color_scheme": scheme}, question, seen)
    return list(_goals(seen, packed))


@contextmanager
def _shop() -> Iterator[tuple[Storefront, Runtime]]:
    with (
        scripted_openai() as model,
        storefront(views_at) as front,
        indexed_shop(front.url, enriched=True) as shop,
    ):
        model.chat.always(Say(gap=_GAP))
        settings = {
            "CORS_ALLOWED_ORIGINS": front.url, "OPENAI_BASE_URL": model.base_url, "OPENAI_API_KEY": "sk-bench",
            "RATE_LIMIT_CHAT": "1000/minute",
        }  # fmt: skip
        with running_runtime(shop, port=free_port(), extra=settings) as runtime:
            front.assistant = runtime.url
            yield front, runtime


@contextmanager
def _page(browser: Browser, context: dict[str, Any], seen: Seen) -> Iterator[Page]:
    """A page of a new profile; what it complains of is kept, and what moved in it."""

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            seen.errors.append(message.text)

    def fail(error: Error) -> None:
        seen.errors.append(str(error))

    opened = browser.new_context(**context)
    try:
        opened.add_init_script(_WATCH)
        page = opened.new_page()
        page.on("console", hear)
        page.on("pageerror", fail)
        yield page
        found = page.evaluate("seen")
        seen.shift += found["shift"]
        seen.shift_by_itself += found["shiftByItself"]
        seen.moved |= set(found["moved"])
    finally:
        opened.close()


def _load(browser: Browser, url: str, device: dict[str, Any], seen: Seen) -> None:
    with _page(browser, device, seen) as page:
        page.goto(url)
        times = page.evaluate(_TIMES)
        seen.after_load.append(times["afterLoad"])
        seen.config.append(times["config"])


def _converse(browser: Browser, url: str, context: dict[str, Any], question: str, seen: Seen) -> None:
    """Opens the chat, asks, rates and closes; looked at in each state."""
    with _page(browser, {**context, "reduced_motion": "reduce"}, seen) as page:
        page.goto(url)

        def look(hook: str) -> None:
            part_of_widget(page, hook).first.wait_for()
            seen.states += 1
            seen.violations.extend(violations(page))

        def press(hook: str) -> None:
            part_of_widget(page, hook).first.click()

        look("launcher")
        press("launcher")
        look("greeting")
        part_of_widget(page, "input").fill(question)
        press("send")
        look("thumb-up")
        press("thumb-down")
        look("reason")
        press("close")
        look("launcher")


def _goals(seen: Seen, packed: bytes) -> Iterator[Goal]:
    unpacked = f"{len(gzip.decompress(packed)):,} unpacked"
    yield Goal("widget.js, bytes over the wire (gzip)", len(packed), MOST_BYTES, "at most", unpacked)
    late, config = percentile(seen.after_load, 0.95), percentile(seen.config, 0.5)
    yield Goal(
        "launcher painted, ms after load (p95)", late, MOST_MS, "at most",
        f"{len(seen.after_load)} loads of new profiles; median {percentile(seen.after_load, 0.5):.0f}, slowest "
        f"{max(seen.after_load):.0f}; the runtime's configuration took {config:.0f} of it",
    )  # fmt: skip
    yield Goal(
        "layout shift", seen.shift_by_itself, 0.0, "at most",
        f"{seen.shift:.4f} with what follows a tap within half a second; moved: {', '.join(sorted(seen.moved)) or '-'}",
    )  # fmt: skip
    yield Goal("console errors", len(seen.errors), 0, "at most", json.dumps(seen.errors[:3]) if seen.errors else "")
    note = "; ".join(seen.violations[:3]) or f"axe-core's rules in {seen.states} states"
    yield Goal("axe violations", len(seen.violations), 0, "at most", note)
