"""Addresses of a product's page and picture. Pure."""

import re
from functools import lru_cache
from typing import Final, Protocol
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from shared.magento.enrichment import Enrichment
from shared.stores import StoreView

MAX_ADDRESS: Final = 2048
_UNFIT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_HOST = re.compile(r"[A-Za-z0-9._-]+")
_PATH_SAFE: Final = "/:@!$&'()*+,;=~-._"
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._~-]+")
"""What stays as it is in every part of an address."""


class Linked(Protocol):
    """A product as far as its page and its picture go. image: a path below the media address, or an address."""

    @property
    def url_key(self) -> str | None: ...
    @property
    def image(self) -> str | None: ...
    @property
    def enriched(self) -> Enrichment: ...


def product_url(record: Linked, store: StoreView) -> tuple[str | None, list[str]]:
    """The product's page and the warnings about it: what `vitrina` says, else base URL, url_key and suffix."""
    warnings: list[str] = []
    if given := record.enriched.url:
        if address := absolute(given, base=store.base_url):
            return address, warnings
        warnings.append("bad_vitrina_url")
    address = None
    if record.url_key is not None and store.base_url is not None:
        address = absolute(_encoded(record.url_key.strip("/") + store.url_suffix), base=store.base_url)
    return address, warnings if address else [*warnings, "no_url"]


def image_url(record: Linked, store: StoreView) -> tuple[str | None, list[str]]:
    """The product's picture and the warnings about it: what `vitrina` says, else media URL and the image's path."""
    for given in (record.enriched.image, record.image):
        if given and (address := absolute(given, base=store.media_url)):
            return address, []
    return None, ["no_image"]


def absolute(given: str, *, base: str | None) -> str | None:
    """`given` as a percent-encoded http(s) address, below `base` when it is a path; None if it can be neither."""
    given = given.strip()
    if "://" in given or given.startswith("//"):
        return _web_address(given)
    if base is None or ":" in given.split("/")[0]:  # `javascript:`, `data:`, `mailto:` are no paths.
        return None
    path = given.lstrip("/")
    if _PLAIN_PATH.fullmatch(path) and len(base) + len(path) < MAX_ADDRESS:
        folder = _folder(base)
        return None if folder is None else folder + path
    return _web_address(f"{base.rstrip('/')}/{path}")


@lru_cache(maxsize=64)
def _folder(base: str) -> str | None:
    return _web_address(f"{base.rstrip('/')}/")


def _web_address(address: str) -> str | None:
    if len(address) > MAX_ADDRESS or _UNFIT.search(address):
        return None
    try:
        parts = urlsplit(address)
        host, port, user = parts.hostname, parts.port, parts.username
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or user is not None:
        return None
    encoded_host = _encoded_host(host)
    if encoded_host is None:
        return None
    netloc = encoded_host if port is None else f"{encoded_host}:{port}"
    query = quote(parts.query, safe=_PATH_SAFE + "?%")
    return urlunsplit((parts.scheme, netloc, _encoded(parts.path), query, quote(parts.fragment, safe=_PATH_SAFE + "%")))


def _encoded(path: str) -> str:
    """Percent-encoded once, whether or not it came encoded."""
    if _PLAIN_PATH.fullmatch(path):
        return path
    try:
        path = unquote(path, errors="strict")
    except UnicodeDecodeError:
        return quote(path, safe=_PATH_SAFE + "%")
    return quote(path, safe=_PATH_SAFE, errors="replace")


def _encoded_host(host: str) -> str | None:
    if ":" in host:
        return f"[{host}]"
    try:
        encoded = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return None
    return encoded if _HOST.fullmatch(encoded) else None
