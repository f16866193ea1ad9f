"""`make screenshots`: pictures of the demo's pages for the docs, into docs/images.

The demo as `make demo` starts it without a model, seen by Chromium; what is asked and seen is the same each time, so
that a picture changes where something looks otherwise.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sandbox.entry import run, stopped_in_order

if TYPE_CHECKING:
    from playwright.sync_api import Browser

IMAGES: Final = Path(__file__).parents[1] / "docs" / "images"
PATIENCE_MS: Final = 30_000


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture to be. path: of the shop's page. question: asked in the chat."""

    name: str
    path: str
    question: str
    on_phone: bool = False
    dark: bool = False


SHOTS: Final = (
    Shot("chat", "/", "a waterproof jacket under $100"),
    Shot("product", "/fjell-10k-rain-jacket.html", "What colours and sizes does it come in?"),
    Shot("phone", "/ru/", "тёплый спальник до 15 000 рублей", on_phone=True),
    Shot("phone-dark", "/ru/", "рюкзак для ноутбука, не чёрный", on_phone=True, dark=True),
)


def main() -> int:
    """Take every picture; the exit code."""
    return run(_take_all, when_stopped=1)


def _take_all() -> int:
    from sandbox.chromium import chromium
    from sandbox.shop.server import storefront
    from sandbox.stack import free_port, indexed_shop, running_runtime, views_at

    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        stopped_in_order(),
        storefront(views_at) as front,
        indexed_shop(front.url, enriched=True) as shop,
        running_runtime(shop, port=free_port(), extra={"CORS_ALLOWED_ORIGINS": front.url}) as runtime,
        chromium() as browser,
    ):
        front.assistant = runtime.url
        for shot in SHOTS:
            _take(browser, front.url, shot)
            print(f"{shot.name}.png", flush=True)
    return 0


def _take(browser: "Browser", shop: str, shot: Shot) -> None:
    from sandbox.chromium import part_of_widget

    context = browser.new_context(**_context(shot))
    try:
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto(shop + shot.path)
        part_of_widget(page, "launcher").click()
        part_of_widget(page, "input").fill(shot.question)
        part_of_widget(page, "send").click()
        part_of_widget(page, "thumb-up").wait_for()
        page.wait_for_load_state("networkidle")
        page.screenshot(path=IMAGES / f"{shot.name}.png")
    finally:
        context.close()


def _context(shot: Shot) -> Mapping[str, Any]:
    from sandbox.chromium import DESKTOP, PHONE

    device: dict[str, Any] = {"viewport": DESKTOP}
    if shot.on_phone:
        device = {"viewport": PHONE, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
    return {**device, "reduced_motion": "reduce", "color_scheme": "dark" if shot.dark else "light", "locale": "en-US"}


if __name__ == "__main__":
    sys.exit(main())
