"""Phones, e-mail addresses, cards, Russian passports and tax numbers in what a shopper types: masked, so that no model
and no log gets to see them. Pure.

What a shop sells by number is left alone: prices, sizes, SKUs, part numbers, standards, bar codes. Where digits may be
either, a number of the shop's wins over a phone: a shopper who searches by it has to find the product.
"""

import re
import unicodedata
from collections.abc import Callable
from operator import mul
from typing import Final, Literal

PHONE: Final = "[phone]"
EMAIL: Final = "[e-mail]"
CARD: Final = "[card]"
PASSPORT: Final = "[passport]"
TAX_NUMBER: Final = "[INN]"

_FOREIGN: Final = re.compile(r"[^\w\x00-\x7f]|(?![0-9])\d")
"""What may be a digit, a space or a sign of another keyboard."""

_EMAIL: Final = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}+(?:@|\s{0,2}@\s{1,2})(?:[\w-]{1,63}+\.)+[^\W\d_][\w-]{1,62}+")

_CARD: Final = re.compile(
    r"(?<!\d)(?<!\d-)(?:(?=2[2-7]|35|[456]|8600|9860)"
    r"(?:\d{16,19}|\d{4}(?:\s{1,3}\d{4}){3}(?:\s{1,3}\d{3})?"
    r"|\d{4}\s{0,3}([-./_])\s{0,3}\d{4}(?:\s{0,3}\1\s{0,3}\d{4}){2}(?:\s{0,3}\1\s{0,3}\d{3})?)"
    r"|3[47]\d{2}([\s./_-]{0,3})\d{6}\2\d{5}|3[0689]\d{2}([\s./_-]{1,3})\d{6}\3\d{4})(?!\d|-\d)"
)
"""Sixteen digits and more in groups of four, fifteen as American Express writes them, or fourteen as Diners Club does;
in one piece fourteen are a bar code. They begin as networks hand them out: years and sizes do not.
"""
_PASSPORT: Final = re.compile(
    r"(?<!\d)(?<!\d[-./_])\d\d(?P<parted>\s)?\d\d[\s,;]{0,3}(?:-\s{0,3})?(?P<sign>№|n[o°]?\.?|ном(?:ер|\.)?)?[\s:]{0,2}\d{6}(?!\d|[-./_]\d)"
    r"|(?<!\d)(?<!\d[-./_])\d\d[\s-]?(?:№\s?)?\d{7}(?!\d)",
    re.IGNORECASE,
)
"""Four digits of the series and six of the number; two and seven of one for journeys abroad."""

_PASSPORT_NAMED: Final = re.compile(r"(?<!для )паспорт|passport|(?P<series>сери[яию]\W)", re.IGNORECASE)

_TAX_NUMBER: Final = re.compile(r"(?<!\d)\d{10}(?:\d\d)?(?!\d)")
"""ИНН: ten digits of a company, twelve of a person."""

_TAX_NUMBER_NAMED: Final = re.compile(
    r"(?:\b|_)(?:инн|inn|tin)(?:\b|_)(?:[^\w]|\b(?:мой|это|is|my|number|номер)\b){0,8}$", re.IGNORECASE
)
_TAX_NUMBER_NEAR: Final = re.compile(r"(?:\b|_)(?<!\[)(?:инн|inn)(?:\b|_)(?P<words>[^\d;!?]*)$", re.IGNORECASE)
_CHECKS: Final[dict[int, tuple[tuple[int, ...], ...]]] = {
    10: ((2, 4, 10, 3, 5, 9, 4, 6, 8),),
    12: ((7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)),
}
"""Digits of a tax number -> weights of those before each of its control digits."""

_GAP: Final = r"\s{0,3}+(?:[-./_]\s{0,3}+)?+"
_APART: Final = r"(?=[\s./_-])" + _GAP
_ANY_GAP: Final = r"[\s().\-/_]{0,5}+"

_PHONE: Final = re.compile(
    # With a country's code behind a plus there is no doubt.
    rf"(?P<sure>(?<![\d+])\+\s?(?:[17](?:{_ANY_GAP}\d){{10}}(?!\d)|\d(?:{_ANY_GAP}\d){{9,14}})(?!\d))"
    rf"|(?<!\d)(?<!\d[-./_])(?:(?P<grouped>(?<!\d\s)00(?:[17](?=[\s(.-])(?:{_ANY_GAP}\d){{10}}|[2-9]\d{{1,2}}(?=[\s(.-])(?:{_ANY_GAP}\d){{8,12}})"
    # Russian and Belarusian: 8 or 7, and ten digits in groups; in one piece those of mobiles, for other numbers are as
    # long, and with spaces alone those of mobiles, capitals and hotlines: a cable is 7 400 500 16 25.
    rf"|[78]{_GAP}\(\d{{3,5}}\){_GAP}\d{{1,3}}{_GAP}\d{{2}}{_GAP}\d{{2}}"
    rf"|\(\d{{3,5}}\){_GAP}\d{{1,3}}{_APART}\d{{2}}{_APART}\d{{2}}"
    rf"|[78]9\d{{9}}|[78]{_APART}9\d{{2}}{_GAP}\d{{3}}{_GAP}\d{{2}}{_GAP}\d{{2}}"
    rf"|[78]{_APART}(?:49[589]|80[04]|812|0(?:17|25|29|33|44)){_APART}\d{{3}}{_APART}\d{{2}}{_APART}\d{{2}}"
    rf"|[78]{_APART}[348]\d[1-9]{_APART}\d{{3}}\s{{0,3}}-\s{{0,3}}\d{{2}}\s{{0,3}}-\s{{0,3}}\d{{2}})"
    # North American: as many a part number.
    r"|(?P<maybe>(?:1[\s.-]{0,2})?\([2-9]\d{2}\)[\s.-]{0,3}\d{3}[\s.-]{1,3}\d{4}"
    r"|(?:1[.-])?[2-9]\d{2}(?P<dash>[.-])\d{3}(?P=dash)\d{4})"
    rf"|(?P<told>\(?\d(?:{_ANY_GAP}\d){{9,14}}))(?!\d|[-./_]\d)(?!\s?(?:мм|см|кг|mm|cm|kg|₽|руб))"
)

_OWN_NUMBER: Final = re.compile(
    r"\b(?:мой|наш|my|our)\s{1,3}(?:номер|number)[\s:,-]{0,4}(?:(?:это|is)\s{1,3})?$", re.IGNORECASE
)
_OWN_MOBILE: Final = re.compile(r"[78]?9\d{9}")
"""Of a Russian who says whose it is, and not of what: orders have numbers, too."""

_NEAR: Final = 40
"""Characters before a number in which its name is looked for."""

_WORD: Final = re.compile(
    r"\[(?:phone|e-mail)\],?|для телефон\w*|for (?:an? |my )?(?:mobile )?phones?|[^\W\d_]+|\d+|[№#,;!?]", re.IGNORECASE
)
"""Words that call a number something; a case for a phone is not what calls it one, a phone given just before is."""

_CALLED: Final = re.compile(
    r"\[.+|тел|телефон\w*|моб|мобильн\w*|сотов\w*|факс|смс|(?:по|пере)?звон(?!ок)\w*|набер\w+|свя[зж]\w+|контакт\w*"
    r"|w(?:hats)?app|wa|в[ао][тц]с?ап\w*|viber|вайбер\w*|telegram|телеграм\w*"
    r"|(?:tele|cell)?phones?|tel|mobile|cell|fax|sms|call|text|contact|reach",
    re.IGNORECASE,
)
_NUMBERED: Final = re.compile(
    r"арт|артикул\w*|код\w*|штрихкод\w*|модел\w+|заказ(?!а[тл]|ыв)\w*|товар\w*|детал\w+|серийн\w+|каталожн\w+|гост|ост|ту|трек"
    r"|art|article|sku|mpn|oem|parts?|pn|code|barcode|models?|orders?|item|serial|tracking|din|iso|en|ean|upc|gtin|isbn|ref",
    re.IGNORECASE,
)
_BETWEEN: Final = re.compile(
    r"номеру?|по|на|мо[йя]|моему|производителя|р|мне|нам|это|есть|с|и|или|завтра|сегодня|срочно|пожалуйста"
    r"|number|no|nr|num|is|my|me|us|at|on|to|by|the|a|and|or|please|today|tomorrow",
    re.IGNORECASE,
)
"""What stands between a number and its name."""

_CALLED_AFTER: Final = re.compile(
    r"\W{0,3}(?:(?:is|это)\s)?(?:my|мой|call|text me|whatsapp|(?:по|пере)?звон(?!ок)|набер|ватсап|вотсап)",
    re.IGNORECASE,
)

_RANGE: Final = re.compile(r"[1-9]\d{4,6}\D+\d{5,6}|(?!(?:3[78]|4[49]|99)\d{10})\d{12,}")
"""Two prices, or a bar code: neither is a phone even behind the word, for shops sell phones."""

_FEWEST_DIGITS: Final = 10
"""Of a phone."""

_MAY_HOLD: Final = re.compile(r"(?:\d[\W_]{0,7}+){8}\d|\d\d\s?\d\d\D{1,9}+\d{6}")
"""What stands in whatever one of the patterns of digits finds: most texts hold none of it."""

_LONGEST_ALONE: Final = 40

_LETTER: Final = re.compile(r"\w")


def masked(text: str) -> str:
    """`text` with PHONE, EMAIL, CARD, PASSPORT and TAX_NUMBER where they stood. It takes as long as `text` is."""
    plain = _FOREIGN.sub(_as_typed, text)
    if "@" in plain:
        text = _put(EMAIL, text, _EMAIL, lambda found, before: True)
    if not _MAY_HOLD.search(text):
        return text
    text = _put(TAX_NUMBER, text, _TAX_NUMBER, _is_tax_number)
    text = _put(PASSPORT, text, _PASSPORT, _is_passport)
    text = _put(CARD, text, _CARD, lambda found, before: _is_card(found[0]))
    return _put(PHONE, text, _PHONE, _is_phone)


def unmasked(text: str) -> str:
    """`text` as it is: for a shop that has it otherwise."""
    return text


def _put(sign: str, text: str, pattern: re.Pattern[str], accepts: Callable[[re.Match[str], str], bool]) -> str:
    """`text` with `sign` for what `pattern` finds, on whatever keyboard it was typed, and `accepts`.

    accepts: is given what stands before it, too: at most _NEAR characters, with `sign` where it was put.
    """
    plain = _FOREIGN.sub(_as_typed, text)
    parts: list[str] = []
    rest = start = 0
    while found := pattern.search(plain, start):
        before = (sign if parts else "") + plain[max(rest, found.start() - _NEAR) : found.start()]
        if accepts(found, before[-_NEAR:]):
            parts += (text[rest : found.start()], sign)
            rest = start = found.end()
        else:
            # Digits in a row may begin anywhere; what is grouped as a phone is one number, whoever's it is.
            start = found.end() if found.lastgroup in {"grouped", "maybe"} else found.start() + 1
    return "".join((*parts, text[rest:]))


def _as_typed(found: re.Match[str]) -> str:
    """The one character of a plain keyboard for one of others, so that places stay."""
    char = found[0]
    if char.isdecimal():
        return str(int(char))
    match unicodedata.category(char):
        case "Zs" | "Zl" | "Zp" | "Cf":
            return " "
        case "Pd":
            return "-"
    alike = unicodedata.normalize("NFKC", char)
    return "-" if alike == "\u2212" else alike if len(alike) == 1 else char


def _is_tax_number(found: re.Match[str], before: str) -> bool:
    """Whether it is called one; with words in between ("ИНН покупателя") its control digits have to agree."""
    if _TAX_NUMBER_NAMED.search(before):
        return True
    near = _TAX_NUMBER_NEAR.search(before)
    if near is None or any(map(_NUMBERED.fullmatch, _WORD.findall(near["words"]))):
        return False
    digits = [int(char) for char in found[0]]
    # The two of a person stand behind ten digits and behind eleven.
    return all(sum(map(mul, weights, digits)) % 11 % 10 == digits[len(weights)] for weights in _CHECKS[len(digits)])


def _is_passport(found: re.Match[str], before: str) -> bool:
    """Whether it is called one, or written as nothing else is: 45 09 № 123456. Parts with dashes have series, too."""
    named = [name["series"] for name in _PASSPORT_NAMED.finditer(before)]
    if named and "-" in found[0]:
        return None in named
    return bool(named) or bool(found["parted"] and found["sign"])


def _is_phone(found: re.Match[str], before: str) -> bool:
    if found.lastgroup == "sure":
        return True
    name = _name_of_number(before)
    if name == "code" or _digits(found[0]) < _FEWEST_DIGITS:
        return False
    if name == "phone":
        return found.lastgroup != "told" or not (_is_round(found[0]) or _RANGE.fullmatch(found[0]))
    if found.lastgroup == "told":
        return _is_own_mobile(found[0], before)
    if _is_round(found[0]):
        return False
    if _CALLED_AFTER.match(found.string, found.end()):
        return True
    if _LETTER.search(before[-1:] + found.string[found.end() : found.end() + 1]):
        return False
    return found.lastgroup == "grouped" or _stands_alone(found)


def _is_own_mobile(text: str, before: str) -> bool:
    digits = "".join(filter(str.isdecimal, text))
    return _OWN_MOBILE.fullmatch(digits) is not None and _OWN_NUMBER.search(before) is not None


def _name_of_number(before: str) -> Literal["phone", "code"] | None:
    """What the words before a number call it; the nearest has it."""
    name: Literal["code"] | None = None
    if before.rstrip(" .,-")[-1:].isdecimal():
        return None
    for word in reversed(_WORD.findall(before)):
        if _CALLED.fullmatch(word):
            return "phone"
        if _NUMBERED.fullmatch(word):
            return "code"
        if word in "№#":
            name = "code"
        elif not _BETWEEN.fullmatch(word):
            break
    return name


def _digits(text: str) -> int:
    return sum(map(str.isdecimal, text))


def _is_round(text: str) -> bool:
    """Round numbers, one after the other and none in brackets, are measures: 240-320-1200."""
    groups = re.findall(r"\d+", text)
    return (
        "(" not in text
        and len(groups) > 1
        and all(group.endswith("0") for group in groups[groups[0] in {"1", "7", "8"} :])
    )


def _stands_alone(found: re.Match[str]) -> bool:
    text = found.string
    return len(text) <= _LONGEST_ALONE and not _LETTER.search(text[: found.start()] + text[found.end() :])


def _is_card(text: str) -> bool:
    """With Luhn's check digit (ISO/IEC 7812-1); the three digits of the back may stand behind it."""
    digits = [int(char) for char in text if char.isdecimal()]
    return _adds_up(digits) or (not text.isdecimal() and len(digits) > 16 and _adds_up(digits[:16]))


def _adds_up(digits: list[int]) -> bool:
    doubled = (digit * 2 for digit in digits[-2::-2])
    return (sum(digits[::-2]) + sum(digit - 9 if digit > 9 else digit for digit in doubled)) % 10 == 0
