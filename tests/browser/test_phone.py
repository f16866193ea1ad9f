"""On a phone: the keyboard, the page behind, the way back."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect
from support.browser import ON_PHONE, Watched

from sandbox.chromium import PHONE

Visit = Callable[..., Watched]

KEYBOARD = 336
"""Pixels: what the keyboard of such a phone covers."""
LINE = 20
"""Pixels of a line of text, nearly."""

# A keyboard on the screen leaves the layout as it is and makes the visual viewport smaller. No browser without a window
# has one, so that this is the one thing of the browser's that is played: an object of the same shape.
_VISUAL_VIEWPORT = """<script>
  const screen = new EventTarget();
  Object.assign(screen, { offsetTop: 0, offsetLeft: 0, width: innerWidth, height: innerHeight });
  Object.defineProperty(window, "visualViewport", { value: screen });
  window.cover = (height, top) => {
    Object.assign(screen, { height: innerHeight - height, offsetTop: top });
    screen.dispatchEvent(new Event("resize"));
  };
</script>"""


def on_phone(visit: Visit, **page: str) -> Watched:
    """A shop's page with the panel open."""
    shop = visit(context={**ON_PHONE, "reduced_motion": "reduce"}, **page)
    shop.find("launcher").click()
    expect(shop.find("input")).to_be_visible()
    return shop


def assert_usable(shop: Watched, *, top: float, bottom: float) -> None:
    """Between the two the panel fills the screen, with the input and the last thing said in sight."""
    (panel_top, panel_end), (log_top, log_end) = extent(shop.find("panel")), extent(shop.find("log"))
    (field_top, field_end), (said_top, said_end) = extent(shop.find("input")), extent(shop.find("answer").last)
    assert (panel_top, panel_end) == (top, bottom)
    assert panel_top < log_top < log_end <= field_top < field_end <= bottom
    assert min(said_end, log_end) - max(said_top, log_top) >= min(said_end - said_top, 3 * LINE)


def extent(found: Locator) -> tuple[float, float]:
    """Where it begins and ends, from above."""
    box = found.bounding_box()
    assert box
    return box["y"], box["y"] + box["height"]


@pytest.mark.parametrize("top", [0, 120], ids=["page at rest", "page pushed up"])
def test_keyboard_leaves_the_input_and_the_last_message_in_sight(visit: Visit, top: int) -> None:
    shop = on_phone(visit, before=_VISUAL_VIEWPORT)
    shop.ask("Which backpack is light?")
    expect(shop.find("thumb-up")).to_be_visible()
    assert_usable(shop, top=0, bottom=PHONE["height"])
    shop.page.evaluate("([height, top]) => cover(height, top)", [KEYBOARD, top])
    assert_usable(shop, top=top, bottom=top + PHONE["height"] - KEYBOARD)
    shop.page.evaluate("cover(0, 0)")
    assert_usable(shop, top=0, bottom=PHONE["height"])


def test_answer_that_comes_while_the_keyboard_is_up_is_seen(visit: Visit) -> None:
    shop = on_phone(visit, before=_VISUAL_VIEWPORT)
    shop.page.evaluate("([height, top]) => cover(height, top)", [KEYBOARD, 0])
    for times in (1, 2):
        shop.ask("Which backpack is light?")
        expect(shop.find("thumb-up")).to_have_count(times)
        assert_usable(shop, top=0, bottom=PHONE["height"] - KEYBOARD)


def test_screen_that_the_keyboard_makes_smaller_is_filled(visit: Visit) -> None:
    shop = on_phone(visit)
    shop.ask("Which backpack is light?")
    expect(shop.find("thumb-up")).to_be_visible()
    left = PHONE["height"] - KEYBOARD
    shop.page.set_viewport_size({"width": PHONE["width"], "height": left})
    shop.page.wait_for_function(f"visualViewport.height === {left}")
    assert_usable(shop, top=0, bottom=left)


def test_page_behind_is_held_and_let_go(visit: Visit) -> None:
    shop = visit(context={**ON_PHONE, "reduced_motion": "reduce"})
    shop.find("launcher").wait_for()
    shop.page.evaluate("scrollTo(0, 700)")
    shop.find("launcher").click()
    expect(shop.find("input")).to_be_visible()
    shop.page.mouse.move(200, 400)
    shop.page.mouse.wheel(0, 500)
    shop.page.evaluate("new Promise(requestAnimationFrame).then(() => new Promise(requestAnimationFrame))")
    assert shop.page.evaluate("scrollY") == 700
    shop.find("close").click()
    expect(shop.find("panel")).to_have_count(0)
    assert shop.page.evaluate("scrollY") == 700
    shop.page.mouse.wheel(0, 500)
    shop.page.wait_for_function("scrollY > 1000")


def test_back_from_a_product_leads_to_the_conversation(visit: Visit) -> None:
    shop = on_phone(visit)
    shop.ask("Which backpack is light?")
    expect(shop.find("thumb-up")).to_be_visible()
    shop.find("card").first.click()
    expect(shop.page).to_have_url(re.compile("joust-backpack-1"))
    shop.page.go_back()
    expect(shop.find("log")).to_contain_text("holds a laptop")
    shop.page.go_back()
    expect(shop.find("panel")).to_have_count(0)


def test_product_that_is_tapped_is_not_behind_the_chat(visit: Visit) -> None:
    shop = on_phone(visit)
    shop.ask("Which backpack is light?")
    expect(shop.find("thumb-up")).to_be_visible()
    shop.page.goto(shop.page.url + "?page=2")
    expect(shop.find("launcher")).to_be_visible()
    expect(shop.find("panel")).to_have_count(0)
