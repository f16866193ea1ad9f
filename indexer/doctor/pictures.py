"""Whether pictures would come from where the shop's pages take them. Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

from shared.findings import Verdict, failed, listed, warning
from shared.stores import StoreView

PICTURES: Final = "storefront pictures"

_CACHE: Final = re.compile(r"/cache/(?:\d+/)?(?:[a-z_]+/)?(?:\d*x\d*/)?[0-9a-f]{32}(?=/)")
"""Where Magento keeps resized copies: between the media address and the very path of the original."""

_NEARLY_ALL: Final = 0.8


@dataclass(frozen=True, slots=True)
class Pictured:
    """A picture: as the page names it, its path in Magento or an address, and what Vitrina would show (None: none)."""

    sku: str
    page: str
    path: str
    ours: str | None


def judge_pictures(pictured: Sequence[Pictured], store: StoreView) -> list[tuple[str, Verdict]]:
    """What is wrong with the address of pictures; nothing where they agree."""
    wrong = [one for one in pictured if not _same(one)]
    if not wrong:
        return []
    prefixes = Counter(prefix for one in wrong if (prefix := _prefix(one)) is not None)
    example = f"{wrong[0].sku}: page {_plain(wrong[0].page)}, ours {wrong[0].ours or 'none'}"
    share = f"{len(wrong)} of {len(pictured)} pages"
    if prefixes:
        [(prefix, count)] = prefixes.most_common(1)
        if count >= len(wrong) * _NEARLY_ALL:
            seen = f"{share} take pictures from {prefix}, Vitrina from {store.media_url or 'nowhere'}; {example}"
            return [(PICTURES, failed(seen, f"set STORE_MEDIA_URL={prefix}"))]
    if len(wrong) <= len(pictured) / 2:
        return []  # A page may well open with another of the product's pictures.
    others = listed((_plain(one.page) for one in wrong), 2)
    return [
        (
            PICTURES,
            warning(
                f"{share} show pictures that are not those of the native index, such as {others}; {example}",
                "open one of ours in a browser; where pictures come from elsewhere, let the enriching module name them",
            ),
        )
    ]


def absolute_picture(page: str, *, base: str) -> str:
    """The address of a picture that the page at `base` names."""
    return urljoin(base, page)


def _same(one: Pictured) -> bool:
    return one.ours is not None and _place(one.page) == _place(one.ours)


def _prefix(one: Pictured) -> str | None:
    """The media address that the page's picture has before the path; None when it is another picture."""
    plain, path = _plain(one.page), "/" + unquote(one.path).lstrip("/")
    return plain.removesuffix(path) if plain.endswith(path) and len(path) > 1 else None


def _place(address: str) -> str:
    """Host and path; http and https are no difference."""
    return _plain(address).partition("://")[2]


def _plain(address: str) -> str:
    """Without query and the folder of resized copies."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}{_CACHE.sub('', unquote(parts.path))}"
