"""What a shopper is offered to ask next: few, true of what was found, and read back by the rules as it is meant."""

from dataclasses import replace

import pytest
from support.chat import a_document, a_hit, started

from runtime.chat.follow_ups import Leads, leads_of
from runtime.chat.followup import leans, plan_search
from runtime.chat.references import asks_for_more
from runtime.retrieval.hits import Condition
from runtime.retrieval.language import Language
from shared.catalog import CatalogAttribute, CatalogDocument


def a_bag(
    number: int,
    *,
    price: float | None = 30.0,
    color: str = "",
    in_stock: bool = True,
    category: str = "Bags",
    label: str = "Color",
    code: str = "color",
) -> CatalogDocument:
    attributes = {code: CatalogAttribute(label, (color,))} if color else {}
    return a_document(
        id=str(number), name=f"Bag {number}", price_from=price, price_to=price, in_stock=in_stock,
        categories=(category,), attributes=attributes,
    )  # fmt: skip


def after(
    *bags: CatalogDocument,
    total: int = 0,
    named: tuple[str, ...] = (),
    language: Language = "en",
    understood: tuple[Condition, ...] = (),
    asked: str = "",
) -> tuple[str, ...]:
    opening = replace(started(), hits=tuple(map(a_hit, bags)), understood=understood)
    leads = leads_of(opening, total=total or len(bags), language=language, asked=asked)
    return leads.after(named) if leads else ()


def read(kind: str, field: str = "") -> Condition:
    return Condition(id=kind, kind=kind, field=field, value=None, text="")


SAME = [a_bag(1), a_bag(2), a_bag(3)]
ALL = ("1", "2", "3")
OF_A_KIND = (read("category"),)
"""What is understood where a kind of thing was asked for."""


def test_alike_products_that_were_all_named_leave_nothing_to_ask() -> None:
    assert after(*SAME, named=ALL) == ()


def test_there_is_more_where_there_is_more() -> None:
    assert after(*SAME, total=12, named=ALL) == ("What else do you have?",)
    assert after(*SAME, named=("1",)) == ("What else do you have?",)


def test_cheaper_is_offered_where_prices_differ() -> None:
    assert after(a_bag(1), a_bag(2, price=40.0), named=ALL) == ("Anything cheaper?",)
    assert after(a_bag(1), a_bag(2, price=None), named=ALL) == ()
    assert after(a_bag(1), a_bag(2, price=40.0), named=ALL, understood=(read("sort"),)) == ()


def test_stock_is_offered_where_some_are_out_of_it() -> None:
    assert after(a_bag(1), a_bag(2, in_stock=False), named=ALL) == ("Only what is in stock",)
    assert after(a_bag(1, in_stock=False), a_bag(2, in_stock=False), named=ALL) == ()
    assert after(a_bag(1), a_bag(2, in_stock=False), named=ALL, understood=(read("stock"),)) == ()


@pytest.mark.parametrize(
    ("language", "colors", "offered"),
    [
        ("en", ("Black", "Black", "Red"), "Only black ones"),
        ("en", ("Merino Wool", "Cotton", "Merino Wool"), "Only merino wool ones"),
        ("ru", ("Чёрный", "Чёрный", "Синий"), "Только чёрные"),
    ],
)
def test_colour_that_some_have_is_offered(language: Language, colors: tuple[str, ...], offered: str) -> None:
    bags = [a_bag(number, color=color) for number, color in enumerate(colors)]
    assert after(*bags, named=("0", "1", "2"), language=language, understood=OF_A_KIND) == (offered,)
    assert after(*bags, named=("0", "1", "2"), language=language) == ()


@pytest.mark.parametrize(
    ("language", "colors", "unwanted", "offered"),
    [
        ("en", ("Black", "Black", "Red"), "black", ("Only red ones",)),
        ("ru", ("Чёрный", "Чёрный", "Синий"), "чёрная", ("Только синие",)),
    ],
)
def test_colour_that_is_not_wanted_is_not_offered(
    language: Language, colors: tuple[str, ...], unwanted: str, offered: tuple[str, ...]
) -> None:
    bags = [a_bag(number, color=color) for number, color in enumerate(colors)]
    known = Condition(id="not", kind="not", field="color", value=unwanted, text="")
    words = Condition(id="not", kind="not", field="text", value=unwanted, text="")
    assert after(*bags, named=("0", "1", "2"), language=language, understood=(*OF_A_KIND, words)) == offered
    assert after(*bags, named=("0", "1", "2"), language=language, understood=(*OF_A_KIND, known)) == ()


def test_colour_of_all_or_of_none_in_stock_or_asked_for_already_is_not_offered() -> None:
    black = [a_bag(n, color="Black") for n in range(3)]
    assert after(*black, named=("0", "1", "2"), understood=OF_A_KIND) == ()
    gone = replace(black[0], in_stock=False)
    assert after(gone, *black[1:], named=("0", "1", "2"), understood=OF_A_KIND) == ("Only what is in stock",)
    red = a_bag(2, color="Red", in_stock=False)
    assert after(a_bag(1), red, named=ALL, understood=OF_A_KIND) == ("Only what is in stock",)
    mixed = [a_bag(1, color="Black"), a_bag(2, color="Red")]
    assert after(*mixed, named=ALL, understood=(*OF_A_KIND, read("attribute", "color"))) == ()


@pytest.mark.parametrize(
    ("color", "code", "label", "language"),
    [
        ("Чёрный", "color", "Color", "en"), ("Black", "color", "Color", "ru"), ("Хлопок", "material", "Материал", "ru"),
        ("Anna", "supplier", "Supplier", "en"), ("Black and white and red", "color", "Color", "en"),
    ],
)  # fmt: skip
def test_value_that_would_not_read_well_or_is_nobody_s_business_is_not_offered(
    color: str, code: str, label: str, language: Language
) -> None:
    bags = [a_bag(1, color=color, code=code, label=label), a_bag(2)]
    assert after(*bags, named=ALL, language=language, understood=OF_A_KIND) == ()


def test_category_is_offered_where_several_were_found_and_none_was_asked_for() -> None:
    bags = [a_bag(1), a_bag(2), a_bag(3, category="Tents")]
    assert after(*bags, named=ALL) == ("And bags?",)
    assert after(*bags, named=ALL, understood=OF_A_KIND) == ()
    sleeves = [replace(bag, categories=("Bags", "Laptop Sleeves")) for bag in bags[:2]]
    assert after(*sleeves, bags[2], named=ALL) == ("And laptop sleeves?",)


@pytest.mark.parametrize("name", ["Camping", "Home", "Home Textiles and Lamps", "Палатки", ""])
def test_category_that_is_no_kind_of_thing_is_not_offered(name: str) -> None:
    assert after(a_bag(1, category=name), a_bag(2, category="Sport"), named=ALL) == ()


def test_kind_of_thing_that_the_question_names_is_not_offered_again() -> None:
    bags = [a_bag(1, color="Black"), a_bag(2, color="Red"), a_bag(3, category="Tents")]
    assert after(*bags, named=ALL, asked="a bag for the gym") == ("Only black ones",)
    for_the_gym = [replace(bag, categories=("Bags for the Gym",)) for bag in bags[:2]]
    assert after(*for_the_gym, bags[2], named=ALL, asked="for the road") == ("And tents?",)
    assert after(*bags, named=ALL, asked="for the gym") == ("And bags?",)


def test_three_are_offered_at_most_the_narrowing_first() -> None:
    bags = [a_bag(1, color="Black"), a_bag(2, price=50.0, color="Red", in_stock=False), a_bag(3)]
    narrowed = ("Only black ones", "Anything cheaper?", "Only what is in stock")
    assert after(*bags, total=20, understood=OF_A_KIND) == narrowed
    assert after(*bags[:1], a_bag(3, price=9.0), total=20, language="ru") == ("Что-нибудь подешевле?", "Что ещё есть?")


@pytest.mark.parametrize("total", [0])
def test_what_is_only_similar_leads_nowhere(total: int) -> None:
    opening = replace(started(), hits=tuple(map(a_hit, SAME)))
    assert leads_of(opening, total=total, language="en") is None
    assert leads_of(started(), total=5, language="en") is None


@pytest.mark.parametrize(("language", "subject"), [("en", "waterproof jackets"), ("ru", "непромокаемые куртки")])
def test_rules_read_each_as_it_is_meant(language: Language, subject: str) -> None:
    trait = "black" if language == "en" else "чёрные"
    narrowed, cheaper, in_stock = Leads(language, trait=trait, cheaper=True, some_out=True).after(())
    (more,) = Leads(language, total=9).after(())
    (category,) = Leads(language, category="tents" if language == "en" else "палатки").after(())
    assert all(leans(turn) for turn in (narrowed, cheaper, in_stock, more))
    assert plan_search([subject, narrowed]) == f"{subject} {trait}"
    assert plan_search([subject, cheaper]).startswith(f"{subject}, ")
    assert plan_search([subject, in_stock]) == f"{subject}, {'in stock' if language == 'en' else 'в наличии'}"
    assert asks_for_more(more, subject=subject)
    assert subject not in plan_search([subject, category])
