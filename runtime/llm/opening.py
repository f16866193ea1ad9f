"""A configured provider as a `ChatModel`: the one place that knows which adapter opens it."""

from typing import assert_never

from runtime.llm.langchain import open_chat_model
from runtime.llm.model import ChatModel
from runtime.llm.providers import Provider


def open_provider(provider: Provider) -> ChatModel:
    """The model of `provider`; nothing is connected to before the first question."""
    match provider.adapter:
        case "langchain":
            return open_chat_model(
                provider.model,
                base_url=provider.base_url,
                api_key=provider.key,
                connect_timeout=provider.deadlines.connect,
                # The deadlines are kept above (call.py); one below may only never be the shorter one.
                gap_timeout=provider.deadlines.total,
                limit_field=provider.dialect.limit_field,
                stream_usage=provider.dialect.stream_usage,
                headers=provider.dialect.headers,
                ca_file=provider.ca_file,
                key_setting=provider.key_setting,
                place=provider.place,
            )
        case _:
            assert_never(provider.adapter)
