"""Shop pages that the widget is put into: a plain one, and such as spoil whatever is not shut off from them."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Literal

Manner = Literal["plain", "reset", "globals", "strict"]
"""reset: styles that reach for every element, !important. globals: a shop of 2009, which adds to prototypes, and to
`window`. strict: a Content-Security-Policy without 'unsafe-inline'.
"""

MANNERS: Final[tuple[Manner, ...]] = ("plain", "reset", "globals", "strict")

_CONTENT: Final = """\
<header id="shop-head"><h1>A shop</h1><a href="/other.html">Another page</a></header>
<main><p id="shop-text">Wares, wares, wares.</p><button id="shop-button">Into the cart</button>
<ul><li>One</li><li>Two</li></ul><input id="shop-input" value="typed"></main>
<div id="shop-long"></div>
"""

_RESET: Final = """\
* { all: unset !important; box-sizing: content-box !important; font: 40px/3 serif !important; color: red !important;
  margin: 13px !important; display: block !important; position: static !important; z-index: 0 !important; }
div, section, button, a, input, textarea, ul, li, p { background: lime !important; border: 7px dotted blue !important;
  text-transform: uppercase !important; letter-spacing: 9px !important; opacity: .3 !important; }
:focus { outline: 9px solid pink !important; }
html, body { height: 100% !important; overflow: auto !important; filter: none !important; }
"""

_STRICT_STYLE: Final = "body { font: 16px sans-serif; margin: 0 } #shop-long { height: 3000px }"

_GLOBALS: Final = """\
Array.prototype.remove = function (one) { return this.filter((other) => other !== one); };
Array.prototype.each = Array.prototype.forEach;
Object.prototype.extend = function () { return this; };
String.prototype.escapeHTML = function () { return "spoilt"; };
Function.prototype.bindAsEventListener = function () { return this; };
window.$ = window.jQuery = window.Prototype = function () { throw new Error("not yours"); };
window.define = function () { throw new Error("no AMD for you"); };
window.define.amd = {};
window.module = { exports: {} }; window.exports = window.module.exports;
window.marked = window.DOMPurify = window.settings = window.config = window.name = "taken";
window.h = window.t = window.Card = window.Panel = "taken";
window.onerror = function () { return false; };
"""

_LONG: Final = "#shop-long { height: 3000px }"


@dataclass
class HostPages:
    """url: of the shop, without a slash at its end. assistant: address the widget comes from. shown: path -> page."""

    url: str = ""
    assistant: str = ""
    shown: dict[str, tuple[str, str, Mapping[str, str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def put(self, path: str, body: str, *, kind: str = "text/html; charset=utf-8", **headers: str) -> str:
        """Serve `body` at `path`; the address. headers: with "_" for "-"."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.shown[path] = (body, kind, named)
        return self.url + path

    def page(
        self,
        path: str = "/",
        *,
        manner: Manner = "plain",
        lang: str = "en",
        before: str = "",
        tags: int = 1,
        src: str | None = None,
        **data: str,
    ) -> str:
        """A page with the widget in it; its address. before: markup in front of the script tag. data: its data-
        attributes, with "_" for "-".
        """
        attributes = "".join(f' data-{name.replace("_", "-")}="{escape(value)}"' for name, value in data.items())
        script = f'<script src="{src or self.assistant + "/widget.js"}"{attributes} async></script>' * tags
        head, headers = self._dress(manner)
        body = f"{_CONTENT}{before}{script}"
        viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">'
        self.put(
            path,
            f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>A shop</title>{viewport}{head}'
            f"</head><body>{body}</body></html>",
            **headers,
        )
        return self.url + path

    def _dress(self, manner: Manner) -> tuple[str, dict[str, str]]:
        match manner:
            case "plain":
                return f"<style>{_LONG}</style>", {}
            case "reset":
                return f"<style>{_RESET}{_LONG}</style>", {}
            case "globals":
                return f"<style>{_LONG}</style><script>{_GLOBALS}</script>", {}
            case "strict":
                self.put("/shop.css", _STRICT_STYLE, kind="text/css")
                policy = (
                    f"default-src 'none'; script-src {self.assistant}; connect-src {self.assistant}; "
                    "style-src 'self'; img-src 'self'; base-uri 'none'; require-trusted-types-for 'script'; "
                    "trusted-types dompurify vitrina"
                )
                return '<link rel="stylesheet" href="/shop.css">', {"content_security_policy": policy}


@contextmanager
def host_pages() -> Iterator[HostPages]:
    """A shop that listens on a free port until the block ends."""
    shop = HostPages()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            shop.asked.append(self.path)
            body, kind, headers = shop.shown.get(path, ("", "text/plain", {}))
            content = body.encode()
            self.send_response(200 if path in shop.shown else 404)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the tests' output is the tests'."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    shop.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
        thread.join(60)
