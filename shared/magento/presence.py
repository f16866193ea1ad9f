"""Whether a product is there: whether a shopper may see it, and whether it can be bought. Pure."""

from typing import Final, Literal

from shared.magento.enrichment import Enrichment

Hidden = Literal["disabled", "not_visible"]

_DISABLED: Final = 2
_NOT_VISIBLE: Final = 1


def hidden_as(*, status: int | None, visibility: int | None) -> Hidden | None:
    """Why a product is not to be shown by itself, None where it may be. status, visibility: Magento's numbers."""
    if status == _DISABLED:
        return "disabled"
    return "not_visible" if visibility == _NOT_VISIBLE else None


def can_be_bought(in_stock: bool | None, enriched: Enrichment) -> bool:
    """Whether a product can be bought. What nobody calls out of stock can: Magento leaves the others out.

    in_stock: as the native index says, None where it does not.
    """
    if enriched.in_stock is not None:
        return enriched.in_stock
    variants = enriched.variants
    all_gone = bool(variants) and all(variant.in_stock is False for variant in variants)
    return in_stock is not False and not all_gone
