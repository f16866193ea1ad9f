"""Without a mouse, without eyes, with a thumb: by keyboard alone, by what a screen reader is told, by axe."""

from collections.abc import Callable
from typing import Any

import pytest
from browser.conftest import Assistant
from playwright.sync_api import expect
from support.browser import ON_PHONE, Watched

from sandbox.axe import violations
from sandbox.openai_server import Say

Visit = Callable[..., Watched]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("device", [{}, ON_PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing(visit: Visit, theme: str, device: dict[str, Any]) -> None:
    shop = visit(theme=theme, context={**device, "reduced_motion": "reduce"})
    shop.find("launcher").wait_for()
    assert violations(shop.page) == []
    shop.find("launcher").click()
    expect(shop.find("suggestion").first).to_be_visible()
    assert violations(shop.page) == []
    shop.ask("Which black backpack under $300 is light?")
    expect(shop.find("thumb-up")).to_be_visible()
    assert violations(shop.page) == []
    shop.find("thumb-down").click()
    expect(shop.find("reason").first).to_be_visible()
    assert violations(shop.page) == []


def test_axe_finds_nothing_in_a_failure(visit: Visit, assistant: Assistant) -> None:
    assistant.model.chat.then(Say(["Well, ", "the ", "first ", "one ", "is "], cut_after=4))
    shop = visit()
    shop.find("launcher").click()
    shop.ask("Which backpack is light?")
    expect(shop.find("retry")).to_be_visible()
    assert violations(shop.page) == []


def test_axe_sees_the_widget(visit: Visit) -> None:
    shop = visit()
    shop.find("launcher").wait_for()
    shop.find("launcher").evaluate("one => one.replaceChildren()")
    assert [found.partition(":")[0] for found in violations(shop.page)] == ["button-name"]


def test_whole_conversation_goes_by_keyboard(visit: Visit) -> None:
    shop = visit()
    shop.find("launcher").wait_for()
    shop.find("launcher").focus()
    shop.page.keyboard.press("Enter")
    expect(shop.find("input")).to_be_focused()
    shop.page.keyboard.type("Which black backpack is light?")
    shop.page.keyboard.press("Enter")
    expect(shop.find("thumb-up")).to_be_visible()
    stops = _stops(shop, "Tab", 40)
    assert "outside" not in stops
    assert {"chip", "card", "more", "thumb-up", "thumb-down", "follow-up", "input", "clear", "close"} <= set(stops)
    assert _stops(shop, "Shift+Tab", 40) == [*stops[-2::-1], stops[-1]]
    shop.page.keyboard.press("Escape")
    expect(shop.find("panel")).to_have_count(0)
    expect(shop.find("launcher")).to_be_focused()


def test_thumb_and_its_reason_go_by_keyboard(visit: Visit) -> None:
    shop = visit()
    shop.find("launcher").click()
    shop.ask("Which backpack is light?")
    expect(shop.find("thumb-down")).to_be_visible()
    shop.find("thumb-down").focus()
    with shop.page.expect_request("**/api/v1/feedback") as asked:
        shop.page.keyboard.press("Space")
        expect(shop.find("reason").first).to_be_visible()
        expect(shop.find("thumb-down")).to_be_focused()
        shop.page.keyboard.press("Tab")
        shop.page.keyboard.press("Enter")
    assert asked.value.post_data_json["reason"] == "wrong_price"
    expect(shop.find("thumb-up")).to_be_focused()


def test_question_answer_and_what_was_found_are_told_in_whole_sentences(visit: Visit, assistant: Assistant) -> None:
    assistant.model.chat.then(Say(["Take ", "the ", "first ", "one. ", "It ", "is ", "light."], gap=0.05))
    shop = visit()
    shop.find("launcher").click()
    shop.ask("Which backpack is light?")
    live = shop.page.locator("vitrina-chat [aria-live=polite] p")
    expect(live).to_have_text(["Found 10 products.", "Take the first one.", "It is light."])


def test_everything_that_is_tapped_is_44_pixels(visit: Visit, assistant: Assistant) -> None:
    shop = visit(context={**ON_PHONE, "reduced_motion": "reduce"})
    shop.find("launcher").wait_for()
    assert _small(shop) == []
    shop.find("launcher").click()
    expect(shop.find("suggestion").first).to_be_visible()
    assert _small(shop) == []
    shop.ask("Which black backpack under $300 is light?")
    expect(shop.find("chip").first).to_be_visible()
    shop.find("thumb-down").click()
    expect(shop.find("reason").first).to_be_visible()
    assert _small(shop) == []


@pytest.mark.parametrize(("motion", "moves"), [("no-preference", ["rise", "pulse"]), ("reduce", ["none", "none"])])
def test_motion_is_spared_whoever_wants_none(visit: Visit, motion: str, moves: list[str]) -> None:
    shop = visit(context={"reduced_motion": motion})
    # An answer that does not come: what stands for it meanwhile stays.
    shop.page.route("**/chat/completions", lambda route: None)
    shop.find("launcher").click()
    shop.ask("Which backpack is light?")
    found = [shop.find(name).first for name in ("panel", "ghost")]
    assert [one.evaluate("one => getComputedStyle(one).animationName") for one in found] == moves


def _stops(shop: Watched, key: str, times: int) -> list[str]:
    """What has the focus after each press, until it is where it was."""
    where = """() => { const one = document.querySelector("vitrina-chat").shadowRoot.activeElement;
      return one ? [one.dataset.v || one.tagName, one.textContent, one.getAttribute("href")].join("|") : "outside" }"""
    found: list[str] = []
    start = shop.page.evaluate(where)
    for _ in range(times):
        shop.page.keyboard.press(key)
        found.append(shop.page.evaluate(where))
        if found[-1] == start:
            break
    return [one.partition("|")[0] for one in found]


_TARGETS = """() => {
  const root = document.querySelector("vitrina-chat").shadowRoot;
  // A link in a sentence is as high as its line; the spec of targets (WCAG 2.5.5) lets it be.
  const taps = [...root.querySelectorAll("button, summary, a, textarea")].filter(
    (one) => one.checkVisibility() && !one.closest(".answer, .notice"));
  return taps.flatMap((one) => {
    one.scrollIntoView({ block: "center", inline: "center" });
    const { left, top, width, height } = one.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    const missed = [[0, -21], [0, 21], [-21, 0], [21, 0]].filter(([right, down]) => {
      const hit = root.elementFromPoint(x + right, y + down);
      return !hit || !(one.contains(hit) || hit.contains(one) && one.tagName === "TEXTAREA");
    });
    return missed.length ? [`${one.dataset.v || one.tagName} ${Math.round(width)}x${Math.round(height)}`] : [];
  });
}"""


def _small(shop: Watched) -> list[Any]:
    """What a thumb of 44 pixels, set on its middle, reaches beyond."""
    found: list[Any] = shop.page.evaluate(_TARGETS)
    return found
