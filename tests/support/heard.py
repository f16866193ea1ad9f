"""Answers as other hands write them than those that wrote the guard: true ones, and the same with untruths planted."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from support.guarded_shop import ENGLISH, RUSSIAN, a_product, guarded, variant

from runtime.retrieval.facts import Facts
from shared.catalog import CatalogAttribute, CatalogDocument
from shared.stores import StoreView

_FOLDER: Final = Path(__file__).parent / "heard_answers"
_LINE = re.compile(r"(?P<kind>\w+): (?P<text>.*?)(?: \?\? (?P<asked>.*))?")
_SPAN = re.compile(r"\{(.*?)\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class HeardShop:
    """What the answers of one language are about."""

    store: StoreView
    products: Sequence[CatalogDocument]
    facts: Facts


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer. pieces: what stays and what is planted in turns, a piece that stays first; right: what is true in
    each place of what is planted; empty when nothing is.
    """

    shop: HeardShop
    kind: str
    pieces: tuple[str, ...]
    right: tuple[str, ...] = ()
    asked: str = ""

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.pieces)

    @property
    def planted(self) -> tuple[str, ...]:
        """What stands in each place of `right`."""
        return self.pieces[1::2]

    def through(self, pieces: Sequence[str] | None = None) -> tuple[str, int]:
        """What goes out of it, cut into `pieces`, and how many corrections."""
        shop, said = self.shop, self.text if pieces is None else pieces
        return guarded(said, products=shop.products, store=shop.store, asked=self.asked, facts=shop.facts)


def heard(language: str) -> Iterator[Heard]:
    """The true and the false answers in `language`, a true one first and its false ones behind it."""
    shop = SHOPS[language]
    for line in (_FOLDER / f"{language}.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        assert found is not None, line
        yield from _versions(shop, found["kind"], found["text"].replace("\\n", "\n"), found["asked"] or "")


def _versions(shop: HeardShop, kind: str, text: str, asked: str) -> Iterator[Heard]:
    parts = _SPAN.split(text)
    choices = [part.split("=>") for part in parts[1::2]]
    right = tuple(choice[0] for choice in choices)
    if told := _filled(parts, right):
        yield Heard(shop, "true", (told,), (), asked)
    for number in range(1, max(map(len, choices), default=1)):
        yield Heard(
            shop, kind, _pieces(parts, [choice[min(number, len(choice) - 1)] for choice in choices]), right, asked
        )


def _pieces(parts: Sequence[str], filling: Sequence[str]) -> tuple[str, ...]:
    return tuple(filling[place // 2] if place % 2 else part for place, part in enumerate(parts))


def _filled(parts: Sequence[str], filling: Sequence[str]) -> str:
    return "".join(_pieces(parts, filling))


JOUST: Final = a_product(
    "1", "Joust Duffle Bag", "24-MB01", 34.0, "$34.00", ENGLISH, url="https://shop.test/joust-duffle-bag.html",
    attributes={"material": CatalogAttribute(label="Material", values=("80% cotton", "20% polyester"))},
)  # fmt: skip
STRIVE: Final = a_product(
    "2", "Strive Shoulder Pack", "24-MB04", 32.0, "$32.00", ENGLISH, url="https://shop.test/strive-shoulder-pack.html"
)
MONTANA: Final = a_product(
    "3", "Montana Wind Jacket", "MJ03", 49.0, "$49.00", ENGLISH, in_stock=False,
    variants=(variant("MJ03-M", "Black", "M", in_stock=False), variant("MJ03-L", "Black", "L", in_stock=False)),
)  # fmt: skip
ORION: Final = a_product(
    "4", "Orion Two-Tone Fitted Jacket", "MJ08", 72.0, "from $72.00 to $84.00", ENGLISH, price_to=84.0,
    variants=(
        variant("MJ08-S-Teal", "Midnight Teal", "S", price=72.0),
        variant("MJ08-M-Teal", "Midnight Teal", "M", price=72.0),
        variant("MJ08-L-Teal", "Midnight Teal", "L", in_stock=False, price=84.0),
        variant("MJ08-M-Rust", "Rust", "M", price=79.0),
    ),
)  # fmt: skip
TRAIL: Final = a_product(
    "5", "Trail Runner 450 GTX", "TR-450", 129.95, "$129.95", ENGLISH,
    variants=(
        variant("TR-450-8", "Lime Punch", "8", price=129.95),
        variant("TR-450-9", "Lime Punch", "9", in_stock=False, price=129.95),
        variant("TR-450-10", "Lime Punch", "10", price=129.95),
        variant("TR-450-B9", "Black", "9", price=129.95),
        variant("TR-450-B10", "Black", "10", price=129.95),
    ),
)  # fmt: skip
SPRITE: Final = a_product(
    "6", "Sprite Yoga Companion Kit", "24-WG080", 61.0, "from $61.00 to $77.00", ENGLISH, price_to=77.0
)
AQUA: Final = a_product("7", "AquaFlow 750 ml Bottle", "AF-750", 18.5, "$18.50", ENGLISH)
SUMMIT: Final = a_product("8", "Summit Pro Treadmill", "SPT-9000", 1299.0, "$1,299.00", ENGLISH)
CANOE: Final = a_product("9", "Heron Canoe", "HC-1", 0.0, "price on request", ENGLISH, price_from=None, price_to=None)

TROPA: Final = a_product(
    "1", "Рюкзак Тропа 28", "RK-28", 4990.0, "4 990 ₽", RUSSIAN, url="https://shop.test/ru/ryukzak-tropa-28.html",
    attributes={"material": CatalogAttribute(label="Состав", values=("80% полиэстер", "20% нейлон"))},
)  # fmt: skip
SEVER: Final = a_product(
    "2", "Куртка Север", "KS-10", 12990.0, "12 990 ₽", RUSSIAN, in_stock=False,
    variants=(variant("KS-10-46", "Чёрный", "46", in_stock=False), variant("KS-10-48", "Чёрный", "48", in_stock=False)),
)  # fmt: skip
GRANIT: Final = a_product(
    "3", "Ботинки Гранит GTX", "BG-77", 8490.0, "от 8 490 до 9 290 ₽", RUSSIAN, price_to=9290.0,
    variants=(
        variant("BG-77-42", "Графит", "42", price=8490.0),
        variant("BG-77-43", "Графит", "43", in_stock=False, price=8490.0),
        variant("BG-77-44", "Графит", "44", price=8990.0),
        variant("BG-77-44H", "Хаки", "44", price=9290.0),
    ),
)  # fmt: skip
POLUS: Final = a_product("4", "Термокружка Полюс 450 мл", "TP-450", 1290.0, "1 290 ₽", RUSSIAN)
LOTOS: Final = a_product("5", "Коврик для йоги Лотос", "YL-06", 1290.0, "1 290 ₽", RUSSIAN)
BAIKAL: Final = a_product(
    "6", "Палатка Байкал 3", "PB-3", 24500.0, "24 500 ₽", RUSSIAN, url="https://shop.test/ru/palatka-baikal-3.html"
)
BRIZ: Final = a_product("7", "Носки Бриз", "NB-3", 549.0, "549 ₽", RUSSIAN)
VOLNA: Final = a_product("8", "Лодка Волна", "LV-1", 0.0, "цена по запросу", RUSSIAN, price_from=None, price_to=None)

SHOPS: Final = {
    "english": HeardShop(
        ENGLISH,
        (JOUST, STRIVE, MONTANA, ORION, TRAIL, SPRITE, AQUA, SUMMIT, CANOE),
        Facts(count=23, in_stock=19, on_request=1, price_min=7.0, price_max=1299.0),
    ),
    "russian": HeardShop(
        RUSSIAN,
        (TROPA, SEVER, GRANIT, POLUS, LOTOS, BAIKAL, BRIZ, VOLNA),
        Facts(count=23, in_stock=19, on_request=1, price_min=290.0, price_max=24500.0),
    ),
}


@cache
def true_heard() -> tuple[Heard, ...]:
    """All true answers of both languages."""
    return tuple(one for language in SHOPS for one in heard(language) if not one.right)


@cache
def false_heard() -> tuple[Heard, ...]:
    """All false answers of both languages."""
    return tuple(one for language in SHOPS for one in heard(language) if one.right)
