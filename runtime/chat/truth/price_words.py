"""What stands where a wrong price stood: the right one as the store writes it, else words true of any. Pure."""

import re
from typing import Final

from runtime.chat.truth.grounds import Grounds, Known
from runtime.chat.truth.mentions import Owners
from runtime.retrieval.language import Language

_LOWEST: Final = re.compile(
    r"\b(?:from|starting at|starts? (?:at|from)|begins? at|от|начина\w+ (?:с|от)|minimum)\s*[*_]*\Z", re.IGNORECASE
)
_HIGHEST: Final = re.compile(r"(?:\b(?:up to|to|до)|\d[-–—]|[$€£₽]\s?[-–—]\s?)\s*[*_]*\Z", re.IGNORECASE)
_BEHIND_A_WORD: Final = re.compile(
    r"\b(?:for|at|of|only|just|about|around|за|в|по|на|всего|около|примерно)\s*[*_]*\Z", re.IGNORECASE
)
_LEADING: Final = re.compile(r"\s*(?:from|от)\s+", re.IGNORECASE)
_TO: Final = re.compile(r"\sдо\s", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"\b(?:between|from|от|между|с)\s*[*_]*\Z", re.IGNORECASE)

_Cases = tuple[tuple[re.Pattern[str], str], ...]


def _cases(*cases: tuple[str, str]) -> _Cases:
    return tuple((re.compile(rf"(?:{behind})\s*[*_`~]*\Z", re.IGNORECASE), words) for behind, words in cases)


_NEUTRAL: Final[dict[Language, _Cases]] = {
    "en": _cases(
        (r"\b(?:cost|costs|costing)(?: only| just)?", "what its card says"),
        (r"\b(?:is|are|it[’']s|be)(?: only| just| now)?", "priced as its card says"),
        (
            r"\b(?:priced at|for|at|of|from|to|than|under|over|about|around|and|with|just|only|by|in)",
            "the price in its card",
        ),
        (r"[:(|—–=\n\[-]|\A|\b(?:price|цена)", "see the card for the price"),
        (r"", "the price in its card"),
    ),
    "ru": _cases(
        (r"\b(?:стоит|стоят|стоил[аио]?|стоить)(?: он[аои]?| всего)?", "столько, сколько указано в карточке товара"),
        (r"\b(?:за|в)(?: всего)?", "цену из карточки товара"),
        (r"\b(?:примерно|почти|приблизительно)", "столько, сколько указано в карточке товара"),
        (r"\bна", "разницу цен из карточек"),
        (r"\b(?:от|до|около|с|дешевле|дороже|ниже|выше|менее|более|меньше|больше)", "цены из карточки товара"),
        (r"\bпо(?: цене)?", "цене из карточки товара"),
        (r"[:—–=-]|\bцен[аеу]", "см. в карточке товара"),
        (r"", "цена — в карточке товара"),
    ),
}
_NEUTRAL_SUM: Final[dict[Language, _Cases]] = {
    "en": _cases(
        (r"\b(?:cost|costs|costing)", "what their cards add up to"),
        (r"[:(|—–=\n-]|\A", "see the cards for the prices"),
        (r"", "the sum of the prices in their cards"),
    ),
    "ru": _cases(
        (r"\b(?:стоит|стоят)", "столько, сколько указано в карточках"),
        (r"\b(?:за|в)", "сумму цен из карточек"),
        (r"", "см. цены в карточках"),
    ),
}
_SOMEWHAT: Final[dict[Language, str]] = {"en": "somewhat", "ru": "немного"}
_DIFFERENCE: Final[dict[Language, _Cases]] = {
    "en": _cases((r"\bby", "the difference of the prices in their cards"), (r"", "see the cards for the prices")),
    "ru": _cases((r"\b(?:на|в)", "разницу цен из карточек"), (r"", "см. цены в карточках")),
}


def right_price(before: str, owners: Owners, grounds: Grounds) -> str | None:
    """The price of what a price behind `before` is said of; None where that is not one product with a price."""
    product = _one(owners, grounds)
    if product is None or not product.prices:
        return None
    if product.low == product.high:
        return product.price_text if _is_plain(product, grounds) else grounds.money(product.low)
    if _LOWEST.search(before):
        return grounds.money(product.low)
    if _HIGHEST.search(before):
        return grounds.money(product.high)
    if not _BEHIND_A_WORD.search(before):
        return product.price_text
    # "For from $52.00" says nobody, and «за 8 490 до 9 290 ₽» neither.
    told = _LEADING.sub("", product.price_text, count=1)
    return f"{grounds.money(product.low)} – {grounds.money(product.high)}" if _TO.search(told) else told


def right_range(before: str, joint: str, owners: Owners, grounds: Grounds) -> str | None:
    """The same of two prices behind `before` with `joint` between them."""
    product = _one(owners, grounds)
    if product is None or not product.prices:
        return None
    if product.low == product.high:
        return right_price(before, owners, grounds)
    if "-" in joint or "–" in joint or "—" in joint or _BETWEEN.search(before):
        return f"{grounds.money(product.low)}{joint}{grounds.money(product.high)}"
    return right_price(before, owners, grounds)


def neutral_words(before: str, sentence: str, language: Language) -> str:
    """Words for the price of a thing behind `before`, which ends with `sentence`."""
    return _first(_NEUTRAL[language], before, opens=not sentence.strip(" *_>#-|\n"))


def neutral_sum(before: str, sentence: str, language: Language) -> str:
    """Words for what several things cost together."""
    return _first(_NEUTRAL_SUM[language], before, opens=not sentence.strip(" *_>#-|\n"))


def neutral_difference(before: str, *, adverb: bool, language: Language) -> str:
    """Words for how much more a thing costs. adverb: "more" or "cheaper" follows."""
    return _SOMEWHAT[language] if adverb else _first(_DIFFERENCE[language], before, opens=False)


def _first(cases: _Cases, before: str, *, opens: bool) -> str:
    words = next(words for behind, words in cases if behind.search(before))
    return words[0].upper() + words[1:] if opens else words


def _one(owners: Owners, grounds: Grounds) -> Known | None:
    if not owners.sole and not owners.each:
        return None
    found = [grounds.products[place] for place in owners.products]
    return found[0] if found and len({one.prices for one in found}) == 1 else None


def _is_plain(product: Known, grounds: Grounds) -> bool:
    """Whether the store writes its price as nothing but a price."""
    return product.price_text[:1].isdigit() or not product.price_text[:1].isalpha()
