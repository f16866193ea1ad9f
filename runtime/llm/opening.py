"""A configured provider as a `ChatModel`: the one place that knows which adapter opens it."""

from typing import assert_never

from runtime.llm.langchain import open_chat_model
from runtime.llm.model import ChatModel
from runtime.llm.openai import open_lean_model
from runtime.llm.providers import Provider
from shared.tls import trust


def open_provider(provider: Provider) -> ChatModel:
    """The model of `provider`; nothing is connected to before the first question.

    Raises ConfigurationError when its CA file cannot be read.
    """
    match provider.adapter:
        case "lean":
            open_model = open_lean_model
        case "langchain":
            open_model = open_chat_model
        case _:
            assert_never(provider.adapter)
    return open_model(
        provider.model,
        base_url=provider.base_url,
        api_key=provider.key,
        connect_timeout=provider.deadlines.connect,
        # The deadlines are kept above (call.py); one below may only never be the shorter one.
        gap_timeout=provider.deadlines.total,
        dialect=provider.dialect,
        tls=trust(provider.ca_file, setting=f"provider {provider.name!r}, ca_file") if provider.ca_file else None,
        advice=provider.advice,
    )
