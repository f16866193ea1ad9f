"""The storefront on its socket: pages, pictures and style, served from a thread until the block ends.

with storefront(views_at, port=8001) as shop:
    shop.assistant = "http://127.0.0.1:8000"     # from now on every page has the widget
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.magento.sample import read_sample_shop
from sandbox.ports import LOOPBACK
from sandbox.shop.layout import ICON_PATH, STYLE_PATH, Site
from sandbox.shop.pictures import icon, picture_of
from sandbox.shop.plan import missing, plan
from sandbox.shop.shelves import filled
from shared.stores import StoreView

_STYLE: Final = Path(__file__).with_name("shop.css")
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 10.0
_LAST_TAKEN_SECONDS: Final = 0.05
_FRESH: Final = {"Cache-Control": "no-cache"}
_KEPT: Final = {"Cache-Control": "max-age=300"}


@dataclass
class Storefront:
    """A shop that is open. url: without a slash at its end. assistant: base address of the runtime, None for none."""

    url: str
    assistant: str | None = None


@contextmanager
def storefront(views_at: Callable[[str], Iterable[StoreView]], *, port: int = 0) -> Iterator[Storefront]:
    """Serve the sample shop on 127.0.0.1:`port`, or on a free port where that one is taken.

    views_at: the store views of a shop that is at an address.
    """
    with _listening(port) as listener:
        shop = Storefront(url=f"http://{LOOPBACK}:{listener.getsockname()[1]}")
        with _in_thread(_application(shop, views_at(shop.url)), listener):
            yield shop


def application(views: Iterable[StoreView], *, assistant: str) -> web.Application:
    """The shop for a server of somebody else's."""
    return _application(Storefront(url="", assistant=assistant), views)


def security(assistant: str | None) -> str:
    """The Content-Security-Policy of every answer: nothing inline, nothing of other hosts but the assistant."""
    # Without its path: a source with one allows that very path and none below it.
    host = "{0.scheme}://{0.netloc}".format(urlsplit(assistant)) if assistant else None
    script = f"script-src 'self' {host}" if host else "script-src 'self'"
    connect = f"connect-src {host}" if host else "connect-src 'none'"
    return f"default-src 'self'; {script}; {connect}; img-src 'self' data:; style-src 'self'"


def _application(shop: Storefront, store_views: Iterable[StoreView]) -> web.Application:
    sample = read_sample_shop()
    views = tuple(filled(sample, view) for view in store_views)
    spots = plan(views, sample)
    pictures = {item.picture_path: item.product for view in views for item in view.items if item.picture}
    style = _STYLE.read_text(encoding="utf-8")

    async def answer(request: web.Request) -> web.Response:
        path = request.path
        if path == STYLE_PATH:
            return web.Response(text=style, content_type="text/css", headers=_KEPT)
        if path == ICON_PATH:
            return web.Response(text=icon(), content_type="image/svg+xml", headers=_KEPT)
        if product := pictures.get(path):
            return web.Response(text=picture_of(product), content_type="image/svg+xml", headers=_KEPT)
        spot = spots.get(path)
        page = (spot or missing(views, path)).written(Site(views=views, assistant=shop.assistant))
        return web.Response(text=page, status=200 if spot else 404, content_type="text/html", headers=_FRESH)

    async def secure(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Content-Security-Policy"] = security(shop.assistant)
        response.headers["X-Content-Type-Options"] = "nosniff"

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    application.on_response_prepare.append(secure)
    return application


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError:
            listener.bind((LOOPBACK, 0))
        listener.listen()
        yield listener


@contextmanager
def _in_thread(application: web.Application, listener: socket.socket) -> Iterator[None]:
    """Serve until the block ends; the thread is gone then, and so are its connections."""
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    ready = threading.Event()

    async def serve() -> None:
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.SockSite(runner, listener).start()
            ready.set()
            await stop.wait()
            # asyncio leaves a connection open that was taken just before its listener is closed.
            await asyncio.sleep(_LAST_TAKEN_SECONDS)
        finally:
            await runner.cleanup()

    def work() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as worker:
            worker.run(serve())

    thread = threading.Thread(target=work, name="storefront", daemon=True)
    thread.start()
    try:
        if not ready.wait(_START_SECONDS):
            raise RuntimeError("the storefront did not start")
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(_STOP_SECONDS)
