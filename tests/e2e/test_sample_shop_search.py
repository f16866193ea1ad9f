"""What the Action API finds in the sample shop, in both languages: in order of price, under prices nobody asks.

Both programs run as processes on a real node, so that analysers, scores and prices are those a merchant would have.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Literal

import httpx2
import pytest
from support.sample_figures import figures
from support.secured import Place
from support.whole_path import WholePath, whole_path

from sandbox.magento.sample import read_sample_shop

Store = Literal["en", "ru"]


@pytest.fixture(scope="module")
def path(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholePath]:
    with whole_path(place, tmp_path_factory.mktemp("sample_shop_search")) as path:
        yield path


@pytest.fixture
async def actions(path: WholePath) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"authorization": f"Bearer {path.runtime.key.secret}"}
    base_url = f"{path.runtime.url}/api/v1/actions"
    async with httpx2.AsyncClient(base_url=base_url, headers=headers, timeout=30) as actions:
        yield actions


class Answer:
    """An answer of `retrieve_products`."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.skus = [product["sku"] for product in body["products"]]
        self.prices = [product["price_from"] for product in body["products"]]
        self.total = body["total"]
        self.message = body["message"]
        self.explained = {product["sku"]: product["explain"] for product in body["products"] if "explain" in product}
        self.facts = body.get("facts")
        self.understood = {read["id"]: read["text"] for read in body["understood"]}


async def ask(actions: httpx2.AsyncClient, store: Store, query: str, **more: Any) -> Answer:
    answer = await actions.post("/retrieve_products", json={"query": query, "store": store, "limit": 50, **more})
    assert answer.status_code == 200, answer.text
    return Answer(answer.json())


JACKETS = [
    "PK-DROP", "KS-4410", "TV-SKAR-W", "TV-ALPINE", "TV-STEN-M", "TV-KVIST", "TV-FJELL10", "TV-LUND-W", "TV-HALLA",
    "OST-TREN-W", "TV-FJELL20W", "TV-ISBRE", "OST-VARD-M", "TV-YRSA-W",
]  # fmt: skip
"""All of the category, for its name is all that is asked; those out of stock at the end."""
SHOES = ["KS-COURT-M", "KS-PACE3-M", "KS-PACE3-W", "KS-TR2", "KS-TRAIL-WP", "KS-TEMPO-U"]
"""Two cost the same, and the id decides."""
TENTS = ["TV-HOLM2", "TV-DOME3", "TV-SOLO1", "TV-HOLM4", "TV-TX900"]
"""The price on request at the end. A tarp is filed there too, and is no tent."""


@pytest.mark.parametrize(
    ("store", "query", "expected"),
    [
        ("en", "jacket", JACKETS),
        ("en", "jacket for hiking", ["TV-SKAR-W", "TV-ALPINE", "TV-STEN-M", "TV-FJELL10"]),
        ("en", "kids jacket", ["PK-DROP"]),
        ("en", "running shoes", SHOES),
        # What is made for anyone is for women too.
        ("en", "women's running shoes", ["KS-PACE3-W", "KS-TR2", "KS-TRAIL-WP", "KS-TEMPO-U"]),
        ("en", "kids backpack", ["PK-FOX9"]),
        ("en", "tent for two", ["TV-HOLM2", "TV-DOME3", "TV-HOLM4", "TV-TX900"]),
        ("en", "wool socks", ["TV-SOCK-3942"]),
        ("en", "leather wallet", ["PM-SLIM4", "PM-KEYS", "PM-FOLD8", "PM-ZIPW", "PM-CONT12"]),
        ("en", "waterproof backpack", ["TV-DOCK25"]),
        ("en", "light tent", TENTS),
        ("ru", "куртка", JACKETS),
        ("ru", "детская куртка", ["PK-DROP"]),
        ("ru", "кроссовки для бега", [sku for sku in SHOES if sku != "KS-TRAIL-WP"]),
        ("ru", "женские кроссовки", ["KS-PACE3-W", "KS-TRAIL-WP"]),
        ("ru", "детский рюкзак", ["PK-FOX9"]),
        ("ru", "палатка на двоих", TENTS),
        ("ru", "бутылка для воды", ["KS-TRITAN600", "KS-FJORD750", "KS-KIDS350", "KS-TUMBLER", "KS-FJORD750T"]),
        ("ru", "кухонный нож", ["BR-CK20", "BR-CK20C", "BR-BLOCK5"]),
        ("ru", "лёгкая палатка", TENTS),
        ("ru", "вечернее платье", ["OST-NOOR-S"]),
    ],
)
async def test_cheapest_first_holds_what_was_asked_for_and_nothing_else(
    actions: httpx2.AsyncClient, store: Store, query: str, expected: list[str]
) -> None:
    answer = await ask(actions, store, query, sort="price_asc")

    assert (answer.skus, answer.total, answer.message) == (expected, len(expected), "")


@pytest.mark.parametrize(
    ("store", "query", "category", "expected"),
    [
        ("en", "kettle", "Home", ["BR-MARNA2", "BR-K170"]),
        ("ru", "чайник", "Дом", ["BR-MARNA2", "BR-K170"]),
        ("en", "running shoes", "Sport", SHOES),
    ],
)
async def test_words_count_within_a_broad_category(
    actions: httpx2.AsyncClient, store: Store, query: str, category: str, expected: list[str]
) -> None:
    answer = await ask(actions, store, query, sort="price_asc", filters={"category": category})

    assert (answer.skus, answer.total, answer.message) == (expected, len(expected), "")


@pytest.mark.parametrize(("store", "query", "category"), [("en", "jacket", "Jackets"), ("ru", "куртка", "Куртки")])
async def test_words_that_name_the_category_mean_all_of_it(
    actions: httpx2.AsyncClient, store: Store, query: str, category: str
) -> None:
    answer = await ask(actions, store, query, sort="price_asc", filters={"category": category})

    assert answer.skus[:3] == ["PK-DROP", "KS-4410", "TV-SKAR-W"]
    assert (len(answer.skus), answer.total, answer.message) == (len(JACKETS), len(JACKETS), "")


async def test_word_that_nobody_has_shows_the_whole_category_and_says_so(actions: httpx2.AsyncClient) -> None:
    answer = await ask(actions, "ru", "абракадабра", sort="price_asc", filters={"category": "Дом"})

    assert (len(answer.skus), answer.total) == (figures("Дом", "ru")["count"], 0)
    assert answer.message == "Слов запроса нет ни у одного товара. Показано всё, что подходит под условия."


@pytest.mark.parametrize("sort", ["relevance", "price_asc"])
@pytest.mark.parametrize(
    ("store", "query", "price_max", "nearest"),
    [
        ("en", "hiking jacket", 10, "Skar Women's Fleece Jacket"),
        ("en", "warm jacket", 10, "Skar Women's Fleece Jacket"),
        ("en", "running shoes", 50, "Glide Men's Stability Running Shoes"),
        ("ru", "куртка для похода", 1000, "Женская флисовая куртка «Скар»"),
        ("ru", "кроссовки для бега", 5000, "Мужские кроссовки для бега с поддержкой Glide"),
    ],
)
async def test_price_that_leaves_only_products_with_an_incidental_word_is_explained(
    actions: httpx2.AsyncClient, store: Store, query: str, price_max: int, nearest: str, sort: str
) -> None:
    answer = await ask(actions, store, query, sort=sort, filters={"price_max": price_max})

    assert answer.total == 0
    assert nearest in answer.message
    similar = "Показано только похожее." if store == "ru" else "What is shown is only similar."
    # Within a category that is asked for there is nothing similar either.
    assert answer.message.endswith(similar) == bool(answer.skus)


async def test_product_on_request_is_not_passed_over_for_a_nearest_one(actions: httpx2.AsyncClient) -> None:
    answer = await ask(actions, "en", "TX-900", filters={"price_max": 10})

    assert "“TX-900 Expedition Base Tent”, the best match, is priced on request." in answer.message
    assert "nearest" not in answer.message


@pytest.mark.parametrize("query", ["kettle", "qwrtzx"])
async def test_total_does_not_depend_on_the_limit(actions: httpx2.AsyncClient, query: str) -> None:
    answers = [await ask(actions, "en", query, limit=limit) for limit in (1, 5, 50)]

    assert [answer.total for answer in answers] == [2 if query == "kettle" else 0] * 3
    assert [len(answer.skus) for answer in answers] == ([1, 2, 2] if query == "kettle" else [1, 5, 50])


@pytest.mark.parametrize(
    ("store", "query", "expected", "understood"),
    [
        (
            "ru", "куртка до 5000 рублей, не чёрная", {"TV-ALPINE", "TV-SKAR-W", "PK-DROP"},
            {"price": "цена до 5 000 ₽", "not:color:чёрный": "Цвет: кроме «Чёрный»"},
        ),
        (
            "ru", "rehnrf lj 5000", {"TV-ALPINE", "TV-SKAR-W", "PK-DROP", "KS-4410"},
            {"spelling": "искали «куртка до 5000»", "price": "цена до 5 000 ₽"},
        ),
        (
            "en", "tents, not green", {"TV-SOLO1", "TV-DOME3", "TV-HOLM4", "TV-TX900"},
            {"not:color:green": "Color: any but Green", "category:tents": "category “Tents”"},
        ),
        (
            "en", "leather walet", {"PM-SLIM4", "PM-KEYS", "PM-FOLD8", "PM-ZIPW", "PM-CONT12"},
            {"spelling": "searched for “leather wallet”"},
        ),
    ],
)  # fmt: skip
async def test_conditions_in_plain_words_hold_and_are_told(
    actions: httpx2.AsyncClient, store: Store, query: str, expected: set[str], understood: dict[str, str]
) -> None:
    answer = await ask(actions, store, query)

    assert set(answer.skus[: len(expected)]) == expected
    assert understood.items() <= answer.understood.items()


async def test_cheapest_of_a_category_comes_first_and_a_condition_can_be_dropped(actions: httpx2.AsyncClient) -> None:
    answer = await ask(actions, "en", "cheapest bag?")
    dropped = await ask(actions, "en", "cheapest bag?", drop=["sort"])

    assert (answer.skus[0], answer.total) == ("PM-TOTE-01", figures("Bags", "en")["count"])
    assert answer.understood == {"sort": "cheapest first", "category:bags": "category “Bags”"}
    assert "sort" not in dropped.understood


WHOLE_SHOP: Sequence[tuple[Store, str]] = (
    ("en", "how many products do you have?"),
    ("ru", "сколько у вас товаров?"),
    ("ru", "сколько всего товаров в магазине"),
)


@pytest.mark.parametrize(
    ("store", "query", "category", "price_max"),
    [
        ("en", "how many bags", "Bags", None),
        ("en", "how many bags do you have under $50?", "Bags", 50),
        ("en", "how many tents are there?", "Tents", None),
        ("en", "how much are jackets?", "Jackets", None),
        ("en", "cheapest bag?", "Bags", None),
        ("en", "most expensive tent", "Tents", None),
        ("ru", "сколько у вас курток?", "Куртки", None),
        ("ru", "сколько курток до 5000", "Куртки", 5000),
        ("ru", "самая дешёвая сумка", "Сумки", None),
    ],
)
async def test_facts_are_those_of_the_merchants_own_data(
    actions: httpx2.AsyncClient, store: Store, query: str, category: str, price_max: float | None
) -> None:
    answer = await ask(actions, store, query)

    expected = figures(category, store, price_max=price_max)
    told = next(told for told in answer.facts["categories"] if told["name"] == category)
    assert {name: answer.facts[name] for name in expected} == expected
    assert {name: told[name] for name in ("count", "price_min", "price_max")} == {
        name: expected[name] for name in ("count", "price_min", "price_max")
    }
    assert (answer.total, answer.facts["exact"]) == (expected["count"], True)


async def test_the_cheapest_of_all_is_the_first_in_order_of_price(actions: httpx2.AsyncClient) -> None:
    cheapest, dearest = [await ask(actions, "en", f"{which} bag?") for which in ("cheapest", "most expensive")]

    assert cheapest.facts == dearest.facts
    assert (cheapest.prices[0], dearest.prices[0]) == (cheapest.facts["price_min"], dearest.facts["price_max"])


async def test_question_for_a_number_is_answered_with_a_sentence(actions: httpx2.AsyncClient) -> None:
    english = await ask(actions, "en", "how many tents do you have?")
    russian = await ask(actions, "ru", "сколько курток до 5000")

    assert english.message == "6 products, from $62.00 to $284.00; all in stock, 1 priced on request."
    assert russian.message == "4 товара, от 3 240 ₽ до 4 810 ₽; все в наличии."


async def test_question_for_products_themselves_has_no_facts(actions: httpx2.AsyncClient) -> None:
    for query in ("jacket", "jacket under $100", "BR-CK20"):
        assert (await ask(actions, "en", query)).facts is None


async def test_number_of_everything_is_that_of_the_whole_shop(actions: httpx2.AsyncClient) -> None:
    answers = [await ask(actions, store, query) for store, query in WHOLE_SHOP]

    assert [answer.facts["count"] for answer in answers] == [len(read_sample_shop().products)] * len(WHOLE_SHOP)


async def test_range_that_nothing_costs_names_the_nearest(actions: httpx2.AsyncClient) -> None:
    answer = await ask(actions, "en", "backpack for $5–10")

    assert (answer.skus, answer.total) == ([], 0)
    assert answer.message == "Nothing between $5.00 and $10.00. The nearest by price is “Fox Kids' Backpack”: $29.00."


async def test_variant_that_is_named_is_told_and_a_code_of_nothing_too(actions: httpx2.AsyncClient) -> None:
    named = await ask(actions, "en", "br ck 20")
    nothing = await ask(actions, "en", "ZX-99881")

    assert named.skus[0] == "BR-CK20"
    assert named.understood == {"code:brck20": "product BR-CK20"}
    assert (nothing.skus, nothing.message) == ([], "There is no product with the code ZX-99881.")


async def test_explained_product_tells_its_words_in_any_form_and_the_answer_stays_what_it_was(
    actions: httpx2.AsyncClient,
) -> None:
    plain, told = [await ask(actions, "ru", "детские куртки", explain=explain) for explain in (False, True)]
    by_price = await ask(actions, "ru", "детские куртки", explain=True, sort="price_asc")

    assert (plain.explained, told.skus, list(told.explained)) == ({}, plain.skus, plain.skus)
    best = told.explained["PK-DROP"]
    # A raincoat («детский дождевик») that is filed under «Куртки».
    assert best["words"]["name"] == ["детские"]
    assert "куртки" in best["words"]["categories"]
    assert best["legs"]["bm25"]["rank"] == 1
    assert best["fused"] == sum(place["share"] for place in best["legs"].values())
    (places,) = best["reasons"]
    assert places["text"].startswith("По словам — место 1; по смыслу")
    priced = by_price.explained["PK-DROP"]
    assert (priced["words"], priced["legs"]) == (best["words"], {})
    assert priced["reasons"][0]["kind"] == "price_order"
