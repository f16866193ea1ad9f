"""Questions to begin with, made up from what a catalogue holds. Pure.

In phrases that need no declension and no dictionary: whether each finds what it says is for a search to show.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Final, Literal

from runtime.retrieval.language import Language, Texts, is_russian
from runtime.retrieval.phrasing import is_russian_plural, mid_sentence, plural_adjective
from runtime.retrieval.understanding.catalogue import Vocabulary, codes_of, stems_of
from runtime.retrieval.understanding.wearers import wearers_of
from shared.catalog import CatalogDocument
from shared.money import format_amount
from shared.personal_data import masked
from shared.stores import StoreView

Kind = Literal["price", "trait", "wearer", "cheapest"]
KINDS: Final[tuple[Kind, ...]] = ("price", "trait", "wearer", "cheapest")
"""In the order they are shown."""

ENOUGH: Final = 2
"""Products in stock that a question is to find."""
MOST_SHELVES: Final = 12

_LONGEST_NAME: Final = 40
_WORDS: Final = 4
_FEW_WORDS: Final = 2
"""A shopper says no more for a kind of thing."""
_STEPS: Final = (1, 2, 3, 5)
"""First digits of a round price."""
_NO_SHELVES: Final = re.compile(
    r"all(?: products)?|(?:default|root) category|sales?|new(?: arrivals)?|what['’]s new|promotions?|collections?"
    r"|gifts?|best ?sellers|clearance|outlet|все(?: товары)?|каталог|распродажа|скидки|акции|новинки|хиты(?: продаж)?"
    r"|подарки",
    re.IGNORECASE,
)
"""Categories that say nothing of what is in them."""

_PRICE: Final[Texts] = {"en": "{name} under {price}", "ru": "{name} до {price}"}
_TRAIT: Final[Texts] = {"en": "{value} {name}", "ru": "{value} {name}"}
_CHEAPEST: Final[Texts] = {"en": "The cheapest {name}", "ru": "Самые дешёвые {name}"}
_WEARERS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {"women": "{name} for women", "men": "{name} for men", "kids": "{name} for kids"},
    "ru": {"женский": "{name} для женщин", "мужской": "{name} для мужчин", "детский": "{name} для детей"},
}
"""By a word that means the wearer."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category with those of its products that were looked at and are in stock."""

    name: str
    products: Sequence[CatalogDocument]


def departments(vocabulary: Vocabulary, *, most: int) -> list[str]:
    """The largest categories, at most so many, whose products are worth a look."""
    sizes = vocabulary.categories
    return [name for name in sorted(sizes, key=lambda name: (-sizes[name], name)) if _is_fit(name)][:most]


def shelves_of(looked_at: Sequence[Sequence[CatalogDocument]], vocabulary: Vocabulary) -> list[Shelf]:
    """The narrowest categories of products, in turns from each of the departments `looked_at`."""
    sizes = vocabulary.categories
    rows: list[list[str]] = []
    for products in looked_at:
        narrowest = Counter(_narrowest(product, sizes) for product in products if product.categories)
        rows.append([name for name, _ in narrowest.most_common() if _is_named_well(name)])
    in_stock = {product.id: product for found in looked_at for product in found if product.in_stock}
    shelves = (
        Shelf(name, [product for product in in_stock.values() if name in product.categories])
        for name in sorted(dict.fromkeys(_in_turns(rows)), key=_is_wordy)
    )
    return [shelf for shelf in shelves if len(shelf.products) >= ENOUGH][:MOST_SHELVES]


def questions_for(shelf: Shelf, kind: Kind, vocabulary: Vocabulary, store: StoreView) -> Iterator[str]:
    """Questions of `kind` about what stands on `shelf`, the best first, in the language of `store`."""
    language: Language = "ru" if store.language == "ru" else "en"
    if (language == "ru") != is_russian(shelf.name):
        return
    match kind:
        case "price":
            yield from _under_a_price(shelf, store, language)
        case "trait":
            yield from _with_a_trait(shelf, vocabulary, language)
        case "wearer":
            yield from _for_a_wearer(shelf, vocabulary, language)
        case "cheapest":
            if language == "en" or is_russian_plural(shelf.name):
                yield _CHEAPEST[language].format(name=mid_sentence(shelf.name))


def _under_a_price(shelf: Shelf, store: StoreView, language: Language) -> Iterator[str]:
    prices = sorted(product.price_from for product in shelf.products if product.price_from)
    if len(prices) < ENOUGH:
        return
    bound = _round_price(prices)
    if bound is not None:
        price = format_amount(Decimal(bound), currency=store.currency, locale=store.locale, with_cents=False)
        yield _PRICE[language].format(name=_first_word_up(mid_sentence(shelf.name)), price=price)


def _round_price(prices: Sequence[float]) -> int | None:
    """The round price nearest to the middle of `prices`, ascending, that enough of them are below."""
    middle = median(prices)
    bounds = [step * 10**power for power in range(9) for step in _STEPS]
    usable = [bound for bound in bounds if bound > prices[ENOUGH - 1]]
    return min(usable, key=lambda bound: abs(bound - middle), default=None)


def _with_a_trait(shelf: Shelf, vocabulary: Vocabulary, language: Language) -> Iterator[str]:
    codes = codes_of(vocabulary, "color", "material")
    values = Counter(
        value
        for product in shelf.products
        for code in sorted(codes & product.attributes.keys())
        for value in product.attributes[code].values
    )
    for value, count in values.most_common():
        written = _as_adjective(value, shelf, language)
        if count >= ENOUGH and written and _is_fit(value):
            yield _TRAIT[language].format(value=_first_word_up(written), name=mid_sentence(shelf.name))


def _as_adjective(value: str, shelf: Shelf, language: Language) -> str | None:
    if language == "en":
        return None if is_russian(value) else mid_sentence(value)
    return plural_adjective(value) if is_russian_plural(shelf.name) else None


def _for_a_wearer(shelf: Shelf, vocabulary: Vocabulary, language: Language) -> Iterator[str]:
    codes = codes_of(vocabulary, "gender")
    worn = [
        {value for code in codes & product.attributes.keys() for value in product.attributes[code].values}
        for product in shelf.products
    ]
    wearers = dict(wearers_of(sorted({value for values in worn for value in values}), stems_of))
    for word, phrase in _WEARERS[language].items():
        best = wearers.get(stems_of(word), [""])[0]
        if sum(best in values for values in worn) >= ENOUGH:
            yield phrase.format(name=_first_word_up(mid_sentence(shelf.name)))


def _narrowest(product: CatalogDocument, sizes: Mapping[str, int]) -> str:
    """Of the product's categories the smallest; of equals the last, as a path ends in it."""
    return min(reversed(product.categories), key=lambda name: sizes.get(name, 0))


def _is_named_well(name: str) -> bool:
    """Whether a shopper would say `name` of things, rather than of people or occasions."""
    says_who = any(True for _ in wearers_of([name], stems_of))
    return _is_fit(name) and not says_who and _NO_SHELVES.fullmatch(name.strip()) is None


def _is_fit(name: str) -> bool:
    return len(name) <= _LONGEST_NAME and len(name.split()) <= _WORDS and masked(name) == name and name.isprintable()


def _is_wordy(name: str) -> bool:
    return len(name.split()) > _FEW_WORDS


def _in_turns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for place in range(max(map(len, rows), default=0)):
        yield from (row[place] for row in rows if place < len(row))


def _first_word_up(text: str) -> str:
    return text[:1].upper() + text[1:]
