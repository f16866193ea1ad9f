"""What a page can ask of the widget and is told by it: `window.vitrina`, events, `dataLayer`, links, settings."""

import re
from collections.abc import Callable
from typing import Any

from browser.conftest import JOUST, Assistant
from playwright.sync_api import expect
from support.browser import Watched

from sandbox.openai_server import Say

Visit = Callable[..., Watched]

EVENTS = ("open", "message", "answer", "product_click", "feedback", "error")

_STAY = """<script>addEventListener("click", (event) => {
  if (event.composedPath().some((one) => one.tagName === "A")) event.preventDefault(); }, true)</script>"""
"""The page stays where it is, so that it can be asked what it heard."""


def listen(shop: Watched) -> None:
    """From now on `heard` is told of every event."""
    shop.page.wait_for_function("window.vitrina")
    shop.page.evaluate(
        """(names) => {
          window.heard = [];
          for (const name of names) vitrina.on(name, (told) => heard.push([name, told]));
        }""",
        list(EVENTS),
    )


def heard(shop: Watched) -> list[tuple[str, Any]]:
    """What was heard so far."""
    found: list[tuple[str, Any]] = shop.page.evaluate("heard")
    return found


def test_page_hears_what_happens_and_analytics_hear_no_words(visit: Visit, assistant: Assistant) -> None:
    shop = visit(data_layer="true", before=_STAY)
    listen(shop)
    shop.find("launcher").click()
    shop.ask("Which backpack is light?")
    expect(shop.find("thumb-up")).to_be_visible()
    shop.find("card").first.click()
    shop.find("thumb-up").click()
    assistant.model.chat.always(Say(["Well, ", "the ", "first "], cut_after=2))
    shop.ask("And in red?")
    expect(shop.find("retry")).to_be_visible()
    told = heard(shop)
    assert [name for name, _ in told] == [
        "open", "message", "answer", "product_click", "feedback", "message", "error",
    ]  # fmt: skip
    answer, click, rating = told[2][1], told[3][1], told[4][1]
    assert (told[1][1], answer["text"], answer["named"]) == ({"text": "Which backpack is light?"}, JOUST, ["1"])
    assert click == {"id": "1", "sku": "BP-01", "name": "Joust Backpack 1", "price": 50, "currency": "USD"}
    assert rating == {"answer_id": answer["id"], "rating": "up", "reason": ""}
    pushed: list[dict[str, Any]] = shop.page.evaluate("dataLayer")
    assert [one["event"] for one in pushed] == [f"vitrina_{name}" for name, _ in told]
    assert not any("text" in one for one in pushed)


def test_shop_that_did_not_ask_for_it_has_no_data_layer(visit: Visit) -> None:
    shop = visit()
    shop.find("launcher").click()
    assert shop.page.evaluate("typeof dataLayer") == "undefined"


def test_page_opens_closes_toggles_and_resets(visit: Visit) -> None:
    shop = visit()
    shop.find("launcher").wait_for()
    shop.page.evaluate("vitrina.open()")
    shop.ask("Which backpack is light?")
    expect(shop.find("thumb-up")).to_be_visible()
    shop.page.evaluate("vitrina.close()")
    expect(shop.find("panel")).to_have_count(0)
    shop.page.evaluate("vitrina.toggle()")
    expect(shop.find("log")).to_contain_text("holds a laptop")
    shop.page.evaluate("vitrina.reset()")
    expect(shop.find("log")).not_to_contain_text("holds a laptop")
    assert shop.page.evaluate("Object.keys(localStorage)") == []


def test_language_changes_and_nothing_is_lost(visit: Visit) -> None:
    shop = visit()
    shop.find("launcher").click()
    shop.ask("Which backpack is light?")
    expect(shop.find("thumb-up")).to_be_visible()
    shop.find("input").fill("half a quest")
    shop.page.evaluate("vitrina.setLocale('ru')")
    expect(shop.find("input")).to_have_attribute("placeholder", "Спросите о товарах…")
    expect(shop.find("input")).to_have_value("half a quest")
    expect(shop.find("log")).to_contain_text("holds a laptop")
    expect(shop.find("card").first).to_contain_text("В наличии")


def test_russian_shop_is_russian_throughout(visit: Visit, assistant: Assistant) -> None:
    assistant.model.chat.always(Say("Возьмите Joust Backpack 1: он лёгкий."))
    shop = visit(lang="ru", store="ru")
    shop.find("launcher").click()
    expect(shop.find("greeting")).to_have_text("Здравствуйте! Помогу выбрать товар. Что вы ищете?")
    shop.ask("Какой рюкзак лёгкий?")
    expect(shop.find("thumb-up")).to_be_visible()
    expect(shop.find("log")).to_contain_text("Возьмите Joust Backpack 1: он лёгкий.")
    expect(shop.find("card").first).to_contain_text("В наличии")
    expect(shop.page.locator("vitrina-chat [aria-live=polite] p").first).to_have_text("Найдено 10 товаров.")
    shop.find("thumb-down").click()
    expect(shop.find("reason").first).to_have_text("Неверная цена")
    assert shop.page.evaluate("document.querySelector('vitrina-chat').lang") == "ru"


def test_links_of_cards_say_where_a_shopper_came_from_as_the_shop_wants_it(visit: Visit) -> None:
    for utm, query in (("utm_source=news&utm_campaign=may", "?utm_source=news&utm_campaign=may"), ("", "")):
        shop = visit(utm=utm)
        shop.find("launcher").click()
        shop.ask("Which backpack is light?")
        expect(shop.find("card").first).to_have_attribute("href", re.compile(rf"backpack-1\.html{re.escape(query)}$"))


def test_settings_of_the_page_win_over_those_of_the_tag(visit: Visit) -> None:
    given = "<script>window.vitrinaSettings = { store: 'ru', locale: 'ru', position: 'left', open: true }</script>"
    shop = visit(before=given, position="right")
    expect(shop.find("input")).to_have_attribute("placeholder", "Спросите о товарах…")
    box = shop.find("panel").bounding_box()
    assert box
    assert box["x"] == 20


def test_notice_and_pages_of_the_shop_are_at_hand(visit: Visit, assistant: Assistant) -> None:
    shop = visit(ai_notice="A machine answers.", privacy_url="/privacy.html", help_url="/help.html")
    shop.find("launcher").click()
    expect(shop.find("notice")).to_have_text("A machine answers. Privacy")
    expect(shop.find("privacy")).to_have_attribute("href", f"{assistant.pages.url}/privacy.html")
    shop.find("menu-button").click()
    expect(shop.find("help")).to_have_attribute("href", f"{assistant.pages.url}/help.html")
    expect(shop.find("contacts")).to_have_attribute("href", f"{assistant.pages.url}/contacts.html")
