"""Whatever member of a request tells a phone, an address or a card: none of it reaches the model's provider."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs
from support.chat import serving
from support.openai import BOUND_SECONDS, KEY
from support.runtime import CHAT_KEY, Shop, some_services

from runtime.app import create_app
from runtime.chat.service import ChatService
from runtime.llm.openai import open_lean_model
from sandbox.openai_server import Say, ScriptedServer
from shared.personal_data import masked

PHONE, EMAIL, CARD = "8 (999) 123-45-67", "anna@example.org", "4111 1111 1111 1111"
TOLD = f"{PHONE}, {EMAIL}, {CARD}"


@pytest.fixture(scope="module")
def url(running_openai: ScriptedServer) -> Iterator[str]:
    shop = Shop()
    model = open_lean_model(
        "gpt-4o", base_url=running_openai.base_url, api_key=SecretStr(KEY), gap_timeout=BOUND_SECONDS
    )
    services = some_services(
        shop, chat=ChatService(shop.retriever, model, mask=masked), closers=[shop.retriever.aclose, model.aclose]
    )
    with capture_logs(), serving(create_app(services)) as url:
        yield url


def messages(**told: str) -> list[dict[str, str]]:
    """A conversation that ends in a follow-up, which the model may condense; `told` is what some role says."""
    said = {"system": "Be brief.", "developer": "Be kind.", "assistant": "Take the **Storm Jacket**.", **told}
    return [
        {"role": "system", "content": said["system"]},
        {"role": "developer", "content": said["developer"]},
        {"role": "user", "content": "a jacket " + said.get("earlier", "")},
        {"role": "assistant", "content": said["assistant"]},
        {"role": "tool", "content": said.get("tool", "nothing"), "tool_call_id": said.get("tool", "1")},
        {"role": "user", "content": "and a cheaper one? " + said.get("question", "")},
    ]


@pytest.mark.parametrize(
    "body",
    [
        *(
            {"messages": messages(**{role: TOLD})}
            for role in ("system", "developer", "earlier", "assistant", "tool", "question")
        ),
        {"messages": messages(), "stop": TOLD},
        {"messages": messages(), "stop": [PHONE, EMAIL, CARD]},
        {"messages": messages(), "user": TOLD},
        {"messages": messages(), "metadata": {"phone": TOLD}},
        {"messages": messages(), "vitrina": {"context": {"product_id": TOLD}, "drop": [TOLD]}},
    ],
    ids=lambda body: "+".join(body),
)
async def test_nothing_of_it_reaches_the_provider(
    url: str, openai_server: ScriptedServer, body: dict[str, Any]
) -> None:
    openai_server.chat.always(Say("Look at these."))
    async with httpx2.AsyncClient(timeout=BOUND_SECONDS) as http:
        answer = await http.post(
            f"{url}/v1/chat/completions", json=body, headers={"authorization": f"Bearer {CHAT_KEY}"}
        )
    assert answer.status_code == 200, answer.text
    assert openai_server.chat.requests
    seen = b"".join(request.raw for request in openai_server.chat.requests).decode()
    assert [told for told in (PHONE, EMAIL, CARD, "1111", "example.org") if told in seen] == []
