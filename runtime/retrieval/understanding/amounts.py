"""Sums of money in a question: digits or words, thousands, currencies before and behind. Pure."""

from dataclasses import dataclass, replace
from typing import Final

from runtime.retrieval.understanding.money_words import CURRENCIES, DOLLAR_LETTERS, DOLLARS_OF, POUNDS, THOUSANDS
from runtime.retrieval.understanding.number_words import (
    WORTHS,
    follows_number,
    hundred_times,
    read_rest,
    read_spelt,
)
from runtime.retrieval.understanding.tokens import (
    DASHES,
    Token,
    Tokens,
    at,
    joined_to_next,
    joined_to_previous,
)
from runtime.retrieval.understanding.units import PEOPLE, UNIT_MARKS, UNITS
from runtime.retrieval.understanding.words import word_set

_DIGITS: Final = 9
"""Digits of a sum at most: what has more is a code."""
_GROUP: Final = 3
FEW: Final = 20
"""Below it a bare number before a noun counts things: "at least 3 zips"."""
_OFFERS: Final = word_set(
    "off discount discounts coupon coupons voucher rebate cashback savings скидка скидки скидкой скидку кэшбэк"
)
"""Behind a sum these tell what is saved, and no price."""
_SEVERAL: Final = frozenset({"тысяч", "тыс", "тыщ", "миллионов", "млн"})
"""Without a number before them these tell no sum."""
_ENDINGS: Final = frozenset({"ти", "х", "и", "ми"})
_FEET: Final = frozenset({"'", "’", "‘"})
_INCHES: Final = frozenset({'"', "“", "”"}) | _FEET
NUMERALS: Final = WORTHS.keys() | THOUSANDS.keys()
"""Words of numbers: without one of them, and without digits, there is no sum."""
OPENINGS: Final = (
    NUMERALS | CURRENCIES.keys() | DOLLAR_LETTERS.keys() | POUNDS | frozenset(DOLLARS_OF.first_words) | {"a", "an"}
)
"""Words that a sum may begin with."""
_MEASURES: Final = UNITS | UNIT_MARKS | POUNDS


@dataclass(frozen=True, slots=True)
class Amount:
    """A number at a place. scale: 1000 in "5 тыс", where `value` is 5000; in_words: it was a word, not a mere «к».

    currencies: codes its currency may be, empty where none is named. measured: a unit of measure follows, or
    something else that makes it no price. end: the token behind it, currency included.
    """

    value: float
    end: int
    scale: int = 1
    currencies: frozenset[str] = frozenset()
    measured: bool = False
    in_words: bool = False

    @property
    def is_money(self) -> bool:
        """Whether it says itself that it is a sum of money: by a currency, or by «тыс», which goods rarely come in."""
        return bool(self.currencies or self.in_words) and not self.measured


def read_amount(tokens: Tokens, start: int, *, currency: str, apart: bool = False) -> Amount | None:
    """The amount that begins at `start`; None when none does. currency: the shop's. apart: an "and" parts two."""
    before, first = _currency(tokens, start, currency)
    if not before and joined_to_previous(tokens, first) and at(tokens, first - 2).kind == "word":
        return None
    if at(tokens, first - 1).key in DASHES and not at(tokens, first).spaced and at(tokens, first - 1).spaced:
        return None
    spelt = _value(tokens, first, apart=apart)
    if spelt is None:
        return None
    value, end = spelt
    spoken = len(at(tokens, end).key) > 1
    scaled = _scaled(tokens, value, end, apart=apart)
    if scaled is None:
        return None
    value, scale, end = scaled
    after, behind = _currency(tokens, end, currency)
    if before or after:
        end = end if before else _behind_dot(tokens, behind)
        return Amount(value, end, scale, before or after, measured=at(tokens, end).key in _OFFERS)
    return Amount(value, end, scale, measured=_is_measured(tokens, end, value), in_words=scale > 1 and spoken)


def _currency(tokens: Tokens, index: int, currency: str) -> tuple[frozenset[str], int]:
    """What currency is named at `index`, and the index behind it; `currency` is the shop's."""
    token, sign = at(tokens, index), at(tokens, index + 1)
    if sign.key == "$" and not sign.spaced and token.key in DOLLAR_LETTERS:
        return DOLLAR_LETTERS[token.key], index + 2
    dollars = DOLLARS_OF.match(tokens, index)
    if dollars:
        return frozenset({dollars[0]}), dollars[1]
    codes = currencies_of(token, currency)
    return codes, index + bool(codes)


def currencies_of(token: Token, currency: str) -> frozenset[str]:
    """What currency `token` names, if any; `currency` is the shop's."""
    if token.key in POUNDS:
        return frozenset({"GBP"}) if currency == "GBP" else frozenset()
    return CURRENCIES.get(token.key, frozenset())


def _value(tokens: Tokens, start: int, *, apart: bool) -> tuple[float, int] | None:
    token = at(tokens, start)
    if token.kind == "number":
        value = parse_number(token.key)
        return None if value is None else hundred_times(tokens, value, _behind_ending(tokens, start + 1))
    if follows_number(tokens, start):
        return None
    if token.key in ("a", "an") and at(tokens, start + 1).key == "thousand":
        return 1.0, start + 1
    if token.key in THOUSANDS and len(token.key) > 1 and token.key not in _SEVERAL:
        return 1.0, start
    return read_spelt(tokens, start, apart=apart)


def _behind_ending(tokens: Tokens, end: int) -> int:
    """Behind the ending that a number in digits is given: «5ти тысяч», «5-ти»."""
    place = end + 1 if joined_to_next(tokens, end - 1) else end
    ending = at(tokens, place)
    return place + 1 if ending.key in _ENDINGS and not ending.spaced else end


def parse_number(text: str) -> float | None:
    """The number that `text` writes, with thousands apart or not; None for 0, for a code and for what is no number."""
    digits = "".join(text.split())
    separators = [letter for letter in digits if not letter.isdecimal()]
    if len(digits) - len(separators) > _DIGITS:
        return None
    if separators:
        whole, _, last = digits.rpartition(separators[-1])
        # "1,500" and "1.500.000" are thousands, "2,5" and "1,500.00" end in a fraction.
        in_threes = len(last) == _GROUP and len(set(separators)) == 1 and text == digits
        digits = _joined(whole) + (last if in_threes else f".{last}")
        if len(separators) > 1 and not in_threes and len(set(separators)) == 1:
            return None
    return float(digits) or None


def _joined(whole: str) -> str:
    return whole.replace(",", "").replace(".", "")


def _scaled(tokens: Tokens, value: float, end: int, *, apart: bool) -> tuple[float, int, int] | None:
    """`value` in thousands, where it is, with what is added to them; the scale, and the index behind."""
    scale, behind = _scale(tokens, end)
    if scale == 1 or len(at(tokens, end).key) == 1:
        return value * scale, scale, behind
    joined = at(tokens, behind).key == "and" and not apart
    rest = read_rest(tokens, behind + joined, below=scale)
    if rest is None:
        return None
    return value * scale + rest[0], scale, rest[1] if rest[0] else behind


def _scale(tokens: Tokens, end: int) -> tuple[int, int]:
    token = at(tokens, end)
    if token.key not in THOUSANDS or (len(token.key) == 1 and token.spaced):
        return _thousand_roubles(tokens, end)
    return THOUSANDS[token.key], _behind_dot(tokens, end + 1)


def _thousand_roubles(tokens: Tokens, end: int) -> tuple[int, int]:
    """«5 т.р.», «5 тр»: the currency is left for its own rule."""
    if at(tokens, end).key == "тр":
        return 1_000, end
    if at(tokens, end).key == "т" and at(tokens, end + 1).key == "." and at(tokens, end + 2).key == "р":
        return 1_000, end + 2
    return 1, end


def _behind_dot(tokens: Tokens, end: int) -> int:
    """Behind the dot of an abbreviation; the one that ends the question is cut with it just as well."""
    dot = at(tokens, end)
    return end + 1 if dot.key == "." and not dot.spaced else end


def _is_measured(tokens: Tokens, end: int, value: float) -> bool:
    """Whether what follows a number makes it a measure, a code or a fraction."""
    token = at(tokens, end)
    if token.key in ("in", "на") and token.spaced:
        # "2 in 1", «10 на 20»; "under 50 in black" goes on about something else.
        return at(tokens, end + 1).kind == "number"
    if token.key in PEOPLE:
        return value < FEW
    if token.key in _MEASURES or token.kind == "code" or (token.kind == "word" and not token.spaced):
        return True
    if token.key in _INCHES and not token.spaced:
        return _opens_evenly(tokens, end)
    return joined_to_next(tokens, end - 1) and at(tokens, end + 1).kind == "word"


def _opens_evenly(tokens: Tokens, end: int) -> bool:
    """Whether a quote behind a number is inches or feet: no quote is open before it."""
    kind = _FEET if tokens[end].key in _FEET else _INCHES - _FEET
    opened = sum(token.key in kind for token in tokens[:end])
    return opened % 2 == 0


def scaled_alike(low: Amount, high: Amount) -> tuple[Amount, Amount]:
    """«От 5 до 10 тыс», «от тысячи до двух»: thousands, both."""
    if low.scale == 1 and high.scale > 1 and low.value * high.scale <= high.value:
        return replace(low, value=low.value * high.scale), high
    if high.scale == 1 and low.scale > 1 and high.value < low.value <= high.value * low.scale and not high.measured:
        return low, replace(high, value=high.value * low.scale)
    return low, high
