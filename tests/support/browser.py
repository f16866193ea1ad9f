"""A shop's page in the browser, and what it does that no shop's page may do."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Error, Locator, Page, Request

from sandbox.chromium import DESKTOP, PHONE, part_of_widget

ON_PHONE: Final = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
"""A context of Playwright's: an upright phone, touched."""
PATIENCE_MS: Final = 10_000
"""For what must come, on a machine however busy."""


@dataclass
class Watched:
    """A page, and what it did that no shop's page may do.

    errors: uncaught exceptions and console errors. dialogs: that opened. foreign: requests to hosts that are not
    `allowed`, which is host:port of the page and the assistant. harmless: whether the test wants none of it.
    """

    page: Page
    allowed: frozenset[str]
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    harmless: bool = True

    def find(self, hook: str) -> Locator:
        """What the widget calls `hook`."""
        return part_of_widget(self.page, hook)

    def ask(self, text: str) -> None:
        """Type `text` into the open panel and send it."""
        self.find("input").fill(text)
        self.find("send").click()

    def assert_harmless(self) -> None:
        """Nothing of the kind has happened."""
        assert (self.errors, self.dialogs, self.foreign) == ([], [], [])

    def hear_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def hear_error(self, error: Error) -> None:
        self.errors.append(str(error))

    def hear_dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def hear_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("data", "blob", "about"):
            return
        if parts.netloc not in self.allowed:
            self.foreign.append(request.url)


@contextmanager
def watched_page(browser: Browser, *urls: str, **context: Any) -> Iterator[Watched]:
    """A page of a profile of its own. urls: addresses whose hosts may be asked. context: as Playwright's."""
    opened = browser.new_context(**{"viewport": DESKTOP, "locale": "en-US", **context})
    opened.set_default_timeout(PATIENCE_MS)
    try:
        page = opened.new_page()
        watched = Watched(page, frozenset(urlsplit(url).netloc for url in urls))
        page.on("console", watched.hear_console)
        page.on("pageerror", watched.hear_error)
        page.on("dialog", watched.hear_dialog)
        page.on("request", watched.hear_request)
        yield watched
    finally:
        opened.close()
