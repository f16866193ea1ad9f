"""Products in words, for when no model writes the answer. Pure.

The first sentence says that this is a list from the catalogue and nobody's advice.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from runtime.chat.language import Language
from runtime.retrieval.product import Product

MAX_CARDS: Final = 5

_OPENING: Final[dict[Language, str]] = {
    "en": "The assistant is not writing answers right now, so here is what the catalogue search found:",
    "ru": "Ассистент сейчас не пишет ответы сам, поэтому вот что нашлось поиском по каталогу:",
}
_NOTHING: Final[dict[Language, str]] = {
    "en": "Nothing in the catalogue fits this question. Try other words, or fewer of them.",
    "ru": "В каталоге ничего не подошло под этот вопрос. Попробуйте другие слова или сократите запрос.",
}
_IN_STOCK: Final[dict[Language, str]] = {"en": "in stock", "ru": "в наличии"}
_OUT_OF_STOCK: Final[dict[Language, str]] = {"en": "out of stock", "ru": "нет в наличии"}


def write_cards(products: Sequence[Product], *, language: Language, message: str = "") -> Iterator[str]:
    """The answer in pieces that follow one another as they are: an opening, then one line per product.

    message: the retriever's own word about an empty result.
    """
    if not products:
        yield message or _NOTHING[language]
        return
    yield _OPENING[language]
    for number, product in enumerate(products[:MAX_CARDS], start=1):
        stock = _IN_STOCK[language] if product.in_stock else _OUT_OF_STOCK[language]
        link = f"\n   {product.url}" if product.url else ""
        yield f"\n\n{number}. {product.name} — {product.price_text}, {stock}{link}"
