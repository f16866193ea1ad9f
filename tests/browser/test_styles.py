"""Neither the shop's styles nor the widget's reach the other."""

from collections.abc import Callable

import pytest
from browser.conftest import Assistant
from playwright.sync_api import expect
from support.browser import Watched
from support.host_pages import MANNERS, Manner

Visit = Callable[..., Watched]

# Every property of every element that is there to be seen, as the browser has worked it out.
_LOOK = """(root) => {
  const seen = [...root.querySelectorAll(":not(vitrina-chat)")].filter((one) => one.checkVisibility());
  return seen.map((one) => {
    const style = getComputedStyle(one);
    const said = [...style].map((name) => `${name}: ${style.getPropertyValue(name)}`);
    return [[one.tagName, one.className].join("."), ...said];
  });
}"""
_PICTURES = """() => [...document.querySelector("vitrina-chat").shadowRoot.querySelectorAll("img")]
  .every((one) => one.complete)"""


def differences(root: str, one: Watched, other: Watched) -> list[str]:
    """In what the elements below `root` (an expression) look otherwise on one page than on the other."""
    looks: list[list[list[str]]] = [shop.page.evaluate(f"({_LOOK})({root})") for shop in (one, other)]
    assert len(looks[0]) > 5
    assert [name for name, *_ in looks[0]] == [name for name, *_ in looks[1]]
    return [
        f"{name}: {here}, not {there}"
        for (name, *heres), (_, *theres) in zip(*looks, strict=True)
        for here, there in zip(heres, theres, strict=True)
        if here != there
    ]


def talk(shop: Watched) -> None:
    """Opens the panel, asks, and waits for the answer."""
    shop.find("launcher").click()
    shop.ask("Which backpack is light?")
    expect(shop.find("thumb-up")).to_be_visible()
    shop.page.wait_for_function(_PICTURES)
    # Where the mouse is and what was pressed last is no page's doing.
    shop.page.mouse.move(0, 0)
    shop.find("input").focus()


@pytest.mark.parametrize("manner", [manner for manner in MANNERS if manner != "plain"])
def test_widget_looks_the_same_on_every_page(visit: Visit, manner: Manner) -> None:
    inside = "document.querySelector('vitrina-chat').shadowRoot"
    still = {"reduced_motion": "reduce"}
    plain, spoilt = visit(context=still), visit(manner=manner, path=f"/{manner}.html", context=still)
    for shop in (plain, spoilt):
        talk(shop)
    assert differences(inside, spoilt, plain) == []


@pytest.mark.parametrize("manner", MANNERS)
def test_page_looks_the_same_with_the_widget(visit: Visit, assistant: Assistant, manner: Manner) -> None:
    without = visit(manner=manner, path="/without.html", src=f"{assistant.url}/health/live")
    shop = visit(manner=manner)
    talk(shop)
    assert differences("document", shop, without) == []
