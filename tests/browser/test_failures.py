"""What goes wrong is told in a plain sentence; the shop's page never breaks, and nothing typed is lost."""

from collections.abc import Callable

import pytest
from browser.conftest import Assistant, an_assistant
from playwright.sync_api import expect
from support.browser import Watched
from support.host_pages import HostPages
from support.openai import KEY

from runtime.web.rate_limit import RateLimit
from sandbox.openai_server import Say, ScriptedServer

Visit = Callable[..., Watched]


def test_offline_is_told_and_the_question_goes_on_when_back(visit: Visit) -> None:
    shop = visit(harmless=False)
    shop.find("launcher").click()
    shop.page.context.set_offline(True)
    shop.ask("Which backpack is light?")
    expect(shop.find("retry")).to_be_visible()
    expect(shop.find("log")).to_contain_text("Which backpack is light?")
    shop.page.context.set_offline(False)
    shop.find("retry").click()
    expect(shop.find("log")).to_contain_text("holds a laptop")


def test_cut_answer_is_kept_marked_and_asked_again_only_by_the_shopper(visit: Visit, assistant: Assistant) -> None:
    assistant.model.chat.then(Say(["Well, ", "the ", "first ", "one ", "is "], cut_after=4))
    shop = visit()
    shop.find("launcher").click()
    shop.ask("Which backpack is light?")
    expect(shop.find("retry")).to_be_visible()
    expect(shop.find("log")).to_contain_text("the first")
    shop.page.wait_for_timeout(500)
    assert len(assistant.model.chat.requests) == 1
    shop.find("retry").click()
    expect(shop.find("log")).to_contain_text("holds a laptop")
    assert len(assistant.model.chat.requests) == 2


def test_limit_is_told_with_the_time_to_wait(visit: Visit, pages: HostPages, openai_server: ScriptedServer) -> None:
    with an_assistant(pages, openai_server, chat_limit=RateLimit("1/minute", area="chat")) as strict:
        shop = visit(src=f"{strict.url}/widget.js", harmless=False)
        shop.find("launcher").click()
        shop.ask("Which backpack is light?")
        expect(shop.find("thumb-up")).to_be_visible()
        shop.ask("And in red?")
        expect(shop.find("retry")).to_be_disabled()
        expect(shop.find("log")).to_contain_text("And in red?")


@pytest.mark.parametrize("store", ["nowhere", ""])
def test_unknown_store_shows_no_launcher_and_the_page_goes_on(visit: Visit, store: str) -> None:
    shop = visit(store=store, harmless=False)
    expect(shop.page.locator("#shop-button")).to_be_visible()
    if store:
        shop.page.evaluate("window.vitrina.open()")
        expect(shop.find("panel")).to_contain_text("store")
    else:
        expect(shop.find("launcher")).to_be_visible()


def test_unreachable_runtime_is_told_to_whoever_opens_it(visit: Visit, assistant: Assistant) -> None:
    shop = visit(harmless=False)
    shop.page.route("**/api/**", lambda route: route.abort())
    shop.page.reload()
    shop.page.wait_for_function("window.vitrina")
    shop.page.evaluate("window.vitrina.open()")
    expect(shop.find("panel").locator(".failure")).to_be_visible()
    expect(shop.find("launcher")).to_be_hidden()


def test_storage_that_is_forbidden_costs_the_memory_and_nothing_else(visit: Visit) -> None:
    refuse = """<script>Object.defineProperty(window, "localStorage", {get() { throw new DOMException("no") }});
      Object.defineProperty(window, "sessionStorage", {get() { throw new DOMException("no") }});</script>"""
    shop = visit(before=refuse)
    shop.find("launcher").click()
    shop.ask("Which backpack is light?")
    expect(shop.find("log")).to_contain_text("holds a laptop")


def test_second_script_tag_is_none(visit: Visit) -> None:
    shop = visit(tags=2)
    expect(shop.find("launcher")).to_be_visible()
    expect(shop.page.locator("vitrina-chat")).to_have_count(1)


def test_chat_that_is_switched_off_shows_nothing(visit: Visit, pages: HostPages, openai_server: ScriptedServer) -> None:
    with an_assistant(pages, openai_server, chat_enabled=False) as switched_off:
        with_config = "**/api/v1/widget/config*"
        shop = visit(path="/off.html", src=f"{switched_off.url}/widget.js", harmless=False)
        shop.page.wait_for_function("window.vitrina")
        with shop.page.expect_response(with_config):
            shop.page.reload()
        expect(shop.find("launcher")).to_be_hidden()


@pytest.mark.parametrize(
    "body",
    [b"<html>a proxy's page</html>", b"data: {broken\n\n", b"data: [DONE]\n\n", b"", b'data: {"choices": 1}\n\n'],
    ids=["html", "broken-json", "nothing-said", "empty", "other-shape"],
)
def test_stream_that_is_none_is_told(visit: Visit, body: bytes) -> None:
    shop = visit(harmless=False)
    shop.find("launcher").click()
    headers = {"content-type": "text/event-stream", "access-control-allow-origin": "*"}
    shop.page.route("**/chat/completions", lambda route: route.fulfill(body=body, headers=headers))
    shop.ask("Which backpack is light?")
    expect(shop.find("retry")).to_be_visible()
    assert KEY not in shop.find("log").inner_text()
