"""What an answer says of stock, and whether the data of the product it speaks of say so too. Pure."""

import re
from collections.abc import Iterator
from typing import Final

from runtime.chat.truth.correction import Span
from runtime.chat.truth.denial import denied_behind
from runtime.chat.truth.grounds import Grounds

_OUT: Final = re.compile(
    r"\b(?:out of stock|out-of-stock|sold out|currently unavailable|no longer available|(?:not"
    r"|isn[’']t) (?:currently )?in stock"
    r"|not currently available|not available now|not available(?=\s*[.!,]|\s*\Z)|unavailable(?=\s*[.!,]|\s*\Z)"
    r"|(?:сейчас |пока |уже )?нет (?:сейчас )?(?:в наличии|на складе)|не в наличии|отсутству\w+ в наличии"
    r"|распродан[аоы]?"
    r"|закончил(?:ся|ась|ись|ось)|нет на складе)(?!\w)",
    re.IGNORECASE,
)
_LEFT: Final = re.compile(
    r"\b(?:(?:there (?:are|is) )?(?:only|just) \d+ (?:(?:pieces|units|items|pcs) )?(?:left"
    r"|remaining)(?: in stock)?(?: of(?: the)?)?"
    r"|\d+ (?:(?:pieces|units|items|pcs) )?(?:left|remaining|in stock)(?: in stock)?(?: of(?: the)?)?"
    r"|остал(?:ось|ся|ась|ись) (?:всего |только |лишь )?\d+ ?(?:шт\w*\.?|экземпляр\w*|пар\w*)?"
    r"|(?:всего|только) \d+ ?(?:шт\w*\.?|экземпляр\w*) (?:на складе|в наличии))(?!\w)",
    re.IGNORECASE,
)
_IN: Final = re.compile(
    r"\b(?:in stock|in-stock|available now|currently available|available right now|ready to ship"
    r"|available(?=\s*[.!]|\s*\Z)"
    r"|(?:сейчас )?(?:есть|имеется|имеются) (?:сейчас )?(?:в наличии|на складе)|в наличии|на складе)(?!\w)",
    re.IGNORECASE,
)
_SCOPED: Final = re.compile(
    r"(?:\b(?:all|both|none|some|most|not|если|isn[’']t|aren[’']t|if|whether|when|once|ли|когда|все|всё|оба|обе"
    r"|не|часть|some of them|что"
    r"|ask|check|only|только|back|снова|вернётся|будет|появ\w+|filter\w*|показ\w+|currently))\s*(?:of (?:them"
    r"|which) )?(?:is |are |it is |it's )?[*_]*\Z",
    re.IGNORECASE,
)
_ALL: Final = re.compile(r"\b(?:all|both|все|оба|обе)\b[^.!?\n]*\Z", re.IGNORECASE)
_REACH: Final = 60


def stock_spans(text: str, start: int, end: int, grounds: Grounds) -> Iterator[Span]:
    """Every claim of stock in `text` between `start` and `end`."""
    at = start
    while at < end:
        found = [match for pattern in (_OUT, _LEFT, _IN) if (match := pattern.search(text, at, end))]
        if not found:
            return
        first = min(found, key=lambda match: (match.start(), -match.end()))
        if any(
            at.start <= first.start() < at.end
            for at in grounds.namings.within(text, max(0, first.start() - _REACH), end)
        ):
            # "Trail 28 in stock" counts nothing.
            at = first.start() + 1
            continue
        at = first.end()
        yield _judge(text, first, end, grounds)


def _judge(text: str, claim: re.Match[str], end: int, grounds: Grounds) -> Span:
    start, stop = claim.span()
    owners = grounds.namings.owners(text, start, stop).products
    before = text[max(0, start - _REACH) : start]
    fine = Span(start, stop, "stock")
    if claim.re is _LEFT:
        if not owners and re.match(r"\d+ in stock", claim.group(), re.IGNORECASE):
            return fine
        truth = [grounds.products[place].in_stock for place in owners]
        return Span(start, stop, "stock", _told(truth, claim, grounds))
    if _asks(before) or text[stop:end].lstrip("*_ ").startswith("?"):
        return fine
    says = claim.re is _IN
    if _is_about_variant(text, owners, start, end, grounds) or (not owners and not _ALL.search(before)):
        return fine
    truth = [grounds.products[place].in_stock for place in (owners or range(len(grounds.products)))]
    if all(known == says for known in truth) or (says and denied_behind(text, stop, stop)):
        return fine
    return Span(start, stop, "stock", _told(truth, claim, grounds))


def _asks(before: str) -> bool:
    return _SCOPED.search(before) is not None and not _ALL.search(before)


def _is_about_variant(text: str, owners: tuple[int, ...], start: int, end: int, grounds: Grounds) -> bool:
    """Whether the clause speaks of a variant, which may be out while others are there."""
    values = {
        value.lower()
        for place in owners
        for variant in grounds.products[place].variants
        for value in variant.options.values()
        if len(value) > 2
    }
    clause = text[max(0, start - _REACH) : min(end, start + _REACH)].lower()
    return bool(re.search(r"\b(?:size|размер)", clause)) or any(value[:4] in clause for value in values)


def _told(truth: list[bool], claim: re.Match[str], grounds: Grounds) -> str:
    """The words for what is true of the products, in the place of `claim`."""
    said = claim.group()
    english = grounds.language == "en"
    if not truth or len(set(truth)) > 1:
        words = "listed in the cards with their availability" if english else "указаны в карточках с их наличием"
    elif english:
        words = "in stock" if truth[0] else "out of stock"
        words += ":" if re.search(r" of(?: the)?\Z", said, re.IGNORECASE) else ""
    elif truth[0]:
        words = "есть в наличии"
    else:
        words = "не в наличии"
    return words[0].upper() + words[1:] if said[0].isupper() else words
