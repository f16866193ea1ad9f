"""A seeded catalogue of any size: varied products with every trap of the native index at a known rate. Pure.

Product i depends on the seed and on i alone, so that a longer catalogue begins with the shorter one, and any
product can be made without those before it.
"""

import hashlib
import struct
from collections.abc import Iterator, Sequence
from typing import TypeVar

from sandbox.magento.product import (
    DEFAULT_SCOPE,
    EnrichedField,
    Locale,
    Option,
    Quirk,
    ShopModel,
    ShopProduct,
    ShopVariant,
    ean13,
)
from sandbox.magento.prose import MEDIA, WIDGET, Story, tell
from sandbox.magento.vocabulary import Kind, Vocabulary, vocabulary

T = TypeVar("T")

ONE_IN = {
    "zero price": 40,
    "no price": 50,
    "special price": 6,
    "wholesale price": 3,
    "out of stock": 9,
    "not in catalogue and search": 12,
    "custom options": 15,
    "directive": 5,
    "entities": 2,
    "simple all the same": 3,
    "dearer variants": 2,
}
"""How often a product has each oddity (1 in n) among those it can apply to."""

QUIRKS_ONE_IN: tuple[tuple[Quirk, int, bool], ...] = (
    (Quirk.NO_URL_KEY, 20, False),
    (Quirk.STRING_NUMBERS, 10, False),
    (Quirk.STRIPPED_TEXT, 8, False),
    (Quirk.SKU_LIST, 4, True),
    (Quirk.CHILD_TEXTS, 5, True),
    (Quirk.UNTRANSLATED_CHILDREN, 2, True),
)
"""Each quirk, its rate (1 in n), and whether only configurables show it."""

ENRICHED_FIELDS: frozenset[EnrichedField] = frozenset({"name", "image", "variants", "description_text", "attributes"})

_DRAWS = struct.Struct("<96H")
_ID_STRIDE = 16
"""Entity ids between two products: the first is the parent's, the rest are there for its children."""
_EAN_BASE = 460_000_000_000


class Dice:
    """Repeatable draws from one hash: the same on every machine and every version of Python."""

    __slots__ = ("_draws",)

    def __init__(self, seed: int, number: int) -> None:
        digest = hashlib.shake_128(b"%d:%d" % (seed, number)).digest(_DRAWS.size)
        self._draws: Iterator[int] = iter(_DRAWS.unpack(digest))

    def below(self, limit: int) -> int:
        """A number in [0, limit), all alike to within limit/65536."""
        try:
            return next(self._draws) * limit >> 16
        except StopIteration:
            raise ValueError("These dice hold no more draws; a product needs fewer") from None

    def one_in(self, n: int) -> bool:
        """True once in `n` draws."""
        return self.below(n) == 0

    def pick(self, values: Sequence[T]) -> T:
        """One of `values`."""
        return values[self.below(len(values))]

    def some(self, values: tuple[T, ...], most: int) -> tuple[T, ...]:
        """One to `most` different neighbours of `values`, the first following the last."""
        size = len(values)
        start, taken = self.below(size), 1 + self.below(min(most, size))
        return (
            values[start : start + taken]
            if start + taken <= size
            else (*values[start:], *values[: start + taken - size])
        )


def seeded_model() -> ShopModel:
    """The attributes and categories of every seeded catalogue."""
    return vocabulary().model


def generate_catalogue(
    count: int, *, seed: int, enriched_one_in: int | None = None, start: int = 0
) -> Iterator[ShopProduct]:
    """Yield `count` products from number `start` on, one at a time.

    enriched_one_in: every n-th product or so carries `vitrina`; None: no enriching module.
    """
    for number in range(start, start + count):
        yield seeded_product(number, seed=seed, enriched_one_in=enriched_one_in)


def seeded_product(number: int, *, seed: int, enriched_one_in: int | None = None) -> ShopProduct:
    """Product `number` (from 0) of the catalogue of `seed`."""
    words, dice = vocabulary(), Dice(seed, number)
    product_id = 1 + number * _ID_STRIDE
    kind, brand = dice.pick(words.kinds), dice.pick(words.brands)
    materials = dice.some(kind.materials, 2)
    price = _price(kind, dice)
    sku = f"{kind.prefix}-{product_id:07d}"
    variants = _variants(kind, dice, product_id, sku, price)
    series = f"{dice.pick(words.series)} {100 + dice.below(900)}"
    story = _story(words, kind, dice, title=f"{brand.labels[DEFAULT_SCOPE]} {series}", material=materials[0])
    return ShopProduct(
        id=product_id,
        sku=sku,
        categories=kind.categories,
        texts=tell(story),
        options=_options(words, kind, dice, brand, materials, variants),
        url_key=f"{brand.key}-{series.lower().replace(' ', '-')}-{kind.slug}-{product_id}",
        price=price,
        in_stock=not dice.one_in(ONE_IN["out of stock"]),
        image=f"/{kind.prefix[0].lower()}/{kind.prefix[1].lower()}/{sku.lower()}.jpg",
        ean=None if variants else ean13(_EAN_BASE + product_id),
        special_price=_special_price(dice, price, configurable=bool(variants)),
        wholesale_factor=0.85 if dice.one_in(ONE_IN["wholesale price"]) else 1.0,
        visibility=dice.pick((2, 3)) if dice.one_in(ONE_IN["not in catalogue and search"]) else 4,
        custom_options=_custom_options(dice),
        variants=variants,
        quirks=_quirks(dice, configurable=bool(variants)),
        enriched=ENRICHED_FIELDS if enriched_one_in and dice.one_in(enriched_one_in) else frozenset(),
    )


def _price(kind: Kind, dice: Dice) -> float | None:
    lowest, highest = kind.price
    price = lowest + dice.below(highest - lowest) + dice.pick((0.0, 0.5, 0.9, 0.99))
    if dice.one_in(ONE_IN["no price"]):
        return None
    return 0.0 if dice.one_in(ONE_IN["zero price"]) else price


def _special_price(dice: Dice, price: float | None, *, configurable: bool) -> float | None:
    reduced = dice.one_in(ONE_IN["special price"])
    return round(price * 0.8, 2) if reduced and price and not configurable else None


def _variants(kind: Kind, dice: Dice, product_id: int, sku: str, price: float | None) -> tuple[ShopVariant, ...]:
    if not kind.axes or dice.one_in(ONE_IN["simple all the same"]):
        return ()
    combinations: list[dict[str, Option]] = [{}]
    for axis, values in kind.axes:
        chosen = dice.some(values, 3)
        combinations = [{**before, axis: option} for before in combinations for option in chosen]
    dearer = dice.one_in(ONE_IN["dearer variants"])
    return tuple(
        [
            ShopVariant(
                id=product_id + nth,
                sku="-".join([sku, *[option.key.upper() for option in options.values()]]),
                options=options,
                price=price + 5 * nth if price and dearer else None,
                in_stock=not dice.one_in(4),
                ean=ean13(_EAN_BASE + product_id + nth),
            )
            for nth, options in enumerate(combinations, start=1)
        ]
    )


def _options(
    words: Vocabulary,
    kind: Kind,
    dice: Dice,
    brand: Option,
    materials: tuple[Option, ...],
    variants: Sequence[ShopVariant],
) -> dict[str, tuple[Option, ...]]:
    options = {"manufacturer": (brand,), "material": materials, "activity": dice.some(kind.activities, 2)}
    if kind.genders:
        options["gender"] = (dice.pick(kind.genders),)
        options["season"] = dice.some(words.seasons, 3)
    if not (variants and "color" in variants[0].options):
        options["color"] = (dice.pick(words.colors),)
    return options


def _quirks(dice: Dice, *, configurable: bool) -> frozenset[Quirk]:
    return frozenset(
        [quirk for quirk, n, composite in QUIRKS_ONE_IN if (configurable or not composite) and dice.one_in(n)]
    )


def _custom_options(dice: Dice) -> dict[Locale, tuple[str, ...]]:
    if not dice.one_in(ONE_IN["custom options"]):
        return {}
    return {"en": ("Gift wrapping", "Engraving"), "ru": ("Подарочная упаковка", "Гравировка")}


def _story(words: Vocabulary, kind: Kind, dice: Dice, *, title: str, material: Option) -> Story:
    marked, directed = dice.one_in(ONE_IN["entities"]), dice.one_in(ONE_IN["directive"])
    return Story(
        kind=kind,
        title=title,
        adjective=dice.pick(words.adjectives),
        material=material,
        features=dice.some(words.features, 3),
        use=dice.pick(words.uses),
        mark="&trade;" if marked else "",
        directive=dice.pick((WIDGET, MEDIA)).format(n=1 + dice.below(90)) if directed else "",
        litres=kind.litres[0] + dice.below(kind.litres[1] - kind.litres[0]) if kind.litres else 0,
        grams=50 * (1 + dice.below(60)),
    )
