"""The storefront's home, category and missing pages. Pure."""

from itertools import chain, zip_longest
from typing import Final

from sandbox.magento.product import Category
from sandbox.shop.layout import Place, page, picture, section, tiles
from sandbox.shop.markup import Html, element
from sandbox.shop.shelves import Item
from sandbox.shop.words import counted

CHOSEN: Final = 8
SHOWN: Final = 3
REDUCED: Final = 4


def home_page(place: Place) -> str:
    """Departments, some products of each, and what is reduced."""
    words = place.words
    reduced = tuple(item for item in place.shelves.items if item.price.before and item.in_stock)[:REDUCED]
    return page(
        place,
        _hero(place),
        section(words.departments, element("ul", *_departments(place), class_="departments")),
        section(words.chosen, tiles(place, _chosen(place))),
        *([section(words.reduced, tiles(place, reduced))] if reduced else []),
        title=words.motto,
    )


def _departments(place: Place) -> list[Html]:
    """Each department with its categories and a picture of what it holds."""
    return [_department(place, department) for department in place.shelves.below(None)]


def category_page(place: Place, category: Category) -> str:
    """A category: what is below it, and all its products."""
    shelves, locale = place.shelves, place.shelves.locale
    items = shelves.inside(category)
    below = [
        element("li", element("a", found.names[locale], href=shelves.category_path(found)))
        for found in shelves.below(category)
    ]
    name = category.names[locale]
    return page(
        place,
        breadcrumbs(place, *shelves.trail(category)[:-1]),
        element("h1", name),
        element("p", counted(len(items), locale), class_="count"),
        *([element("ul", *below, class_="chips")] if below else []),
        tiles(place, items),
        title=name,
    )


def help_page(place: Place) -> str:
    """Where the assistant leads whoever asks for people."""
    words = place.words
    return page(
        place, element("h1", words.help), element("p", words.help_lead), element("p", words.help_more), title=words.help
    )


def missing_page(place: Place) -> str:
    """What is answered where nothing is."""
    words = place.words
    return page(
        place,
        element("h1", words.not_found),
        element("p", words.not_found_lead),
        element("p", element("a", words.back_home, class_="button", href=place.shelves.root)),
        title=words.not_found,
    )


def breadcrumbs(place: Place, *trail: Category) -> Html:
    """The way from the home page to here."""
    shelves = place.shelves
    steps = [(place.words.home, shelves.root)]
    steps += [(category.names[shelves.locale], shelves.category_path(category)) for category in trail]
    links = (element("li", element("a", name, href=path)) for name, path in steps)
    return element("nav", element("ol", *links), class_="breadcrumbs", aria_label=place.words.trail)


def _hero(place: Place) -> Html:
    words = place.words
    shown = (picture(item, "", lazy=False) for item in _chosen(place)[1 : 1 + SHOWN])
    return element(
        "div",
        element("div", element("h1", words.welcome), element("p", words.lead)),
        element("div", *shown, class_="shown"),
        class_="hero",
    )


def _department(place: Place, department: Category) -> Html:
    shelves, locale = place.shelves, place.shelves.locale
    name = department.names[locale]
    links = (
        element("li", element("a", found.names[locale], href=shelves.category_path(found)))
        for found in shelves.below(department)
    )
    first = next((item for item in shelves.items if item.product.categories[0] is department), None)
    return element(
        "li",
        element(
            "a",
            picture(first, "") if first else None,
            element("span", name, class_="name"),
            href=shelves.category_path(department),
        ),
        element("ul", *links),
    )


def _chosen(place: Place) -> tuple[Item, ...]:
    """Products that can be bought, of every department in turn."""
    shelves = place.shelves
    there = [
        [item for item in shelves.inside(found) if item.in_stock and item.price.before is None][1::5]
        for found in shelves.below(None)
    ]
    in_turn = (item for item in chain.from_iterable(zip_longest(*there)) if item is not None)
    return tuple({item.product.id: item for item in in_turn}.values())[:CHOSEN]
