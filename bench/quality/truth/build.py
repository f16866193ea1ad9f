"""A truth set put together: every class in its number, every text once, the same every time. Pure."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from bench.quality.truth import codes, conditions, mistyped, naming, quantities
from bench.quality.truth.query import KINDS, Draft, Kind, Truth, TruthQuery
from bench.quality.truth.shop import VIEWS, Shop, open_shop
from sandbox.magento.catalogue import Dice
from sandbox.magento.product import Locale

_MAKERS: Final[Mapping[Kind, Callable[[Shop, Dice], Draft | None]]] = {
    "identifier": codes.identifier,
    "variant": codes.variant,
    "nonexistent": codes.nonexistent,
    "keyword": naming.keyword,
    "paraphrase": naming.paraphrase,
    "morphology": naming.morphology,
    "typo": mistyped.typo,
    "layout": mistyped.layout,
    "transliteration": mistyped.transliteration,
    "attribute": conditions.attribute,
    "price": conditions.price,
    "superlative": quantities.superlative,
    "count": quantities.count,
    "comparison": quantities.comparison,
    "negation": conditions.negation,
    "out-of-stock": quantities.out_of_stock,
    "impossible": conditions.impossible,
}
"""Each makes one question from a throw of dice, or none where the throw is of no use."""

_THROWS: Final = 100
"""For each question wanted."""
_BEYOND_PRODUCTS: Final = 1_000_000_000
"""Where the numbers of throws begin: those below make products."""


def build_truth(language: Locale, *, products: int = 3000, per_class: int = 40, seed: int = 5) -> Truth:
    """The seeded catalogue of `products` products in `language`, and `per_class` questions of each class about it.

    Raises ValueError when a class cannot be filled from so few products.
    """
    shop = open_shop(language, products=products, seed=seed)
    queries: list[TruthQuery] = []
    taken: set[str] = set()
    for kind in KINDS:
        queries += _class(shop, kind, per_class=per_class, seed=seed, taken=taken)
    return Truth(
        view=VIEWS[language],
        model=shop.model,
        products=tuple(ware.product for ware in shop.wares),
        queries=tuple(queries),
    )


def _class(shop: Shop, kind: Kind, *, per_class: int, seed: int, taken: set[str]) -> Iterator[TruthQuery]:
    """Questions of one class whose texts are not taken yet."""
    made = 0
    for dice in _throws(kind, seed=seed, throws=per_class * _THROWS):
        draft = _MAKERS[kind](shop, dice) if made < per_class else None
        if draft is None or draft.text.lower() in taken:
            continue
        taken.add(draft.text.lower())
        made += 1
        yield TruthQuery.of(draft, kind=kind, language=shop.language, number=made)
    if made < per_class:
        raise ValueError(
            f"{len(shop.wares)} products give {made} different questions of class {kind!r}, not {per_class}: "
            "ask for fewer questions, or of more products"
        )


def _throws(kind: Kind, *, seed: int, throws: int) -> Iterator[Dice]:
    start = _BEYOND_PRODUCTS * (1 + KINDS.index(kind))
    return (Dice(seed, start + number) for number in range(throws))
