"""What an empty or odd result means, in the store's language. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import Final

from runtime.retrieval.language import Language, language_of
from shared.catalog import CatalogDocument
from shared.hybrid.query import ProductFilter
from shared.money import amount_text
from shared.stores import StoreView

Texts = Mapping[Language, str]

CLOSE_NAMES: Final = 5
_CUTOFF: Final = 0.5

_NOTHING: Final[Texts] = {
    "en": "Nothing in the catalogue matches.",
    "ru": "В каталоге ничего не нашлось.",
}
_NO_CATEGORY: Final[Texts] = {
    "en": "There is no category “{asked}”.",
    "ru": "Категории «{asked}» нет.",
}
_CLOSEST: Final[Texts] = {
    "en": "The closest: {names}.",
    "ru": "Самые близкие: {names}.",
}
_NO_PRICE: Final[Texts] = {
    "en": "Nothing {bounds}.",
    "ru": "Ничего {bounds}.",
}
_NO_PRICE_BY_WORDS: Final[Texts] = {
    "en": "Nothing {bounds} matches the words of the query.",
    "ru": "По словам запроса ничего {bounds} нет.",
}
_NEAREST: Final[Texts] = {
    "en": "The nearest by price is “{name}”: {price}.",
    "ru": "Ближайшее по цене: {name} — {price}.",
}
_BETWEEN: Final[Texts] = {"en": "between {low} and {high}", "ru": "от {low} до {high}"}
_FROM: Final[Texts] = {"en": "at {low} or more", "ru": "от {low}"}
_TO: Final[Texts] = {"en": "at {high} or less", "ru": "до {high}"}
_NOT_MET: Final[Texts] = {
    "en": "Nothing meets this condition: {conditions}.",
    "ru": "Под это условие ничего не подходит: {conditions}.",
}
_TOO_NARROW: Final[Texts] = {
    "en": "Nothing meets all conditions at once: {conditions}. Without some of them there may be something.",
    "ru": "Под все условия сразу ничего не подходит: {conditions}. Без части из них может найтись.",
}
_NOT_MET_BY_WORDS: Final[Texts] = {
    "en": "Nothing matches the words of the query under these conditions: {conditions}.",
    "ru": "По словам запроса под эти условия ничего не подходит: {conditions}.",
}
_ONLY_SIMILAR: Final[Texts] = {
    "en": "What is shown is only similar.",
    "ru": "Показано только похожее.",
}
_PRICE: Final[Texts] = {"en": "price {bounds}", "ru": "цена {bounds}"}
_CATEGORY: Final[Texts] = {"en": "category “{name}”", "ru": "категория «{name}»"}
_IN_STOCK: Final[Texts] = {"en": "in stock", "ru": "в наличии"}
_OUT_OF_STOCK: Final[Texts] = {"en": "out of stock", "ru": "нет в наличии"}
_NOT_SHOWN: Final[Texts] = {"en": "not shown already", "ru": "ещё не показано"}


def explain_nothing(store: StoreView) -> str:
    """Nothing was found, and no filter is to blame."""
    return _NOTHING[language_of(store)]


def explain_category(store: StoreView, asked: str, *, known: Sequence[str]) -> str:
    """`asked` is no category; names the closest of `known`."""
    language = language_of(store)
    parts = [_NO_CATEGORY[language].format(asked=asked)]
    if names := closest_names(asked, known):
        parts.append(_CLOSEST[language].format(names=", ".join(names)))
    return " ".join(parts)


def explain_price(
    store: StoreView, wanted: ProductFilter, *, nearest: CatalogDocument | None, similar: bool = False
) -> str:
    """Nothing costs what was asked; names the nearest product when there is one.

    similar: products at that price are shown, and none of them shares a word with the question.
    """
    language = language_of(store)
    parts = [(_NO_PRICE_BY_WORDS if similar else _NO_PRICE)[language].format(bounds=_bounds(store, wanted))]
    if nearest is not None:
        parts.append(_NEAREST[language].format(name=nearest.name, price=nearest.price_text))
    if similar:
        parts.append(_ONLY_SIMILAR[language])
    return " ".join(parts)


def explain_filters(store: StoreView, wanted: ProductFilter, *, similar: bool = False) -> str:
    """The filters of `wanted` together leave nothing; similar: or nothing that shares a word with the question."""
    language = language_of(store)
    conditions = list(_conditions(store, wanted))
    if similar:
        text = f"{_NOT_MET_BY_WORDS[language]} {_ONLY_SIMILAR[language]}"
    else:
        text = (_NOT_MET if len(conditions) == 1 else _TOO_NARROW)[language]
    return text.format(conditions=", ".join(conditions))


def _conditions(store: StoreView, wanted: ProductFilter) -> Iterator[str]:
    """Every condition of `wanted` in words."""
    language = language_of(store)
    for name in wanted.categories:
        yield _CATEGORY[language].format(name=name)
    for code, values in wanted.attributes.items():
        yield f"{code} = {' / '.join(values)}"
    if wanted.price_min is not None or wanted.price_max is not None:
        yield _PRICE[language].format(bounds=_bounds(store, wanted))
    if wanted.in_stock is not None:
        yield (_IN_STOCK if wanted.in_stock else _OUT_OF_STOCK)[language]
    if wanted.exclude_ids:
        yield _NOT_SHOWN[language]


def closest_names(asked: str, known: Sequence[str]) -> list[str]:
    """At most CLOSE_NAMES of `known` that resemble `asked`, best first; else the first ones, as they are the largest.

    known: names, the largest category first.
    """
    by_key = {category_key(name): name for name in reversed(known)}
    key = category_key(asked)
    containing = [name for name in known if key and key in category_key(name)]
    similar = [by_key[found] for found in get_close_matches(key, list(by_key), n=CLOSE_NAMES, cutoff=_CUTOFF)]
    return (list(dict.fromkeys([*containing, *similar])) or list(known))[:CLOSE_NAMES]


def category_key(name: str) -> str:
    """`name` as the index compares categories: without case, without surrounding space, ё as е."""
    return name.strip().lower().replace("ё", "е")


def price_distance(price: float, wanted: ProductFilter) -> float:
    """How far `price` lies outside the bounds of `wanted`, in the store's currency."""
    below = wanted.price_min - price if wanted.price_min is not None else 0.0
    above = price - wanted.price_max if wanted.price_max is not None else 0.0
    return max(below, above, 0.0)


def _bounds(store: StoreView, wanted: ProductFilter) -> str:
    language = language_of(store)
    low, high = (
        None if bound is None else amount_text(Decimal(repr(bound)), store)
        for bound in (wanted.price_min, wanted.price_max)
    )
    if low is not None and high is not None:
        return _BETWEEN[language].format(low=low, high=high)
    return _FROM[language].format(low=low) if low is not None else _TO[language].format(high=high)
