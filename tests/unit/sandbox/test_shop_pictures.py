"""The drawn pictures: one for every product, small, sound, and of what is sold."""

import re
from xml.etree import ElementTree

import pytest

from sandbox.magento.product import ShopProduct
from sandbox.magento.sample import read_sample_shop
from sandbox.shop.kinds import kind_of
from sandbox.shop.pictures import icon, picture_of

PRODUCTS = read_sample_shop().products
SVG = "{http://www.w3.org/2000/svg}"


def named(url_key: str) -> ShopProduct:
    return next(product for product in PRODUCTS if product.url_key == url_key)


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.sku)
def test_picture_is_small_sound_and_named(product: ShopProduct) -> None:
    picture = picture_of(product)
    tree = ElementTree.fromstring(picture)
    assert len(picture.encode()) < 4096
    assert tree.tag == f"{SVG}svg"
    assert (tree.attrib["width"], tree.attrib["height"], tree.attrib["viewBox"]) == ("600", "600", "0 0 600 600")
    assert tree.findtext(f"{SVG}title") == product.texts["en"].name
    assert not re.search(r"\$|<script|href|url\(|\bon\w+=|style=", picture)


def test_nothing_is_drawn_as_a_plain_box_that_has_a_shape_of_its_own() -> None:
    assert [product.url_key for product in PRODUCTS if kind_of(product) == "box"] == ["packing-cubes-set-of-4"]


@pytest.mark.parametrize(
    ("url_key", "kind"),
    [
        ("alpine-insulated-jacket", "puffer"),
        ("dock-25-waterproof-roll-top-backpack", "rolltop"),
        ("iris-cotton-shirt-dress", "dress"),
        ("breeze-running-windbreaker", "jacket"),
        ("yoga-mat", "mat"),
        ("duo-usb-bike-light-set", "bikelight"),
        ("marna-2-whistling-kettle", "kettle"),
        ("page-clamp-reading-light", "desklamp"),
    ],
)
def test_kind_is_that_of_the_thing_itself(url_key: str, kind: str) -> None:
    assert kind_of(named(url_key)) == kind


def test_picture_has_the_products_own_color_or_that_of_its_first_variant_or_material() -> None:
    assert "#d9a43b" in picture_of(named("dock-25-waterproof-roll-top-backpack"))
    assert "#3a3d45" in picture_of(named("alpine-insulated-jacket"))
    assert "#50535b" in picture_of(named("forge-cast-iron-skillet"))


def test_products_of_one_kind_can_be_told_apart_and_stay_what_they_are() -> None:
    backpacks = [picture_of(product) for product in PRODUCTS if kind_of(product) == "backpack"]
    assert len(set(backpacks)) == len(backpacks)
    assert picture_of(PRODUCTS[0]) == picture_of(PRODUCTS[0])


def test_icon_is_sound() -> None:
    assert ElementTree.fromstring(icon()).tag == f"{SVG}svg"
