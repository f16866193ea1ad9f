"""What stands there when nothing meets every value that the text asks for, and what is said beside it."""

from typing import Any

import pytest
from support.runtime import DEFAULT, Shop, names_of
from support.search import a_product

from runtime.chat.chain import Found, brief
from runtime.chat.question import ChatQuestion
from runtime.retrieval.hits import Retrieval, RetrievalRequest
from shared.hybrid.filters import ProductFilter

MESSAGE = (
    "Nothing meets all conditions at once: category “Jackets”, Color: Red. "
    "What is shown is similar, without this: Color: Red."
)


@pytest.fixture
def shop() -> Shop:
    """Black jackets and red bags: nobody has a red jacket."""
    jackets = [
        a_product(
            id=f"{n}", sku=f"J-{n}", name=f"Jacket {n}", price=10.0 * n, categories=("Jackets",), color=("Black",)
        )
        for n in range(1, 5)
    ]
    bags = [
        a_product(id=f"{n}", sku=f"B-{n}", name=f"Bag {n}", price=10.0 * n, categories=("Bags",), color=("Red",))
        for n in range(5, 9)
    ]
    shop = Shop()
    shop.search.put("rag-default-2", [*jackets, *bags], alias=names_of(DEFAULT).alias)
    return shop


async def found_by(shop: Shop, text: str, **more: Any) -> Retrieval:
    return await shop.retriever.retrieve(RetrievalRequest(text=text, store="default", **more))


@pytest.mark.parametrize("text", ["red jackets", "cheapest red jacket"])
async def test_what_has_another_value_is_shown_and_said_to_be_only_similar(shop: Shop, text: str) -> None:
    found = await found_by(shop, text)

    assert {hit.document.id for hit in found.hits} == {"1", "2", "3", "4"}
    assert (found.unmet, found.total, found.message) == (True, 0, MESSAGE)
    assert "attribute:color:red" in {read.id for read in found.understood}


async def test_what_the_client_took_back_is_no_condition_anymore(shop: Shop) -> None:
    found = await found_by(shop, "red jackets", drop=("attribute:color:red",))

    assert (found.unmet, found.message) == (False, "")
    assert found.total


async def test_what_meets_every_value_stands_alone(shop: Shop) -> None:
    found = await found_by(shop, "red bags")

    assert {hit.document.id for hit in found.hits} == {"5", "6", "7", "8"}
    assert (found.unmet, found.message) == (False, "")


async def test_filter_of_the_client_is_kept(shop: Shop) -> None:
    wanted = ProductFilter(attributes={"color": ("Red",)}, categories=("Jackets",))

    found = await found_by(shop, "jackets", filter=wanted)

    assert (found.hits, found.unmet) == ((), False)


async def test_other_conditions_are_kept_and_when_they_leave_nothing_nothing_is_shown(shop: Shop) -> None:
    found = await found_by(shop, "red jackets up to $20")

    assert {hit.document.id for hit in found.hits} == {"1", "2"}
    assert found.message == (
        "Nothing meets all conditions at once: category “Jackets”, Color: Red, price at $20.00 or less. "
        "What is shown is similar, without this: Color: Red."
    )
    assert (await found_by(shop, "red jackets up to $5")).hits == ()


async def test_the_thing_itself_is_nearer_than_its_colour(shop: Shop) -> None:
    found = await found_by(shop, "red jacket for winter hiking")

    assert {hit.document.name.split()[0] for hit in found.hits[:4]} == {"Jacket"}
    assert (found.unmet, found.total) == (True, 0)
    assert found.message.startswith("Nothing fits the query under these conditions: Color: Red. What is shown is")


async def test_what_is_shown_instead_is_explained_too(shop: Shop) -> None:
    found = await found_by(shop, "red jackets", explain=True)

    assert set(found.explained) == {hit.document.id for hit in found.hits}


async def test_model_is_told_that_nothing_is_what_was_asked_for(shop: Shop) -> None:
    found = await found_by(shop, "red jackets")

    briefing = brief(Found(ChatQuestion(store=DEFAULT, text="red jackets"), found, found.hits))

    assert briefing.empty == MESSAGE
    assert f"<search_result>\n{MESSAGE}\n</search_result>" in briefing.messages[-1].content
