"""What is true of all products that a question means, the shown and the others, and how to say so. Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from runtime.retrieval.facts_query import BY_CATEGORY, HIGHEST, IN_STOCK, LOWEST, ON_REQUEST, PRICED
from runtime.retrieval.language import Language, Texts
from shared.catalog import CatalogDocument
from shared.money import amount_text
from shared.stores import StoreView

_PRODUCTS: Final[Mapping[Language, tuple[str, str, str]]] = {
    "en": ("product", "products", "products"),
    "ru": ("товар", "товара", "товаров"),
}
_NOT_LESS: Final[Mapping[Language, tuple[str, str, str]]] = {
    "en": _PRODUCTS["en"],
    "ru": ("товара", "товаров", "товаров"),
}
"""The same behind _AT_LEAST."""
_AT_LEAST: Final[Texts] = {"en": "At least {counted}.", "ru": "Не меньше {counted}."}
_RANGE: Final[Texts] = {"en": "from {low} to {high}", "ru": "от {low} до {high}"}
_SAME: Final[Texts] = {"en": "at {low}", "ru": "по {low}"}
_SOME_IN_STOCK: Final[Texts] = {"en": "{number} in stock", "ru": "в наличии {number}"}
_ALL_IN_STOCK: Final[Texts] = {"en": "all in stock", "ru": "все в наличии"}
_NONE_IN_STOCK: Final[Texts] = {"en": "none in stock", "ru": "все не в наличии"}
_ONE_IN_STOCK: Final[Texts] = {"en": "in stock", "ru": "в наличии"}
_ONE_NOT_IN_STOCK: Final[Texts] = {"en": "out of stock", "ru": "нет в наличии"}
_ON_REQUEST: Final[Texts] = {"en": "{number} priced on request", "ru": "цена по запросу: {number}"}
_ONE_ON_REQUEST: Final[Texts] = {"en": "priced on request", "ru": "цена по запросу"}


@dataclass(frozen=True, slots=True)
class CategoryFacts:
    """One category, as far as the question is about it. Prices as in Facts."""

    name: str
    count: int
    price_min: float | None = None
    price_max: float | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of all products that a question means.

    count: how many. in_stock, on_request: of them, those in stock and those without a price. price_min, price_max: the
    lowest and the highest `price_from`, in the store's currency, whether in stock or not; None where nothing has a
    price, and a price of zero is none. categories: the largest first; a product counts in each of its own.
    exact: False when a part of the index did not answer, so that there are at least so many, and the prices are only
    some of them. read_again: whether the prices are those of now, and not of the last run.
    """

    count: int = 0
    in_stock: int = 0
    on_request: int = 0
    price_min: float | None = None
    price_max: float | None = None
    categories: tuple[CategoryFacts, ...] = ()
    exact: bool = True
    read_again: bool = False


def read_facts(answer: Mapping[str, Any]) -> Facts:
    """The facts in OpenSearch's answer to `runtime.retrieval.facts_query.build_facts`."""
    found = answer["aggregations"]
    price_min, price_max = _prices(found)
    return Facts(
        count=answer["hits"]["total"]["value"],
        in_stock=found[IN_STOCK]["doc_count"],
        on_request=found[ON_REQUEST]["doc_count"],
        price_min=price_min,
        price_max=price_max,
        categories=tuple(
            CategoryFacts(bucket["key"], bucket["doc_count"], *_prices(bucket))
            for bucket in found[BY_CATEGORY]["buckets"]
            # One that a shard left out of its list is larger than it is said to be.
            if not bucket["doc_count_error_upper_bound"]
        ),
        exact=not (answer["timed_out"] or answer["_shards"]["failed"]),
    )


def _prices(found: Mapping[str, Any]) -> tuple[float | None, float | None]:
    priced = found[PRICED]
    return priced[LOWEST]["value"], priced[HIGHEST]["value"]


def confirmed(facts: Facts, documents: Collection[CatalogDocument]) -> Facts:
    """`facts` with those prices only, of all and of each category, from the lowest to the highest of which some of
    `documents`, as they are now, still ask both ends; `facts` as they are where none of `documents` was read again.
    """
    now = [document for document in documents if document.as_of is not None]
    if not now:
        return facts
    return replace(within_figures(_kept(facts, now, keeps=_at_both_ends), now), read_again=True)


def within_figures(facts: Facts, documents: Collection[CatalogDocument]) -> Facts:
    """`facts`, without prices, of all or of a category, that one of `documents`, as they are now, lies outside of."""
    return _kept(facts, documents, keeps=_none_outside)


def _kept(
    facts: Facts,
    documents: Collection[CatalogDocument],
    *,
    keeps: Callable[[float, float, Collection[float]], bool],
) -> Facts:
    """`facts` with the prices that the prices of `documents` keep; without those of all there are none."""

    def is_kept(told: Facts | CategoryFacts, of: Iterable[CatalogDocument]) -> bool:
        # A price of zero is none, as in the figures.
        prices = {document.price_from for document in of if document.price_from}
        return told.price_min is None or told.price_max is None or keeps(told.price_min, told.price_max, prices)

    whole = is_kept(facts, documents)
    categories = tuple(
        told
        if whole and is_kept(told, (document for document in documents if told.name in document.categories))
        else replace(told, price_min=None, price_max=None)
        for told in facts.categories
    )
    if whole:
        return replace(facts, categories=categories)
    return replace(facts, price_min=None, price_max=None, categories=categories)


def _at_both_ends(low: float, high: float, prices: Collection[float]) -> bool:
    return low in prices and high in prices


def _none_outside(low: float, high: float, prices: Collection[float]) -> bool:
    return all(low <= price <= high for price in prices)


def facts_text(facts: Facts, store: StoreView, *, language: Language) -> str:
    """How many there are, from which price to which, and how many of them can be bought, in one sentence; empty where
    there are none.
    """
    if not facts.count:
        return ""
    if not facts.exact:
        return _AT_LEAST[language].format(counted=_counted(facts.count, _NOT_LESS[language], language=language))
    counted = _counted(facts.count, _PRODUCTS[language], language=language)
    what = filter(None, (counted, prices_text(facts, store, language=language)))
    how = filter(None, (_stock_text(facts, language), _on_request_text(facts, language)))
    return f"{', '.join(what)}; {', '.join(how)}."


def prices_text(facts: Facts | CategoryFacts, store: StoreView, *, language: Language) -> str:
    """From the lowest price to the highest, as `store` writes money; empty where nothing has a price."""
    if facts.price_min is None or facts.price_max is None:
        return ""
    low, high = (amount_text(Decimal(repr(price)), store) for price in (facts.price_min, facts.price_max))
    return (_SAME if low == high else _RANGE)[language].format(low=low, high=high)


def plural(number: int, *, one: str, few: str, many: str, language: Language) -> str:
    """The form of a noun behind `number`; English has no `few`.

    By the plural rules of Unicode's CLDR for whole numbers: 1, 21 and 101 товар, 2 to 4 and 22 товара, else товаров.
    """
    if language == "en":
        return one if number == 1 else many
    if number % 10 == 1 and number % 100 != 11:
        return one
    return few if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else many


def number_text(number: int, language: Language) -> str:
    """`number` with its thousands apart: 12,345 or 12 345."""
    return f"{number:,}" if language == "en" else f"{number:,}".replace(",", " ")


def _counted(number: int, forms: tuple[str, str, str], *, language: Language) -> str:
    one, few, many = forms
    return f"{number_text(number, language)} {plural(number, one=one, few=few, many=many, language=language)}"


def _stock_text(facts: Facts, language: Language) -> str:
    if facts.in_stock == facts.count:
        return (_ONE_IN_STOCK if facts.count == 1 else _ALL_IN_STOCK)[language]
    if not facts.in_stock:
        return (_ONE_NOT_IN_STOCK if facts.count == 1 else _NONE_IN_STOCK)[language]
    return _SOME_IN_STOCK[language].format(number=number_text(facts.in_stock, language))


def _on_request_text(facts: Facts, language: Language) -> str:
    if not facts.on_request:
        return ""
    pattern = _ONE_ON_REQUEST if facts.count == 1 else _ON_REQUEST
    return pattern[language].format(number=number_text(facts.on_request, language))
