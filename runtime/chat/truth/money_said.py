"""A sum of money as a part of patterns for what is said of one. Pure."""

from typing import Final

MONEY: Final = (
    r"(?:[$€£]\s?\d(?:[\d.,]*\d)?|\d(?:[\d.,\u00a0\u2009\u202f ]*\d)?\s?(?:₽|руб\w*|р\b|долл\w*|евро|dollars?|USD"
    r"|EUR|€|\$))"
)
