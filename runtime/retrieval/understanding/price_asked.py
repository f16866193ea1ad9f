"""Whether a question asks what things cost. Pure."""

from typing import Final

from runtime.retrieval.understanding.phrases import Phrases
from runtime.retrieval.understanding.tokens import Tokens

_ASKS: Final = Phrases(
    {
        "asks": "how much is|how much are|how much for|what is the price|what's the price|what are the prices"
        "|what are your prices|price range|price of|prices of|price for|prices for"
        "|сколько стоит|сколько стоят|сколько будет стоить|сколько будут стоить|почем|какая цена|какова цена|какие цены"
        "|каковы цены|цена на|цены на|по какой цене|по каким ценам|в какую цену"
    }
)
_BEGINS: Final = Phrases({"begins": "how much do|how much does|how much would|what do|what does|what would"})
_ENDS: Final = frozenset({"cost", "costs"})
"""What follows _BEGINS, with the thing between them: "what do your jackets cost"."""


def asks_prices(tokens: Tokens) -> bool:
    """Whether prices are what `tokens` ask for, and not only what they bound: "how much are tents", not "up to $5"."""
    begun = False
    for index, token in enumerate(tokens):
        if _ASKS.match(tokens, index) or (begun and token.key in _ENDS):
            return True
        begun = begun or _BEGINS.match(tokens, index) is not None
    return False
