"""Which hosts of products the doctor takes for the shop's."""

import pytest

from runtime.doctor.hosts import host_of, judge_hosts

SHOP = ("https://shop.test/en/", None, "https://media.shop.test:8443")


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://Shop.TEST:443/a.html", "shop.test"),
        ("http://shop.test:80/", "shop.test"),
        ("http://shop.test:443/", "shop.test:443"),
        ("https://магазин.рф/a", "xn--80aairftm.xn--p1ai"),
        ("https://shop.test:8443", "shop.test:8443"),
    ],
)
def test_host_is_read_as_a_browser_reads_it(address: str, host: str) -> None:
    assert host_of(address) == host


def test_shop_that_is_where_it_says_is_well() -> None:
    verdict = judge_hosts(["https://shop.test/a.html", "https://media.shop.test:8443/a.jpg"], SHOP)
    assert (verdict.status, verdict.seen) == ("ok", "2 links and pictures are on the shop's own hosts")


def test_hosts_that_are_not_the_shops_are_counted() -> None:
    addresses = [
        "https://shop.test/a",
        "https://cdn.test/a.jpg",
        "https://cdn.test/b.jpg",
        "https://media.shop.test/c.jpg",
    ]
    verdict = judge_hosts(addresses, SHOP)
    assert verdict.status == "warning"
    assert verdict.seen == (
        "the widget opens and loads nothing from cdn.test, media.shop.test, where 3 of 4 links and pictures are"
    )


def test_shop_without_addresses_has_nothing_to_say_against() -> None:
    assert judge_hosts([], SHOP).status == "ok"
