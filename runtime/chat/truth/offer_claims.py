"""Discounts, promo codes, delivery and returns: of none of them the data say anything, so no answer may. Pure."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from runtime.chat.truth.amounts import numbers_in
from runtime.chat.truth.correction import Kind, Span
from runtime.chat.truth.delivery_claims import (
    BRINGS,
    BRINGS_RU,
    TAKES,
    delivery_words,
    delivery_words_ru,
    is_of_delivery,
    takes_words,
)
from runtime.chat.truth.denial import denied, denied_behind
from runtime.chat.truth.grounds import Grounds
from runtime.chat.truth.money_said import MONEY

_OFF: Final = re.compile(
    rf"\b(?:(?:\d+ ?%|{MONEY}) (?:off|discount|cheaper|reduction)(?![\w-])|(?:discount|reduction"
    rf"|savings) of (?:up to )?(?:\d+ ?%|{MONEY})"
    rf"|discounted(?: (?:by|to|from))?(?: (?:\d+ ?%|{MONEY}))?|(?:a|the|at a|with a|special|big|great"
    rf"|\d+ ?%) discount\b(?: of \d+ ?%)?"
    rf"|on sale|(?:special|limited-time) offer|half[- ]price|(?:was|were|used to cost|used to be|down from"
    rf"|reduced from|reduced to|instead of"
    rf"|old price(?: of| is| was|:)?|originally(?: priced at)?|save(?: up to)?|saves? you|list price(?: of)?"
    rf"|marked down(?: from| to)?)"
    rf" (?:\d+ ?%|{MONEY})|save \d+ ?%|discount\b(?= (?:today|now|this week)))"
    rf"|(?:{MONEY}|\b\d+ ?%) off(?![\w-])",
    re.IGNORECASE,
)
_LOWERED: Final = re.compile(
    rf"\b(?:(?:reduced|lowered|marked down|cut)(?: in price)? by (?:\d+ ?%|{MONEY})|on special(?: this \w+)?(?! order)"
    rf"|(?:подешевел[аои]?|снижен[аоы]?|уцен[её]н[аоы]?) на (?:\d+ ?%|{MONEY})|цен[аы] (?:была )?снижен[аы]"
    r"|(?:теперь|сейчас|сегодня) (?:стоит )?(?:на )?\d+ ?% (?:меньше|дешевле|ниже)"
    r"|вместо \d{1,3}(?:[\s.,]?\d{3})+(?!\s?\d)|instead of \d{2,}(?:\.\d\d)?(?=\s*[.,!;)]))(?!\w)",
    re.IGNORECASE,
)
_OFF_RU: Final = re.compile(
    rf"\b(?:(?:со |с )?скидк(?:а|и|у|ой|ою) (?:в |до |в размере )?(?:\d+ ?%|{MONEY})|\d+ ?%[- ](?:ная |ной "
    rf"|ную )?скидк\w+"
    rf"|со скидкой|(?:есть|действует|сейчас|будет|даём|дают) скидк[аиу](?: (?:в |до )?\d+ ?%)?|на распродаже"
    rf"|по акции|спецпредложени\w+"
    rf"|(?:вместо|раньше стоил[аои]?|раньше|старая цена(?:\s?[—:-])?|была|прежняя цена(?:\s?[—:-])?|экономия"
    rf"|сэкономите|выгода)"
    rf" (?:до )?(?:{MONEY}|\d+ ?%)|уценк\w+|дешевле на \d+ ?%)(?!\w)",
    re.IGNORECASE,
)
_CODE: Final = r"[«\"“'`*_]*(?=[A-ZА-Я0-9_-]*[A-ZА-Я0-9])[A-ZА-Я0-9][A-ZА-Я0-9_-]{2,}[»\"”'`*_]*"
_PROMO: Final = re.compile(
    rf"\b(?i:(?P<verb>use|enter|apply|with|try|quote|type)\s+)?(?i:(?:the |a |our |my "
    rf"|this )?(?:promo(?:tional)?[ -]?codes?|coupon(?: code)?"
    rf"|voucher(?: code)?|discount code|code))\s*(?i:is |: ?|— ?)?{_CODE}(?i: (?:at (?:the )?checkout"
    rf"|in (?:your|the) (?:cart|basket)))?"
)
_PROMOTED: Final = re.compile(
    rf"\b(?P<verb>(?i:use|enter|apply|try|quote|type|введите|попробуйте|используйте))\s+{_CODE}"
    r"\s+(?i:as (?:a |the |your )?(?:promo(?:tional)?[ -]?code|coupon|voucher|code)|как промокод)"
)
_TYPED: Final = re.compile(
    r"\b(?P<verb>(?i:use|enter|apply|quote|type|введите|вводите|примените|укажите|назовите)) "
    r"[«\"“'`*_]*(?=[A-ZА-Я]*\d)[A-ZА-Я0-9]{4,}[»\"”'`*_]*(?i: (?:at (?:the )?checkout|for|to (?:get|save)"
    r"|and (?:get|save)|чтобы|в корзине|при (?:заказе|оформлении"
    r"|оплате)))"
)
_PROMO_RU: Final = re.compile(
    rf"\b(?i:(?P<verb>использу\w+|введите|вводите|примен\w+|назовите|укажите|активируйте|по|с)\s+)?(?i:(?:наш "
    rf"|ваш |этот )?(?:промо-?код\w{{0,2}}|купон\w{{0,2}}|код\w{{0,2}}))"
    rf"\s*(?i:: ?|— ?|- ?)?{_CODE}"
)
_STRUCK: Final = re.compile(r"~~[^~\n]{0,24}\d[^~\n]{0,16}~~ ?")
_DEAL: Final = re.compile(
    r"\b(?:buy (?:one|two|three|\d+)\b[^.!?\n]{0,20}\bget (?:one|two|\w+ )?[^.!?\n]{0,24}?(?:free|off|cheaper"
    r"|half price))(?!\w)",
    re.IGNORECASE,
)
_BUYS: Final = re.compile(r"buy\s|при покупке|распродаж|сегодня|сейчас", re.IGNORECASE)
_DEAL_RU: Final = re.compile(
    r"\b(?:(?:дарим|да[её]м|предоставля\w+|предлага\w+|получ(?:ите|аете)|сделаем"
    r"|сделаю) (?:вам )?скидк\w+(?: [^\s.,;!?]+){0,4}"
    r"|при покупке [^.!?\n]{0,24}?скидк\w+(?: [\d%]+)*(?: ?%)?"
    r"|(?:сейчас |сегодня |у нас )*(?:ид[её]т |проходит )?распродаж[аи]\b[^.!?\n]{0,40}"
    r"|[−-]\d+ ?%(?: на (?:вс[её]|\w+))?)",
    re.IGNORECASE,
)
_SAVED: Final = re.compile(rf"\byou(?: can| will|[’']ll)? save (?:up to )?(?:\d+ ?%|{MONEY})", re.IGNORECASE)
_INSTEAD: Final = re.compile(r"(?:instead of|вместо)\b", re.IGNORECASE)
_BE: Final = re.compile(r"\b(?:is|are|it's|they're|now|currently|also|today)\s*[*_]*\Z", re.IGNORECASE)
_ARTICLE: Final = re.compile(r"\b(?:a|an|the)\s*[*_]*\Z", re.IGNORECASE)
_NOUN: Final = re.compile(r"\s[^\W\d_]{3}")
_OPENS: Final = re.compile(r"(?:\A|[.!?:(—–|\n*]|,)\s*[*_]*\Z")
_REACH: Final = 40


def begins_deal(text: str, start: int) -> bool:
    """Whether an offer begins at `start` that goes on behind a comma."""
    return _BUYS.match(text, start) is not None


def offer_spans(text: str, start: int, end: int, grounds: Grounds) -> Iterator[Span]:
    """Every claim of that kind in `text` between `start` and `end`."""
    for pattern, kind, replace in _RULES:
        for match in pattern.finditer(text, start, end):
            if pattern is TAKES and not is_of_delivery(match):
                continue
            if _INSTEAD.match(match.group()) and _is_shoppers(text, match, grounds):
                continue
            if kind != "promo" and (denied(text, match.start()) or denied_behind(text, match.end(), end)):
                continue
            words = replace(match, text[max(0, match.start() - _REACH) : match.start()])
            if words and match.group()[0].isupper():
                words = words[0].upper() + words[1:]
            yield Span(match.start(), match.end(), kind, words)


def _is_shoppers(text: str, match: re.Match[str], grounds: Grounds) -> bool:
    """Whether what is taken instead of something costs what the shopper spoke of: "Instead of $100 bags"."""
    opens = _OPENS.search(text[max(0, match.start() - _REACH) : match.start()]) is not None
    return (opens or _NOUN.match(text, match.end()) is not None) and any(map(grounds.is_own, numbers_in(match.group())))


def _discount(match: re.Match[str], before: str) -> str:
    said = match.group().lower()
    if _BE.search(before):
        return "sold at the price in its card"
    if before.rstrip().lower().endswith("price"):
        return "is given in its card"
    if _ARTICLE.search(before):
        return "price as given in its card"
    if _OPENS.search(before):
        return "see the card for the price"
    if said.startswith(("was ", "were ", "used ")):
        return "has its price in the card"
    return "as its card says" if said.startswith(("instead", "down")) else "the price given in its card"


def _discount_ru(match: re.Match[str], before: str) -> str:
    said = match.group().lower()
    if said.startswith(("со ", "с ", "на распродаже", "по акции")):
        return "по цене из карточки товара"
    if said.startswith("вместо"):
        return "(цена — в карточке товара)"
    return "цена указана в карточке товара" if not _OPENS.search(before) else "цена — в карточке товара"


def _lowered(match: re.Match[str], before: str) -> str:
    return (_discount_ru if "а" <= match.group()[0].lower() <= "я" else _discount)(match, before)


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
        return "с промокодом магазина (если он есть)" if verb == "с" else "по промокоду магазина (если он есть)"
    return (
        "уточните промокоды в магазине" if verb or _OPENS.search(before) else "промокод, о котором знает только магазин"
    )


_RULES: Final[tuple[tuple[re.Pattern[str], Kind, Callable[[re.Match[str], str], str]], ...]] = (
    (_PROMOTED, "promo", lambda match, before: (_promo_ru if match["verb"][0] > "z" else _promo)(match, before)),
    (_PROMO, "promo", _promo),
    (_TYPED, "promo", lambda match, before: (_promo_ru if match["verb"][0] > "z" else _promo)(match, before)),
    (_PROMO_RU, "promo", _promo_ru),
    (BRINGS, "delivery", lambda match, before: delivery_words(match, opens=match.group()[0].isupper())),
    (BRINGS_RU, "delivery", lambda match, before: delivery_words_ru(match, opens=match.group()[0].isupper())),
    (TAKES, "delivery", lambda match, before: takes_words(match)),
    (_STRUCK, "discount", lambda match, before: ""),
    (_DEAL, "discount", lambda match, before: "see the card for the price"),
    (_DEAL_RU, "discount", lambda match, before: "цена — в карточке товара"),
    (_SAVED, "discount", lambda match, before: "the price is in its card"),
    (_OFF, "discount", _discount),
    (_OFF_RU, "discount", _discount_ru),
    (_LOWERED, "discount", _lowered),
)
