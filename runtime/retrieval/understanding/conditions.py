"""From findings to conditions: one for each thing a client may drop, and the filter of those that stay. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from runtime.retrieval.hits import Condition
from runtime.retrieval.language import Language
from runtime.retrieval.understanding.findings import (
    Content,
    Finding,
    Named,
    Number,
    Order,
    PriceRange,
    Stock,
    Unwanted,
)
from runtime.retrieval.understanding.money_words import usual_currency
from runtime.retrieval.understanding.stems import ADJECTIVE
from runtime.retrieval.understanding.texts import (
    named_text,
    number_text,
    order_text,
    price_text,
    prices_asked_text,
    stock_text,
    unwanted_text,
)
from runtime.retrieval.understanding.understood import Conditions, Kind, NotWords
from shared import catalog

_SLUG: Final = re.compile(r"\w+")
_LONGEST_SLUG: Final = 40


@dataclass(frozen=True, slots=True)
class Read:
    """A condition with what it was read from: several findings when a question says it in several places."""

    condition: Condition
    contents: tuple[Content, ...]
    findings: tuple[Finding, ...]


def gather(findings: Iterable[Finding], *, currency: str, language: Language) -> list[Read]:
    """The conditions that `findings` make, in the order of the question, each id once. currency: the shop's."""
    groups: dict[str, list[Finding]] = {}
    last = ""
    for finding in findings:
        last = last if finding.content == "aside" else _id(finding.content, currency)
        groups.setdefault(last, []).append(finding)
    return [_read(id, found, currency=currency, language=language) for id, found in groups.items()]


def build_conditions(reads: Sequence[Read], *, currency: str) -> Conditions:
    """What a product must meet."""
    contents = [content for read in reads for content in read.contents]
    price = merged_price([c for c in contents if isinstance(c, PriceRange) and _is_ours(c, currency)])
    named = [content for content in contents if isinstance(content, Named)]
    stock = [content.wanted for content in contents if isinstance(content, Stock)]
    return Conditions(
        price_min=price.low,
        price_max=price.high,
        in_stock=stock[-1] if stock else None,
        categories=_categories(named, wanted=True),
        attributes=_attributes(named, wanted=True),
        not_categories=_categories(named, wanted=False),
        not_attributes=_attributes(named, wanted=False),
        not_words=tuple(NotWords(c.words, lacking(c.words)) for c in contents if isinstance(c, Unwanted)),
    )


def merged_price(ranges: Sequence[PriceRange]) -> PriceRange:
    """One range of several: "over 20 … under 50", which may contradict each other. Of several sums, "$20 or $50", the
    range that holds them all.
    """
    several = len(ranges) > 1 and all(bounds.about is not None for bounds in ranges)
    lows = [bounds.low for bounds in ranges if bounds.low is not None]
    highs = [bounds.high for bounds in ranges if bounds.high is not None]
    about = ranges[0].about if len(ranges) == 1 else None
    currencies = next((bounds.currencies for bounds in ranges if bounds.currencies), frozenset[str]())
    low = (min if several else max)(lows, default=None)
    high = (max if several else min)(highs, default=None)
    return PriceRange(low, high, currencies, about)


def lacking(words: str) -> tuple[str, ...]:
    """How a text says that something is without `words`, in the language they are in."""
    if ADJECTIVE.fullmatch(words):
        return (f"не {words}", f"не{words}")
    if not words.isascii():
        return (f"без {words}",)
    single = (f"{words.removesuffix('s')}less",) if words.isalpha() else ()
    return (f"without {words}", f"no {words}", f"non {words}", f"not {words}", f"{words} free", *single)


def _is_ours(price: PriceRange, currency: str) -> bool:
    return not price.currencies or currency in price.currencies


def _id(content: Content, currency: str) -> str:
    match content:
        case PriceRange():
            return "price" if _is_ours(content, currency) else f"price:{usual_currency(content.currencies).lower()}"
        case Stock():
            return "stock"
        case Order():
            return "sort"
        case Number(limit=limit):
            return "how-many" if limit is None else "count"
        case "prices":
            return "prices"
        case Named(meaning=meaning, wanted=wanted):
            place = meaning.code or "category"
            kind = "" if meaning.kind == "category" else "attribute:"
            return f"{kind if wanted else 'not:'}{place}:{_slug(meaning.names[0])}"
        case Unwanted(words=words):
            return f"not:{_slug(words)}"
    return ""  # What is aside has no id of its own; `gather` gives it that of what stands before it.


def _slug(text: str) -> str:
    return "-".join(_SLUG.findall(text.lower()))[:_LONGEST_SLUG]


def _read(id: str, found: Sequence[Finding], *, currency: str, language: Language) -> Read:
    contents = tuple(finding.content for finding in found if finding.content != "aside")
    kind, field, value, text = _shown(contents, currency=currency, language=language)
    return Read(Condition(id=id, kind=kind, field=field, value=value, text=text), contents, tuple(found))


def _shown(contents: Sequence[Content], *, currency: str, language: Language) -> tuple[Kind, str, Any, str]:
    """Kind, field, value and text of what a condition's first finding says; of a price, what all of them say."""
    match contents[0]:
        case PriceRange():
            price = merged_price([content for content in contents if isinstance(content, PriceRange)])
            bounds = {"min": price.low, "max": price.high}
            return "price", catalog.PRICE_FROM, bounds, price_text(price, currency=currency, language=language)
        case Stock():
            wanted = [content.wanted for content in contents if isinstance(content, Stock)][-1]
            return "stock", catalog.IN_STOCK, wanted, stock_text(wanted=wanted, language=language)
        case Order(sort=sort):
            return "sort", catalog.PRICE_FROM, sort, order_text(sort, language=language)
        case Number(limit=limit):
            field, value = ("total", True) if limit is None else ("limit", limit)
            return "count", field, value, number_text(limit, language=language)
        case "prices":
            return "prices", catalog.PRICE_FROM, True, prices_asked_text(language=language)
        case Named(meaning=meaning, wanted=wanted) as named:
            kind: Kind = meaning.kind if wanted else "not"
            return kind, meaning.code or catalog.CATEGORIES, meaning.names[0], named_text(named, language=language)
        case Unwanted(words=words):
            return "not", catalog.TEXT, words, unwanted_text(words, language=language)
    raise AssertionError(f"{contents[0]!r} is no condition")


def _categories(named: Iterable[Named], *, wanted: bool) -> tuple[str, ...]:
    found = [n.meaning.names for n in named if n.meaning.kind == "category" and n.wanted == wanted]
    return tuple(dict.fromkeys(name for names in found for name in names))


def _attributes(named: Iterable[Named], *, wanted: bool) -> Mapping[str, tuple[str, ...]]:
    values: dict[str, dict[str, None]] = {}
    for one in named:
        if one.meaning.kind == "attribute" and one.wanted == wanted:
            # "Men's" is served by what suits anyone; «не мужская» refuses none of that.
            names = (*one.meaning.names, *one.meaning.besides) if wanted else one.meaning.names
            values.setdefault(one.meaning.code, {}).update(dict.fromkeys(names))
    return {code: tuple(names) for code, names in values.items()}
