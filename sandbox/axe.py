"""What axe-core, which knows the rules of WCAG, finds wrong with the widget."""

from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

_AXE: Final = Path(__file__).parents[1] / "widget" / "node_modules" / "axe-core" / "axe.min.js"


def violations(page: Page) -> list[str]:
    """Each with its rule and the element. The script comes by the debugger, past the page's security policy."""
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run('vitrina-chat')")
    return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]
