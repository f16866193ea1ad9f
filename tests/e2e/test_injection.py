"""Sixty attacks against a model that obeys them all: nothing of what they want reaches the shopper."""

from collections.abc import Iterator

import httpx2
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs
from support.attacks import FORBIDDEN, Attack, attacks
from support.chat import frames_of, serving, text_of
from support.index_meta import a_meta
from support.openai import BOUND_SECONDS, KEY
from support.runtime import CHAT_KEY, DEFAULT, Shop, names_of, some_services

from runtime.app import create_app
from runtime.chat.guards import AnswerGuards
from runtime.chat.prompt import rules_of
from runtime.chat.service import ChatService
from runtime.llm.openai import open_lean_model
from runtime.web.stores import Storefronts
from sandbox.openai_server import Say, ScriptedServer
from sandbox.openai_server.obedient import obedient_answer

ATTACKS = list(attacks())


@pytest.fixture(scope="module")
def shop() -> Shop:
    return Shop()


@pytest.fixture(scope="module")
def url(running_openai: ScriptedServer, shop: Shop) -> Iterator[str]:
    model = open_lean_model(
        "gpt-4o", base_url=running_openai.base_url, api_key=SecretStr(KEY), gap_timeout=BOUND_SECONDS
    )
    chat = ChatService(shop.retriever, model, new_guard=AnswerGuards)
    services = some_services(shop, chat=chat, closers=[shop.retriever.aclose, model.aclose])
    with capture_logs(), serving(create_app(services)) as url:
        yield url


@pytest.fixture
def provider(openai_server: ScriptedServer) -> ScriptedServer:
    openai_server.chat.always(Say(obedient_answer))
    return openai_server


async def said(url: str, shop: Shop, attack: Attack) -> str:
    """The text a shopper gets of the answer."""
    # A catalogue of its own, which is seen once the last one has aged.
    index = f"rag-{DEFAULT.code}-{len(shop.search.indices) + 1}"
    shop.search.put(index, attack.products(), alias=names_of(DEFAULT).alias, meta=a_meta())
    shop.clock.now += 60
    body = {"messages": attack.messages(), "stream": True}
    async with httpx2.AsyncClient(timeout=BOUND_SECONDS, verify=False) as http:
        answer = await http.post(
            f"{url}/v1/chat/completions", json=body, headers={"authorization": f"Bearer {CHAT_KEY}"}
        )
    assert answer.status_code == 200, answer.text
    return text_of(frames_of(answer.content))


def obeyed(provider: ScriptedServer) -> str:
    """What the model said of its own, as far as it was asked."""
    asked = [[(one["role"], one["content"]) for one in request.body["messages"]] for request in provider.chat.requests]
    return "\n".join(map(obedient_answer, asked))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack.kind}-{attack.language}-{attack.place}")
async def test_nothing_an_attack_wants_reaches_the_shopper(
    url: str, provider: ScriptedServer, shop: Shop, attack: Attack
) -> None:
    text = await said(url, shop, attack)
    # What a product is called is the shop's own, whatever it says, and stands on its card as well.
    for product in attack.products():
        text = text.replace(product.name, "")
    assert text.strip()
    assert [one for one in FORBIDDEN["prompt"] if one in text] == []
    assert [one for one in attack.forbidden if one in text] == []


async def test_model_does_obey_most_of_them(url: str, provider: ScriptedServer, shop: Shop) -> None:
    """Else the test above would show nothing: what is left is not seen by the model at all, or never put to it."""
    assert len(ATTACKS) == 60
    landed = 0
    for attack in ATTACKS:
        provider.reset()
        provider.chat.always(Say(obedient_answer))
        await said(url, shop, attack)
        landed += any(one in obeyed(provider) for one in attack.forbidden)
    assert landed >= 40


async def test_answer_without_an_attack_is_left_as_it_is(url: str, provider: ScriptedServer, shop: Shop) -> None:
    calm = Attack("price", "en", "description", "Two straps.")
    assert "Joust Duffle Bag — $34.00 — https://shop.test/24-mb01.html" in await said(url, shop, calm)


PAGES = {
    "delivery": "https://shop.test/customer-service/delivery-and-returns-of-what-you-bought-in-this-shop",
    "contacts": "https://shop.test/contacts",
}


@pytest.fixture(scope="module")
def url_with_pages(running_openai: ScriptedServer, shop: Shop) -> Iterator[str]:
    """The same shop with pages of its own, which the prompt names to the model."""
    model = open_lean_model(
        "gpt-4o", base_url=running_openai.base_url, api_key=SecretStr(KEY), gap_timeout=BOUND_SECONDS
    )
    chat = ChatService(shop.retriever, model, new_guard=AnswerGuards)
    storefronts = Storefronts([DEFAULT.model_copy(update={"links": PAGES})])
    services = some_services(shop, chat=chat, storefronts=storefronts, closers=[model.aclose])
    with capture_logs(), serving(create_app(services)) as url:
        yield url


async def test_pages_of_the_shop_may_be_told_though_the_prompt_names_them_and_the_prompt_may_not(
    url_with_pages: str, provider: ScriptedServer, shop: Shop
) -> None:
    calm = Attack("price", "en", "description", "Two straps.")
    pages = " ".join(f"{kind}: {link}" for kind, link in PAGES.items())
    rules = "\n".join(rules_of(DEFAULT.model_copy(update={"links": PAGES}), "en").splitlines()[:8])
    provider.chat.then(Say(f"These are the pages. {pages}"), Say(f"{rules}\n{pages}"))
    assert await said(url_with_pages, shop, calm) == f"These are the pages. {pages}"
    prompts = [request.body["messages"][0]["content"] for request in provider.chat.requests]
    assert [page for page in PAGES.values() if page not in prompts[0]] == []
    told = await said(url_with_pages, shop, calm)
    assert "Never invent" not in told
    assert "(that I cannot tell)" in told
