"""What turns of a conversation say: words of a product, and conditions, of which the latest counts. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache, lru_cache
from typing import Final, Literal

from runtime.chat.vocabulary import EMPTY, NEGATORS, PRONOUNS
from runtime.retrieval.hits import MAX_TEXT
from runtime.retrieval.language import Language
from runtime.retrieval.understanding.catalogue import Vocabulary
from runtime.retrieval.understanding.conditions import merged_price
from runtime.retrieval.understanding.findings import Content, Number, Order, PriceRange, Stock, Unwanted
from runtime.retrieval.understanding.money_words import CURRENCIES
from runtime.retrieval.understanding.order_words import ORDER_WORDS
from runtime.retrieval.understanding.stems import stem
from runtime.retrieval.understanding.tokens import compose, read_tokens
from runtime.retrieval.understanding.understand import MAX_TOKENS, find
from shared.hybrid.query import PriceSort

Asked = Literal["number", "prices"]
"""What may be asked of all products that are meant."""

OURS: Final[frozenset[str]] = frozenset()
"""Key of the prices in the shop's own currency, be it named or not."""

MOST_WORDS: Final = 64
"""Words of a product that are searched for."""

_WORD: Final = re.compile(r"\d+(?:[.,]\d+)+|[\w'-]+")
_BUDGET: Final = re.compile(r"(?<!\w)(?:budget|бюджет)(?!\w)")
_NEGATED: Final = re.compile(
    rf"(?<!\w)(?<!why )(?<!почему )(?:{'|'.join(sorted(NEGATORS))})\s+"
    r"(?:(?:in|with|from|of|a|an|the|any|в|во|с|со|из)\s+)?(?P<word>\w[\w'-]*)"
)
_AND: Final = r"(?:(?:and|so|but|а|и|ну|но) )?"
_OF_THEM: Final = re.compile(
    rf"{_AND}(?:how many of (?:them|these|those)|сколько (?:всего )?(?:из )?(?:их|них)(?: всего)?)(?!\w)"
)
"""How a turn begins that asks the number of what the conversation is about."""
_BARE: Final[Mapping[Asked, re.Pattern[str]]] = {
    "number": re.compile(
        rf"{_AND}(?:how many(?: (?:in all|in total|altogether|are there))?|сколько(?: всего)?(?: есть)?)"
    ),
    "prices": re.compile(
        rf"{_AND}(?:how much|prices?|costs?|(?:what is|what's|what are) the (?:price|prices|cost)"
        r"|what do they cost|поч[её]м|цен[аы]|стоимость|по какой цене)"
    ),
}
"""A turn that is nothing but the question, and leaves unsaid of what."""
_ORDERS: Final[Mapping[Language, Mapping[PriceSort, str]]] = {
    "en": {"price_asc": "cheapest", "price_desc": "most expensive"},
    "ru": {"price_asc": "самые дешёвые", "price_desc": "самые дорогие"},
}
_STOCK: Final[Mapping[Language, Mapping[bool, str]]] = {
    "en": {True: "in stock", False: "out of stock"},
    "ru": {True: "в наличии", False: "нет в наличии"},
}
_ASKED: Final[Mapping[Language, Mapping[Asked, str]]] = {
    "en": {"number": "how many do you have", "prices": "what are the prices"},
    "ru": {"number": "сколько у вас есть", "prices": "какие цены"},
}
_FROM: Final[Mapping[Language, str]] = {"en": "price from {}", "ru": "цена от {}"}
_TO: Final[Mapping[Language, str]] = {"en": "price up to {}", "ru": "цена до {}"}
_AROUND: Final[Mapping[Language, str]] = {"en": "price around {}", "ru": "цена около {}"}


@dataclass(frozen=True, slots=True)
class Said:
    """What one turn says, or several together.

    words: of the product, and whatever else is no condition. prices: by the currencies named, OURS for the shop's.
    unwanted: phrases that exclude something, as typed -> stems of what they exclude. asked: what the last turn asks of
    all of them.
    """

    words: tuple[str, ...] = ()
    prices: Mapping[frozenset[str], PriceRange] = field(default_factory=dict)
    in_stock: bool | None = None
    sort: PriceSort | None = None
    unwanted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    asked: tuple[Asked, ...] = ()

    def then(self, later: "Said") -> "Said":
        """Both, one after the other: what `later` says holds against what was said before."""
        stems = {stem(word) for word in later.words}
        gone = {next(iter(excluded)) for excluded in later.unwanted.values() if len(excluded) == 1}
        words = (word for word in self.words if stem(word) not in gone)
        unwanted = {phrase: excluded for phrase, excluded in self.unwanted.items() if not excluded & stems}
        return Said(
            words=tuple(dict.fromkeys((*words, *later.words))),
            prices={**self.prices, **{of: _narrowed(self.prices.get(of), by) for of, by in later.prices.items()}},
            in_stock=self.in_stock if later.in_stock is None else later.in_stock,
            sort=later.sort or self.sort,
            unwanted={**unwanted, **later.unwanted},
            asked=later.asked,
        )

    @property
    def text(self) -> str:
        """All of it, so that it is understood as it is meant; empty when nothing is said."""
        return ", ".join([" ".join(self.words[:MOST_WORDS])] * bool(self.words) + list(self._conditions()))

    def _conditions(self) -> Iterator[str]:
        """What is said beside the words, in phrases that mean the same wherever they stand."""
        language: Language = "en" if "".join((*self.words, *self.unwanted)).isascii() else "ru"
        yield from self.unwanted
        for currencies, price in self.prices.items():
            yield from _price_phrases(price, currencies, language)
        if self.in_stock is not None:
            yield _STOCK[language][self.in_stock]
        if self.sort is not None:
            yield _ORDERS[language][self.sort]
        for asked in self.asked:
            yield _ASKED[language][asked]


@dataclass(frozen=True, slots=True)
class _Part:
    """A condition with its place in the text."""

    start: int
    end: int
    content: Content


def read_turn(turn: str, *, currency: str = "") -> Said:
    """`turn` taken apart; `words` holds every word that belongs to no condition. currency: the shop's."""
    text, parts = _read(turn, currency)
    rest = _without(text, [part for part in parts if isinstance(part.content, PriceRange | Order | Stock | Unwanted)])
    rest = _OF_THEM.sub(",", rest)
    negated = {found[0]: found["word"] for found in _NEGATED.finditer(rest) if found["word"] not in EMPTY | PRONOUNS}
    for phrase in negated:
        rest = rest.replace(phrase, ",")
    unwanted = {text[part.start : part.end]: part.content.words for part in parts if isinstance(part.content, Unwanted)}
    contents = [part.content for part in parts]
    return Said(
        words=tuple(words_of(rest)),
        prices=_by_currency([content for content in contents if isinstance(content, PriceRange)], currency),
        in_stock=next((content.wanted for content in reversed(contents) if isinstance(content, Stock)), None),
        sort=next((content.sort for content in contents if isinstance(content, Order)), None),
        asked=tuple(dict.fromkeys((*_asked(contents), *_bare(text)))),
        unwanted={phrase: frozenset(map(stem, words_of(words))) for phrase, words in {**unwanted, **negated}.items()},
    )


def speaks_of_price(turn: str, *, currency: str = "") -> bool:
    """Whether `turn` has any words of price, be they a bound, an order or neither. currency: the shop's."""
    text, parts = _read(turn, currency)
    return any(isinstance(part.content, PriceRange) for part in parts) or ORDER_WORDS.search(text) is not None


def without_price_words(turn: str, *, currency: str = "") -> str:
    """`turn` in lower case without what it says about price; of "my budget is $50 for a tent" the budget stays, which
    the tent is no detail of. currency: the shop's.
    """
    text, parts = _read(turn, currency)
    priced = [part for part in parts if isinstance(part.content, PriceRange | Order)]
    budgets = [found[0] for part in priced for found in _BUDGET.finditer(text, part.start, part.end)]
    return " ".join((*budgets[:1], _without(text, priced)))


def words_of(text: str) -> list[str]:
    """The words of `text`, in its own case, apostrophes straight."""
    return [word.strip("'-") for word in _WORD.findall(text.replace("’", "'")) if word.strip("'-")]


@lru_cache(maxsize=64)  # Each turn is looked at several times.
def _read(turn: str, currency: str) -> tuple[str, tuple[_Part, ...]]:
    """`turn` in lower case, and the conditions in it that need no knowledge of the catalogue."""
    text = compose(turn[:MAX_TEXT].lower())
    tokens = read_tokens(text)
    findings = find(tokens[:MAX_TOKENS], _no_catalogue(currency))
    spans = ((finding.span, finding.content) for finding in findings)
    return text, tuple(_Part(tokens[start].start, tokens[end - 1].end, content) for (start, end), content in spans)


@cache
def _no_catalogue(currency: str) -> Vocabulary:
    """What is known where nothing is known of the catalogue. Of currencies there are few."""
    return Vocabulary(categories={}, attributes=(), currency=currency, products=0)


def _without(text: str, parts: Iterable[_Part]) -> str:
    """`text` with a comma for each of `parts`, and without words of price that ask for no order."""
    for part in sorted(parts, key=lambda part: -part.start):
        text = f"{text[: part.start]},{text[part.end :]}"
    return ORDER_WORDS.sub(",", text)


def _asked(contents: Iterable[Content]) -> Iterator[Asked]:
    for content in contents:
        if content == Number(None):
            yield "number"
        elif content == "prices":
            yield "prices"


def _bare(text: str) -> Iterator[Asked]:
    plain = " ".join(words_of(text))
    if _OF_THEM.match(plain):
        yield "number"
    yield from (asked for asked, pattern in _BARE.items() if pattern.fullmatch(plain))


def _by_currency(ranges: Sequence[PriceRange], currency: str) -> dict[frozenset[str], PriceRange]:
    groups: dict[frozenset[str], list[PriceRange]] = {}
    for price in ranges:
        groups.setdefault(OURS if currency in price.currencies else price.currencies, []).append(price)
    return {currencies: merged_price(found) for currencies, found in groups.items()}


def _narrowed(earlier: PriceRange | None, later: PriceRange) -> PriceRange:
    """`later`, with the bound it leaves open where `earlier` has one that agrees with it."""
    if earlier is None or later.about is not None or earlier.about is not None:
        return later
    low = earlier.low if later.low is None else later.low
    high = earlier.high if later.high is None else later.high
    agrees = low is None or high is None or low <= high
    return replace(later, low=low, high=high) if agrees else later


def _price_phrases(price: PriceRange, currencies: frozenset[str], language: Language) -> Iterator[str]:
    sign = next((f" {word}" for word, codes in CURRENCIES.items() if codes == currencies), "")
    if price.about is not None:
        yield _AROUND[language].format(_amount(price.about) + sign)
        return
    # Two phrases, so that a range the wrong way round stays one.
    for bound, phrase in ((price.low, _FROM), (price.high, _TO)):
        if bound is not None:
            yield phrase[language].format(_amount(bound) + sign)


def _amount(value: float) -> str:
    """Without an exponent, which nobody types."""
    return f"{Decimal(repr(value)):f}".removesuffix(".0")
