"""What the assistant offers to ask leads to products: every suggestion, and every follow-up of many answers.

Both programs run as processes on a real node; follow-ups are read by rule, as they are where no model condenses them.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest
from support.openai import BOUND_SECONDS
from support.secured import Place
from support.whole_path import WholePath, whole_path

from runtime.retrieval.phrasing import mid_sentence, plural_adjective

QUESTIONS = {
    "en": [
        "jackets", "something warm for winter", "backpack", "a gift for a hiker", "what can I cook with?",
        "running shoes", "tents under $400", "wool socks", "bags, not black", "a waterproof jacket for women",
        "the cheapest bags", "lamps", "how many jackets do you have?", "mugs and kettles", "dresses",
        "leather wallet", "what do I need for camping?", "kids clothes", "umbrella", "sweaters in stock",
    ],
    "ru": [
        "куртки", "что-нибудь тёплое на зиму", "рюкзак", "подарок туристу", "на чём готовить?", "кроссовки для бега",
        "палатки до 40000 рублей", "шерстяные носки", "сумки, но не чёрные", "женская непромокаемая куртка",
        "самые дешёвые сумки", "лампы", "сколько у вас курток?", "кружки и чайники", "платья", "кожаный кошелёк",
        "что нужно для похода?", "детская одежда", "зонт", "свитеры в наличии",
    ],
}  # fmt: skip
KINDS = {
    "en": ("Only ", "And ", "Anything cheaper?", "Only what is in stock", "What else do you have?"),
    "ru": ("Только ", "А ", "Что-нибудь подешевле?", "Только в наличии", "Что ещё есть?"),
}
ANSWERS = 20


@pytest.fixture(scope="module")
def path(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholePath]:
    with whole_path(place, tmp_path_factory.mktemp("offered"), CHAT_CONDENSE="false") as path:
        yield path


@pytest.fixture
async def http(path: WholePath) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=path.runtime.url, timeout=BOUND_SECONDS) as http:
        yield http


async def answered(http: httpx2.AsyncClient, store: str, messages: list[dict[str, str]]) -> dict[str, Any]:
    """The whole answer to the last of `messages`."""
    response = await http.post("/v1/chat/completions", json={"model": f"vitrina-{store}", "messages": messages})
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    return told


@pytest.mark.parametrize("store", QUESTIONS)
async def test_every_follow_up_of_twenty_answers_finds_products(http: httpx2.AsyncClient, store: str) -> None:
    offered: dict[str, int] = dict.fromkeys(KINDS[store], 0)
    empty: list[str] = []
    assert len(QUESTIONS[store]) == ANSWERS
    for question in QUESTIONS[store]:
        said = [{"role": "user", "content": question}]
        first = await answered(http, store, said)
        text, follow_ups = first["choices"][0]["message"]["content"], first["vitrina"]["follow_ups"]
        assert len(follow_ups) <= 3
        assert bool(follow_ups) <= bool(first["vitrina"]["products"])
        for asked in follow_ups:
            kind = next(kind for kind in reversed(KINDS[store]) if asked.startswith(kind))
            offered[kind] += 1
            conversation = [*said, {"role": "assistant", "content": text}, {"role": "user", "content": asked}]
            second = await answered(http, store, conversation)
            found = second["vitrina"]["products"]
            if not found or not _keeps_its_word(asked, found, second["vitrina"]):
                understood = [read["text"] for read in second["vitrina"]["understood"]]
                empty.append(f"{question} → {asked} → {understood} {[one['name'] for one in found][:3]}")
    assert empty == [], "\n".join(empty)
    # Each kind was there to be tried.
    assert min(offered.values()) > 0, offered
    assert sum(offered.values()) >= ANSWERS, offered


def _keeps_its_word(asked: str, found: list[dict[str, Any]], told: dict[str, Any]) -> bool:
    """Whether what was found for the follow-up `asked` is what it promised."""
    kinds = {read["kind"] for read in told["understood"]}
    match asked.split():
        case ["Anything" | "Что-нибудь", *_]:
            prices = [one["price_from"] for one in found if one["price_from"] and one["in_stock"]]
            return prices == sorted(prices) and "sort" in kinds
        case ["Only", "what", *_] | ["Только", "в", *_]:
            return all(one["in_stock"] for one in found)
        case ["And" | "А", *_]:
            return "category" in kinds
        case ["Only", *words] | ["Только", *words]:
            trait = " ".join(words).removesuffix(" ones")
            # Merino wool is a kind of wool.
            return any((written or "").endswith(trait) for value in _values(found[0]) for written in _spelt(value))
        case _:
            return True


def _values(product: dict[str, Any]) -> Iterator[str]:
    for attribute in product["attributes"].values():
        yield from attribute["values"]


def _spelt(value: str) -> tuple[str | None, str]:
    return plural_adjective(value), mid_sentence(value)


@pytest.mark.parametrize("store", ["en", "ru", "suite"])
async def test_every_suggestion_finds_products_in_stock(http: httpx2.AsyncClient, store: str) -> None:
    config = await _suggesting(http, store)
    suggestions = config["suggestions"]
    assert len(suggestions) == 4
    assert len(set(suggestions)) == 4
    for question in suggestions:
        told = (await answered(http, store, [{"role": "user", "content": question}]))["vitrina"]
        assert sum(one["in_stock"] for one in told["products"]) >= 2, question
        assert {"category"} < {read["kind"] for read in told["understood"]}, question


async def _suggesting(http: httpx2.AsyncClient, store: str) -> dict[str, Any]:
    """The widget's configuration once it has suggestions."""
    deadline = time.monotonic() + BOUND_SECONDS
    while True:
        response = await http.get("/api/v1/widget/config", params={"store": store})
        config: dict[str, Any] = response.json()
        if config["suggestions"]:
            return config
        assert time.monotonic() < deadline, config
        await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    ("store", "question"), [("en", "hello"), ("ru", "спасибо"), ("en", "do you deliver?"), ("en", "TV-99999-X")]
)
async def test_aside_and_empty_answer_offer_nothing(http: httpx2.AsyncClient, store: str, question: str) -> None:
    told = (await answered(http, store, [{"role": "user", "content": question}]))["vitrina"]
    assert (told["products"], told["follow_ups"]) == ([], [])
