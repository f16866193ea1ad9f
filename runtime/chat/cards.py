"""Products in words, for when no model writes the answer. Pure.

The first sentence says that this is a list from the catalogue and nobody's advice, and why, where advice was expected.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from runtime.llm.model import FinishReason
from runtime.retrieval.language import Language
from shared.catalog import CatalogDocument
from shared.embedding.tokens import estimate_tokens

MAX_CARDS: Final = 5

_SILENT: Final[dict[Language, str]] = {
    "en": "The assistant is not writing answers right now. ",
    "ru": "Ассистент сейчас не отвечает своими словами. ",
}
_OPENING: Final[dict[Language, str]] = {
    "en": "Here is what the catalogue search found:",
    "ru": "Вот что нашлось в каталоге:",
}
_NOTHING: Final[dict[Language, str]] = {
    "en": (
        "Nothing in the catalogue fits this question. Say in other words what you are looking for: "
        "a kind of product, a brand, a purpose."
    ),
    "ru": (
        "В каталоге ничего не подошло под этот вопрос. Опишите иначе, что вы ищете: вид товара, бренд или назначение."
    ),
}
_IN_STOCK: Final[dict[Language, str]] = {"en": "in stock", "ru": "в наличии"}
_OUT_OF_STOCK: Final[dict[Language, str]] = {"en": "out of stock", "ru": "нет в наличии"}


def write_cards(
    products: Sequence[CatalogDocument], *, language: Language, silent: bool, figures: str = "", empty: str = ""
) -> Iterator[str]:
    """The answer in pieces that follow one another as they are: an opening, then one line per product.

    silent: whether a model was to write it, and did not; shoppers of a shop without one miss nothing. figures: a
    sentence on all that was found, of which the products are the first; may be empty. empty: why nothing was found, or
    only what is near, in words; may be left out.
    """
    if not products and not figures:
        yield empty or _NOTHING[language]
        return
    yield (_SILENT[language] if silent else "") + _OPENING[language]
    for sentence in filter(None, (figures, empty)):
        yield f"\n\n{sentence}"
    for number, product in enumerate(products[:MAX_CARDS], start=1):
        stock = _IN_STOCK[language] if product.in_stock else _OUT_OF_STOCK[language]
        link = f"\n   {product.url}" if product.url else ""
        yield f"\n\n{number}. {product.name} — {product.price_text}, {stock}{link}"


def within(pieces: Sequence[str], *, max_tokens: int | None, stop: Sequence[str]) -> tuple[list[str], FinishReason]:
    """`pieces` as a model would have been made to end them: before the first of `stop`, within `max_tokens`."""
    text = "".join(pieces)
    end = min((place for word in stop if (place := text.find(word)) >= 0), default=len(text))
    reason: FinishReason = "stop"
    if max_tokens is not None and estimate_tokens(text[:end]) > max_tokens:
        # The first length that costs too much is one too long.
        end = bisect_right(range(end), max_tokens, key=lambda length: estimate_tokens(text[:length])) - 1
        reason = "length"
    kept: list[str] = []
    for piece in pieces:
        kept.append(piece[:end])
        end = max(0, end - len(piece))
    return [piece for piece in kept if piece], reason
