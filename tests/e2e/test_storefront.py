"""The demo's storefront on its socket: every page that a catalogue document leads to answers, in both languages."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
from support.ports import a_port, listens

from indexer.doctor.page import read_page
from sandbox.magento.sample import read_sample_shop
from sandbox.shop.server import Storefront, storefront
from sandbox.shop.shelves import Item, filled
from sandbox.stack import views_at

ASSISTANT = "http://127.0.0.1:9"
AT_ONCE = 8


@pytest.fixture(scope="module")
def shop() -> Iterator[Storefront]:
    with storefront(views_at) as shop:
        shop.assistant = ASSISTANT
        yield shop


@pytest.fixture
async def client(shop: Storefront) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=shop.url, timeout=30) as client:
        yield client


def items(shop: Storefront) -> list[tuple[str, Item]]:
    """Every product of every store view, with the view's currency."""
    sample = read_sample_shop()
    return [(view.currency, item) for view in views_at(shop.url) for item in filled(sample, view).items]


async def test_every_product_page_answers_at_its_own_address_with_its_price_and_a_picture(
    shop: Storefront, client: httpx2.AsyncClient
) -> None:
    turn = asyncio.Semaphore(AT_ONCE)

    async def look(currency: str, item: Item) -> None:
        async with turn:
            answer, picture = await client.get(item.url), await client.get(item.picture)
        assert answer.status_code == 200, item.url
        facts = read_page(answer.text, skus=[item.product.sku])
        assert (facts.sku, facts.price, facts.image) == (item.product.sku, item.price.amount, item.picture)
        assert item.price.amount is None or facts.currency == currency
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml; charset=utf-8")

    await asyncio.gather(*[look(currency, item) for currency, item in items(shop)])


@pytest.mark.parametrize(
    "path", ["/", "/ru/", "/jackets.html", "/ru/yoga-mat.html", "/nothing.html", "/static/shop.css"]
)
async def test_every_answer_forbids_what_is_inline_and_what_is_of_other_hosts(
    client: httpx2.AsyncClient, path: str
) -> None:
    answer = await client.get(path)
    assert answer.headers["content-security-policy"] == (
        f"default-src 'self'; script-src 'self' {ASSISTANT}; connect-src {ASSISTANT}; img-src 'self' data:; "
        "style-src 'self'"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/", 200, "Northfold"),
        ("/ru/", 200, "Нортфолд"),
        ("/sport.html", 200, "Bike Accessories"),
        ("/ru/sport.html", 200, "Велоаксессуары"),
        ("/?utm_source=vitrina&utm_medium=chat", 200, "Northfold"),
        ("/nothing.html", 404, "There is no such page"),
        ("/ru/nothing.html", 404, "Такой страницы нет"),
        ("/media/catalog/product/n/o/nothing.jpg", 404, "There is no such page"),
        ("/%00%ff/../etc/passwd", 404, "There is no such page"),
    ],
)
async def test_shop_answers_in_the_language_of_the_path(
    client: httpx2.AsyncClient, path: str, status: int, text: str
) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert text in answer.text


async def test_shop_without_an_assistant_has_no_script_and_asks_nobody(client: httpx2.AsyncClient) -> None:
    with storefront(views_at) as alone:
        answer = await client.get(f"{alone.url}/")
    assert "<script" not in answer.text
    assert "connect-src 'none'" in answer.headers["content-security-policy"]


def test_shop_beside_a_taken_port_goes_elsewhere_and_is_gone_at_the_end() -> None:
    wanted = a_port()
    with storefront(views_at, port=wanted) as first, storefront(views_at, port=wanted) as second:
        assert first.url == f"http://127.0.0.1:{wanted}"
        assert second.url != first.url
        assert listens(wanted)
    assert not listens(wanted)
    assert not listens(int(second.url.rpartition(":")[2]))
