"""Models of a scripted GigaChat."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pydantic import SecretStr
from support.openai import BOUND_SECONDS

from runtime.llm.failures import Advice
from runtime.llm.gigachat import open_gigachat
from runtime.llm.model import ChatModel
from sandbox.gigachat_server import KEY, SCOPE, ScriptedGigaChat

ADVICE = Advice(key="GIGA_KEY, and that the scope is the key's own", place="model and base_url of provider 'giga'")


@asynccontextmanager
async def a_gigachat(server: ScriptedGigaChat, **changes: Any) -> AsyncIterator[ChatModel]:
    """A model that speaks to `server`, closed at the end."""
    usual: dict[str, Any] = {
        "base_url": server.base_url, "auth_url": server.auth_url, "scope": SCOPE, "api_key": SecretStr(KEY),
        "connect_timeout": BOUND_SECONDS, "gap_timeout": BOUND_SECONDS, "advice": ADVICE,
    }  # fmt: skip
    model = open_gigachat("GigaChat-2", **usual | changes)
    try:
        yield model
    finally:
        await model.aclose()
