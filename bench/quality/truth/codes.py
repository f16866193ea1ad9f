"""Questions that are a code: one product's own, one variant's, or nobody's. Pure.

Only the product that has the code is graded, 3: a neighbour is no answer to a code.
"""

from collections.abc import Callable, Mapping
from typing import Final

from bench.quality.truth.query import FULL, Draft
from bench.quality.truth.shop import PART_NUMBER, Shop, Ware, part_number
from sandbox.magento.catalogue import Dice
from sandbox.magento.product import Locale, Quirk, barcodes, ean13
from sandbox.magento.vocabulary import vocabulary

_CODE_TEMPLATES: Final[Mapping[Locale, tuple[str, ...]]] = {
    "en": ("{code}", "{code}", "{code}", "sku {code}", "do you have {code}", "{code} price", "looking for {code}"),
    "ru": ("{code}", "{code}", "{code}", "артикул {code}", "есть {code}?", "{code} цена", "ищу {code}"),
}
_EAN_TEMPLATES: Final[Mapping[Locale, tuple[str, ...]]] = {
    "en": ("{code}", "{code}", "ean {code}", "barcode {code}"),
    "ru": ("{code}", "{code}", "штрихкод {code}", "ean {code}"),
}

_SEPARATORS: Final = "-/"
_OTHER_SEPARATORS: Final = (" ", "_", ".", "/", "–", " - ")
_EAN_GROUPS: Final = ((1, 7), (3, 7, 10), (4, 8, 12), (1, 4, 7, 10))
"""Where people put spaces into thirteen digits: as printed under the bars, or by threes and fours."""

_FREE: Final = 11
"""So far behind a product's number, and up to the fifteenth, numbers are free: products stand sixteen apart, and their
variants take nine at most."""


def identifier(shop: Shop, dice: Dice) -> Draft | None:
    """A SKU, part number or EAN: as written, without case, without separators, or with others. Full: its product."""
    ware = dice.pick(shop.wares)
    codes = (ware.sku, ware.product.texts["en"].free[PART_NUMBER.code], dice.pick(barcodes(ware.product)))
    text = _asked(dice.pick(codes), shop, dice)
    return Draft(text, {ware.sku: FULL}, frozenset({ware.sku}))


def variant(shop: Shop, dice: Dice) -> Draft | None:
    """The SKU of a variant, where the native index knows it at all. Full: its product; the variant must be named."""
    ware = dice.pick(shop.wares)
    if Quirk.SKU_LIST not in ware.product.quirks or not ware.product.variants:
        return None
    sku = dice.pick(ware.product.variants).sku
    return Draft(_asked(sku, shop, dice), {ware.sku: FULL}, frozenset({ware.sku}), variant=sku)


def nonexistent(shop: Shop, dice: Dice) -> Draft | None:
    """A code of the same shape that no product has, next to one that exists. Nothing is graded."""
    ware = dice.pick(shop.wares)
    number = ware.product.id + _FREE + dice.below(4)
    text = _asked(dice.pick(_MADE_UP)(ware, number, dice), shop, dice)
    return Draft(text, {}, frozenset(), expects="nothing")


def _made_up_sku(ware: Ware, number: int, _: Dice) -> str:
    return f"{ware.sku.split('-')[0]}-{number:07d}"


def _made_up_part(ware: Ware, number: int, _: Dice) -> str:
    return part_number(ware.brand.labels["en"], number)


def _made_up_ean(ware: Ware, number: int, _: Dice) -> str:
    first = int(barcodes(ware.product)[0][:-1])
    own = first - ware.product.id - (1 if ware.product.variants else 0)
    return ean13(own + number)


def _made_up_variant(ware: Ware, number: int, dice: Dice) -> str:
    words = vocabulary()
    return f"{_made_up_sku(ware, number, dice)}-{dice.pick(words.colors).key.upper()}-{dice.pick('SML')}"


_MADE_UP: Final[tuple[Callable[[Ware, int, Dice], str], ...]] = (
    _made_up_sku,
    _made_up_part,
    _made_up_ean,
    _made_up_variant,
)


def _asked(code: str, shop: Shop, dice: Dice) -> str:
    templates = (_EAN_TEMPLATES if code.isdigit() else _CODE_TEMPLATES)[shop.language]
    written = _grouped(code, dice) if code.isdigit() else _rewritten(code, dice)
    return dice.pick(templates).format(code=written)


def _rewritten(code: str, dice: Dice) -> str:
    """`code` as written, in lower case, without separators, or with other ones."""
    other = dice.pick(_OTHER_SEPARATORS)
    spellings = (
        code,
        code.lower(),
        _separated(code, ""),
        _separated(code, "").lower(),
        _separated(code, other),
        _separated(code, other).lower(),
    )
    return dice.pick(spellings)


def _separated(code: str, separator: str) -> str:
    return "".join(separator if letter in _SEPARATORS else letter for letter in code)


def _grouped(code: str, dice: Dice) -> str:
    """Digits as they are, or in groups."""
    if dice.one_in(2):
        return code
    ends = (*dice.pick(_EAN_GROUPS), len(code))
    return dice.pick(" -").join(code[start:end] for start, end in zip((0, *ends), ends, strict=False))
