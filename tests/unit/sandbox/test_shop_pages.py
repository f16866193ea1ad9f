"""The storefront's pages, without a socket: what they say, and that nothing in them is inline or unescaped."""

import json
import re
from dataclasses import replace

import pytest
from selectolax.lexbor import LexborHTMLParser

from indexer.doctor.page import read_page
from sandbox.magento.product import Locale
from sandbox.magento.sample import SampleShop, read_sample_shop
from sandbox.shop.layout import Site
from sandbox.shop.markup import Html, described, element, joined
from sandbox.shop.plan import missing, plan
from sandbox.shop.shelves import filled
from sandbox.shop.words import counted
from sandbox.stack import views_at

SAMPLE = read_sample_shop()
VIEWS = tuple(filled(SAMPLE, view) for view in views_at("http://shop.test"))
SITE = Site(views=VIEWS, assistant="http://assistant.test")
SPOTS = plan(VIEWS, SAMPLE)


def page(path: str, site: Site = SITE) -> LexborHTMLParser:
    return LexborHTMLParser(SPOTS[path].written(site))


def text_of(path: str, selector: str) -> str:
    found = page(path).css_first(selector)
    assert found is not None
    return " ".join(found.text(separator=" ").split())


def test_every_page_of_both_languages_has_a_path_of_its_own() -> None:
    pages = 2 + len(SAMPLE.model.categories) + len(SAMPLE.products)
    assert len(SPOTS) == 2 * pages
    assert {"/", "/ru/", "/ru/help.html", "/jackets.html", "/alpine-insulated-jacket.html"} <= SPOTS.keys()


@pytest.mark.parametrize("path", list(SPOTS))
def test_page_holds_nothing_inline_and_every_link_of_it_leads_to_a_page(path: str) -> None:
    html = SPOTS[path].written(SITE)
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|\{\{|&amp;nbsp;|&amp;mdash;", html)
    tree = LexborHTMLParser(html)
    scripts = [node for node in tree.css("script") if "src" not in node.attributes]
    assert {node.attributes["type"] for node in scripts} <= {"application/ld+json"}
    links = {node.attributes["href"] or "" for node in tree.css("a")}
    assert {link for link in links if not link.startswith("#")} <= SPOTS.keys()
    assert len(tree.css("h1")) == 1
    assert all("alt" in node.attributes for node in tree.css("img"))


@pytest.mark.parametrize(
    ("path", "name", "price", "stock"),
    [
        ("/alpine-insulated-jacket.html", "Alpine Insulated Jacket", "$52.00", "In stock"),
        ("/ru/alpine-insulated-jacket.html", "Утеплённая куртка «Альпина»", "4 810 ₽", "В наличии"),
        ("/yrsa-womens-down-parka.html", "Yrsa Women's Down Parka", "$215.00", "Out of stock"),
        ("/tx-900-expedition-base-tent.html", "TX-900 Expedition Base Tent", "Price on request", "In stock"),
        ("/ru/tx-900-expedition-base-tent.html", "Экспедиционная палатка TX-900", "Цена по запросу", "В наличии"),
        ("/dome-3-weekend-tent.html", "Dome 3 Weekend Tent", "$168.00 Was $198.00", "In stock"),
    ],
)
def test_product_page_says_name_price_and_stock(path: str, name: str, price: str, stock: str) -> None:
    assert text_of(path, "h1") == name
    assert text_of(path, ".offer .line") == price
    assert text_of(path, ".offer .stock") == stock


def test_variants_have_their_own_price_and_stock() -> None:
    rows = [node.text(separator="|", strip=True) for node in page("/fjell-10k-rain-jacket.html").css(".variants tr")]
    assert rows[0] == "Mustard · S|$89.00|In stock"
    assert rows[-1] == "Black · XL|$95.00|In stock"


@pytest.mark.parametrize("locale", ["en", "ru"])
def test_machine_reads_from_the_page_what_the_shelf_says(locale: Locale) -> None:
    (shelves,) = (view for view in VIEWS if view.locale == locale)
    for item in shelves.items:
        facts = read_page(SPOTS[item.path].written(SITE), skus=[item.product.sku])
        currency = None if item.price.amount is None else shelves.store.currency
        assert (facts.sku, facts.price, facts.currency) == (item.product.sku, item.price.amount, currency)
        assert facts.image == item.picture


def test_assistant_is_told_the_store_view_its_pages_and_on_product_pages_the_product() -> None:
    home, product = page("/ru/").css("script[src]"), page("/yoga-mat.html").css("script[src]")
    assert [node.attributes for node in home] == [
        {
            "src": "http://assistant.test/widget.js", "data-store": "ru", "data-help-url": "/ru/help.html",
            "data-privacy-url": "http://assistant.test/privacy", "async": "",
        }
    ]  # fmt: skip
    assert [node.attributes["data-product-id"] for node in product] == ["304"]
    assert page("/", replace(SITE, assistant=None)).css("script[src]") == []


def test_page_leads_to_itself_in_the_other_language() -> None:
    assert [node.attributes["href"] for node in page("/yoga-mat.html").css("a.language")] == ["/ru/yoga-mat.html"]
    assert [node.attributes["href"] for node in page("/ru/bags.html").css("a.language")] == ["/bags.html"]


def test_category_shows_all_of_its_products_and_what_is_below_it() -> None:
    tents = [item.path for item in VIEWS[0].items if any(found.key == "tents" for found in item.product.categories)]
    assert [node.attributes["href"] for node in page("/tents.html").css("a.tile")] == tents
    assert "/tents.html" in [node.attributes["href"] for node in page("/camping.html").css(".chips a")]


def test_missing_page_speaks_the_language_of_its_path() -> None:
    assert "There is no such page" in missing(VIEWS, "/nothing.html").written(SITE)
    assert "Такой страницы нет" in missing(VIEWS, "/ru/nothing.html").written(SITE)


def test_two_pages_at_one_path_are_refused() -> None:
    twice = SampleShop(model=SAMPLE.model, products=(*SAMPLE.products, SAMPLE.products[0]))
    with pytest.raises(ValueError, match=r"several pages at /market-canvas-tote\.html"):
        plan((filled(twice, VIEWS[0].store),), twice)


def test_text_is_escaped_wherever_it_stands() -> None:
    name = '<script>alert(1)</script> "&"'
    product = SAMPLE.products[0]
    texts = {locale: replace(text, name=name, short_description=name) for locale, text in product.texts.items()}
    hostile = SampleShop(model=SAMPLE.model, products=(replace(product, texts=texts, sku='"><b>'),))
    shelves = (filled(hostile, VIEWS[0].store),)
    html = plan(shelves, hostile)["/market-canvas-tote.html"].written(Site(views=shelves))
    tree = LexborHTMLParser(html)
    (script,) = tree.css("script")
    assert script.attributes.get("type") == "application/ld+json"
    assert json.loads(script.text())["name"] == name
    assert "<b>" not in html


def test_description_keeps_its_paragraphs_and_loses_everything_else() -> None:
    markup = (
        '<!-- note --><style>p{color:red}</style><p onclick="x()">A &amp; b&nbsp;&mdash; <strong>c</strong>'
        '<img src="{{media url="a.jpg"}}"> <a href="{{store url=""}}">d</a></p>{{widget type="x"}}<ul><li>e'
    )
    assert described(markup) == "<p>A &amp; b\xa0— <strong>c</strong> d</p><ul><li>e</li></ul>"


def test_element_escapes_text_and_attributes_but_not_elements() -> None:
    inner = element("b", "<i>")
    assert element("a", inner, " & ", None, href='"x"', class_="y", data_id=3, title=None) == (
        '<a href="&quot;x&quot;" class="y" data-id="3"><b>&lt;i&gt;</b> &amp; </a>'
    )
    assert joined([Html("<br>"), "<br>"]) == "<br>&lt;br&gt;"


@pytest.mark.parametrize(
    ("n", "english", "russian"),
    [
        (1, "1 product", "1 товар"),
        (3, "3 products", "3 товара"),
        (11, "11 products", "11 товаров"),
        (21, "21 products", "21 товар"),
    ],
)
def test_number_of_products_is_said_in_the_form_it_asks_for(n: int, english: str, russian: str) -> None:
    assert (counted(n, "en"), counted(n, "ru")) == (english, russian)
