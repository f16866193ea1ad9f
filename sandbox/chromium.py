"""Debian's Chromium, driven by Playwright: for the widget's tests, its benchmark and the pictures of the docs."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from shared.errors import Terminal

ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-component-update",
    "--disable-background-networking",
)
DESKTOP: Final = {"width": 1280, "height": 800}
PHONE: Final = {"width": 390, "height": 844}


class ChromiumMissing(Terminal):
    """There is no Chromium on this machine."""

    def __init__(self) -> None:
        super().__init__("chromium is missing: apt-get install --no-install-recommends chromium")


def part_of_widget(page: Page, hook: str) -> Locator:
    """What the widget on `page` calls `hook` (`data-v`)."""
    return page.locator(f'vitrina-chat [data-v="{hook}"]')


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, without a window, until the block ends. Raises ChromiumMissing."""
    path = shutil.which("chromium")
    if path is None:
        raise ChromiumMissing
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()
