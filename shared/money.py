"""Money in words, the same wherever a shopper reads it. Pure."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from babel.core import Locale, UnknownLocaleError
from babel.numbers import format_currency

from shared.stores import StoreView

_ROUND_AMOUNTS_WITHOUT_CENTS: Final = frozenset({"RUB", "KZT", "UAH", "UZS", "KGS", "AMD", "JPY", "KRW", "HUF", "VND"})
"""Currencies whose shops write 4 810 ₽, not 4 810,00 ₽."""

_SPACES = re.compile("[\u00a0\u2007\u2009\u202f]")
_LETTERS_BEFORE_DIGIT = re.compile(r"([^\W\d_])(?=\d)")


def amount_text(amount: Decimal, store: StoreView) -> str:
    """`amount` as `store` writes it, in card, prose and explanations alike: `$52.00`, `4 810 ₽`."""
    whole_steps = store.price_round is not None and store.price_round == int(store.price_round)
    with_cents = amount != int(amount) or not (whole_steps or store.currency in _ROUND_AMOUNTS_WITHOUT_CENTS)
    return format_amount(amount, currency=store.currency, locale=store.locale, with_cents=with_cents)


def format_amount(amount: Decimal, *, currency: str, locale: str, with_cents: bool) -> str:
    """`amount` as the locale writes money, with plain spaces: `$1,234.50`, `4 810 ₽`.

    Plain ones, because an answer of a language model is compared with this text and models write plain spaces.
    """
    amount += 0  # Minus zero becomes zero.
    style = _style(currency, locale, with_cents)
    if style is None or amount < 0:
        return _by_the_book(amount, currency, locale, with_cents)
    return style.write(amount)


@dataclass(frozen=True, slots=True)
class _Style:
    """How amounts of one currency are written, read off an example: what stands before, between and behind digits."""

    before: str
    group: str
    point: str
    decimals: int
    after: str

    def write(self, amount: Decimal) -> str:
        whole, _, cents = f"{amount:,.{self.decimals}f}".partition(".")
        return f"{self.before}{whole.replace(',', self.group)}{self.point}{cents}{self.after}"


_EXAMPLE: Final = Decimal(1_234_567)
_IN_THREES = re.compile(r"(?P<before>\D*)1(?P<group>\D*)234(?P=group)567(?:(?P<point>\D)(?P<cents>0+))?(?P<after>\D*)")


@lru_cache(maxsize=64)
def _style(currency: str, locale: str, with_cents: bool) -> _Style | None:
    """The style of a locale that groups digits in threes, which not every one does."""
    found = _IN_THREES.fullmatch(_by_the_book(_EXAMPLE, currency, locale, with_cents))
    if found is None:
        return None
    cents = found["cents"] or ""
    return _Style(found["before"], found["group"], found["point"] or "", len(cents), found["after"])


@lru_cache(maxsize=8192)
def _by_the_book(amount: Decimal, currency: str, locale: str, with_cents: bool) -> str:
    # Babel works the pattern out anew for every amount, which costs more than all else about a product's price.
    pattern = None if with_cents else _whole_pattern(locale)
    text = format_currency(amount, currency, pattern, locale=_known_locale(locale), currency_digits=with_cents)
    return _LETTERS_BEFORE_DIGIT.sub(r"\1 ", _SPACES.sub(" ", text))


@lru_cache(maxsize=64)
def _whole_pattern(locale: str) -> str:
    pattern = Locale.parse(_known_locale(locale)).currency_formats["standard"].pattern
    return re.sub(r"\.0+", "", pattern)


@lru_cache(maxsize=64)
def _known_locale(locale: str) -> str:
    for candidate in (locale, locale.split("_")[0]):
        try:
            return str(Locale.parse(candidate))
        except (UnknownLocaleError, ValueError):
            continue
    return "en_US"
