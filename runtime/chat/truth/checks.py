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

_CHECKS: Final[tuple[Callable[[str, int, int, Grounds], Iterator[Span]], ...]] = (
    link_spans,
    code_spans,
    offer_spans,
    variant_spans,
    stock_spans,
    price_spans,
)
"""In order: what one has spoken for, those behind it leave alone."""
_LINK: Final = re.compile(r"(?:h(?:tt|xx)ps?|ftp)://|www\.|!?\[|\.", re.IGNORECASE)


def stretch_end(text: str, start: int, grounds: Grounds) -> int | None:
    """Where the stretch that begins suspiciously at `start` ends; None while it may go on."""
    sign = text[start]
    if _LINK.match(text, start):
        return link_end(text, start)
    number = sign.isdigit() or not sign.isalpha()
    if begins_in_words(text, start):
        end = words_end(text, start)
    else:
        end = number_end(text, start) if number else clause_end(text, start)
    if end is None:
        return None
    if begins_size(text, start, end) or begins_code(text, start) or begins_deal(text, start):
        return sentence_end(text, start)
    # What is spoken of may come behind it, and so may what makes a true claim of one that looks false.
    settled = is_settled(text, start, grounds.namings)
    spans = [
        span for check in (variant_spans, stock_spans, price_spans) for span in check(text[:end], start, end, grounds)
    ]
    if any(span.kind == "variant" for span in spans):
        return sentence_end(text, start)
    if not any(span.text is not None or not settled for span in spans):
        return end
    return clause_end(text, start) if settled and number else sentence_end(text, start)


def put_right(text: str, start: int, end: int, grounds: Grounds) -> tuple[str, tuple[Kind, ...]]:
    """What is to go out for `text` from `start` to `end`, and what was wrong in it."""
    text = text[:end]
    spans: list[Span] = []
    for check in _CHECKS:
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
