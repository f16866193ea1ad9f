"""Two shops, one in each language, whose answers the truth guard is tried on, and how to pass a text through it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from support.chat import AS_OF, a_hit

from runtime.chat.events import ChatEvent, Delta, Finish, Started
from runtime.chat.guard import TruthGuard
from runtime.chat.question import ChatQuestion, Turn
from runtime.retrieval.facts import Facts
from shared.catalog import CatalogAttribute, CatalogDocument, CatalogVariant
from shared.stores import StoreView

ENGLISH: Final = StoreView(
    code="default",
    name="Lumen Sport",
    base_url="https://shop.test/",
    locale="en_US",
    links={"delivery": "https://shop.test/delivery", "returns": "https://shop.test/returns"},
)
RUSSIAN: Final = StoreView(
    code="ru",
    name="Люмен Спорт",
    base_url="https://shop.test/ru/",
    locale="ru_RU",
    currency="RUB",
    links={"delivery": "https://shop.test/ru/delivery"},
)


def a_product(
    id: str, name: str, sku: str, price: float, text: str, store: StoreView, **changes: Any
) -> CatalogDocument:
    slug = sku.lower()
    document = CatalogDocument(
        id=id,
        sku=sku,
        name=name,
        text=name,
        currency=store.currency,
        price_text=text,
        price_from=price,
        price_to=price,
        url=f"{store.base_url}{slug}.html",
    )
    return replace(document, **changes)


def variant(sku: str, color: str, size: str, *, in_stock: bool = True, price: float | None = None) -> CatalogVariant:
    return CatalogVariant(sku=sku, options={"color": color, "size": size}, price=price, in_stock=in_stock)


JOUST: Final = a_product(
    "1", "Joust Duffle Bag", "24-MB01", 34.0, "$34.00", ENGLISH,
    attributes={"material": CatalogAttribute(label="Material", values=("80% cotton",))},
)  # fmt: skip
MONTANA: Final = a_product(
    "2", "Montana Wind Jacket", "MJ03", 77.0, "$77.00", ENGLISH, in_stock=False,
    variants=(
        variant("MJ03-M-Black", "Black", "M", in_stock=False),
        variant("MJ03-L-Black", "Black", "L", in_stock=False),
    ),
)  # fmt: skip
TRAIL: Final = a_product(
    "3", "Trail 28", "TR-28", 1299.0, "from $1,299.00", ENGLISH, price_to=1499.0,
    variants=(
        variant("TR-28-S-Red", "Red", "S", price=1299.0),
        variant("TR-28-M-Red", "Red", "M", in_stock=False, price=1399.0),
        variant("TR-28-L-Blue", "Blue", "L", price=1499.0),
    ),
)  # fmt: skip
BAGS: Final = (JOUST, MONTANA, TRAIL)

RUCKSACK: Final = a_product("1", "Рюкзак Тропа 28", "RK-28", 4990.0, "4 990 ₽", RUSSIAN)
COAT: Final = a_product(
    "2", "Куртка Север", "KS-10", 12990.0, "12 990 ₽", RUSSIAN, in_stock=False,
    variants=(variant("KS-10-42", "Чёрный", "42", in_stock=False), variant("KS-10-44", "Чёрный", "44", in_stock=False)),
)  # fmt: skip
BOOTS: Final = a_product(
    "3", "Ботинки Гранит", "BG-77", 1299.0, "от 1 299 ₽", RUSSIAN, price_to=1599.0,
    variants=(
        variant("BG-77-42", "Чёрный", "42", price=1299.0),
        variant("BG-77-43", "Чёрный", "43", in_stock=False, price=1399.0),
        variant("BG-77-44", "Серый", "44", price=1599.0),
    ),
)  # fmt: skip
THINGS: Final = (RUCKSACK, COAT, BOOTS)

FACTS_EN: Final = Facts(count=14, in_stock=9, price_min=12.0, price_max=1899.0)
FACTS_RU: Final = Facts(count=14, in_stock=9, price_min=990.0, price_max=18900.0)


def guarded(
    text: str | Sequence[str],
    *,
    products: Sequence[CatalogDocument],
    store: StoreView,
    asked: str = "",
    earlier: Iterable[str] = (),
    facts: Facts | None = None,
) -> tuple[str, int]:
    """What of `text` (whole, or in pieces) goes out, and how many corrections the finish tells."""
    pieces = [text] if isinstance(text, str) else list(text)
    history = tuple(Turn("user", turn) for turn in earlier)
    guard = TruthGuard(ChatQuestion(store=store, text=asked or "?", history=history))
    opening = Started(store=store.code, as_of=AS_OF, hits=tuple(map(a_hit, products)), facts=facts)
    events: list[ChatEvent] = [opening, *(Delta(piece) for piece in pieces if piece), Finish("stop")]
    out = [checked for event in events for checked in guard.feed(event)]
    assert isinstance(out[0], Started)
    finish = out[-1]
    assert isinstance(finish, Finish)
    assert all(event.text for event in out if isinstance(event, Delta))
    return "".join(event.text for event in out if isinstance(event, Delta)), finish.corrections
