"""The next page, the other tab, the shop that changes its pages without loading them."""

from collections.abc import Callable

from browser.conftest import Assistant
from playwright.sync_api import expect
from support.browser import ON_PHONE, Watched

from sandbox.openai_server import Say

Visit = Callable[..., Watched]


def test_shopper_stays_the_same_visitor_from_the_first_message_on(visit: Visit) -> None:
    shop = visit()
    shop.find("launcher").wait_for()
    assert shop.page.evaluate("sessionStorage.length") == 0
    with shop.page.expect_request("**/chat/completions") as asked:
        shop.find("launcher").click()
        shop.ask("Which backpack is light?")
    expect(shop.find("thumb-up")).to_be_visible()
    shop.page.reload()
    expect(shop.find("thumb-up")).to_be_visible()
    with shop.page.expect_request("**/chat/completions") as again:
        shop.ask("And in red?")
    before, after = (one.value.headers["x-vitrina-visitor"].split(".")[1] for one in (asked, again))
    assert before == after


def test_log_is_where_it_was_on_the_next_page_and_after_closing(visit: Visit) -> None:
    shop = visit()
    shop.find("launcher").click()
    for times in (1, 2, 3):
        shop.ask("Which backpack is light?")
        expect(shop.find("thumb-up")).to_have_count(times)
    shop.find("log").evaluate("one => one.scrollTo(0, 123)")
    shop.find("close").click()
    shop.find("launcher").click()
    assert shop.find("log").evaluate("one => one.scrollTop") == 123
    shop.page.reload()
    expect(shop.find("thumb-up")).to_have_count(3)
    assert shop.find("log").evaluate("one => one.scrollTop") == 123


def test_panel_that_opens_by_itself_stays_closed_once_it_was_closed_and_covers_no_phone(visit: Visit) -> None:
    shop = visit(open="")
    shop.ask("Which backpack is light?")
    expect(shop.find("thumb-up")).to_be_visible()
    shop.find("close").click()
    shop.page.reload()
    expect(shop.find("launcher")).to_be_visible()
    expect(shop.find("panel")).to_have_count(0)
    phone = visit(open="", context=ON_PHONE)
    expect(phone.find("launcher")).to_be_visible()
    expect(phone.find("panel")).to_have_count(0)


def test_panel_that_opens_by_itself_and_is_closed_unasked_stays_closed(visit: Visit) -> None:
    shop = visit(open="")
    shop.find("close").click()
    shop.page.reload()
    expect(shop.find("launcher")).to_be_visible()
    expect(shop.find("panel")).to_have_count(0)


def test_row_of_cards_stays_where_a_finger_has_moved_it(visit: Visit, assistant: Assistant) -> None:
    assistant.model.chat.then(Say(["Take ", "the ", "Joust ", "Backpack ", "5 ", "or "] + ["well "] * 10, gap=0.1))
    shop = visit(context=ON_PHONE)
    shop.find("launcher").click()
    shop.ask("Which backpack is light?")
    shop.find("more").click()
    expect(shop.find("card")).to_have_count(10)
    shop.find("cards").evaluate("one => one.scrollTo(900, 0)")
    expect(shop.find("thumb-up")).to_be_visible()
    # A browser keeps what is looked at in its place while something is put in before it.
    assert shop.find("cards").evaluate("one => one.scrollLeft") >= 900
    expect(shop.find("card").first).to_contain_text("Joust Backpack 5")


def test_conversation_that_the_shop_clears_on_leaving_is_not_written_back(visit: Visit, assistant: Assistant) -> None:
    assistant.model.chat.then(Say(["Well, "] + ["word "] * 500, gap=0.2))
    shop = visit()
    shop.find("launcher").click()
    shop.ask("Which backpack is light?")
    expect(shop.find("log")).to_contain_text("Well,")
    assistant.pages.put("/other.html", "<!doctype html><html lang=en><body>Another page")
    shop.page.evaluate("localStorage.clear(); location.href = '/other.html'")
    shop.page.wait_for_url("**/other.html")
    assert shop.page.evaluate("localStorage.length") == 0


def test_answer_that_a_reload_cuts_off_keeps_its_cards(visit: Visit, assistant: Assistant) -> None:
    assistant.model.chat.then(Say(["Well, "] + ["word "] * 500, gap=0.2))
    shop = visit()
    shop.find("launcher").click()
    shop.ask("Which backpack is light?")
    expect(shop.find("log")).to_contain_text("Well,")
    shop.page.reload()
    expect(shop.find("retry")).to_be_visible()
    expect(shop.find("card").first).to_contain_text("Joust Backpack")


def test_other_tab_hears_of_an_answer_when_it_is_there(visit: Visit, assistant: Assistant) -> None:
    shop = visit()
    shop.find("launcher").click()
    other = shop.page.context.new_page()
    other.goto(shop.page.url)
    other.locator('vitrina-chat [data-v="launcher"]').click()
    assistant.model.chat.then(Say(["Take ", "the ", "first."], gap=0.2))
    shop.ask("Which backpack is light?")
    expect(shop.find("log")).to_contain_text("Take")
    expect(other.locator('vitrina-chat [data-v="failure"]')).to_have_count(0)
    expect(other.locator('vitrina-chat [data-v="answer"]')).to_have_text("Take the first.")


_SWAP = """(product) => {
  const body = document.createElement("body");
  const script = document.createElement("script");
  Object.assign(script, { src: document.querySelector("script[data-store]").src });
  Object.assign(script.dataset, { store: "default", ...(product && { productId: product }) });
  body.append(script);
  document.body.replaceWith(body);
  return new Promise((loaded) => (script.onload = loaded));
}"""


def test_page_whose_body_is_replaced_keeps_its_one_assistant_which_is_asked_of_its_product(
    visit: Visit, assistant: Assistant
) -> None:
    shop = visit(product_id="7")
    shop.find("launcher").click()
    shop.ask("Which backpack is light?")
    expect(shop.find("thumb-up")).to_be_visible()
    for times, product in ((2, "8"), (3, None)):
        shop.page.evaluate(_SWAP, product)
        expect(shop.page.locator("vitrina-chat")).to_have_count(1)
        expect(shop.find("log")).to_contain_text("holds a laptop")
        with shop.page.expect_request("**/chat/completions") as asked:
            shop.ask("Is it in stock?")
        expect(shop.find("thumb-up")).to_have_count(times)
        sent = asked.value.post_data_json["vitrina"]
        assert sent["context"] == {"product_id": product or ""}


def test_page_that_shows_another_product_without_loading_is_asked_about_that_one(
    visit: Visit, assistant: Assistant
) -> None:
    shop = visit(product_id="7")
    shop.find("launcher").click()
    shop.page.evaluate("document.querySelector('script[data-store]').dataset.productId = 8")
    shop.ask("Is it in stock?")
    expect(shop.find("thumb-up")).to_be_visible()
    expect(shop.find("card")).to_have_count(1)
    expect(shop.find("card")).to_contain_text("Joust Backpack 8")


def test_phone_page_that_shows_a_product_without_loading_is_not_behind_the_chat(visit: Visit) -> None:
    single_page = """<script>addEventListener("click", (event) => {
      const link = event.composedPath().find((one) => one.tagName === "A");
      if (!link) return;
      event.preventDefault();
      history.pushState(null, "", link.href);
    }, true)</script>"""
    shop = visit(before=single_page, context=ON_PHONE)
    shop.find("launcher").click()
    shop.ask("Which backpack is light?")
    expect(shop.find("thumb-up")).to_be_visible()
    shop.find("card").first.click()
    expect(shop.find("panel")).to_have_count(0)
    assert "joust-backpack-1.html" in shop.page.url


def test_page_that_trusts_no_html_gets_the_words(visit: Visit, assistant: Assistant) -> None:
    shop = visit(harmless=False)
    policy = f"require-trusted-types-for 'script'; trusted-types shop; script-src {assistant.url}"
    assistant.pages.put(
        "/trusted.html",
        f'<!doctype html><html lang="en"><body><script src="{assistant.url}/widget.js" data-store="default"></script>',
        content_security_policy=policy,
    )
    shop.page.goto(f"{assistant.pages.url}/trusted.html")
    shop.find("launcher").click()
    shop.ask("Which backpack is light?")
    expect(shop.find("answer")).to_contain_text("Take the **Joust Backpack 1** for $50.00")


def test_keys_of_the_page_do_nothing_while_a_question_is_typed(visit: Visit) -> None:
    shop = visit(before="<script>window.keys = 0; for (const one of ['keydown', 'keyup', 'keypress'])"
                 "addEventListener(one, () => keys++)</script>")  # fmt: skip
    shop.find("launcher").click()
    shop.find("input").press_sequentially("a/b")
    assert shop.page.evaluate("keys") == 0


def test_script_in_the_head_waits_for_the_page(visit: Visit, assistant: Assistant) -> None:
    shop = visit()
    head = f'<script src="{assistant.url}/widget.js" data-store="default"></script>'
    assistant.pages.put("/head.html", f"<!doctype html><html lang=en><head>{head}</head><body><p>Wares</body></html>")
    shop.page.goto(f"{assistant.pages.url}/head.html")
    expect(shop.find("launcher")).to_be_visible()
    assert shop.page.evaluate("document.body.nextElementSibling.localName") == "vitrina-chat"


def test_module_finds_its_own_tag_beside_a_strangers(visit: Visit, assistant: Assistant) -> None:
    shop = visit()
    assistant.pages.put("/vendor/widget.js", "", kind="text/javascript")
    tags = (
        f'<script src="/vendor/widget.js"></script><script type="module" src="{assistant.url}/widget.js" '
        'data-store="default"></script>'
    )
    assistant.pages.put("/module.html", f"<!doctype html><html lang=en><body><p>Wares</p>{tags}</body></html>")
    shop.page.goto(f"{assistant.pages.url}/module.html")
    expect(shop.find("launcher")).to_be_visible()


def test_dark_is_as_the_system_is_where_the_shop_leaves_it_to_that(visit: Visit) -> None:
    for scheme in ("light", "dark"):
        shop = visit(context={"color_scheme": scheme})
        shop.find("launcher").click()
        lightness = shop.find("panel").evaluate("one => getComputedStyle(one).backgroundColor.match(/\\d+/)[0] > 128")
        assert lightness is (scheme == "light")
