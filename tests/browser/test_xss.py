"""Nothing that a model, a product or an address says runs in the shop's page, or asks a stranger's host."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from playwright.sync_api import Route, expect
from support import xss
from support.answers_on_the_wire import answer, product
from support.browser import Watched

Visit = Callable[..., Watched]

TEXTS = tuple(xss.texts())
ADDRESSES = tuple(xss.addresses())
PARTS = 20
"""Pages over which the texts are spread: what one page keeps of a conversation has an end."""


def test_there_are_enough_of_them() -> None:
    assert len(set(TEXTS)) >= 250


@pytest.mark.parametrize("part", range(PARTS))
def test_text_in_an_answer_in_names_and_in_conditions_is_text(visit: Visit, part: int) -> None:
    shop = _open(visit)
    _say_all(shop, [_everywhere(text) for text in TEXTS[part::PARTS]])
    _assert_nothing_ran(shop)


def test_link_of_an_answer_to_a_stranger_is_its_words(visit: Visit) -> None:
    shop = _open(visit)
    _say_all(shop, [answer(f"[x]({url}) and <{url}>", [product()], named=["1"]) for url in ADDRESSES])
    _assert_nothing_ran(shop)


def test_address_of_a_product_that_is_not_the_shops_makes_no_link_and_no_picture(visit: Visit) -> None:
    # What is read as a path of the shop is asked for there, and not found.
    shop = _open(visit, harmless=False)
    _say_all(shop, [answer("Well.", [product(url=url, image=url)], named=["1"]) for url in ADDRESSES])
    _assert_nothing_ran(shop)


def _everywhere(text: str) -> bytes:
    condition = {"id": "a", "kind": "words", "field": "text", "value": text, "text": text}
    spoilt = product(name=text, price_text=text, sku=text, short_text=text, categories=[text], currency=text)
    return answer(text, [spoilt], understood=[condition], follow_ups=[text], named=["1"])


def _open(visit: Visit, *, harmless: bool = True) -> Watched:
    shop = visit(harmless=harmless)
    shop.find("launcher").click()
    return shop


def _say_all(shop: Watched, bodies: Sequence[bytes]) -> None:
    coming = iter(bodies)
    headers = {"content-type": "text/event-stream", "access-control-allow-origin": "*"}

    def reply(route: Route) -> None:
        route.fulfill(body=next(coming), headers=headers)

    shop.page.route("**/chat/completions", reply)
    for place in range(1, len(bodies) + 1):
        shop.ask(f"question {place}")
        expect(shop.find("thumb-up")).to_have_count(place)
        expect(shop.find("log")).to_contain_text(f"question {place}")


_LINKS = """() => [...document.querySelector("vitrina-chat").shadowRoot.querySelectorAll("a, img, [src], [href]")]
  .flatMap((one) => [one.href, one.src]).filter(Boolean)"""


def _assert_nothing_ran(shop: Watched) -> None:
    # What waits for a tap or a focus gets them.
    for link in shop.find("log").locator("a").filter(visible=True).all()[:5]:
        link.focus()
    assert shop.page.evaluate("window.xss") is None
    addresses: list[Any] = shop.page.evaluate(_LINKS)
    bad = [one for one in addresses if not str(one).startswith(("http://127.0.0.1:", "data:image/", "blob:"))]
    assert bad == []
    assert (shop.dialogs, shop.foreign) == ([], [])
