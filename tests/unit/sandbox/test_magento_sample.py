"""The hand-written shop: what its reader accepts, and how plainly it refuses the rest."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.magento.core import CoreStore
from sandbox.magento.elasticsuite import ElasticSuiteStore
from sandbox.magento.product import ENGLISH, LOCALES, RUSSIAN
from sandbox.magento.sample import SampleShopError, read_sample_shop

ATTRIBUTES = """
[[category]]
id = 3
key = "clothes"
en = "Clothes"
ru = "Одежда"
[[category]]
id = 14
key = "jackets"
parent = "clothes"
en = "Jackets"
ru = "Куртки"
[[attribute]]
code = "color"
en = "Color"
ru = "Цвет"
[[attribute.option]]
id = 49
key = "black"
en = "Black"
ru = "Чёрный"
[[attribute.option]]
id = 50
key = "gray"
en = "Gray"
ru = "Серый"
[[attribute]]
code = "season"
en = "Season"
ru = "Сезон"
[[attribute.option]]
id = 60
key = "winter"
en = "Winter"
ru = "Зима"
[[attribute.option]]
id = 61
key = "autumn"
en = "Autumn"
ru = "Осень"
[[attribute]]
code = "capacity"
en = "Capacity"
ru = "Объём"
"""
CLOTHES = """
[[product]]
id = 101
sku = "MJ-ALPINE"
categories = ["clothes", "jackets"]
price = 52.00
in_stock = true
url_key = "alpine-insulated-jacket"
image = "/m/j/mj-alpine.jpg"
options = { season = ["winter", "autumn"] }
[product.en]
name = "Alpine Insulated Jacket"
short_description = "<p>Warm.</p>"
description = "<p>Loftelle&trade; inside.</p>"
text = { capacity = "20 l" }
[product.ru]
name = "Утеплённая куртка «Альпина»"
short_description = "<p>Тёплая.</p>"
description = "<p>Внутри Loftelle&trade;.</p>"
text = { capacity = "20 л" }
[[product.variant]]
sku = "MJ-ALPINE-BLK"
options = { color = "black" }
price = 49.00
in_stock = false
[[product.variant]]
sku = "MJ-ALPINE-GRY"
options = { color = "gray" }
[[product]]
id = 102
sku = "MJ-CITY"
categories = ["clothes", "jackets"]
price = 80
url_key = "city-jacket"
ean = "4006381333931"
options = { color = ["gray"] }
[product.en]
name = "City Jacket"
short_description = "<p>Plain.</p>"
description = "<p>Plain.</p>"
[product.ru]
name = "Куртка «Сити»"
short_description = "<p>Простая.</p>"
description = "<p>Простая.</p>"
"""

Shop = Callable[..., Path]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Write the little shop, with `old` replaced by `new` in the file that holds it."""

    def write(old: str = "", new: str = "") -> Path:
        (tmp_path / "attributes.toml").write_text(ATTRIBUTES.replace(old, new, 1) if old else ATTRIBUTES, "utf-8")
        (tmp_path / "clothes.toml").write_text(CLOTHES.replace(old, new, 1) if old else CLOTHES, "utf-8")
        return tmp_path

    return write


def refusal(folder: Path) -> tuple[str, ...]:
    with pytest.raises(SampleShopError) as refused:
        read_sample_shop(folder)
    return refused.value.problems


def test_products_come_with_everything_that_is_written(shop: Shop) -> None:
    alpine, city = read_sample_shop(shop()).products
    assert [category.id for category in alpine.categories] == [3, 14]
    assert alpine.texts["ru"].name == "Утеплённая куртка «Альпина»"
    assert alpine.texts["en"].free == {"capacity": "20 l"}
    assert [(v.id, v.options["color"].id, v.price, v.in_stock) for v in alpine.variants] == [
        (10101, 49, 49.0, False),
        (10102, 50, None, True),
    ]
    assert (city.ean, city.in_stock, city.variants) == ("4006381333931", True, ())


def test_reduced_product_costs_its_special_price(shop: Shop) -> None:
    little = read_sample_shop(shop("price = 80", "price = 80\nspecial_price = 60.5"))
    city = CoreStore(ENGLISH, little.model).document(little.products[1])
    assert city.source["price_0_1"] == "60.500000"


def test_attribute_is_multiselect_when_a_product_has_several_values(shop: Shop) -> None:
    inputs = {attribute.code: attribute.input for attribute in read_sample_shop(shop()).model.attributes}
    assert inputs == {"color": "select", "season": "multiselect", "capacity": "text"}


def test_both_dialects_render_it_with_the_usual_traps(shop: Shop) -> None:
    little = read_sample_shop(shop())
    core = CoreStore(ENGLISH, little.model).document(little.products[0])
    assert core.source["name"] == "alpine insulated jacket\nalpine insulated jacket-black\nalpine insulated jacket-gray"
    assert core.source["price_0_1"] == "49.000000"
    assert core.source["price_2_1"] == "44.100000"
    suite = ElasticSuiteStore(RUSSIAN, little.model).document(little.products[0])
    assert suite.source["option_text_color"] == ["Чёрный", "Серый"]


def test_enriched_shop_tells_the_variants_stock(shop: Shop) -> None:
    little = read_sample_shop(shop(), enriched=True)
    alpine, city = (CoreStore(ENGLISH, little.model).document(p).source["vitrina"] for p in little.products)
    assert alpine["name"] == "Alpine Insulated Jacket"
    assert [(variant["sku"], variant["in_stock"]) for variant in alpine["variants"]] == [
        ("MJ-ALPINE-BLK", False),
        ("MJ-ALPINE-GRY", True),
    ]
    assert "variants" not in city


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            'color = "gray"',
            'color = "grey"',
            "clothes.toml: product MJ-ALPINE (id 101): attribute 'color' has no option 'grey'",
        ),
        ('color = ["gray"]', 'colour = ["gray"]', "clothes.toml: product MJ-CITY (id 102): unknown attribute 'colour'"),
        ('"MJ-CITY"', '"MJ-ALPINE-BLK"', "SKU 'MJ-ALPINE-BLK' is there 2 times"),
        ("id = 102", "id = 101", "product id '101' is there 2 times"),
        ('"city-jacket"', '"alpine-insulated-jacket"', "url_key 'alpine-insulated-jacket' is there 2 times"),
        ("id = 50", "id = 49", "attributes.toml: option id '49' is there 2 times"),
        ("id = 14", "id = 3", "attributes.toml: category id '3' is there 2 times"),
        ('"clothes", "jackets"', '"jackets"', "MJ-ALPINE (id 101): category 'jackets' without its parent 'clothes'"),
        ('"clothes", "jackets"', '"clothes", "coats"', "MJ-ALPINE (id 101): unknown category 'coats'"),
        ('parent = "clothes"', 'parent = "wear"', "attributes.toml: category jackets: unknown parent 'wear'"),
        ("4006381333931", "4006381333932", "MJ-CITY (id 102): '4006381333932' is no EAN-13"),
        ('capacity = "20 л"', 'volume = "20 л"', "MJ-ALPINE (id 101): ru: unknown attribute 'volume'"),
        ('text = { capacity = "20 л" }', "", "MJ-ALPINE (id 101): 'capacity' is written in one language only"),
        (
            'options = { color = "gray" }',
            'options = { season = "winter" }',
            "its variants differ in different attributes",
        ),
        ('options = { color = "gray" }', 'options = { color = "black" }', "two variants are both {'color': 'black'}"),
        ('name = "Куртка «Сити»"', "", "clothes.toml: product MJ-CITY (id 102): ru.name: Field required"),
        ('name = "Куртка «Сити»"', 'name = " "', "clothes.toml: product MJ-CITY (id 102): ru.name: "),
        ("price = 80", "price = -1", "clothes.toml: product MJ-CITY (id 102): price: "),
        (
            "price = 80",
            "price = 80\nspecial_price = 80",
            "MJ-CITY (id 102): a special price of 80.0 where the price is 80.0",
        ),
        ("price = 52.00", "price = 52.00\nspecial_price = 40", "MJ-ALPINE (id 101): a special price beside variants"),
        ("price = 80", "prise = 80", "clothes.toml: product MJ-CITY (id 102): prise: "),
        ('ru = "Цвет"', "", "attributes.toml: attribute.0.ru: Field required"),
        (
            "[[product]]\nid = 101",
            "[[item]]\n[[product]]\nid = 101",
            "clothes.toml: item: Extra inputs are not permitted",
        ),
        ("[[product]]", "[[product", "clothes.toml: no valid TOML: "),
    ],
)
def test_fault_is_named_with_file_and_product(shop: Shop, old: str, new: str, problem: str) -> None:
    assert any(problem in found for found in refusal(shop(old, new)))


def test_every_fault_is_told_at_once(shop: Shop) -> None:
    folder = shop('color = ["gray"]', 'color = ["grey"]')
    path = folder / "clothes.toml"
    path.write_text(path.read_text("utf-8").replace("4006381333931", "12"), "utf-8")
    assert len(refusal(folder)) == 2


def test_missing_attributes_file_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path) == (f"attributes.toml: not found in {tmp_path.name}",)


def test_the_sample_shop_itself_is_sound() -> None:
    sample = read_sample_shop()
    assert len(sample.products) >= 200
    departments = {product.categories[0].key for product in sample.products}
    assert departments == {"clothes", "bags", "sport", "home"}
    assert sum(bool(product.variants) for product in sample.products) >= 10
    assert any(not product.in_stock for product in sample.products)
    assert sum(product.special_price is not None for product in sample.products) >= 10
    assert sum(product.price == 0 for product in sample.products) >= 3
    for product in sample.products:
        assert all(len(product.texts[locale].description) > 60 for locale in LOCALES)
