"""Bounds on the price, read out of a question. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from runtime.retrieval.understanding.amounts import FEW, NUMERALS, OPENINGS, Amount, read_amount, scaled_alike
from runtime.retrieval.understanding.catalogue import LONGEST, Vocabulary, label_at, meanings_at
from runtime.retrieval.understanding.findings import Finding, PriceRange
from runtime.retrieval.understanding.known import phrase_at
from runtime.retrieval.understanding.money_words import (
    AFTERWARDS,
    BOUNDS,
    FILLERS,
    PRICE_LABELS,
    SMALL_UNITS,
    Bound,
    Strength,
)
from runtime.retrieval.understanding.order_words import ORDER_WORDS
from runtime.retrieval.understanding.price_denied import is_number_of_things, is_saved, turned
from runtime.retrieval.understanding.stems import COUNTED, PLURAL
from runtime.retrieval.understanding.tokens import DASHES, Tokens, at, joined_to_next
from runtime.retrieval.understanding.units import ADULTS, CHILDREN, COUNTED_MEASURES, MEASURES, OLDEST
from runtime.retrieval.understanding.words import FUNCTION_WORDS, PERSONS, THINGS

ABOUT: Final = 0.2
"""Share of a sum by which "around" it may be missed, both ways."""
_PREFIXES: Final = 3
"""Words of price and bounds that may follow one another: "price is up to"."""
_REACH: Final = 4
"""Words before a bound that are looked at for what is bounded: "women who are over 50"."""
_YEAR_DIGITS: Final = 4
_YEARS: Final = (1900, 2100)
_JUST_BELOW: Final = 90
"""From here to a hundred the end of a price that is to look lower: 1990."""
_EXTREMES: Final = frozenset({"max", "min", "макс", "мин"})
_RANGE_WORDS: Final = frozenset({"to", "till", "до", "по"})
_BETWEEN_WORDS: Final = frozenset({"and", "и", "&"})
_OPENINGS: Final = OPENINGS | {*BOUNDS.first_words, *PRICE_LABELS.first_words}
_STRENGTHS: Final[tuple[Strength, ...]] = ("weak", "any", "price")


@dataclass(frozen=True, slots=True)
class _Prefix:
    """What stands before a sum. strength: of the surest of its words. bound: of the last of its bounds."""

    start: int
    end: int
    bound: Bound | None = None
    strength: Strength = "weak"
    between: bool = False


@dataclass(frozen=True, slots=True)
class _Sums:
    """One sum or a range of two, in one currency. highest: the larger of two."""

    amounts: tuple[Amount, ...]

    @property
    def last(self) -> Amount:
        return self.amounts[-1]

    @property
    def highest(self) -> float:
        return max(amount.value for amount in self.amounts)

    @property
    def is_money(self) -> bool:
        return any(amount.is_money for amount in self.amounts)

    @property
    def currencies(self) -> frozenset[str]:
        return next((amount.currencies for amount in self.amounts if amount.currencies), frozenset())


def read_price(tokens: Tokens, vocabulary: Vocabulary) -> list[Finding]:
    """Every bound on the price, in the order of the question."""
    found: list[Finding] = []
    any_number = any(token.kind == "number" or token.key in NUMERALS for token in tokens)
    index = 0 if any_number else len(tokens)
    while index < len(tokens):
        # At most words there is nothing to try.
        begins = tokens[index].kind != "word" or tokens[index].key in _OPENINGS
        prefix = _prefix(tokens, index) if begins else _Prefix(index, index)
        sums = _sums(tokens, prefix, vocabulary.currency) if begins else None
        finding = _read(tokens, prefix, sums, vocabulary) if sums else None
        if finding:
            found.append(finding)
            index = finding.span[1]
        else:
            # A range that is none of prices is none in its second half either: «от 6 до 12 лет».
            none = sums and (_is_range(tokens, prefix, sums) or is_saved(tokens, prefix.start, prefix.bound))
            index = sums.last.end if sums and none else index + 1
    return found


def _is_range(tokens: Tokens, prefix: _Prefix, sums: _Sums) -> bool:
    """Whether two sums are a range, be it of prices or not: of «размер 42 до 5000» the second alone is a price."""
    low, high = sums.amounts[0], sums.last
    told = prefix.bound is None and at(tokens, prefix.start - 1).key in COUNTED_MEASURES
    return len(sums.amounts) > 1 and not (told and high.value > low.value * 10)


def _read(tokens: Tokens, prefix: _Prefix, sums: _Sums, vocabulary: Vocabulary) -> Finding | None:
    if sums.last.measured or (prefix.bound is None and _names_thing(tokens, sums, vocabulary)):
        return None
    start = prefix.start
    bound, strength, end = _afterwards(tokens, sums, prefix)
    prefix = replace(prefix, bound=bound, strength=strength)
    if is_saved(tokens, start, bound) or not (sums.is_money or _is_price(tokens, prefix, sums, vocabulary)):
        return None
    bound, span = turned(tokens, (start, end), bound, vocabulary) if len(sums.amounts) == 1 else (bound, (start, end))
    return Finding(span, _range(sums, bound))


def _names_thing(tokens: Tokens, sums: _Sums, vocabulary: Vocabulary) -> bool:
    """Whether a sum only begins a name: "million dollar baby", while a "20 dollar bag" has that price."""
    end = sums.last.end
    after = at(tokens, end)
    if at(tokens, end - 1).key != "dollar" or sums.last.value == 1 or after.kind != "word":
        return False
    return not (after.key in FUNCTION_WORDS | THINGS or meanings_at(vocabulary, tokens, end)[0])


def _prefix(tokens: Tokens, start: int) -> _Prefix:
    """Words of price, bounds and what stands between them and the sum, as far as they go."""
    prefix = _Prefix(start, start)
    for _ in range(_PREFIXES):
        bound = BOUNDS.match(tokens, prefix.end) if _stands_free(tokens, prefix.end) else None
        label = PRICE_LABELS.match(tokens, prefix.end)
        if prefix.end == start and _names_model(tokens, start, bound):
            break
        if bound and (label is None or bound[1] >= label[1]):
            (kind, strength), end = bound
            between = tokens[prefix.end].key in ("between", "между") or prefix.between
            # "For under 50": the bound is that of "under". "Budget around 50" is around 50.
            kind = kind if strength != "weak" or prefix.bound is None else prefix.bound
            prefix = _Prefix(start, end, kind, max(prefix.strength, strength, key=_STRENGTHS.index), between)
        elif label:
            prefix = replace(prefix, end=label[1], strength="price")
        else:
            break
        prefix = replace(prefix, end=_fill(tokens, prefix.end))
    return prefix


def _names_model(tokens: Tokens, start: int, bound: tuple[tuple[Bound, Strength], int] | None) -> bool:
    """Whether "max" ends a name, because a bound follows that needs none: "phone 13 pro max under 900"."""
    if bound is None or tokens[start].key not in _EXTREMES or _opens(tokens, start):
        return False
    return (BOUNDS.match(tokens, bound[1]) or PRICE_LABELS.match(tokens, bound[1])) is not None


def _stands_free(tokens: Tokens, index: int) -> bool:
    """Whether what is at `index` is no sign inside a formula: "~50", and no "a~2"."""
    return at(tokens, index).kind != "mark" or tokens[index].spaced


def _fill(tokens: Tokens, end: int) -> int:
    """Behind a filler, unless it is a bound of its own."""
    return end if BOUNDS.match(tokens, end) else FILLERS.skip(tokens, end)


def _sums(tokens: Tokens, prefix: _Prefix, currency: str) -> _Sums | None:
    low = read_amount(tokens, prefix.end, currency=currency, apart=prefix.between)
    if low is None:
        return None
    link = at(tokens, low.end)
    if link.key in DASHES or link.key in _RANGE_WORDS or (prefix.between and link.key in _BETWEEN_WORDS):
        # A hyphen before a number may also be its sign; here it stands between two.
        bare = [*tokens[: low.end], replace(link, kind="hidden", key=""), *tokens[low.end + 1 :]]
        after = FILLERS.skip(bare, low.end + 1) if link.key not in DASHES else low.end + 1
        high = read_amount(bare, after, currency=currency)
        if high is not None:
            alike = not (low.currencies and high.currencies) or low.currencies & high.currencies
            return _Sums(scaled_alike(low, high)) if alike else None
    return _Sums((low,))


def _afterwards(tokens: Tokens, sums: _Sums, prefix: _Prefix) -> tuple[Bound | None, Strength, int]:
    """The bound with what stands behind the sums, and where they end: "50 dollars or less"."""
    bound, strength, end = prefix.bound, prefix.strength, sums.last.end
    found = AFTERWARDS.match(tokens, end)
    if found and len(sums.amounts) == 1 and at(tokens, found[1]).key != "to":
        (kind, sure), behind = found
        if prefix.bound is None and (sure or sums.is_money or strength == "price" or at(tokens, end).key == "максимум"):
            return kind, "price", behind
        if prefix.bound == kind:
            return kind, strength, behind
    return bound, strength, end


def _is_price(tokens: Tokens, prefix: _Prefix, sums: _Sums, vocabulary: Vocabulary) -> bool:
    """Whether numbers without a currency are prices, by what stands around them."""
    start = prefix.start
    whole = start == 0 and sums.last.end == len(tokens) and len(sums.amounts) > 1
    if prefix.bound is None and prefix.strength != "price":
        return whole and sums.amounts[0].value < sums.amounts[1].value
    if prefix.strength == "weak" and not _opens(tokens, start):
        return False
    if _follows_measure(tokens, start, vocabulary):
        return False
    if prefix.strength != "price" and (
        _is_age(tokens, prefix, sums)
        or _is_year(tokens, prefix, sums)
        or (sums.highest < FEW and is_number_of_things(tokens, start, sums.last.end, vocabulary))
        or (vocabulary.currency in SMALL_UNITS and sums.highest < FEW)
    ):
        return False
    return not _counts(tokens, sums, prefix.strength, vocabulary)


def _opens(tokens: Tokens, start: int) -> bool:
    """Whether "max 50" begins the question or a part of it: behind a word it may be a model's name."""
    key = tokens[start].key
    return key in _EXTREMES and at(tokens, start - 1).kind in ("mark", "hidden")


def _follows_measure(tokens: Tokens, start: int, vocabulary: Vocabulary) -> bool:
    """Whether something else than the price is bounded: "size up to 12", while of «42 размера» the size is told."""
    return any(
        (tokens[index].key in MEASURES or label_at(vocabulary, tokens, index)[0])
        and not _has_value(tokens, index, vocabulary)
        for index in _before(tokens, start)
    )


def _has_value(tokens: Tokens, index: int, vocabulary: Vocabulary) -> bool:
    """Whether the label at `index` belongs to a value before it: "black color", «42 размера», "43 size"."""
    if tokens[index].key in COUNTED_MEASURES and at(tokens, index - 1).kind == "number":
        return True
    phrases = (phrase_at(tokens, start, vocabulary) for start in range(max(index - LONGEST, 0), index))
    return any(phrase is not None and phrase.labelled and phrase.end == index + 1 for phrase in phrases)


def _before(tokens: Tokens, start: int) -> Iterator[int]:
    """The words before `start` up to the first that says something, and that one."""
    for index in range(start - 1, max(start - 1 - _REACH, -1), -1):
        yield index
        if tokens[index].key not in FUNCTION_WORDS:
            return


def _is_age(tokens: Tokens, prefix: _Prefix, sums: _Sums) -> bool:
    """Whether a bound is on somebody's age: "kids under 3", "women over 50", "games for over 18", "over 40 and
    fabulous", "from 3+".
    """
    age, at_least = sums.highest, prefix.bound == "min"
    if at(tokens, sums.last.end).key == "+" and age <= OLDEST:
        return True
    if at_least and at(tokens, prefix.start).key in ("over", "above") and prefix.start == 0:
        return age <= OLDEST
    if at_least and {"for", "для"} & {at(tokens, place).key for place in (prefix.start - 1, prefix.start)}:
        return age <= OLDEST
    for index in _before(tokens, prefix.start):
        key = tokens[index].key
        if key in CHILDREN:
            return age < FEW
        if key in ADULTS or (at_least and key in PERSONS):
            return age <= OLDEST
    return False


def _is_year(tokens: Tokens, prefix: _Prefix, sums: _Sums) -> bool:
    """Whether numbers are years: four digits of two centuries, neither round nor, as an upper bound, just below."""
    digits = at(tokens, sums.last.end - 1).key
    if len(digits) != _YEAR_DIGITS or not all(_YEARS[0] <= amount.value < _YEARS[1] for amount in sums.amounts):
        return False
    just_below = prefix.bound == "max" and sums.last.value % 100 >= _JUST_BELOW
    return not just_below and any(amount.value % 50 for amount in sums.amounts)


def _counts(tokens: Tokens, sums: _Sums, strength: Strength, vocabulary: Vocabulary) -> bool:
    """Whether a bare number counts what follows: a small one any unknown noun ("at least 3 zips"), others a plural
    ("under 100 calories").
    """
    after = at(tokens, sums.last.end)
    if strength == "price" or sums.last.scale > 1 or after.kind != "word":
        return joined_to_next(tokens, sums.last.end - 1)
    if after.key in FUNCTION_WORDS | THINGS or ORDER_WORDS.fullmatch(after.key):
        return False
    if meanings_at(vocabulary, tokens, sums.last.end)[0]:
        return False
    return sums.last.value < FEW or bool(PLURAL.fullmatch(after.key) or COUNTED.fullmatch(after.key))


def _range(sums: _Sums, bound: Bound | None) -> PriceRange:
    currencies = sums.currencies
    if len(sums.amounts) > 1:
        # Typed as one range, the smaller sum is the lower bound whichever comes first.
        low, high = sorted(amount.value for amount in sums.amounts)
        return PriceRange(low, high, currencies)
    value = sums.last.value
    if bound == "max":
        return PriceRange(None, value, currencies)
    if bound == "min":
        return PriceRange(value, None, currencies)
    return PriceRange(round(value * (1 - ABOUT), 2), round(value * (1 + ABOUT), 2), currencies, about=value)
