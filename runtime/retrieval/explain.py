"""What an empty or odd result means, in the store's language. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Final, Literal

from runtime.errors import printable
from runtime.retrieval.language import Language, Texts, language_of
from runtime.retrieval.understanding.texts import category_text, stock_text, value_text
from shared.catalog import CatalogDocument
from shared.hybrid.filters import ProductFilter
from shared.money import amount_text
from shared.stores import StoreView

Shown = Literal["nothing", "similar", "all"]
"""What stands beside an explanation: nothing, what is only similar, or all that meets the conditions."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """What comes nearest to a price nobody asks.

    by_price: of what was asked for, the product whose price is nearest to the bounds, or within them since it was read
    again. on_request: the best match of the question, where its price is on request, so that it is at no price at all.
    """

    by_price: CatalogDocument | None = None
    on_request: CatalogDocument | None = None

    def __bool__(self) -> bool:
        return self.by_price is not None or self.on_request is not None


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
_NO_ATTRIBUTE: Final[Texts] = {
    "en": "There is no attribute “{asked}”.",
    "ru": "Характеристики «{asked}» нет.",
}
_NO_VALUE: Final[Texts] = {
    "en": "No product has “{asked}” as its {label}.",
    "ru": "Характеристики «{label}» со значением «{asked}» нет ни у одного товара.",
}
_CLOSEST: Final[Texts] = {
    "en": "The closest: {names}.",
    "ru": "Самые близкие: {names}.",
}
_NO_PRICE: Final[Texts] = {
    "en": "Nothing {bounds}.",
    "ru": "Ничего {bounds}.",
}
_IMPOSSIBLE_PRICE: Final[Texts] = {
    "en": "No price is {low} or more and {high} or less at once.",
    "ru": "Цены, которая сразу от {low} и до {high}, не бывает.",
}
_NO_PRICE_OF_QUERY: Final[Texts] = {
    "en": "Nothing {bounds} fits the query.",
    "ru": "По запросу ничего подходящего {bounds} нет.",
}
_NO_WORDS: Final[Texts] = {
    "en": "No product shares a word with the query.",
    "ru": "Слов запроса нет ни у одного товара.",
}
_ON_REQUEST: Final[Texts] = {
    "en": "“{name}”, the best match, is priced on request.",
    "ru": "Лучше всего подходит {name}, цена по запросу.",
}
_NO_CODE: Final[Texts] = {
    "en": "There is no product with the code {codes}.",
    "ru": "Товара с кодом {codes} нет.",
}
_NEAREST: Final[Texts] = {
    "en": "The nearest by price is “{name}”: {price}.",
    "ru": "Ближайшее по цене: {name} — {price}.",
}
_NOW_WITHIN: Final[Texts] = {
    "en": "“{name}” costs {price} now.",
    "ru": "{name} сейчас стоит {price}.",
}
_BETWEEN: Final[Texts] = {"en": "between {low} and {high}", "ru": "от {low} до {high}"}
_FROM: Final[Texts] = {"en": "at {low} or more", "ru": "от {low}"}
_TO: Final[Texts] = {"en": "at {high} or less", "ru": "до {high}"}
_NOT_MET: Final[Texts] = {
    "en": "Nothing meets this condition: {conditions}.",
    "ru": "Под это условие ничего не подходит: {conditions}.",
}
_TOO_NARROW: Final[Texts] = {
    "en": "Nothing meets all conditions at once: {conditions}.",
    "ru": "Под все условия сразу ничего не подходит: {conditions}.",
}
_FEWER: Final[Texts] = {
    "en": "Without some of them there may be something.",
    "ru": "Без части из них может найтись.",
}
_NOT_MET_BY_QUERY: Final[Texts] = {
    "en": "Nothing fits the query under these conditions: {conditions}.",
    "ru": "По запросу под эти условия ничего не подходит: {conditions}.",
}
_SHOWN: Final[Mapping[Shown, Texts]] = {
    "nothing": {"en": "", "ru": ""},
    "similar": {"en": "What is shown is only similar.", "ru": "Показано только похожее."},
    "all": {"en": "All that meets the conditions is shown.", "ru": "Показано всё, что подходит под условия."},
}
_GIVEN_UP: Final[Texts] = {
    "en": "What is shown is similar, without this: {conditions}.",
    "ru": "Показано похожее, без этого: {conditions}.",
}
_PRICE: Final[Texts] = {"en": "price {bounds}", "ru": "цена {bounds}"}
_NOT_SHOWN: Final[Texts] = {"en": "not shown already", "ru": "ещё не показано"}


def explain_nothing(store: StoreView) -> str:
    """Nothing was found, and no filter is to blame."""
    return _NOTHING[language_of(store)]


def explain_no_code(store: StoreView, codes: Sequence[str]) -> str:
    """No product answers to any of `codes`, and nothing else was asked for."""
    return _NO_CODE[language_of(store)].format(codes=", ".join(codes))


def explain_no_words(store: StoreView, *, shown: Shown) -> str:
    """No word of the question is anywhere in the catalogue."""
    language = language_of(store)
    return _join(_NO_WORDS[language], _SHOWN[shown][language])


def explain_category(store: StoreView, asked: str, *, known: Sequence[str]) -> str:
    """`asked` is no category; names the closest of `known`."""
    language = language_of(store)
    return _join(_NO_CATEGORY[language].format(asked=printable(asked)), _closest(asked, known, language))


def explain_attribute(store: StoreView, asked: str, *, known: Sequence[str]) -> str:
    """`asked` is no attribute's code; names the closest of `known`."""
    language = language_of(store)
    return _join(_NO_ATTRIBUTE[language].format(asked=printable(asked)), _closest(asked, known, language))


def explain_value(store: StoreView, asked: str, *, label: str, known: Sequence[str]) -> str:
    """`asked` is no value of the attribute called `label`; names the closest of `known`."""
    language = language_of(store)
    return _join(_NO_VALUE[language].format(asked=printable(asked), label=label), _closest(asked, known, language))


def _closest(asked: str, known: Sequence[str], language: Language) -> str:
    names = closest_names(asked, known)
    return _CLOSEST[language].format(names=", ".join(names)) if names else ""


def explain_price(
    store: StoreView, wanted: ProductFilter, nearest: Nearest, *, of_query: bool = False, shown: Shown = "nothing"
) -> str:
    """Nothing costs what was asked; names the nearest product when there is one, and a best match on request. Where
    the nearest costs it since its price was read again, that alone is said.

    of_query: other products may cost that.
    """
    language = language_of(store)
    by_price, on_request = nearest.by_price, nearest.on_request
    if by_price and by_price.price_from is not None and not price_distance(by_price.price_from, wanted):
        beside = _SHOWN["similar"][language] if shown == "similar" else ""
        return _join(_NOW_WITHIN[language].format(name=by_price.name, price=by_price.price_text), beside)
    return _join(
        _no_price(store, wanted, of_query=of_query),
        _ON_REQUEST[language].format(name=on_request.name) if on_request else "",
        _NEAREST[language].format(name=by_price.name, price=by_price.price_text) if by_price else "",
        _SHOWN[shown][language],
    )


def _no_price(store: StoreView, wanted: ProductFilter, *, of_query: bool) -> str:
    language = language_of(store)
    low, high = wanted.price_min, wanted.price_max
    if low is not None and high is not None and low > high:
        amounts = {"low": _amount(store, low), "high": _amount(store, high)}
        return _IMPOSSIBLE_PRICE[language].format(**amounts)
    return (_NO_PRICE_OF_QUERY if of_query else _NO_PRICE)[language].format(bounds=_bounds(store, wanted))


def explain_filters(
    store: StoreView,
    wanted: ProductFilter,
    *,
    labels: Mapping[str, str],
    of_query: bool = False,
    shown: Shown = "nothing",
    given_up: Sequence[str] = (),
) -> str:
    """The filters of `wanted` together leave nothing; of_query: nothing that fits the question. labels: code of an
    attribute -> what it is called; one without a label is called by its code. given_up: conditions that what is shown
    does not meet.
    """
    language = language_of(store)
    conditions = list(_conditions(store, wanted, labels))
    several = len(conditions) > 1 and not of_query
    pattern = _NOT_MET_BY_QUERY if of_query else _TOO_NARROW if several else _NOT_MET
    beside = _FEWER[language] if several and shown == "nothing" else _SHOWN[shown][language]
    if given_up:
        beside = _GIVEN_UP[language].format(conditions=", ".join(given_up))
    return _join(pattern[language].format(conditions=", ".join(conditions)), beside)


def _join(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _conditions(store: StoreView, wanted: ProductFilter, labels: Mapping[str, str]) -> Iterator[str]:
    """Every condition of `wanted` in words."""
    language = language_of(store)
    for name in wanted.categories:
        yield category_text(name, language=language)
    for name in wanted.not_categories:
        yield category_text(name, wanted=False, language=language)
    for code, values in wanted.attributes.items():
        yield printable(value_text(labels.get(code, code), " / ".join(values), language=language))
    for unwanted in wanted.not_attributes:
        label = labels.get(unwanted.code, unwanted.code)
        yield value_text(label, " / ".join(unwanted.values), wanted=False, language=language)
    if wanted.price_min is not None or wanted.price_max is not None:
        yield _PRICE[language].format(bounds=_bounds(store, wanted))
    if wanted.in_stock is not None:
        yield stock_text(wanted=wanted.in_stock, language=language)
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
    low, high = (None if bound is None else _amount(store, bound) for bound in (wanted.price_min, wanted.price_max))
    if low is not None and high is not None:
        return _BETWEEN[language].format(low=low, high=high)
    return _FROM[language].format(low=low) if low is not None else _TO[language].format(high=high)


def _amount(store: StoreView, price: float) -> str:
    return amount_text(Decimal(repr(price)), store)
