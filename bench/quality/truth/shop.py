"""The catalogue that is asked about, and what is true of its products. Pure.

It is the seeded catalogue with two changes: every product has a part number, as spare parts and electronics do, and a
Russian shop has prices in roubles, so that questions name sums that people type. All of its products can be asked for:
Magento hides some of them from its own search or its categories, but the indexer takes whatever is visible at all.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from bench.quality.truth.lexicon import Lexicon, lexicon
from bench.quality.truth.query import FULL, NEAR, SAME_DEPARTMENT, Draft
from sandbox.magento.catalogue import generate_catalogue, seeded_model
from sandbox.magento.product import (
    ENGLISH,
    RUSSIAN,
    Attribute,
    Locale,
    Option,
    ShopModel,
    ShopProduct,
    StoreView,
    is_salable,
    merged_options,
    variant_prices,
)
from sandbox.magento.vocabulary import Adjective, vocabulary

PART_NUMBER: Final = Attribute(code="mpn", labels={"en": "Part number", "ru": "Номер детали"})

AXES: Final = frozenset({"color", "size"})
"""Attributes that a product's variants differ in: it comes in each of several values."""

_WORD: Final = re.compile(r"[^\W_]+")
_PRIME: Final = 999_983
_FACTOR: Final = 7_919

VIEWS: Final[Mapping[Locale, StoreView]] = {"en": ENGLISH, "ru": replace(RUSSIAN, price_factor=1.0, price_step=0.01)}
"""Prices are in the store's currency already."""


@dataclass(frozen=True, slots=True)
class Ware:
    """A product and what questions ask of it.

    kind, department: keys of its categories. price: the one a shop shows, the lowest that any of it can be bought for;
    None is on request. values: attribute code -> keys of all its options, those of the variants included.
    """

    product: ShopProduct
    sku: str
    kind: str
    department: str
    brand: Option
    series: str
    number: str
    adjective: Adjective
    price: float | None
    in_stock: bool
    values: Mapping[str, frozenset[str]]

    @property
    def title(self) -> str:
        """Brand, series and number."""
        return f"{self.brand.labels['en']} {self.series} {self.number}"


Test = Callable[[Ware], bool]


@dataclass(frozen=True, slots=True)
class Shop:
    """Everything a question can be made from, and judged by. vocabulary: words of names in lower case."""

    language: Locale
    model: ShopModel
    words: Lexicon
    wares: tuple[Ware, ...]
    by_kind: Mapping[str, tuple[Ware, ...]]
    by_department: Mapping[str, tuple[Ware, ...]]
    vocabulary: frozenset[str]

    def option(self, code: str, key: str) -> Option:
        """An option of one of the shop's attributes."""
        (attribute,) = [one for one in self.model.attributes if one.code == code]
        (found,) = [option for option in attribute.options if option.key == key]
        return found


def open_shop(language: Locale, *, products: int, seed: int) -> Shop:
    """The seeded catalogue of `products` products as a shop of `language`."""
    model = seeded_model()
    wares = tuple(_ware(_own(product, language)) for product in generate_catalogue(products, seed=seed))
    return Shop(
        language=language,
        model=replace(model, attributes=(*model.attributes, PART_NUMBER)),
        words=lexicon(language),
        wares=wares,
        by_kind=_grouped(wares, lambda ware: ware.kind),
        by_department=_grouped(wares, lambda ware: ware.department),
        vocabulary=frozenset(words_of(" ".join(ware.product.texts[language].name for ware in wares))),
    )


def _grouped(wares: Iterable[Ware], key: Callable[[Ware], str]) -> dict[str, tuple[Ware, ...]]:
    found: defaultdict[str, list[Ware]] = defaultdict(list)
    for ware in wares:
        found[key(ware)].append(ware)
    return {name: tuple(group) for name, group in found.items()}


def part_number(brand: str, number: int) -> str:
    """The part number of product `number`, as makers write them: `KE-047513/R`. Unique below _PRIME products."""
    scattered = number * _FACTOR % _PRIME
    return f"{brand[:2].upper()}-{scattered:06d}/{'ABEKMR'[number % 6]}"


def _own(product: ShopProduct, language: Locale) -> ShopProduct:
    brand = product.options["manufacturer"][0].labels["en"]
    code = part_number(brand, product.id)
    texts = {
        locale: replace(text, free={**text.free, PART_NUMBER.code: code}) for locale, text in product.texts.items()
    }
    numbered = replace(product, texts=texts)
    return _in_roubles(numbered) if language == "ru" else numbered


def _in_roubles(product: ShopProduct) -> ShopProduct:
    return replace(
        product,
        price=_roubles(product.price),
        special_price=_roubles(product.special_price),
        variants=tuple(replace(variant, price=_roubles(variant.price)) for variant in product.variants),
    )


def _roubles(price: float | None) -> float | None:
    if price is None:
        return None
    return round(price * RUSSIAN.price_factor / RUSSIAN.price_step) * RUSSIAN.price_step


def _ware(product: ShopProduct) -> Ware:
    department, kind = product.categories
    brand = product.options["manufacturer"][0]
    series, number, adjective = product.texts["en"].name.removeprefix(f"{brand.labels['en']} ").split()[:3]
    return Ware(
        product=product,
        sku=product.sku,
        kind=kind.key,
        department=department.key,
        brand=brand,
        series=series,
        number=number,
        adjective=next(one for one in vocabulary().adjectives if one.en == adjective),
        price=min(variant_prices(product), default=0.0) or None,
        in_stock=is_salable(product),
        values={code: frozenset(option.key for option in options) for code, options in merged_options(product).items()},
    )


def words_of(text: str) -> list[str]:
    """Words and numbers of `text` in lower case."""
    return _WORD.findall(text.lower())


def has(code: str, *keys: str) -> Test:
    """Whether a product has, or comes in, one of these values."""
    wanted = frozenset(keys)
    return lambda ware: not wanted.isdisjoint(ware.values.get(code, frozenset()))


def free_of(code: str, key: str) -> Test:
    """Whether a product can be had without a value: on an axis another one is enough, elsewhere the value itself
    excludes."""
    if code in AXES:
        return lambda ware: bool(ware.values.get(code, frozenset()) - {key})
    return lambda ware: key not in ware.values.get(code, frozenset())


def called(adjective: Adjective) -> Test:
    """Whether a product's name has this adjective."""
    return lambda ware: ware.adjective == adjective


def judge(shop: Shop, text: str, *, kind: str, hard: Iterable[Test] = (), soft: Iterable[Test] = ()) -> Draft | None:
    """The question `text` for products of `kind`, graded; None if nothing would be found in full.

    3: the kind, every hard and every soft condition. 2: the kind, every hard condition, all soft ones but one. 1: the
    rest of the department. That a product can be bought is a soft condition of every question. Where there are hard
    ones an answer may hold nothing but what meets them.
    """
    hard, soft = tuple(hard), (*soft, _can_be_bought)
    grades: dict[str, int] = {}
    fitting: list[str] = []
    for ware in shop.by_department[shop.by_kind[kind][0].department]:
        grades[ware.sku] = SAME_DEPARTMENT
        if ware.kind == kind and all(test(ware) for test in hard):
            fitting.append(ware.sku)
            missed = sum(not test(ware) for test in soft)
            grades[ware.sku] = (FULL, NEAR)[missed] if missed < 2 else SAME_DEPARTMENT
    if FULL not in grades.values():
        return None
    return Draft(text=text, grades=grades, fitting=frozenset(fitting) if hard else None)


def _can_be_bought(ware: Ware) -> bool:
    return ware.in_stock
