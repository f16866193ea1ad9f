"""Addresses: joined and encoded rightly, or none at all."""

from typing import Any

import pytest
from support.records import a_record, a_store, enriched_record

from shared.magento.links import absolute, image_url, product_url


@pytest.mark.parametrize(
    ("store", "url_key", "expected"),
    [
        pytest.param({}, "chaz-hoodie", "http://shop.test/chaz-hoodie.html", id="suffix"),
        pytest.param({"url_suffix": ""}, "chaz", "http://shop.test/chaz", id="no suffix"),
        pytest.param({"url_suffix": "/"}, "chaz", "http://shop.test/chaz/", id="slash suffix"),
        pytest.param({"base_url": "https://shop.test/ru/"}, "chaz", "https://shop.test/ru/chaz.html", id="store path"),
        pytest.param({}, "/men/chaz/", "http://shop.test/men/chaz.html", id="slashes"),
        pytest.param({}, "шапка", "http://shop.test/%D1%88%D0%B0%D0%BF%D0%BA%D0%B0.html", id="Cyrillic"),
        pytest.param({}, "%D1%88", "http://shop.test/%D1%88.html", id="encoded once only"),
        pytest.param({}, "100%-wool", "http://shop.test/100%25-wool.html", id="percent sign"),
        pytest.param({}, "what?#x y", "http://shop.test/what%3F%23x%20y.html", id="reserved characters"),
        pytest.param({"base_url": "http://магазин.рф"}, "a", "http://xn--80aairftm.xn--p1ai/a.html", id="host"),
    ],
)
def test_url_of_base_key_and_suffix(store: dict[str, Any], url_key: str, expected: str) -> None:
    assert product_url(a_record(url_key=url_key), a_store(**store)) == (expected, [])


@pytest.mark.parametrize(
    ("store", "url_key"),
    [pytest.param({"base_url": None}, "chaz", id="no base URL"), pytest.param({}, None, id="no url_key")],
)
def test_without_base_or_key_there_is_no_url(store: dict[str, Any], url_key: str | None) -> None:
    assert product_url(a_record(url_key=url_key), a_store(**store)) == (None, ["no_url"])


def test_vitrina_url_wins_whole_or_as_a_path() -> None:
    assert (
        product_url(enriched_record(url="https://other.test/p?id=5#top"), a_store())[0]
        == "https://other.test/p?id=5#top"
    )
    assert product_url(enriched_record(url="/men/chaz.html"), a_store())[0] == "http://shop.test/men/chaz.html"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "data:text/html,x", "ftp://shop.test/x", "http://", "https:///x", "http://a\n.test/",
        "http://user:secret@shop.test/", "http://shop.test\\@evil.test/", "//shop.test/x", "http://[::1", "http://a:b/",
        "http://shop.test/" + "x" * 3000,
    ],
)  # fmt: skip
def test_what_is_no_web_address_gives_way_to_the_guess(url: str) -> None:
    found = product_url(enriched_record(url=url), a_store())
    assert found == ("http://shop.test/chaz-kangeroo-hoodie.html", ["bad_vitrina_url"])


@pytest.mark.parametrize(
    ("changes", "store", "expected"),
    [
        pytest.param({"image": "/m/h/mh01.jpg"}, {}, "http://shop.test/media/catalog/product/m/h/mh01.jpg", id="path"),
        pytest.param({"image": "/m/h/mh01.jpg"}, {"media_url": None}, None, id="no media URL"),
        pytest.param(
            {"image": "https://cdn.test/a b.jpg"}, {"media_url": None}, "https://cdn.test/a%20b.jpg", id="address"
        ),
        pytest.param({"image": None}, {}, None, id="no image"),
    ],
)
def test_image_of_media_url_and_path(changes: dict[str, Any], store: dict[str, Any], expected: str | None) -> None:
    found, warnings = image_url(a_record(**changes), a_store(**store))
    assert found == expected
    assert warnings == ([] if expected else ["no_image"])


def test_vitrina_image_wins() -> None:
    assert image_url(enriched_record(image="https://cdn.test/x.jpg"), a_store())[0] == "https://cdn.test/x.jpg"


def test_ipv6_hosts_and_ports_survive() -> None:
    assert absolute("http://[::1]:8080/x", base=None) == "http://[::1]:8080/x"
