"""Links of an answer: those of its products and of the shop's pages, each beside its own name, and no others. Pure."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from runtime.chat.truth.correction import Span
from runtime.chat.truth.grounds import Grounds

_ENDS: Final = ".,;:!?*_'…"
_URL: Final = re.compile(r"(?:(?:h(?:tt|xx)ps?|ftp)://|www\.)[^\s<>\"«»|\[\]`]+", re.IGNORECASE)
_IMAGE: Final = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
_MARKED: Final = re.compile(r"\[(?P<text>[^\[\]\n]*)\]\((?P<url>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+[^)\n]*)?\)")
DOMAINS: Final = (
    "com|ru|net|org|io|shop|store|рф|su|info|biz|co|app|dev|example|online|site|xyz|eu|de|uk|by|kz|ua|cn|top|club|link"
    "|ly|pro|test|ws|cc|tk|gl"
)
_BARE: Final = re.compile(rf"(?<=\w)\.(?:{DOMAINS})(?![\w-])(?:[/:?#][^\s<>\"«»|\[\]`]*)?", re.IGNORECASE)
_HOST: Final = re.compile(r"[\w.-]+\Z")


def link_spans(text: str, start: int, end: int, grounds: Grounds) -> Iterator[Span]:
    """Every link and image of `text` between `start` and `end`."""
    at = start
    while at < end:
        found = [match for pattern in (_IMAGE, _MARKED, _URL, _BARE) if (match := pattern.search(text, at, end))]
        if not found:
            return
        first = min(found, key=lambda match: match.start())
        at = first.end()
        if first.re is _IMAGE:
            yield _without_image(text, first, end)
        elif first.re is _MARKED:
            yield from _marked(text, first, grounds)
        elif first.re is _BARE:
            yield _bare(text, first, grounds)
        else:
            yield _plain(text, first, grounds)


def _without_image(text: str, image: re.Match[str], end: int) -> Span:
    stop = image.end()
    blank = image.start() == 0 or text[image.start() - 1].isspace()
    if blank and text[stop : min(end, stop + 1)] == " ":
        stop += 1
    return Span(image.start(), stop, "link", "")


def _marked(text: str, link: re.Match[str], grounds: Grounds) -> Iterator[Span]:
    right = _right_link(
        text, link["url"], link.start(), link.end(), grounds, named=(link.start("text"), link.end("text"))
    )
    if right == link["url"]:
        yield Span(link.start("url"), link.end("url"), "link")
    elif right:
        yield Span(link.start("url"), link.end("url"), "link", right)
    else:
        yield Span(link.start(), link.start("text"), "link", "", counts=False)
        yield Span(link.end("text"), link.end(), "link", "")


def _plain(text: str, link: re.Match[str], grounds: Grounds) -> Span:
    url = link.group().rstrip(_ENDS)
    while url.endswith(")") and url.count(")") > url.count("("):
        url = url[:-1].rstrip(_ENDS)
    stop = link.start() + len(url)
    right = _right_link(text, url, link.start(), stop, grounds)
    if right == url:
        return Span(link.start(), stop, "link")
    owned = bool(grounds.namings.owners(text, link.start(), stop).products)
    return Span(link.start(), stop, "link", right or _instead(text, link.start(), grounds, owned=owned))


def _bare(text: str, domain: re.Match[str], grounds: Grounds) -> Span:
    """A link without a scheme. Its beginning is a word that has gone out, so that only what makes it a link can go."""
    host = _HOST.search(text, max(0, domain.start() - 80), domain.start())
    first = host.start() if host else domain.start()
    url = text[first : domain.end()].rstrip(_ENDS + ")")
    stop = first + len(url)
    if text[first - 1 : first] == "@":
        return Span(domain.start(), stop, "link")
    right = _right_link(text, url, first, stop, grounds)
    if right == url:
        return Span(domain.start(), stop, "link")
    gone = text[first : domain.start()]
    bare = right.partition("://")[2]
    return Span(domain.start(), stop, "link", bare[len(gone) :] if bare.startswith(gone) else "")


def _right_link(
    text: str, url: str, start: int, end: int, grounds: Grounds, *, named: tuple[int, int] | None = None
) -> str:
    """The link that is to stand where `url` stands: itself where it is right, nothing where none is."""
    target = _address(url)
    same = [link for link in grounds.links if _address(link) == target]
    if not same:
        same = [link for link in grounds.links if _address(link)[:2] == target[:2]]
        url = same[0] if same else ""
    places = [place for place, product in enumerate(grounds.products) if product.url in same]
    if same and not places:
        return url
    inside = grounds.namings.within(text, *named) if named else []
    owners = (inside[0].product,) if inside else grounds.namings.owners(text, start, end).products
    if not owners or not same:
        return url
    if set(owners) & set(places):
        return url
    return grounds.products[owners[0]].url or "" if len(owners) == 1 else ""


def _address(url: str) -> tuple[str, str, str]:
    """Host, path, and what follows them, of an address with or without a scheme."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
    except ValueError:
        return ("", "", url)
    if parts.scheme not in ("http", "https") or "@" in parts.netloc:
        return ("", "", url)
    return parts.netloc.lower(), parts.path.rstrip("/"), f"{parts.query}#{parts.fragment}"


def _instead(text: str, start: int, grounds: Grounds, *, owned: bool) -> str:
    """Words for a link that is gone. owned: it stood beside a product's name."""
    before = text[max(0, start - 12) : start].lower()
    apart = re.search(r"[:(<—–-]\s*\Z", before) is not None
    if grounds.language == "en":
        return ("see the product's card" if owned else "see the shop's site") if apart else "the shop's site"
    if apart:
        return "см. карточку товара" if owned else "см. сайт магазина"
    if re.search(r"\b(?:сайте|сайт|странице|страница)\s*\Z", before):
        return "магазина"
    return "сайте магазина" if re.search(r"\b(?:на|в|о)\s*\Z", before) else "сайт магазина"
