import pytest

from runtime.chat.prompt import describe
from sandbox.openai_server.assistant import ToldProduct, find_products, shop_answer
from shared.catalog import CatalogAttribute, CatalogDocument
from shared.stores import StoreView

PROMPT = """<products>
[1] Montana Wind Jacket
SKU: MJ03
Price: $49.00
Availability: in stock
Link: http://shop.test/montana.html
About: See also http://shop.test/other.html - Price: on the label

[2] Coffee, beans & more - dark
SKU: CF-1
Price: price on request
</products>

<page_notes>
Delivery: https://shop.test/delivery
</page_notes>

The shopper asks:
{question}"""

JACKET = ToldProduct("Montana Wind Jacket", "$49.00", "http://shop.test/montana.html")
COFFEE = ToldProduct("Coffee, beans & more - dark", "price on request", "")


def test_products_of_the_prompt_are_found_with_price_and_link() -> None:
    assert list(find_products(PROMPT)) == [JACKET, COFFEE]


@pytest.mark.parametrize("detailed", [True, False])
def test_products_as_our_own_prompt_tells_them_are_found(detailed: bool) -> None:
    jacket = CatalogDocument(
        id="7",
        sku="MJ03",
        name="Montana Wind Jacket",
        text="Montana Wind Jacket. Price: a bargain. Link: https://elsewhere.test",
        currency="USD",
        price_text="$49.00",
        attributes={"link": CatalogAttribute("Link type", ("chain",))},
        url="http://shop.test/montana.html",
    )
    assert list(find_products(describe(jacket, StoreView(), number=1, detailed=detailed))) == [JACKET]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- Wool Hat | $9.00 | http://shop.test/hat", ToldProduct("Wool Hat", "$9.00", "http://shop.test/hat")),
        ("1. Шапка — 900 ₽ — http://shop.test/hat", ToldProduct("Шапка", "900 ₽", "http://shop.test/hat")),
        ("Wool Hat: http://shop.test/hat", ToldProduct("Wool Hat", "", "http://shop.test/hat")),
    ],
)
def test_other_prompts_are_read_by_their_addresses(text: str, expected: ToldProduct) -> None:
    assert list(find_products(f"Some rules.\n{text}\nMore rules.")) == [expected]


def test_answer_names_products_with_price_and_link_in_their_order() -> None:
    answer = shop_answer([("system", "Rules."), ("user", PROMPT.format(question="A jacket?"))])
    assert answer.splitlines() == [
        "Here is what fits:",
        "- Montana Wind Jacket — $49.00 — http://shop.test/montana.html",
        "- Coffee, beans & more - dark — price on request",
    ]


def test_answer_is_in_the_language_of_the_question() -> None:
    assert shop_answer([("user", PROMPT.format(question="Есть куртка Montana?"))]).startswith("Вот что подойдёт:")


def test_at_most_three_products_are_named() -> None:
    prompt = "\n\n".join(f"[{number}] Thing {number}\nPrice: ${number}" for number in range(1, 9))
    assert len(shop_answer([("user", f"{prompt}\n\nThings?")]).splitlines()) == 4


def test_earlier_answers_are_no_source() -> None:
    messages = [("assistant", PROMPT), ("user", "And a cheaper one?")]
    assert shop_answer(messages) == "Nothing in this shop fits that."


def test_nothing_told_is_said_so_in_russian_too() -> None:
    assert shop_answer([("user", "куртка")]) == "Подходящего товара в этом магазине нет."
