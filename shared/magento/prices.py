"""Prices as the store shows them. Pure, and exact: decimals until the last step.

A native price is in the website's base currency, before rate and tax: shown = price x factor, rounded half up to a
multiple of the step. A price in `vitrina` that names the store view's currency is a shown one already.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final, Literal, NamedTuple, Protocol

from babel.numbers import get_currency_precision

from shared.magento.enrichment import Enrichment
from shared.money import amount_text
from shared.stores import StoreView

_WORDS: Final[Mapping[Literal["from", "on_request", "free"], tuple[str, str]]] = {
    "from": ("from", "от"),
    "on_request": ("Price on request", "Цена по запросу"),
    "free": ("Free", "Бесплатно"),
}
"""English, for any language we do not speak, and Russian."""

MAX_SHOWN: Final = Decimal(10) ** 12
"""Nothing costs as much in any currency; a greater number is a mistake, here one of the factor."""


class Priced(Protocol):
    """A product as far as its price goes: of the wanted customer group and website, None where there is no usable one,
    and what `vitrina` says.
    """

    @property
    def price(self) -> Decimal | None: ...
    @property
    def price_max(self) -> Decimal | None: ...
    @property
    def enriched(self) -> Enrichment: ...


class ShownPrice(NamedTuple):
    """What a product costs: from, to (None for both: on request), how the store writes it, what was wrong.

    variants: shown price by SKU.
    """

    lowest: Decimal | None
    highest: Decimal | None
    text: str
    variants: dict[str, Decimal]
    warnings: tuple[str, ...] = ()


def shown_price(record: Priced, store: StoreView) -> ShownPrice:
    """The price of `record` in `store`.

    `vitrina.price` wins over everything. Else the range spans the prices of the variants, together with the native
    price unless every variant has its own; where there is none of these, `vitrina.regular_price` counts.
    """
    enriched, mismatched = _trusted(record.enriched, store)
    native = _native_price(record.price, store)
    if not enriched.variants and enriched.price is None and enriched.regular_price is None:
        return _shown([native], [_native_price(record.price_max, store)], store, {}, mismatched=mismatched)
    variants = {
        variant.sku: price
        for variant in enriched.variants
        if (price := _enriched_price(variant.price, enriched, store)) is not None
    }
    own = _enriched_price(enriched.price, enriched, store)
    own_range = _range(record, enriched, native=native, variants=variants)
    regular = _enriched_price(enriched.regular_price, enriched, store)
    candidates = [own] if own is not None else own_range or [regular]
    ceilings = [_native_price(record.price_max, store) if own is None else None, *variants.values()]
    return _shown(candidates, ceilings, store, variants, mismatched=mismatched)


def _shown(
    candidates: Sequence[Decimal | None],
    ceilings: Sequence[Decimal | None],
    store: StoreView,
    variants: dict[str, Decimal],
    *,
    mismatched: bool,
) -> ShownPrice:
    """The range of `candidates`, up to the highest of `ceilings` if there is any price at all."""
    known = [price for price in candidates if price is not None]
    lowest = min(known, default=None)
    highest = None if lowest is None else max(known + [price for price in ceilings if price is not None])
    warnings = (*(("currency_mismatch",) if mismatched else ()), *(("no_price",) if lowest is None else ()))
    return ShownPrice(lowest, highest, price_text(lowest, highest, store), variants, warnings)


def _trusted(enriched: Enrichment, store: StoreView) -> tuple[Enrichment, bool]:
    """`enriched`, or nothing of it when its prices are in another currency than the store view's: a number in the
    wrong currency is a false price."""
    mismatched = enriched.currency is not None and enriched.currency.upper() != store.currency
    return (Enrichment(), True) if mismatched else (enriched, False)


def _range(
    record: Priced, enriched: Enrichment, *, native: Decimal | None, variants: dict[str, Decimal]
) -> list[Decimal | None]:
    every_variant = bool(enriched.variants) and all(variant.price is not None for variant in enriched.variants)
    return [*variants.values(), *([] if native is None or (every_variant and variants) else [native])]


def _native_price(price: Decimal | None, store: StoreView) -> Decimal | None:
    if price is None or price == 0:
        return _zero(price, store)
    return convert(price, factor=store.price_factor, step=_step(store.price_round, store.currency))


def _enriched_price(price: Decimal | None, enriched: Enrichment, store: StoreView) -> Decimal | None:
    if enriched.currency is None or price is None or price == 0:
        return _native_price(price, store)
    return convert(price, factor=1.0, step=_step(None, store.currency))


def _zero(price: Decimal | None, store: StoreView) -> Decimal | None:
    return price if price is not None and store.zero_price == "free" else None


@lru_cache(maxsize=8192)  # A catalogue has far fewer prices than products.
def convert(price: Decimal, *, factor: float, step: Decimal) -> Decimal | None:
    """`price` x `factor`, rounded half up to a multiple of `step`.

    None where nothing sensible is left: above MAX_SHOWN, or a positive price that rounds to nothing and must not
    become a gift.
    """
    amount = price * Decimal(repr(factor))
    if not 0 < amount < MAX_SHOWN:
        return None
    shown = (amount / step).to_integral_value(rounding=ROUND_HALF_UP) * step
    return shown or None


@lru_cache(maxsize=64)
def _step(price_round: float | None, currency: str) -> Decimal:
    if price_round is not None:
        return Decimal(repr(price_round))
    return Decimal(1).scaleb(-get_currency_precision(currency))


def price_text(lowest: Decimal | None, highest: Decimal | None, store: StoreView) -> str:
    """The price in words: `$52.00`, `от 4 810 ₽ с НДС`, `Price on request`."""
    if lowest is None:
        return _word("on_request", store)
    if highest is not None and highest > lowest:
        text = f"{_word('from', store)} {amount_text(lowest, store)}"
    else:
        text = amount_text(lowest, store) if lowest else _word("free", store)
    return f"{text} {store.price_note.strip()}" if store.price_note and highest else text


def _word(name: Literal["from", "on_request", "free"], store: StoreView) -> str:
    english, russian = _WORDS[name]
    return russian if store.language == "ru" else english
