"""A configured provider as a `ChatModel`: the one place that knows which adapter opens it."""

import ssl
from typing import assert_never

from runtime.llm.langchain import open_chat_model
from runtime.llm.model import ChatModel
from runtime.llm.openai import open_lean_model
from runtime.llm.providers import Provider
from shared.errors import ConfigurationError
from shared.tls import trust


def open_provider(provider: Provider) -> ChatModel:
    """The model of `provider`; nothing is connected to before the first question.

    Raises ConfigurationError when its CA file cannot be read, or what it needs is not installed.
    """
    tls = trust(provider.ca_file, setting=f"provider {provider.name!r}, ca_file") if provider.ca_file else None
    match provider.adapter:
        case "gigachat":
            return _open_gigachat(provider, tls)
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
        tls=tls,
        advice=provider.advice,
    )


def _open_gigachat(provider: Provider, tls: ssl.SSLContext | None) -> ChatModel:
    try:
        # Here and not at the top: the extra may be absent, and without need it costs a second to import.
        from runtime.llm.gigachat import open_gigachat
    except ImportError as exc:
        mistake = f"CHAT_PROVIDERS: provider {provider.name!r} needs the extra `gigachat`, and {exc.name or exc}"
        raise ConfigurationError([f"{mistake} is not installed; `make install` and the image bring it"]) from exc
    assert provider.tokens is not None
    assert provider.key is not None
    return open_gigachat(
        provider.model,
        base_url=provider.base_url,
        auth_url=provider.tokens.url,
        scope=provider.tokens.scope,
        api_key=provider.key,
        connect_timeout=provider.deadlines.connect,
        gap_timeout=provider.deadlines.total,
        advice=provider.advice,
        tls=tls,
    )
