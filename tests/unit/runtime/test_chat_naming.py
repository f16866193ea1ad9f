"""Which products an answer names."""

import pytest
from support.chat import a_document

from runtime.chat.naming import named_products

BAG = a_document(id="bag", sku="24-MB01", variant_skus=("24-MB01-RED",), name="Joust Bag", url="http://shop.test/bag")
DUO = a_document(id="duo", sku="24-MB02", name="Joust Bag Duo", url="http://shop.test/bag-duo")
COAT = a_document(id="coat", sku="WJ1", name="Пальто «Ёлка»", url=None)
TWIN = a_document(id="twin", sku="24-MB09", name="joust bag", url="http://shop.test/twin")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        pytest.param("Take the **Joust Bag** for $34.", ("bag",), id="name"),
        pytest.param("take the JOUST BAG", ("bag",), id="letter-case"),
        pytest.param("Joust Bag Duo is enough.", ("duo",), id="longer-name"),
        pytest.param("Joust Bag Duo, or the Joust Bag.", ("duo", "bag"), id="both-in-order"),
        pytest.param("SKU 24-mb02 fits.", ("duo",), id="sku"),
        pytest.param("24-MB01-RED fits.", ("bag",), id="variant-sku"),
        pytest.param("See http://shop.test/bag-duo.", ("duo",), id="link-that-extends-another"),
        pytest.param("See (http://shop.test/bag) now", ("bag",), id="link"),
        pytest.param("«пальто «ёлка»» тёплое", ("coat",), id="russian"),
        pytest.param("JoustBag, 24-MB011, XWJ1", (), id="parts-of-words"),
        pytest.param("See http://shop.test/twin", ("twin",), id="namesake-by-link"),
        pytest.param("", (), id="nothing"),
    ],
)
def test_named_products(text: str, named: tuple[str, ...]) -> None:
    assert named_products(text, [BAG, DUO, COAT, TWIN]) == named


def test_a_code_that_may_be_anything_names_nothing() -> None:
    mugs = [
        a_document(id="red", sku="A1", name="Red Mug"),
        a_document(id="blue", sku="12", name="Blue Mug"),
        a_document(id="green", sku="M", name="Green Mug"),
    ]

    assert named_products("The Red Mug costs $12.50 and ships in size M.", mugs) == ("red",)
    assert named_products("A1 is the one.", mugs) == ("red",)
