"""Whether a question asks what things cost. Pure."""

from typing import Final

from runtime.retrieval.understanding.catalogue import Vocabulary
from runtime.retrieval.understanding.findings import Finding
from runtime.retrieval.understanding.phrases import Phrases
from runtime.retrieval.understanding.tokens import Tokens
from runtime.retrieval.understanding.words import ASKING, word_set

_ASKS: Final = Phrases(
    {
        "asks": "how much is|how much are|how much for|what is the price|what's the price|what are the prices"
        "|what are your prices|what is the price range|what is the price range of|what is the price range for"
        "|what's the price range|what's the price range of|what's the price range for|what is the price of"
        "|what's the price of|what are the prices of|сколько стоит|сколько стоят|сколько будет стоить"
        "|сколько будут стоить|почем|какая цена|какова цена|какие цены|какие у вас цены|каковы цены|по какой цене"
        "|по каким ценам|в какую цену"
    }
)
_ASKS_FIRST: Final = Phrases({"asks": "price range|price of|prices of|price for|prices for|цена на|цены на"})
"""Only where nothing but asking stands before: behind a thing they speak of one that has a price ("best price for")."""
_BEGINS: Final = Phrases({"begins": "how much do|how much does|how much would|what do|what does|what would"})
_SERVICES: Final = word_set(
    "shipping delivery postage installation assembly returns warranty gift-wrapping",
    "доставка доставку доставки пересылка установка сборка возврат гарантия",
)
"""What a shop does and the catalogue has no price of."""
_ENDS: Final = frozenset({"cost", "costs"})
"""What follows _BEGINS, with the thing between them: "what do your jackets cost"."""


def read_prices_asked(tokens: Tokens, vocabulary: Vocabulary) -> list[Finding]:
    """That prices are what `tokens` ask for, and not only what they bound: "how much are tents", not "up to $5"."""
    if any(token.key in _SERVICES for token in tokens):
        return []
    begun = None
    for index, token in enumerate(tokens):
        asks = _ASKS.match(tokens, index) or (_ASKS_FIRST.match(tokens, index) if _is_first(tokens, index) else None)
        if asks:
            return [Finding((index, asks[1]), "prices")]
        if begun and token.key in _ENDS:
            return [Finding(begun, "prices"), Finding((index, index + 1), "aside")]
        begins = _BEGINS.match(tokens, index)
        begun = (index, begins[1]) if begins else begun
    return []


def _is_first(tokens: Tokens, index: int) -> bool:
    return all(token.key in ASKING or token.kind == "mark" for token in tokens[:index])
