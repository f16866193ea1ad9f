"""A conversation as a shopper has it: real runtime, scripted model, real browser."""

import re
from collections.abc import Callable

import pytest
from browser.conftest import JOUST, Assistant
from playwright.sync_api import expect
from support.browser import ON_PHONE, Watched
from support.host_pages import MANNERS, Manner

from sandbox.chromium import PHONE
from sandbox.openai_server import Say

Visit = Callable[..., Watched]


@pytest.mark.parametrize("manner", MANNERS)
def test_shopper_asks_and_gets_words_and_cards(visit: Visit, manner: Manner) -> None:
    shop = visit(manner=manner)
    shop.find("launcher").click()
    shop.ask("Which backpack is light?")
    expect(shop.find("log")).to_contain_text("it is black, light and holds a laptop")
    expect(shop.find("log").locator("strong")).to_have_text("Joust Backpack 1")
    first = shop.find("card").first
    expect(first).to_contain_text("Joust Backpack 1")
    expect(first).to_contain_text("$50.00")
    assert re.search(r"/joust-backpack-1\.html\?utm_source=vitrina", first.get_attribute("href") or "")
    expect(shop.find("input")).to_be_enabled()
    expect(shop.find("input")).to_have_value("")


def test_cards_of_what_the_answer_names_come_first_and_the_others_behind_more(
    visit: Visit, assistant: Assistant
) -> None:
    assistant.model.chat.always(Say("Joust Backpack 7 costs $350.00."))
    shop = visit()
    shop.find("launcher").click()
    shop.ask("backpacks")
    expect(shop.find("thumb-up")).to_be_visible()
    expect(shop.find("card").first).to_contain_text("Joust Backpack 7")
    shown = shop.find("card").filter(visible=True)
    few = shown.count()
    shop.find("more").click()
    assert shown.count() > few


def test_conversation_is_there_on_the_next_page_and_gone_when_cleared(visit: Visit, assistant: Assistant) -> None:
    shop = visit()
    stored = "JSON.stringify(Object.keys(localStorage))"
    assert shop.page.evaluate(stored) == "[]"
    shop.find("launcher").click()
    assert shop.page.evaluate(stored) == "[]"
    shop.ask("Which backpack is light?")
    expect(shop.find("thumb-up")).to_be_visible()
    shop.page.reload()
    expect(shop.find("log")).to_contain_text("holds a laptop")
    shop.find("clear").click()
    expect(shop.find("log")).not_to_contain_text("holds a laptop")


def test_second_question_is_sent_with_the_first_and_its_answer(visit: Visit, assistant: Assistant) -> None:
    shop = visit()
    shop.find("launcher").click()
    shop.ask("Which backpack is light?")
    expect(shop.find("thumb-up")).to_have_count(1)
    shop.ask("And in red?")
    expect(shop.find("thumb-up")).to_have_count(2)
    told = assistant.model.chat.requests[-1].body["messages"]
    assert ("user", "Which backpack is light?") in [(one["role"], one["content"]) for one in told]
    assert ("assistant", JOUST) in [(one["role"], one["content"]) for one in told]


def test_stop_ends_the_answer_and_the_next_question_is_asked(visit: Visit, assistant: Assistant) -> None:
    assistant.model.chat.then(Say(["Well, ", "the ", "first "] + ["word "] * 500, gap=0.2))
    shop = visit()
    shop.find("launcher").click()
    shop.ask("Which backpack is light?")
    expect(shop.find("log")).to_contain_text("the first")
    shop.find("stop").click()
    expect(shop.find("send")).to_be_visible()
    shop.ask("Which backpack is light, again?")
    expect(shop.find("log")).to_contain_text("holds a laptop")


@pytest.mark.parametrize(("lang", "word"), [("en", "Ask"), ("ru", "Спроси")])
def test_the_pages_language_is_the_widgets(visit: Visit, lang: str, word: str) -> None:
    shop = visit(lang=lang, store="ru" if lang == "ru" else "default")
    expect(shop.find("launcher")).to_contain_text(re.compile(word, re.IGNORECASE))
    shop.find("launcher").click()
    expect(shop.find("input")).to_have_attribute("placeholder", re.compile(word, re.IGNORECASE))


def test_on_a_phone_the_panel_fills_the_screen_and_back_closes_it(visit: Visit) -> None:
    shop = visit(context={**ON_PHONE, "reduced_motion": "reduce"})
    shop.find("launcher").click()
    expect(shop.find("input")).to_be_visible()
    box = shop.find("panel").bounding_box()
    assert box == {"x": 0, "y": 0, **PHONE}
    size = shop.find("input").evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    assert size >= 16
    address = shop.page.url
    shop.page.go_back()
    expect(shop.find("panel")).to_have_count(0)
    assert shop.page.url == address


def test_product_of_the_page_is_what_is_asked_about(visit: Visit, assistant: Assistant) -> None:
    shop = visit(product_id="7")
    shop.find("launcher").click()
    shop.find("suggestion").first.click()
    expect(shop.find("thumb-up")).to_be_visible()
    told = assistant.model.chat.requests[-1].body["messages"][-1]["content"]
    assert "[1] Joust Backpack 7" in told
