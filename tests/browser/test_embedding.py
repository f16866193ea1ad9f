"""The line that a shop puts into its pages."""

from collections.abc import Callable

from browser.conftest import Assistant
from playwright.sync_api import expect
from support.browser import Watched

from runtime.storefront.script import read_script
from runtime.storefront.snippet import snippets_of

Visit = Callable[..., Watched]


def pinned_line(assistant: Assistant) -> tuple[str, str]:
    """The line for this build, and the digest in it."""
    script = read_script()
    assert script is not None
    return snippets_of(script, url=assistant.url, store="default").pinned, script.integrity


def test_file_is_no_larger_than_shops_were_promised() -> None:
    script = read_script()
    assert script is not None
    assert 20_000 < len(script.gzipped) <= 30_000


def test_pinned_line_loads_the_build_it_names(visit: Visit, assistant: Assistant) -> None:
    line, _ = pinned_line(assistant)
    shop = visit(tags=0, before=line)
    shop.find("launcher").click()
    shop.ask("Which backpack is light?")
    expect(shop.find("log")).to_contain_text("holds a laptop")


def test_other_bytes_than_the_pinned_ones_are_not_run(visit: Visit, assistant: Assistant) -> None:
    line, digest = pinned_line(assistant)
    shop = visit(tags=0, before=line.replace(digest, f"sha384-{'A' * 64}"), harmless=False)
    expect(shop.page.locator("#shop-button")).to_be_visible()
    shop.page.wait_for_load_state("load")
    assert shop.page.evaluate("window.vitrina") is None
    assert ["integrity" in error for error in shop.errors] == [True]
