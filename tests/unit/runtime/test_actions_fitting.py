"""Action answers stay below 100,000 characters whatever the catalogue holds."""

import json
from dataclasses import replace

import pytest
from support.index_meta import BUILT_AT
from support.search import a_product

from runtime.actions.fitting import MAX_CHARACTERS, render
from runtime.actions.schemas import ActionAnswer, CategoryFigures, Figures
from runtime.retrieval.hits import Hit
from runtime.retrieval.product import product_of
from shared.catalog import CatalogAttribute, CatalogDocument

OPENAI_LIMIT = 100_000


def an_answer(*documents: CatalogDocument, message: str = "") -> ActionAnswer:
    products = [product_of(Hit(document=document, score=0.03)) for document in documents]
    return ActionAnswer(
        store="default", as_of=BUILT_AT, total=len(products), understood=[], message=message, products=products
    )


def a_wordy(number: int, **changes: object) -> CatalogDocument:
    document = a_product(id=str(number), sku=f"S-{number}", name=f"Product {number}", price=1.0)
    return replace(document, short_text="слово " * 700, **changes)


def test_usual_answer_is_left_as_it_is() -> None:
    answer = an_answer(a_product(id="1", sku="A", name="Bag", price=1.0))

    assert ActionAnswer.model_validate_json(render(answer, language="en")) == answer


def test_long_texts_are_cut_before_products_are_left_out() -> None:
    rendered = json.loads(render(an_answer(*map(a_wordy, range(50))), language="en"))

    assert len(rendered["products"]) == 50
    assert rendered["products"][0]["short_text"].endswith("…")
    assert rendered["message"] == "Long texts are shortened."


def test_products_are_left_out_from_the_end_and_the_message_says_so() -> None:
    many = {f"code_{number}": CatalogAttribute(label="Свойство", values=("значение",) * 10) for number in range(60)}

    body = render(
        an_answer(*(a_wordy(number, attributes=many) for number in range(50)), message="Сначала."), language="ru"
    )

    rendered = json.loads(body)
    shown = len(rendered["products"])
    assert 1 <= shown < 50
    assert [product["id"] for product in rendered["products"]] == [str(number) for number in range(shown)]
    assert rendered["message"].startswith("Сначала. Длинные тексты сокращены. ")
    assert f"{shown} из 50" in rendered["message"]
    assert len(body.decode()) <= MAX_CHARACTERS


@pytest.mark.parametrize(
    "letter", ["x", "я", '"', "\x01", "😀"], ids=["ascii", "cyrillic", "quote", "control", "emoji"]
)
def test_a_single_monstrous_product_still_fits(letter: str) -> None:
    huge = {
        f"{letter * 500}{number}": CatalogAttribute(label=letter * 5000, values=(letter * 2000,) * 20)
        for number in range(60)
    }
    monster = replace(
        a_product(id="1", sku="A", name=letter * 20_000, price=1.0, categories=(letter * 1000,) * 100),
        short_text=letter * 50_000,
        attributes=huge,
        variant_skus=(letter * 64,) * 500,
    )

    body = render(an_answer(monster), language="en")

    assert len(json.loads(body)["products"]) == 1
    assert len(body.decode()) < OPENAI_LIMIT


def test_categories_with_endless_names_are_cut_and_leave_the_figures_whole() -> None:
    categories = [
        CategoryFigures(name=f"{number} " + "имя " * 2_000, count=3, price_min=1.0, price_max=2.0)
        for number in range(8)
    ]
    figures = Figures(
        count=50, exact=True, in_stock=40, on_request=1, price_min=1.0, price_max=2.0, categories=categories
    )
    answer = an_answer(*map(a_wordy, range(50))).model_copy(update={"facts": figures})

    body = render(answer, language="en")

    told = json.loads(body)["facts"]
    assert len(body.decode()) <= MAX_CHARACTERS
    assert {name: told[name] for name in told if name != "categories"} == figures.model_dump(exclude={"categories"})
    assert [category["name"][:2] for category in told["categories"]] == [f"{number} " for number in range(8)]
    assert told["categories"][0]["name"].endswith("…")
