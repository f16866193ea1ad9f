"""The line that puts the widget into a shop's pages. Pure."""

from dataclasses import asdict, dataclass
from html import escape
from typing import Any

from runtime.storefront.script import PATH, PINNED_PATH, WidgetScript


@dataclass(frozen=True, slots=True)
class Snippets:
    """snippet: follows every new build within minutes. pinned: loads this build, checked by the browser, and nothing
    once the runtime serves another one.
    """

    store: str
    url: str
    release: str
    integrity: str
    snippet: str
    pinned: str

    def as_json(self) -> dict[str, Any]:
        """All of it."""
        return asdict(self)


def snippets_of(script: WidgetScript, *, url: str, store: str) -> Snippets:
    """The lines for store code `store`. url: where shoppers reach the runtime."""
    base = url.rstrip("/")
    plain, pinned = f"{base}{PATH}", f"{base}{PINNED_PATH.format(build=script.name)}"
    checked = f'integrity="{script.integrity}" crossorigin="anonymous"'
    return Snippets(
        store=store,
        url=base,
        release=script.name,
        integrity=script.integrity,
        snippet=f'<script src="{escape(plain)}" data-store="{escape(store)}" async></script>',
        pinned=f'<script src="{escape(pinned)}" {checked} data-store="{escape(store)}" async></script>',
    )
