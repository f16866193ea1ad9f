"""A stretch of an answer with every false claim in it put right. Pure."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from runtime.chat.truth.code_claims import begins_code, code_spans
from runtime.chat.truth.correction import Kind, Span
from runtime.chat.truth.grounds import Grounds
from runtime.chat.truth.link_claims import link_spans
from runtime.chat.truth.offer_claims import begins_deal, offer_spans
from runtime.chat.truth.price_claims import price_spans
from runtime.chat.truth.price_owner import is_settled
from runtime.chat.truth.stock_claims import stock_spans
from runtime.chat.truth.suspicion import (
    begins_in_words,
    clause_end,
    link_end,
    number_end,
    sentence_end,
    words_end,
)
from runtime.chat.truth.variant_claims import begins_size, variant_spans

Check = Callable[[str, int, int, Grounds], Iterator[Span]]
"""What one has spoken for, those behind it leave alone."""
_LETTERS: Final = re.compile(r"[^\W\d_]{2}|✅|❌")
_VALUED: Final = re.compile(r"\d|[^\W\d_]{3}[\s‑-]")
_LINK: Final = re.compile(r"(?:h(?:tt|xx)ps?|ftp)://|www\.|!?\[|\.", re.IGNORECASE)


BACK: Final = 1_400
"""Characters before a stretch that the checks may look at."""
FORTH: Final = 1_200
"""Characters of a stretch, and behind it: no stretch is longer."""

End = Callable[[str, int], int | None]


def first_end(text: str, start: int) -> int | None:
    """Where the stretch that begins suspiciously at `start` may end; None while that is not there yet."""
    if _LINK.match(text, start):
        return link_end(text, start)
    if begins_in_words(text, start):
        return words_end(text, start)
    return number_end(text, start) if _is_number(text, start) else clause_end(text, start)


def longer_end(text: str, start: int, first: int, grounds: Grounds) -> End | None:
    """What finds the end of the stretch from `start` on that may end at `first`, where more must be known to judge it:
    what is spoken of may come behind it, and so may what makes a true claim of one that looks false.
    """
    if _LINK.match(text, start):
        return None
    if begins_size(text, start, first) or begins_code(text, start) or begins_deal(text, start):
        return sentence_end
    settled = is_settled(text, start, grounds.namings)
    told = text[:first]
    spans = [span for check in (variant_spans, stock_spans, price_spans) for span in check(told, start, first, grounds)]
    if any(span.kind == "variant" for span in spans):
        return sentence_end
    if not any(span.text is not None or not settled for span in spans):
        return None
    return clause_end if settled and _is_number(text, start) else sentence_end


def _is_number(text: str, start: int) -> bool:
    return text[start].isdigit() or not text[start].isalpha()


def _checks_of(text: str, start: int, end: int) -> Iterator[Check]:
    """The checks that have something to look for in the stretch: most stretches are no more than a number."""
    stretch = text[start:end]
    if len(stretch) == 1:
        return
    if _LINK.search(stretch):
        yield link_spans
    if _LETTERS.search(stretch):
        yield from (code_spans, offer_spans)
    elif "~" in stretch or "%" in stretch:
        yield offer_spans
    yield variant_spans
    if _LETTERS.search(stretch) or "|" in stretch:
        yield stock_spans
    if _VALUED.search(stretch):
        yield price_spans


def put_right(text: str, start: int, end: int, grounds: Grounds) -> tuple[str, tuple[Kind, ...]]:
    """What is to go out for `text` from `start` to `end`, and what was wrong in it."""
    text = text[:end]
    spans: list[Span] = []
    for check in _checks_of(text, start, end):
        found = list(check(text, start, end, grounds))
        spans.extend(
            span for span in found if not any(span.start < taken.end and taken.start < span.end for taken in spans)
        )
    out, at = [], start
    for span in sorted(spans, key=lambda span: span.start):
        if span.text is not None:
            out += [text[at : span.start], span.text]
            at = span.end
    kinds = tuple(span.kind for span in spans if span.text is not None and span.counts)
    return "".join((*out, text[at:])), kinds
