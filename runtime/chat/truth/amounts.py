"""Sums of money as answers write them, in Russian and in English. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from runtime.chat.truth.folding import fold
from runtime.chat.truth.spelled import spelled_in
from runtime.retrieval.understanding.money_words import CURRENCIES

_SPACE: Final = r"[ \u00a0\u2007\u2009\u202f]"
CURRENCY_SIGNS: Final = "$€£₽¥₸₴₹₺"
_CODES: Final = "USD|EUR|RUB|RUR|GBP|KZT|UAH|BYN|CAD|AUD|JPY|CNY|INR|TRY|PLN|CHF"
_NAMES: Final = (
    r"dollars?|bucks?|euros?|pounds? sterling|rou?bles?|tenge|hryvnias?"
    r"|руб(?:л(?:ей|ь|я|ям|ях|ями|и))?\b\.?|руб\.?|р\.|р(?!\w)|доллар\w{0,3}|долл\.?|евро|тенге|тг|грн|гривен|гривн\w"
)
_AMOUNT: Final = re.compile(
    rf"""
    (?<![\w]) (?<!\d[.,:/]) (?<![^\W\d_][-‑]) (?<!№)
    (?P<before>(?:US|CA|AU)?[{CURRENCY_SIGNS}]|(?:{_CODES})(?!\w))? {_SPACE}?
    (?P<number>
        \d{{1,3}}(?:{_SPACE}\d{{3}})+(?:[.,]\d{{1,2}})?(?!\d)
      | \d{{1,3}}(?:,\d{{3}})+(?:\.\d{{1,2}})?(?!\d)
      | \d{{1,3}}(?:\.\d{{3}})+(?:,\d{{1,2}})?(?!\d)
      | \d+(?:[.,]\d{{1,2}})?(?!\d)
    )
    (?P<scale>{_SPACE}?(?:k|к|тыс\.|тыс|тыщ|тысяч[аиу]?|thousand)(?!\w))?
    (?:{_SPACE}?(?P<after>[{CURRENCY_SIGNS}]|(?:{_CODES}|{_NAMES})(?!\w)))?
    (?:{_SPACE}0?0{_SPACE}(?:коп\w*|cents?))?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CURRENCY_BEHIND: Final = re.compile(
    rf"{_SPACE}?(?P<after>(?:[{CURRENCY_SIGNS}]|(?:{_CODES}|{_NAMES})(?!\w))(?!{_SPACE}?\d))", re.IGNORECASE
)
_ENDS_SENTENCE: Final = re.compile(r"\.(?=\s+[^\sа-яёa-z—–-]|\s*\Z)")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number from `start` to `end`, currency included. money: a currency stands beside it. grouped: thousands stand
    apart, or cents behind; scaled: in thousands. currencies: those that the one beside it may be.
    """

    start: int
    end: int
    value: float
    money: bool
    grouped: bool
    scaled: bool
    currencies: frozenset[str] = frozenset()


def amounts_in(text: str, start: int, end: int) -> Iterator[Amount]:
    """The numbers of `text` that begin between `start` and `end`, those in words only where they are money."""
    in_words = list(_in_words(text, start, end))
    if not in_words:
        yield from _in_digits(text, start, end)
        return
    in_digits = [
        amount
        for amount in _in_digits(text, start, end)
        if not any(amount.start < spelled.end and spelled.start < amount.end for spelled in in_words)
    ]
    yield from sorted((*in_digits, *in_words), key=lambda amount: amount.start)


def _in_words(text: str, start: int, end: int) -> Iterator[Amount]:
    # From a letter before, for what a word begins with.
    origin = max(0, start - 1)
    for first, stop, value in spelled_in(fold(text[origin:end]), start - origin, end - origin):
        currency = _CURRENCY_BEHIND.match(text, origin + stop, end)
        if currency is not None:
            stop = _before_full_stop(text, currency.end())
            yield Amount(origin + first, stop, value, True, False, False, _currencies(currency["after"]))


def _in_digits(text: str, start: int, end: int) -> Iterator[Amount]:
    for match in _AMOUNT.finditer(text, start, end):
        value = _value(match["number"])
        stop = _before_full_stop(text, match.end())
        scaled = match["scale"] is not None
        first = match.start("before") if match["before"] else match.start("number")
        grouped = len(match["number"]) > len(re.sub(r"\D", "", match["number"]))
        sign = match["before"] or match["after"] or ""
        scale = 1_000 if scaled else 1
        yield Amount(first, stop, value * scale, bool(sign), grouped, scaled, _currencies(sign))


def _before_full_stop(text: str, stop: int) -> int:
    """`stop` without the full stop that ends a sentence and not a word."""
    return stop - 1 if text[stop - 1] == "." and _ENDS_SENTENCE.match(text, stop - 1) else stop


def _currencies(sign: str) -> frozenset[str]:
    return CURRENCIES.get(sign.lower().rstrip("."), frozenset())


def is_currency(word: str) -> bool:
    """Whether `word` says that a number before it is money."""
    return _CURRENCY_BEHIND.fullmatch(word) is not None


def numbers_in(text: str) -> Iterator[float]:
    """The values of all numbers in `text`."""
    return (amount.value for amount in amounts_in(text, 0, len(text)))


def _value(written: str) -> float:
    digits = re.sub(r"[\s\u00a0\u2007\u2009\u202f]", "", written)
    whole, point, last = digits.replace(",", ".").rpartition(".")
    if not point or len(last) == 3:
        return float(digits.replace(",", "").replace(".", ""))
    return float(f"{whole.replace('.', '')}.{last}")
