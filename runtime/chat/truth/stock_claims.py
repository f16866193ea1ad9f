"""What an answer says of stock, and whether the data of the product it speaks of say so too. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from runtime.chat.truth.correction import Span
from runtime.chat.truth.folding import fold
from runtime.chat.truth.grounds import Grounds
from runtime.chat.truth.mentions import sentence_start
from runtime.chat.truth.pointers import header_of, pointed_at
from runtime.chat.truth.variants_told import variants_told

_ENDS: Final = (
    r"(?=\s*(?:[.!,;)|\n*]|\Z|to (?:order|buy)|for order|at the moment|right now|now|online|and|but|so|again"
    r"|today|в данный момент|сейчас|и|а|но)"
    r"(?!\w))"
)
_OUT: Final = re.compile(
    rf"\b(?:out of stock|out-of-stock|sold out|currently unavailable|no longer available|(?:not|isn[’']t|aren[’']t)"
    rf" (?:currently |now )?(?:in stock|available now)|not currently (?:available|in stock)"
    rf"|(?:not|isn[’']t|aren[’']t) available{_ENDS}|unavailable{_ENDS}"
    rf"|(?:сейчас |пока |уже )?нет (?:сейчас )?(?:в наличии|на складе)|не в наличии"
    rf"|отсутству[ею]т(?: (?:в наличии|на складе)|{_ENDS})|распродан[аоы]?|раскупили"
    rf"|недоступ(?:ен|на|но|ны)(?: для (?:заказа|покупки)|{_ENDS})|закончил(?:ся|ась|ись|ось)|нет на складе)(?!\w)",
    re.IGNORECASE,
)
_PIECES: Final = r"(?: (?:pieces|units|items|pcs|pairs)\b)?"
_PIECES_RU: Final = r" ?(?:штук\w*|шт\.(?=\s+[а-я])|шт\b|экземпляр\w*|единиц\w*|пар\w*)"
_FEW: Final = r"(?:\d+|one|two|three|four|five|six|a few|a couple)"
_FEW_RU: Final = r"(?:одн[аи]?|один|две|два|три|четыре|пять|пара|несколько)"
_LEFT: Final = re.compile(
    rf"\b(?:there (?:are|is) (?:only |just )?{_FEW}{_PIECES} (?:left|remaining)(?: in stock)?(?: of(?: the)?)?"
    rf"|(?:with )?(?:only |just ){_FEW}{_PIECES} (?:left|remaining)(?: in stock)?(?: of(?: the)?)?"
    rf"|(?:with )?\d+{_PIECES} (?:left|remaining|in stock)(?: in stock)?(?: of(?: the)?)?"
    rf"|остал(?:ось|ся|ась|ись) (?:всего |только |лишь )?(?:\d+(?:{_PIECES_RU})?|{_FEW_RU}{_PIECES_RU})"
    rf"|(?:на складе|в наличии)(?: есть| ещё| всего| только|:)* \d+{_PIECES_RU}"
    rf"|(?:всего|только) \d+{_PIECES_RU} (?:на складе|в наличии))(?!\w)",
    re.IGNORECASE,
)
_IN: Final = re.compile(
    rf"\b(?:in stock|in-stock|available now|currently available|available right now|available{_ENDS}|ready to ship"
    rf"|(?:сейчас )?(?:есть|имеется|имеются) (?:сейчас )?(?:в наличии|на складе)|в наличии|на складе"
    rf"|доступ(?:ен|на|но|ны) (?:для|к) (?:заказ\w|покупк\w)|доступ(?:ен|на|но|ны){_ENDS})(?!\w)",
    re.IGNORECASE,
)
_MARKS: Final = "[✅❌✓✗☑✔✘\ufe0f]"
_NO: Final = frozenset("❌✗✘")
_LABELLED: Final = re.compile(
    r"(?:\b(?:stock|availability|available|наличие|в наличии)(?: status)?[*_]*\s*[:—–-][\s*_]*)"
    rf"(?P<answer>{_MARKS}+(?:\s*(?:yes|no|да|нет|есть)(?!\w))?|(?:yes|no|available|да|нет|есть|имеется)(?!\w))",
    re.IGNORECASE,
)
_CELL: Final = re.compile(
    rf"\|[\s*_]*(?P<answer>{_MARKS}+(?:\s*(?:yes|no|да|нет|есть))?|yes|no|да|нет|есть)(?=[\s*_]*(?:\||\Z))",
    re.IGNORECASE,
)
_OF_STOCK: Final = re.compile(r"\b(?:in stock|stock|available|availability|налич\w+)\b", re.IGNORECASE)
_BARE: Final = re.compile(rf"{_MARKS}*\s*(?:yes|no|да|нет|есть|имеется)?", re.IGNORECASE)
_DENIES: Final = frozenset({"no", "нет"})
_SCOPED: Final = re.compile(
    r"(?:\b(?:none|some|most|если|if|whether|when|once|ли|когда|часть|что|ask|check|only|только|(?:be|come"
    r"|comes|get) back|вернётся|будет"
    r"|появ\w+|filter\w*|показ\w+|currently))\s*(?:of (?:them|which|these) )?(?:is |are |it is |it's )?[*_]*\Z",
    re.IGNORECASE,
)
_NEGATED: Final = re.compile(
    r"\b(?:don['’]t|do not|doesn['’]t|does not|cannot|can['’]t|never)\b[^,;:.!?\n]{0,60}\Z", re.IGNORECASE
)
_ALL: Final = re.compile(r"\b(?:all|both|all of (?:these|them)|все|оба|обе)\b[^.!?;,\n]*\Z", re.IGNORECASE)
_EXCEPT: Final = re.compile(
    r"[\s,]*(?:\b(?:except|but not|apart from|other than|besides|кроме|за исключением|не считая)\b)", re.IGNORECASE
)
_OPENING: Final = re.compile(r"(?:\A|[|:(—–\n-])[\s*_]*\Z")
_VARIANT: Final = re.compile(r"\b(?:sizes?|размер\w*)\b")
_REACH: Final = 60


def stock_spans(text: str, start: int, end: int, grounds: Grounds) -> Iterator[Span]:
    """Every claim of stock in `text` between `start` and `end`."""
    at = start
    while at < end:
        found = [match for pattern in _PATTERNS if (match := pattern.search(text, at, end))]
        if not found:
            return
        first = min(found, key=lambda match: (match.start(), -match.end()))
        near = grounds.namings.within(text, max(0, first.start() - _REACH), end)
        if any(at.start <= first.start() < at.end for at in near):
            # "Trail 28 in stock" counts nothing.
            at = first.start() + 1
            continue
        at = first.end()
        if first.re is _CELL and not _OF_STOCK.search(header_of(text, first.start() + 1)):
            continue
        yield _judge(text, first, end, grounds)


_PATTERNS: Final = (_OUT, _LEFT, _IN, _LABELLED, _CELL)


def _judge(text: str, claim: re.Match[str], end: int, grounds: Grounds) -> Span:
    start, stop = claim.span("answer" if claim.re in (_LABELLED, _CELL) else 0)
    owners = _owners(text, start, stop, end, grounds)
    if claim.re is _LEFT:
        told = bool(owners) or re.match(r"\d+ in stock", claim.group(), re.IGNORECASE) is None
        truth = [grounds.products[place].in_stock for place in owners]
        return Span(start, stop, "stock", _told(truth, text, start, stop, grounds) if told else None)
    before = text[max(0, start - _REACH) : start]
    if _SCOPED.search(before) or text[stop:end].lstrip("*_ ").startswith("?"):
        return Span(start, stop, "stock")
    truth = _truth(text, start, stop, end, owners, grounds)
    says = _affirms(text[start:stop]) if claim.re in (_LABELLED, _CELL) else claim.re is _IN
    if _NEGATED.search(text, max(sentence_start(text, start), start - _REACH), start):
        wrong = bool(truth) and says in truth and not _is_mixed(truth)
        return Span(start, stop, "stock", "out of stock: it is in stock" if wrong and says else None)
    if not truth or all(known == says for known in truth):
        return Span(start, stop, "stock")
    return Span(start, stop, "stock", _told(truth, text, start, stop, grounds))


def _truth(text: str, start: int, stop: int, end: int, owners: tuple[int, ...], grounds: Grounds) -> list[bool]:
    """Whether what is spoken of is in stock, one by one; nothing where that cannot be told."""
    if variants := variants_told(text, start, owners, grounds):
        return [any(variant.in_stock is not False for variant in variants)]
    if _is_about_variant(text, owners, start, end, grounds):
        return []
    named = owners or _spoken_of(text, start, grounds)
    if excepted := _EXCEPT.match(text, stop, end):
        out = {mention.product for mention in grounds.namings.within(text, excepted.end(), end)}
        named = tuple(place for place in named or range(len(grounds.products)) if place not in out)
    return [grounds.products[place].in_stock for place in named]


def _affirms(answer: str) -> bool:
    return not (_NO & set(answer)) and answer.lower().split(" ")[-1] not in _DENIES


def _owners(text: str, start: int, stop: int, end: int, grounds: Grounds) -> tuple[int, ...]:
    pointed = pointed_at(text, sentence_start(text, start), start, grounds.namings)
    return (pointed,) if pointed is not None else grounds.namings.owners(text[:end], start, stop).products


def _spoken_of(text: str, start: int, grounds: Grounds) -> tuple[int, ...]:
    """The products that "all" or "both" means: those named above, as far as they are so many; else nobody."""
    said = _ALL.search(text[max(0, start - _REACH) : start])
    if said is None:
        return () if len(grounds.products) > 1 else tuple(range(len(grounds.products)))
    above = grounds.namings.within(text, max(0, start - 1_200), start)
    named = tuple(dict.fromkeys(mention.product for mention in above))
    pair = said.group().lower().startswith(("both", "оба", "обе"))
    return named if len(named) == 2 or (len(named) > 2 and not pair) else ()


def _is_mixed(truth: Sequence[bool]) -> bool:
    return len(set(truth)) > 1


def _is_about_variant(text: str, owners: tuple[int, ...], start: int, end: int, grounds: Grounds) -> bool:
    """Whether the clause speaks of a variant, which may be out while others are there."""
    values = {
        fold(value)
        for place in owners
        for variant in grounds.products[place].variants
        for value in variant.options.values()
        if len(value) > 2
    }
    first = max(sentence_start(text, start), start - _REACH)
    clause = fold(text[first : min(end, start + _REACH)])
    if not owners:
        return False
    return _VARIANT.search(clause) is not None or any(value[:4] in clause for value in values)


def _told(truth: Sequence[bool], text: str, start: int, stop: int, grounds: Grounds) -> str:
    """The words for what is true of the products, in the place of what stands from `start` to `stop`."""
    said, before = text[start:stop], text[max(0, start - 20) : start]
    english = grounds.language == "en"
    if _BARE.fullmatch(said) and truth and not _is_mixed(truth):
        words = ("yes" if truth[0] else "no") if english else ("да" if truth[0] else "нет")
        if not said[0].isalpha():
            words = ("✅ " if truth[0] else "❌ ") + words if said[-1].isalpha() else "✅" if truth[0] else "❌"
    elif before.endswith(" with ") and truth:
        words = "stock on hand" if truth[0] else "no stock"
    elif not truth or _is_mixed(truth):
        words = "listed in the cards with their availability" if english else "указаны в карточках с их наличием"
    elif english:
        words = "in stock" if truth[0] else "out of stock"
        words += ":" if re.search(r" of(?: the)?\Z", said, re.IGNORECASE) else ""
    elif truth[0]:
        words = "есть в наличии"
    else:
        words = "нет в наличии" if _OPENING.search(before) else "не в наличии"
    return words[0].upper() + words[1:] if said[0].isupper() else words
