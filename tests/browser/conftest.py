"""A shop's page, the real runtime with a scripted model behind it, and a browser; three free ports."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from playwright.sync_api import Browser
from pydantic import SecretStr
from support.browser import Watched, watched_page
from support.chat import serving
from support.host_pages import HostPages, host_pages
from support.index_meta import a_meta
from support.openai import BOUND_SECONDS, KEY
from support.runtime import DEFAULT, RUSSIAN, Shop, names_of, some_services
from support.search import a_product

from runtime.app import create_app
from runtime.chat.service import ChatService
from runtime.llm.langchain import open_chat_model
from runtime.storefront.script import read_script
from runtime.web.auth import ChatDoor, KeyRing
from runtime.web.stores import Storefronts
from sandbox.chromium import chromium
from sandbox.openai_server import Say, ScriptedServer
from shared.catalog import CatalogDocument
from shared.stores import StoreView

JOUST = "Take the **Joust Backpack 1** for $50.00: it is black, light and holds a laptop."


def shelf(shop_url: str) -> list[CatalogDocument]:
    """Twelve backpacks: one without a picture, one out of stock, one on request."""
    found = [
        a_product(
            id=str(number),
            sku=f"BP-{number:02}",
            name=f"Joust Backpack {number}",
            price=50.0 * number if number != 4 else None,
            color=(("Black", "Red", "Blue")[number % 3],),
            in_stock=number != 3,
            categories=("Backpacks",),
        )
        for number in range(1, 13)
    ]
    return [
        replace(
            one,
            url=f"{shop_url}/joust-backpack-{one.id}.html",
            image=None if one.id == "2" else f"{shop_url}/media/{one.id}.svg",
        )
        for one in found
    ]


@dataclass(frozen=True)
class Assistant:
    """The runtime at `url`, its `shop` in memory, the `model` behind it, and the `pages` it may be asked from."""

    url: str
    shop: Shop
    model: ScriptedServer
    pages: HostPages


_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 60"><rect width="60" height="60" fill="#8ac"/></svg>'
)


def suggest(store: StoreView) -> Sequence[str]:
    """Questions to begin with."""
    return ("Рюкзаки до 9 000 ₽", "Красные рюкзаки") if store.language == "ru" else ("Backpacks under $300", "Red bags")


@contextmanager
def an_assistant(pages: HostPages, model: ScriptedServer, **services: Any) -> Iterator[Assistant]:
    """A runtime for the shop of `pages`, in English and Russian. services: otherwise than `some_services`."""
    shop = Shop()
    links = {"contacts": f"{pages.url}/contacts.html", "privacy": f"{pages.url}/privacy.html"}
    stores = [store.model_copy(update={"links": links}) for store in (DEFAULT, RUSSIAN)]
    for store in stores:
        meta = a_meta(store=store.code, locale=store.locale, currency=store.currency)
        shop.search.put(f"rag-{store.code}-2", shelf(pages.url), alias=names_of(store).alias, meta=meta)
    spoken = open_chat_model("gpt-4o", base_url=model.base_url, api_key=SecretStr(KEY), gap_timeout=BOUND_SECONDS)
    made = some_services(
        shop,
        chat=ChatService(shop.retriever, spoken),
        storefronts=Storefronts(stores),
        chat_door=ChatDoor(KeyRing(()), origins=[pages.url], open_to_all=False),
        origins=(pages.url,),
        script=read_script(),
        suggest=suggest,
        closers=[shop.retriever.aclose, spoken.aclose],
    )
    with serving(create_app(replace(made, **services))) as url:
        yield Assistant(url, shop, model, pages)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for the file: as long as Playwright runs, no asyncio test can."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def pages() -> Iterator[HostPages]:
    """The session's shop pages; what a test puts there stays."""
    with host_pages() as shop:
        shop.put("/favicon.ico", _PICTURE, kind="image/svg+xml")
        for number in range(1, 13):
            shop.put(f"/joust-backpack-{number}.html", f"<h1>Joust Backpack {number}</h1>")
            shop.put(f"/media/{number}.svg", _PICTURE, kind="image/svg+xml")
        yield shop


@pytest.fixture(scope="session")
def running_assistant(pages: HostPages, running_openai: ScriptedServer) -> Iterator[Assistant]:
    """The runtime, one for the session."""
    with an_assistant(pages, running_openai) as assistant:
        yield assistant


@pytest.fixture
def assistant(running_assistant: Assistant, openai_server: ScriptedServer) -> Assistant:
    """The runtime, its model well-behaved."""
    openai_server.chat.always(Say(JOUST))
    return running_assistant


@pytest.fixture
def visit(browser: Browser, assistant: Assistant) -> Iterator[Callable[..., Watched]]:
    """Opens a shop page with the widget in it: `visit(manner="reset", store="default")`. context: of the browser,
    as Playwright's; path: of the page; the rest as `HostPages.page`. What a page did wrong fails the test at its end.
    """
    opened: list[Watched] = []
    with ExitStack() as closing:

        def go(*, context: dict[str, Any] | None = None, harmless: bool = True, **page: Any) -> Watched:
            assistant.pages.assistant = assistant.url
            address = assistant.pages.page(**{"store": "default", **page})
            watched = closing.enter_context(
                watched_page(browser, assistant.url, assistant.pages.url, **(context or {}))
            )
            watched.harmless = harmless
            opened.append(watched)
            watched.page.goto(address)
            return watched

        yield go
        for watched in opened:
            if watched.harmless:
                watched.assert_harmless()
