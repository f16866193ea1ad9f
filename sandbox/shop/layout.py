"""What all pages of the storefront share: head, header, footer, tiles, the assistant's script. Pure."""

from dataclasses import dataclass
from typing import Final

from sandbox.shop.markup import Html, element, joined
from sandbox.shop.shelves import Item, Shelves
from sandbox.shop.words import WORDS, Words

STYLE_PATH: Final = "/static/shop.css"
ICON_PATH: Final = "/static/icon.svg"
PICTURE_SIDE: Final = 600


@dataclass(frozen=True, slots=True)
class Site:
    """All store views of the shop, and where its assistant is, None while there is none."""

    views: tuple[Shelves, ...]
    assistant: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the site a page is. twins: the same page's path in each store view, in the order of `Site.views`."""

    site: Site
    shelves: Shelves
    twins: tuple[str, ...]

    @property
    def words(self) -> Words:
        return WORDS[self.shelves.locale]


def page(place: Place, *content: Html, title: str, head: Html | None = None, product_id: int | None = None) -> str:
    """A whole document. title: of the page; head: more of its head; product_id: told to the assistant."""
    shelves, words = place.shelves, place.words
    return "<!doctype html>\n" + element(
        "html",
        element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1, viewport-fit=cover"),
            element("title", f"{title} · {shelves.store.title}"),
            element("link", rel="stylesheet", href=STYLE_PATH),
            element("link", rel="icon", type="image/svg+xml", href=ICON_PATH),
            head,
            _assistant(place, product_id),
        ),
        element(
            "body",
            element("a", words.skip, class_="skip", href="#content"),
            _header(place),
            element("main", *content, id="content"),
            _footer(place),
        ),
        lang=shelves.locale,
    )


def tiles(place: Place, items: tuple[Item, ...]) -> Html:
    """A grid of products."""
    return element("ul", *(element("li", _tile(place, item)) for item in items), class_="tiles")


def price(place: Place, item: Item) -> Html:
    """The price as the store writes it, and what it was before."""
    now = element("span", item.price.text, class_="price")
    if item.price.before is None:
        return now
    was = element("s", place.words.before.format(price=item.price.before), class_="before")
    return joined([element("span", item.price.text, class_="price reduced"), " ", was])


def stock(place: Place, *, there: bool) -> Html:
    """Whether it can be bought."""
    if there:
        return element("span", place.words.in_stock, class_="stock there")
    return element("span", place.words.out_of_stock, class_="stock gone")


def picture(item: Item, name: str, *, lazy: bool = True) -> Html:
    """The product's picture, its place kept while it loads."""
    return element(
        "img",
        src=item.picture_path,
        alt=name,
        width=PICTURE_SIDE,
        height=PICTURE_SIDE,
        loading="lazy" if lazy else None,
    )


def section(title: str, *content: Html) -> Html:
    """A part of a page under its heading."""
    return element("section", element("h2", title), *content)


def _tile(place: Place, item: Item) -> Html:
    name = item.product.texts[place.shelves.locale].name
    return element(
        "a",
        picture(item, ""),
        element("span", name, class_="name"),
        element("span", price(place, item), class_="line"),
        None if item.in_stock else stock(place, there=False),
        class_="tile",
        href=item.path,
    )


def _assistant(place: Place, product_id: int | None) -> Html | None:
    base = place.site.assistant
    if base is None:
        return None
    return element(
        "script",
        src=f"{base.rstrip('/')}/widget.js",
        data_store=place.shelves.store.code,
        data_product_id=product_id,
        data_help_url=place.shelves.help_path,
        data_privacy_url=f"{base.rstrip('/')}/privacy",
        async_="",
    )


def _header(place: Place) -> Html:
    shelves = place.shelves
    departments = (
        element("li", element("a", found.names[shelves.locale], href=shelves.category_path(found)))
        for found in shelves.below(None)
    )
    return element(
        "header",
        element(
            "div",
            element("a", shelves.store.title, class_="brand", href=shelves.root),
            element("nav", element("ul", *departments), aria_label=place.words.departments),
            _languages(place),
            class_="wide",
        ),
    )


def _languages(place: Place) -> Html:
    others = (
        element("a", place.words.other_language, class_="language", href=path, hreflang=view.locale, lang=view.locale)
        for view, path in zip(place.site.views, place.twins, strict=True)
        if view is not place.shelves
    )
    return element("div", *others)


def _footer(place: Place) -> Html:
    words = place.words
    return element(
        "footer",
        element(
            "div",
            element("p", words.footer),
            element("p", words.demo_note, class_="note"),
            element("p", element("a", words.help, href=place.shelves.help_path)),
            class_="wide",
        ),
    )
