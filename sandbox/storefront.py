"""The shop's own product pages, played on a real loopback socket: as they should be, or wrong in one way.

async with scripted_storefront() as shop:
    shop.show([Page(url_key="hoodie", sku="MH01", price=Decimal(52), image="/m/h/mh01.jpg")])
    shop.look = Look(currency="EUR")          # what every page from now on is like
    ...
    assert shop.asked == ["/robots.txt", "/hoodie.html"]
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from html import escape
from typing import Final, Literal

import orjson
from aiohttp import web

Markup = Literal["json-ld", "graph", "meta", "microdata", "price-box", "none"]
"""How a page says what it sells: schema.org as JSON-LD, alone or within a graph beside related products; Facebook's
meta tags; microdata and price box as Magento's own themes write them; or not at all."""

CACHE: Final = "/cache/0123456789abcdef0123456789abcdef"
"""The folder of resized copies that Magento puts into the addresses of pictures."""


@dataclass(frozen=True, slots=True)
class Page:
    """A product as its page shows it. image: Magento's path below the media address."""

    url_key: str
    sku: str
    price: Decimal
    image: str
    name: str = "A product"


@dataclass(frozen=True, slots=True)
class Look:
    """What all pages have in common. factor: tax or rate on top of a page's price. folder: of the address.

    media: where pictures come from, a path of the shop or an address. canonical: a suffix that pages redirect to.
    """

    suffix: str = ".html"
    folder: str = "/"
    currency: str = "USD"
    factor: Decimal = Decimal(1)
    media: str = f"/media/catalog/product{CACHE}"
    markup: Markup = "json-ld"
    canonical: str | None = None


@dataclass
class ScriptedStorefront:
    """url: of the shop, with a slash at its end. asked: the paths requested, in order; agents: who asked.

    answers: path -> status instead of the page. moved: path -> address a redirect leads to. hanging: paths that are
    never answered.
    """

    url: str = ""
    look: Look = Look()
    robots: str | None = None
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    answers: dict[str, int] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    hanging: set[str] = field(default_factory=set)
    _pages: dict[str, Page] = field(default_factory=dict)

    def show(self, pages: Iterable[Page]) -> None:
        """Have these pages from now on."""
        self._pages = {page.url_key: page for page in pages}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The page at a path, a redirect, or 404."""
        path = request.path
        self.asked.append(path)
        self.agents.add(request.headers.get("User-Agent", ""))
        if path in self.hanging:
            await asyncio.Event().wait()
        if path in self.answers:
            return web.Response(status=self.answers[path])
        if path in self.moved:
            return web.Response(status=301, headers={"Location": self.moved[path]})
        if path == "/robots.txt" and self.robots is not None:
            return web.Response(text=self.robots)
        return self._page(path)

    def _page(self, path: str) -> web.Response:
        key = path.removeprefix(self.look.folder)
        page = self._pages.get(key.removesuffix(self.look.suffix))
        if page is not None and key == page.url_key + self.look.suffix:
            if self.look.canonical is not None:
                moved = self.look.folder + page.url_key + self.look.canonical
                return web.Response(status=302, headers={"Location": moved})
            return web.Response(text=render(page, self.look), content_type="text/html", charset="utf-8")
        canonical = self.look.canonical
        page = self._pages.get(key.removesuffix(canonical)) if canonical is not None else None
        if page is not None and key == page.url_key + (canonical or ""):
            return web.Response(text=render(page, self.look), content_type="text/html", charset="utf-8")
        return web.Response(status=404, text="<h1>Whoops, our bad…</h1>", content_type="text/html")


def render(page: Page, look: Look) -> str:
    """The HTML of a product page."""
    price = str((page.price * look.factor).quantize(Decimal("0.01")))
    image = look.media + page.image
    head, body = _markup(page, look, price=price, image=image)
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(page.name)}</title>{head}</head>'
        f'<body><h1>{escape(page.name)}</h1>{body}<div class="related"><span class="price">1.00</span></div></body>'
        "</html>"
    )


def _markup(page: Page, look: Look, *, price: str, image: str) -> tuple[str, str]:
    match look.markup:
        case "json-ld":
            return _script(_product(page, look, price=price, image=image)), ""
        case "graph":
            related = _product(Page("other", "OTHER-1", Decimal(1), "/o.jpg"), look, price="1.00", image="/o.jpg")
            own = _product(page, look, price=price, image=image)
            return _script({"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, related, own]}), ""
        case "meta":
            return _meta(
                {"og:image": image, "product:price:amount": price, "product:price:currency": look.currency}
            ), ""
        case "microdata":
            return _meta({"og:image": image}), (
                f'<div itemscope itemtype="http://schema.org/Product"><span itemprop="sku">{page.sku}</span>'
                f'<div itemprop="offers" itemscope itemtype="http://schema.org/Offer"><meta itemprop="price" '
                f'content="{price}"/><meta itemprop="priceCurrency" content="{look.currency}"/></div></div>'
            )
        case "price-box":
            return _meta({"og:image": image}), (
                f'<span data-price-amount="999" data-price-type="oldPrice"></span>'
                f'<span data-price-amount="{price}" data-price-type="finalPrice"></span>'
            )
        case "none":
            return "", "<p>Welcome!</p>"


def _product(page: Page, look: Look, *, price: str, image: str) -> dict[str, object]:
    offer = {"@type": "Offer", "price": price, "priceCurrency": look.currency}
    return {"@context": "https://schema.org", "@type": "Product", "name": page.name, "sku": page.sku,
            "image": [image], "offers": [offer]}  # fmt: skip


def _script(content: object) -> str:
    return f'<script type="application/ld+json">{orjson.dumps(content).decode()}</script>'


def _meta(properties: dict[str, str]) -> str:
    return "".join(f'<meta property="{name}" content="{escape(value)}">' for name, value in properties.items())


@asynccontextmanager
async def scripted_storefront() -> AsyncIterator[ScriptedStorefront]:
    """A shop that listens for as long as the context."""
    shop = ScriptedStorefront()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", shop.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        shop.url = f"http://{host}:{port}/"
        yield shop
    finally:
        await runner.cleanup()
