"""The adapters that speak to an OpenAI-compatible endpoint, and how a test opens one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Protocol

import pytest
from pydantic import SecretStr
from support.openai import BOUND_SECONDS, KEY

from runtime.llm.langchain import open_chat_model
from runtime.llm.model import ChatModel
from runtime.llm.openai import open_lean_model


class Adapter(Protocol):
    """What makes a model of an address."""

    def __call__(self, name: str, *, base_url: str, api_key: SecretStr, gap_timeout: float) -> ChatModel: ...


ADAPTERS: Final[dict[str, Adapter]] = {"langchain": open_chat_model, "lean": open_lean_model}

every_adapter = pytest.mark.parametrize("adapter", ADAPTERS)


@asynccontextmanager
async def opened(adapter: Adapter, base_url: str, *, gap_timeout: float = BOUND_SECONDS) -> AsyncIterator[ChatModel]:
    """A model behind `adapter`, closed at the end."""
    model = adapter("gpt-4o", base_url=base_url, api_key=SecretStr(KEY), gap_timeout=gap_timeout)
    try:
        yield model
    finally:
        await model.aclose()
