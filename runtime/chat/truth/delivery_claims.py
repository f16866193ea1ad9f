"""Delivery and returns: of neither the data say anything, so no answer may. Pure."""

import re
from typing import Final

from runtime.chat.truth.money_said import MONEY

_NUMBER: Final = r"(?:\d+|one|two|three|four|five|six|seven|ten|fourteen|thirty)"
_DAYS: Final = (
    rf"{_NUMBER}(?:\s?(?:-|–|—|to|до|or)\s?{_NUMBER})?[\s-]?(?:business |working |calendar |рабочих |календарных )?"
)
_LONG: Final = r"(?:days?|hours?|weeks?|months?|h\b)"
_LONG_RU: Final = r"(?:д(?:ень|ня|ней|н\.)|час\w*|недел\w+|сут\w+|месяц\w*)"
_SOON: Final = (
    rf"(?:tomorrow|today|tonight|overnight|the next day|next[- ]day|same[- ]day|(?:in|within|after|takes?|for|up to)"
    rf" (?:just |only |about |up to )?(?:{_DAYS}{_LONG}|an? (?:day|week|month|year))|for free|free of charge|free)"
)
_SOON_RU: Final = (
    r"(?:завтра|сегодня|послезавтра|на следующий день|в (?:день|тот же день|этот же день)(?: \w+)?"
    rf"|(?:за|в течение|через|от|до) (?:всего )?(?:{_DAYS}{_LONG_RU}|дня|недели|месяца|года)|бесплатн\w+)"
)
_WIDE: Final = (
    r"(?:worldwide|internationally|nationwide|anywhere|everywhere|(?:all )?(?:over|across) the \w+"
    r"|to (?:all|any|every)\b)"
)
_TAIL: Final = r"(?P<tail>(?: (?!(?:and|but|и|а|но|so|the|it)\b)[^\s;!?|)]*[^\s.,:;!?|)*])*)"
"""The rest of the clause, which tells on what terms."""
BRINGS: Final = re.compile(
    rf"\b(?:free(?: and fast| fast| express| standard)? (?P<free>delivery|shipping|postage|returns?"
    rf"|pickup)"
    rf"|(?P<day>next|same)[- ]day (?P<dayed>delivery|shipping|dispatch)"
    rf"|(?P<noun>(?:delivery|shipping|postage|returns?(?! (?:it|them|the)\b)|exchanges?|refunds?)(?: (?!not"
    rf"|unknown)[\w'’]+){{0,4}}?(?:\s?[—–:-])?) (?:{_SOON}|{MONEY}|{_DAYS}{_LONG})"
    rf"|(?P<verb>(?:arrives?|arriving|ships|ship|delivered|delivers?|shipped|dispatched|returned|return it"
    rf"|send it back|get it"
    rf"|have it)(?: (?!not)[\w'’]+){{0,3}}?) (?:{_SOON}|{_WIDE})"
    rf"|{_DAYS}days? (?P<policy>(?:free )?(?:returns?(?: (?:policy|period|window))?|money[- ]back guarantee"
    rf"|delivery|shipping|exchange))"
    rf"|{_DAYS}day (?P<policed>(?:free )?(?:returns?(?: (?:policy|period|window))?|money[- ]back guarantee"
    rf"|delivery|shipping|exchange)))(?!\w){_TAIL}",
    re.IGNORECASE,
)
BRINGS_RU: Final = re.compile(
    rf"\b(?:бесплатн\w+ (?P<free>доставк\w+|возврат\w*|самовывоз\w*|обмен\w*|пересылк\w+)"
    rf"|(?P<noun>(?:доставк\w+|возврат\w*|обмен\w*|пересылк\w+|самовывоз\w*)(?: (?!не\b"
    rf"|неизв)[\w-]+){{0,4}}?)(?:\s?[—–:-])? (?:{_SOON_RU}|{MONEY}|{_DAYS}{_LONG_RU})"
    rf"|(?P<verb>(?:достав(?:им|ят|ляем|ляют|ляется|ит)|привез(?:ём|ем|ут)|прид[её]т|приедет|получите|вернуть"
    rf"|возвращается|отправ(?:им|ят|ляем))(?: (?!не\b)[\w-]+){{0,4}}?) {_SOON_RU}"
    rf"|{_SOON_RU} (?P<later>достав(?:им|ят|ляем|ляют|ят)|привез(?:ём|ем|ут)))(?!\w){_TAIL}",
    re.IGNORECASE,
)
TAKES: Final = re.compile(
    rf"\b(?P<verb>takes? |will take |занима\w+ |длится )?(?:about |usually |обычно |около |от )?{_NUMBER}"
    rf"(?:\s?(?:-|–|—|to|до|or)\s?{_NUMBER})?[\s-](?P<days>(?:business |working |рабочих "
    rf"|календарных )?(?:days?|weeks?|{_LONG_RU}))(?!\w)",
    re.IGNORECASE,
)
"""How long something takes: of delivery only where days are working days or delivery has just been spoken of."""
_WORKING: Final = re.compile(r"business|working|рабочих", re.IGNORECASE)
_OF_DELIVERY: Final = re.compile(
    r"\b(?:deliver\w*|shipping|returns?|доставк\w+|возврат\w*|отправк\w+)\b", re.IGNORECASE
)
_COSTS: Final = re.compile(
    r"(?:\s?[—–:-]| (?:уже|just|only|costs?|takes?|is|are|стоит|занимает|составляет|от|в))+\Z", re.IGNORECASE
)
_REACH: Final = 150


def is_of_delivery(match: re.Match[str]) -> bool:
    """Whether a match of TAKES tells how long delivery takes."""
    if _WORKING.search(match["days"]):
        return True
    before = match.string[max(0, match.start() - _REACH) : match.start()]
    return match["verb"] is not None and _OF_DELIVERY.search(before) is not None


def delivery_words(match: re.Match[str], *, opens: bool) -> str:
    """What stands in the place of a match of BRINGS. opens: it begins a sentence."""
    noun = match["noun"] or (match["free"] if opens else None)
    kept = _kept(match, ("free", "dayed", "noun", "verb", "policy", "policed"))
    be = "" if noun is None else " are" if kept.split()[0].lower().endswith("s") else " is"
    return f"{kept}{be} on the shop's terms"


def delivery_words_ru(match: re.Match[str], *, opens: bool) -> str:
    """What stands in the place of a match of BRINGS_RU. opens: it begins a sentence."""
    dash = " —" if match["noun"] or (match["free"] and opens) else ""
    return f"{_kept(match, ('free', 'noun', 'verb', 'later'))}{dash} на условиях магазина"


def takes_words(match: re.Match[str]) -> str:
    """What stands in the place of a match of TAKES."""
    if match["days"][0] > "z":
        return "зависит от условий магазина" if match["verb"] else "столько, сколько скажет магазин"
    return "depends on the shop's terms" if match["verb"] else "as long as the shop tells"


def _kept(match: re.Match[str], names: tuple[str, ...]) -> str:
    kept = next(word for name in names if (word := match[name]))
    kept = _COSTS.sub("", kept[len("free ") :] if kept.lower().startswith("free ") else kept)
    return kept[0].lower() + kept[1:]
