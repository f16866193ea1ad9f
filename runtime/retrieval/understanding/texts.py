"""Conditions as a shopper reads them, in Russian and English. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from runtime.retrieval.language import Language, Texts
from runtime.retrieval.understanding.findings import Named, PriceRange
from runtime.retrieval.understanding.money_words import usual_currency
from shared.hybrid.query import PriceSort
from shared.money import format_amount

_RANGE: Final[Texts] = {"en": "price from {low} to {high}", "ru": "цена от {low} до {high}"}
_FROM: Final[Texts] = {"en": "price from {low}", "ru": "цена от {low}"}
_TO: Final[Texts] = {"en": "price up to {high}", "ru": "цена до {high}"}
_ABOUT: Final[Texts] = {
    "en": "price around {about}: from {low} to {high}",
    "ru": "цена около {about}: от {low} до {high}",
}
_IMPOSSIBLE: Final[Texts] = {
    "en": "price from {low} and up to {high}, which no price is",
    "ru": "цена от {low} и до {high}: такой цены не бывает",
}
_FOREIGN: Final[Texts] = {
    "en": "{price}: not applied, the prices of this shop are in {currency}",
    "ru": "{price}: не учтена, цены магазина указаны в {currency}",
}
_IN_STOCK: Final[Texts] = {"en": "in stock", "ru": "в наличии"}
_OUT_OF_STOCK: Final[Texts] = {"en": "out of stock", "ru": "нет в наличии"}
_ORDERS: Final[Mapping[PriceSort, Texts]] = {
    "price_asc": {"en": "cheapest first", "ru": "сначала дешёвые"},
    "price_desc": {"en": "most expensive first", "ru": "сначала дорогие"},
}
_LIMIT: Final[Texts] = {"en": "products to show: {limit}", "ru": "показать товаров: {limit}"}
_PRICES: Final[Texts] = {"en": "what they cost", "ru": "сколько они стоят"}
_HOW_MANY: Final[Texts] = {"en": "how many there are", "ru": "сколько их всего"}
_CATEGORY: Final[Texts] = {"en": "category “{name}”", "ru": "категория «{name}»"}
_NOT_CATEGORY: Final[Texts] = {"en": "any category but “{name}”", "ru": "любая категория, кроме «{name}»"}
_VALUE: Final[Texts] = {"en": "{label}: {name}", "ru": "{label}: {name}"}
_NOT_VALUE: Final[Texts] = {"en": "{label}: any but {name}", "ru": "{label}: кроме «{name}»"}
_UNWANTED: Final[Texts] = {"en": "preferably without “{words}”", "ru": "лучше без этого: «{words}»"}


def price_text(price: PriceRange, *, currency: str, language: Language) -> str:
    """Bounds in the currency they were named in; one that is not the shop's says that nothing comes of it."""
    ours = not price.currencies or currency in price.currencies
    named = currency if ours else usual_currency(price.currencies)
    low, high, about = (
        "" if amount is None else _amount(amount, currency=named, language=language)
        for amount in (price.low, price.high, price.about)
    )
    text = _pattern(price)[language].format(low=low, high=high, about=about)
    return text if ours else _FOREIGN[language].format(price=text, currency=currency)


def _pattern(price: PriceRange) -> Texts:
    if price.about is not None:
        return _ABOUT
    if price.low is None:
        return _TO
    if price.high is None:
        return _FROM
    return _RANGE if price.low <= price.high else _IMPOSSIBLE


def _amount(amount: float, *, currency: str, language: Language) -> str:
    return format_amount(
        Decimal(repr(amount)), currency=currency, locale=language, with_cents=amount != int(amount)
    ).strip()


def stock_text(*, wanted: bool, language: Language) -> str:
    """In stock or out of it."""
    return (_IN_STOCK if wanted else _OUT_OF_STOCK)[language]


def order_text(sort: PriceSort, *, language: Language) -> str:
    """Which end of the price list comes first."""
    return _ORDERS[sort][language]


def number_text(limit: int | None, *, language: Language) -> str:
    """How many are wanted, or that the question is how many there are."""
    return _HOW_MANY[language] if limit is None else _LIMIT[language].format(limit=limit)


def prices_asked_text(*, language: Language) -> str:
    """That the question is what they cost."""
    return _PRICES[language]


def category_text(name: str, *, wanted: bool = True, language: Language) -> str:
    """A category that is wanted, or any but that one."""
    return (_CATEGORY if wanted else _NOT_CATEGORY)[language].format(name=name)


def named_text(named: Named, *, language: Language) -> str:
    """A category or a value as the catalogue writes it, wanted or not."""
    meaning = named.meaning
    if meaning.kind == "category":
        return category_text(meaning.names[0], wanted=named.wanted, language=language)
    return value_text(meaning.label or meaning.code, meaning.names[0], wanted=named.wanted, language=language)


def value_text(label: str, name: str, *, wanted: bool = True, language: Language) -> str:
    """A value of the attribute called `label` that is wanted, or any but that one."""
    return (_VALUE if wanted else _NOT_VALUE)[language].format(label=label, name=name)


def unwanted_text(words: str, *, language: Language) -> str:
    """Words that are not wanted, as the shopper wrote them."""
    return _UNWANTED[language].format(words=words)
