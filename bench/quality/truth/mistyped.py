"""Questions that name a kind of product and went wrong on the keyboard; graded as what was meant. Pure.

The kind decides, and a brand or a colour beside it; every other word is a soft condition (see `naming`). A price that
is named is a hard condition.
"""

from collections.abc import Mapping
from typing import Final

from bench.quality.truth.mistakes import SCHEMES, in_cyrillic, in_latin, in_other_layout, mistyped
from bench.quality.truth.naming import Phrase, of_brand, of_series, spoken
from bench.quality.truth.prices import costs, pick_bound
from bench.quality.truth.query import FULL, NEAR, Draft
from bench.quality.truth.shop import Shop, judge
from sandbox.magento.catalogue import Dice
from sandbox.magento.product import Locale

_SHORTEST: Final = 5
"""Letters of a word that is worth mistyping: shorter ones turn into others."""

_WITH_PRICE: Final[Mapping[Locale, str]] = {"en": "{text} under {bound}", "ru": "{text} до {bound}"}
_HEARD: Final[Mapping[Locale, tuple[str, ...]]] = {
    "en": ("{brand} {one}", "{brand} {series}", "{brand} {series} {one}"),
    "ru": ("{one} {brand}", "{one} {brand} {series}"),
}


def typo(shop: Shop, dice: Dice) -> Draft | None:
    """One edit in a word of five letters or more."""
    phrase = spoken(shop, dice, foreign=True)
    if phrase is None:
        return None
    words = phrase.text.split()
    at = dice.below(len(words))
    if len(words[at]) < _SHORTEST or not words[at].isalpha():
        return None
    slip = mistyped(words[at], dice, language=shop.language, known=shop.vocabulary)
    if slip is None:
        return None
    return _judged(shop, phrase, " ".join([*words[:at], slip, *words[at + 1 :]]))


def layout(shop: Shop, dice: Dice) -> Draft | None:
    """All of it in the keyboard's other layout; every fifth with a price, whose digits stay as they are."""
    phrase = spoken(shop, dice, foreign=shop.language == "en")
    if phrase is None:
        return None
    if not dice.one_in(5):
        return _judged(shop, phrase, in_other_layout(phrase.text, shop.language))
    bound = pick_bound(shop.by_kind[phrase.kind], dice)
    if bound is None:
        return None
    text = in_other_layout(_WITH_PRICE[shop.language].format(text=phrase.text, bound=bound), shop.language)
    return judge(shop, text, kind=phrase.kind, hard=(*phrase.hard, costs(most=bound)), soft=phrase.soft)


def transliteration(shop: Shop, dice: Dice) -> Draft | None:
    """Russian words in Latin letters; brands and series, which are Latin, as a Russian spells them by ear."""
    if shop.language == "en" or dice.one_in(4):
        return _heard(shop, dice)
    phrase = spoken(shop, dice, foreign=False)
    return None if phrase is None else _judged(shop, phrase, in_latin(phrase.text, dice.pick(SCHEMES)))


def _heard(shop: Shop, dice: Dice) -> Draft | None:
    """A brand by ear, with a series, a kind, or both. Without a kind: 3 for what has brand and series and can be had,
    2 for what lacks one of the three, in any department.
    """
    ware = dice.pick(shop.wares)
    template = dice.pick(_HEARD[shop.language])
    heard = {"brand": in_cyrillic(ware.brand.labels["en"]), "series": in_cyrillic(ware.series)}
    text = template.format(**heard, one=shop.words.nouns[ware.kind].one)
    brand, series = of_brand(ware), of_series(ware)
    if "{one}" in template:
        soft = [series] if "{series}" in template else []
        return judge(shop, text, kind=ware.kind, hard=[brand], soft=soft)
    met = {other.sku: brand(other) + series(other) + other.in_stock for other in shop.wares}
    grades = {sku: FULL if number == 3 else NEAR for sku, number in met.items() if number > 1}
    return Draft(text, grades) if FULL in grades.values() else None


def _judged(shop: Shop, phrase: Phrase, text: str) -> Draft | None:
    return judge(shop, text, kind=phrase.kind, hard=phrase.hard, soft=phrase.soft)
