"""Discounts, promo codes, delivery and returns: of none of them the data say anything, so no answer may. Pure."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from runtime.chat.truth.correction import Kind, Span
from runtime.chat.truth.denial import denied, denied_behind
from runtime.chat.truth.grounds import Grounds

_MONEY: Final = (
    r"(?:[$€£]\s?\d(?:[\d.,]*\d)?|\d(?:[\d.,\u00a0\u2009\u202f ]*\d)?\s?(?:₽|руб\w*|р\b|долл\w*|евро|dollars?|USD"
    r"|EUR|€|\$))"
)
_DAYS: Final = r"\d+(?:\s?(?:-|–|—|to|до)\s?\d+)?[\s-]?(?:business |working |calendar |рабочих |календарных )?"
_SOON: Final = (
    rf"(?:tomorrow|today|tonight|overnight|the next day|next[- ]day|same[- ]day|(?:in|within|after"
    rf"|takes?) (?:just |only |about )?{_DAYS}"
    r"(?:days?|hours?|weeks?|h\b)|for free|free of charge|free)"
)
_SOON_RU: Final = (
    rf"(?:завтра|сегодня|послезавтра|на следующий день|(?:за|в течение|через|от) (?:всего )?{_DAYS}"
    r"(?:д(?:ень|ня|ней|н\.)|час\w*|недел\w+|сут\w+)|бесплатн\w+)"
)
_OFF: Final = re.compile(
    rf"\b(?:(?:\d+ ?%|{_MONEY}) (?:off|discount|cheaper|reduction)(?![\w-])|(?:discount|reduction"
    rf"|savings) of (?:up to )?(?:\d+ ?%|{_MONEY})"
    rf"|discounted(?: (?:by|to|from))?(?: (?:\d+ ?%|{_MONEY}))?|(?:a|the|at a|with a|special|big|great"
    rf"|\d+ ?%) discount\b(?: of \d+ ?%)?"
    rf"|on sale|(?:special|limited-time) offer|half[- ]price|(?:was|were|used to cost|used to be|down from"
    rf"|reduced from|reduced to|instead of"
    rf"|old price(?: of| is| was|:)?|originally(?: priced at)?|save(?: up to)?|saves? you|list price(?: of)?"
    rf"|marked down(?: from| to)?)"
    rf" (?:\d+ ?%|{_MONEY})|save \d+ ?%|discount\b(?= (?:today|now|this week)))"
    rf"|(?:{_MONEY}|\b\d+ ?%) off(?![\w-])",
    re.IGNORECASE,
)
_OFF_RU: Final = re.compile(
    rf"\b(?:(?:со |с )?скидк(?:а|и|у|ой|ою) (?:в |до |в размере )?(?:\d+ ?%|{_MONEY})|\d+ ?%[- ](?:ная |ной "
    rf"|ную )?скидк\w+"
    rf"|со скидкой|(?:есть|действует|сейчас|будет|даём|дают) скидк[аиу](?: (?:в |до )?\d+ ?%)?|на распродаже"
    rf"|по акции|спецпредложени\w+"
    rf"|(?:вместо|раньше стоил[аои]?|раньше|старая цена(?:\s?[—:-])?|была|прежняя цена(?:\s?[—:-])?|экономия"
    rf"|сэкономите|выгода)"
    rf" (?:до )?(?:{_MONEY}|\d+ ?%)|уценк\w+|дешевле на \d+ ?%)(?!\w)",
    re.IGNORECASE,
)
_CODE: Final = r"[«\"“'`*_]*(?=[A-ZА-Я0-9_-]*[A-ZА-Я0-9])[A-ZА-Я0-9][A-ZА-Я0-9_-]{2,}[»\"”'`*_]*"
_PROMO: Final = re.compile(
    rf"\b(?i:(?P<verb>use|enter|apply|with|try|quote|type)\s+)?(?i:(?:the |a |our |my "
    rf"|this )?(?:promo(?:tional)?[ -]?codes?|coupon(?: code)?"
    rf"|voucher(?: code)?|discount code|code))\s*(?i:is |: ?|— ?)?{_CODE}(?i: at (?:the )?checkout)?"
)
_TYPED: Final = re.compile(
    r"\b(?P<verb>(?i:use|enter|apply|quote|type|введите|вводите|примените|укажите|назовите)) "
    r"[«\"“'`*_]*(?=[A-ZА-Я]*\d)[A-ZА-Я0-9]{4,}[»\"”'`*_]*(?i: (?:at (?:the )?checkout|при (?:заказе|оформлении"
    r"|оплате)))"
)
_PROMO_RU: Final = re.compile(
    rf"\b(?i:(?P<verb>использу\w+|введите|вводите|примен\w+|назовите|укажите|активируйте|по|с)\s+)?(?i:(?:наш "
    rf"|ваш |этот )?(?:промо-?код\w{{0,2}}|купон\w{{0,2}}|код\w{{0,2}}))"
    rf"\s*(?i:: ?|— ?|- ?)?{_CODE}"
)
_BRING: Final = re.compile(
    rf"\b(?:free(?: and fast| fast| express| standard)? (?P<free>delivery|shipping|postage|returns?"
    rf"|pickup)(?: (?:on|for) (?:all )?orders?[^,.;!?\n]*)?"
    rf"|(?P<day>next|same)[- ]day (?P<dayed>delivery|shipping|dispatch)"
    rf"|(?P<noun>(?:delivery|shipping|postage|returns?|exchanges?|refunds?)(?: (?!not"
    rf"|unknown)[\w'’]+){{0,4}}?) (?:{_SOON}|{_MONEY})"
    rf"|(?P<verb>(?:arrives?|ships|ship|delivered|delivers?|shipped|dispatched|returned|return it|send it back|get it"
    rf"|have it)(?: (?!not)[\w'’]+){{0,3}}?)(?: {_SOON})+"
    rf"|{_DAYS}days? (?P<policy>(?:free )?(?:returns?(?: (?:policy|period|window))?|money[- ]back guarantee"
    rf"|delivery|shipping|exchange))"
    rf"|{_DAYS}day (?P<policed>(?:free )?(?:returns?(?: (?:policy|period|window))?|money[- ]back guarantee"
    rf"|delivery|shipping|exchange)))(?!\w)",
    re.IGNORECASE,
)
_BRING_RU: Final = re.compile(
    rf"\b(?:бесплатн\w+ (?P<free>доставк\w+|возврат\w*|самовывоз\w*|обмен\w*|пересылк\w+)"
    rf"|(?P<noun>(?:доставк\w+|возврат\w*|обмен\w*|пересылк\w+|самовывоз\w*)(?: (?!не\b"
    rf"|неизв)[\w-]+){{0,4}}?)(?:\s?[—–:-])? (?:{_SOON_RU}|{_MONEY})"
    rf"|(?P<verb>(?:достав(?:им|ят|ляем|ляют|ляется|ит)|привез(?:ём|ем|ут)|прид[её]т|приедет|получите|вернуть"
    rf"|возвращается|отправ(?:им|ят|ляем))(?: (?!не\b)[\w-]+){{0,4}}?)(?: {_SOON_RU})+"
    rf"|{_SOON_RU} (?P<later>достав(?:им|ят|ляем|ляют|ят)|привез(?:ём|ем|ут)))(?!\w)",
    re.IGNORECASE,
)
_COSTS: Final = re.compile(r"(?: (?:costs?|takes?|is|are|стоит|занимает|составляет|от|в))+\Z", re.IGNORECASE)
_BE: Final = re.compile(r"\b(?:is|are|it's|they're|now|currently|also|today)\s*[*_]*\Z", re.IGNORECASE)
_ARTICLE: Final = re.compile(r"\b(?:a|an|the)\s*[*_]*\Z", re.IGNORECASE)
_OPENS: Final = re.compile(r"(?:\A|[.!?:(—–|\n*]|,)\s*[*_]*\Z")
_REACH: Final = 40


def offer_spans(text: str, start: int, end: int, grounds: Grounds) -> Iterator[Span]:
    """Every claim of that kind in `text` between `start` and `end`."""
    for pattern, kind, replace in _RULES:
        for match in pattern.finditer(text, start, end):
            if kind != "promo" and (denied(text, match.start()) or denied_behind(text, match.end(), end)):
                continue
            words = replace(match, text[max(0, match.start() - _REACH) : match.start()])
            if match.group()[0].isupper():
                words = words[0].upper() + words[1:]
            yield Span(match.start(), match.end(), kind, words)


def _discount(match: re.Match[str], before: str) -> str:
    if _BE.search(before):
        return "sold at the price in its card"
    if _ARTICLE.search(before):
        return "price as given in its card"
    if match.group().lower().startswith(("was ", "were ", "used ")):
        return "has its price in the card"
    return "see the card for the price" if _OPENS.search(before) else "the price given in its card"


def _discount_ru(match: re.Match[str], before: str) -> str:
    said = match.group().lower()
    if said.startswith(("со ", "с ", "на распродаже", "по акции")):
        return "по цене из карточки товара"
    if said.startswith("вместо"):
        return "(цена — в карточке товара)"
    return "цена указана в карточке товара" if not _OPENS.search(before) else "цена — в карточке товара"


def _promo(match: re.Match[str], before: str) -> str:
    verb = (match["verb"] or "").lower()
    if verb == "with":
        return "with a promo code, if the shop gives one"
    return (
        "ask the shop about promo codes"
        if verb or _OPENS.search(before)
        else "promo code, which only the shop can tell"
    )


def _promo_ru(match: re.Match[str], before: str) -> str:
    verb = (match["verb"] or "").lower()
    if verb in ("по", "с"):
        return f"{verb} промокодом магазина, если он есть" if verb == "с" else "по промокоду магазина, если он есть"
    return (
        "уточните промокоды в магазине" if verb or _OPENS.search(before) else "промокод, о котором знает только магазин"
    )


def _delivery(match: re.Match[str], before: str) -> str:
    kept = next(
        word for name in ("free", "dayed", "noun", "verb", "policy", "policed") if (word := match[name])
    ).lower()
    kept = _COSTS.sub("", kept.removeprefix("free "))
    return f"{kept} on the shop's terms"


def _delivery_ru(match: re.Match[str], before: str) -> str:
    kept = next(word for name in ("free", "noun", "verb", "later") if (word := match[name])).lower()
    return f"{_COSTS.sub('', kept)} на условиях магазина"


_RULES: Final[tuple[tuple[re.Pattern[str], Kind, Callable[[re.Match[str], str], str]], ...]] = (
    (_PROMO, "promo", _promo),
    (_TYPED, "promo", lambda match, before: (_promo_ru if match["verb"][0] > "z" else _promo)(match, before)),
    (_PROMO_RU, "promo", _promo_ru),
    (_BRING, "delivery", _delivery),
    (_BRING_RU, "delivery", _delivery_ru),
    (_OFF, "discount", _discount),
    (_OFF_RU, "discount", _discount_ru),
)
