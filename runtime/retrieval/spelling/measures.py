"""Quantities written otherwise: "5 л", "5л", «5 литров», «5-литровый»; "2х2" and "2x2"; "1,5 м" and "1.5m". Pure.

One spelling stands for another only where it is exactly the same quantity: half a litre is 500 ml, an inch is nothing
else, and gigabytes, of which some have 1,000 megabytes and some 1,024, are left alone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice, product
from typing import Final

MOST_MEASURES: Final = 3
"""Measures of a question that are spelt otherwise."""

MOST_SPELLINGS: Final = 36
"""Spellings of one measure."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure. name: what it is called here. said: a pattern of all its written forms. spellings: how a
    catalogue may write it behind a number, symbols first, then words."""

    name: str
    said: str
    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """A quantity in a text. text: as typed. amount: digits with a decimal point and without idle zeros, or those of a
    size joined by x. unit: a Unit's name; None for a size, which is the same with and without its unit."""

    text: str
    amount: str
    unit: str | None


def _unit(name: str, said: str, spellings: str) -> Unit:
    return Unit(name, said, tuple(spellings.split()))


_UNITS: Final = (
    _unit("mah", r"m\W?ah|ма\W?ч|миллиампер\w{0,8}", "mah мач"),
    _unit("ah", r"ah|ач|а\Wч", "ah ач"),
    _unit("kwh", r"kwh|квт\W?ч", "kwh квтч"),
    _unit("mm", r"mm|millimet(?:er|re)s?|мм|миллиметр\w{0,6}", "mm мм millimeters миллиметров миллиметровый"),
    _unit("cm", r"cm|centimet(?:er|re)s?|см|сантиметр\w{0,6}", "cm см centimeters сантиметров сантиметровый"),
    _unit("km", r"km|kilomet(?:er|re)s?|км|километр\w{0,6}", "km км kilometers километров"),
    _unit("m", r"m|met(?:er|re)s?|м|метр(?:а|у|ом|е|ы|ов|ам|ами|ах|ов\w{2,3})?", "m м meters метров метровый"),
    _unit("in", r"inch(?:es)?|дюйм\w{0,6}", "inch in inches дюйм дюймов дюйма дюймовый"),
    _unit("ft", r"ft|feet|foot|фут\w{0,6}", "ft feet foot футов"),
    _unit("mg", r"mg|milligrams?|мг|миллиграмм\w{0,4}", "mg мг"),
    _unit("kg", r"kgs?|kilo(?:gram)?s?|кг|килограмм\w{0,6}|кило", "kg кг kilograms килограммов"),
    _unit("g", r"g|gr|grams?|г|гр|грамм\w{0,6}", "g г гр grams граммов"),
    _unit("lb", r"lbs?|pounds?|фунт\w{0,6}", "lb lbs pounds фунтов"),
    _unit("oz", r"oz|ounces?|унци\w{0,3}", "oz ounces унций"),
    _unit("ml", r"ml|millilit(?:er|re)s?|мл|миллилитр\w{0,6}", "ml мл milliliters миллилитров"),
    _unit("l", r"l|lt|lit(?:er|re)s?|л|литр\w{0,6}", "l л liter liters litre литр литра литров литровый литровая"),
    _unit("gal", r"gal|gallons?|галлон\w{0,6}", "gal gallon галлонов"),
    _unit("kw", r"kw|kilowatts?|квт|киловатт\w{0,4}", "kw квт"),
    _unit("w", r"w|watts?|вт|ватт(?:а|ы|ов|н\w{2,3})?", "w вт watt ватт"),
    _unit("v", r"v|volts?|(?<=\d)в|(?-i:В)|вольт\w{0,4}", "v в volt вольт"),
    _unit("hz", r"hz|hertz|гц|герц\w{0,4}", "hz гц"),
    _unit("mb", r"mb|megabytes?|мб|мегабайт\w{0,4}", "mb мб"),
    _unit("gb", r"gb|gigabytes?|гб|гигабайт\w{0,4}", "gb гб"),
    _unit("tb", r"tb|terabytes?|тб|терабайт\w{0,4}", "tb тб"),
    _unit("mp", r"mp|megapixels?|мп|мпикс|мегапиксел\w{0,6}", "mp мп megapixel мегапикселей"),
    _unit("lm", r"lm|lumens?|лм|люмен\w{0,4}", "lm лм lumen люмен"),
    _unit("pcs", r"pcs?|pieces?|шт|штук\w?", "pcs piece шт штук"),
    _unit("person", r"persons?|people|местн\w{1,3}|мест|человек\w?|персон\w{0,2}", "person местная местный человека"),
)
"""Units of what shops sell. Longer symbols need no place before shorter ones: a form ends where the word does.

Left out because they more often mean something else: "in" and «в» with a space ("3 in 1", but «12 В» is volts), "a"
and «а» (the article, "but"), "c" and "f", «ч», years and months (an age, not a measure).
"""

_SPELLINGS: Final = {unit.name: unit.spellings for unit in _UNITS}
_EXPONENTS: Final = (
    {"ml": 0, "l": 3},
    {"mg": 0, "g": 3, "kg": 6},
    {"mm": 0, "cm": 1, "m": 3, "km": 6},
    {"mah": 0, "ah": 3},
    {"w": 0, "kw": 3},
)
"""Units of one kind: unit -> power of ten."""
_LEAST_CONVERTED: Final = Decimal("0.1")
_MOST_CONVERTED: Final = Decimal(9999)
"""Nobody writes 5 m as 0.005 km."""
_LONGEST_FRACTION: Final = 3
"""Digits behind the point of a converted amount."""
_STOP_WORDS: Final = frozenset({"in", "в"})
"""Units that a search leaves out as words of grammar, so that "55 in" is 55 of anything; "55in" is a word."""
_NUMBER: Final = r"\d{1,9}(?:[ \u00a0\u2009\u202f]\d{3}){0,3}(?:[.,]\d{1,4})?"
_GAP: Final = r"[ \u00a0\u2009\u202f]?-?[ \u00a0\u2009\u202f]?"
_MEASURE: Final = re.compile(
    rf"""(?<![\w.,])(?:
      (?P<size>\d{{1,5}}(?:[.,]\d{{1,3}})?(?:\s?[xх×*]\s?\d{{1,5}}(?:[.,]\d{{1,3}})?){{1,3}})(?!\d)
    | (?P<amount>{_NUMBER}){_GAP}(?:
        (?P<quote>"|″|”|''|in(?=[^\w\s]|$)|(?<=\d)in(?=\s))
      | (?:{"|".join(f"(?P<{unit.name}>{unit.said})" for unit in _UNITS)})(?!\w)
      )
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_TIMES: Final = re.compile(r"\s?[xх×*]\s?", re.IGNORECASE)
_GENERATION: Final = re.compile(r"[2-6]g|(?:19|20)\d\d\s?(?:г|g)", re.IGNORECASE)
"""A mobile network ("5g") and a year («2024 г») are no weights."""


def find_measures(text: str) -> tuple[Measure, ...]:
    """The first MOST_MEASURES quantities of `text`; two spellings of one quantity differ in `Measure.text` alone."""
    return tuple(islice(_measures(text), MOST_MEASURES))


def spellings(text: str) -> dict[str, tuple[str, ...]]:
    """The measures of `text`, as typed -> every way to write each, in lower case and MOST_SPELLINGS at most.

    Each way is a phrase: its words belong together and in their order, or "5 л" would find every litre. A quantity that
    is named twice is one measure.
    """
    quantities: dict[tuple[str, str | None], Measure] = {}
    for measure in find_measures(text):
        quantities.setdefault((measure.amount, measure.unit), measure)
    return {measure.text: tuple(islice(_written(measure), MOST_SPELLINGS)) for measure in quantities.values()}


def _measures(text: str) -> Iterator[Measure]:
    for match in _MEASURE.finditer(text):
        if match["size"]:
            amounts = _TIMES.split(match["size"])
            yield Measure(match["size"], "x".join(map(_amount, amounts)), None)
        elif not _GENERATION.fullmatch(match.group()):
            name = "in" if match["quote"] else match.lastgroup
            yield Measure(match.group(), _amount(match["amount"]), name)


def _amount(number: str) -> str:
    """`number` with a decimal point, without grouped thousands and idle zeros.

    A comma before just three digits groups thousands ("10,000 mAh"), unless a zero stands before it («0,750 л»).
    """
    digits = "".join(number.split())
    whole, comma, fraction = digits.partition(",")
    if comma and len(fraction) == 3 and not whole.startswith("0"):
        return whole + fraction
    whole, _, fraction = digits.replace(",", ".").partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def _written(measure: Measure) -> Iterator[str]:
    """`measure` as a catalogue may write it, the usual first: glued symbols, spaced ones, words, then other units."""
    if measure.unit is None:
        yield from _sizes(measure.amount)
        return
    units = _SPELLINGS[measure.unit]
    yield from _glued(measure.amount, units)
    yield from _spaced(measure.amount, units)
    for amount, unit in _converted(measure.amount, measure.unit):
        symbols = [symbol for symbol in _SPELLINGS[unit] if len(symbol) <= _LONGEST_CONVERTED]
        yield from _glued(amount, symbols)
        yield from _spaced(amount, symbols)


def _glued(amount: str, units: Sequence[str]) -> Iterator[str]:
    symbols = [unit for unit in units if len(unit) <= _LONGEST_SYMBOL]
    yield from (written + unit for unit, written in product(symbols, _amounts(amount)))


def _spaced(amount: str, units: Sequence[str]) -> Iterator[str]:
    words = [unit for unit in units if unit not in _STOP_WORDS]
    yield from (f"{written} {unit}" for unit, written in product(words, _amounts(amount)))


def _converted(amount: str, unit: str) -> Iterator[tuple[str, str]]:
    """The same quantity in other units, where somebody may write it so."""
    exponents = next((kind for kind in _EXPONENTS if unit in kind), {unit: 0})
    for other, exponent in exponents.items():
        number = Decimal(amount).scaleb(exponents[unit] - exponent)
        written = _amount(f"{number:f}")
        if (
            other != unit
            and _LEAST_CONVERTED <= number <= _MOST_CONVERTED
            and len(written.partition(".")[2]) <= _LONGEST_FRACTION
        ):
            yield written, other


_LONGEST_SYMBOL: Final = 4
"""Letters of a unit that is written without a space."""
_LONGEST_CONVERTED: Final = 2
"""Letters of the symbols that a converted amount is written with."""


def _amounts(amount: str) -> tuple[str, ...]:
    """The ways to write a number: both decimal signs, thousands together and apart."""
    if "." in amount:
        return amount, amount.replace(".", ",")
    return (amount, f"{int(amount):,}".replace(",", " ")) if len(amount) > _THOUSANDS else (amount,)


_THOUSANDS: Final = 4
"""Digits up to which thousands are mostly written together."""


def _sizes(amount: str) -> Iterator[str]:
    for written in dict.fromkeys((amount, amount.replace(".", ","))):
        yield from (written.replace("x", sign) for sign in ("x", "х", " x ", " х ", "×"))
