"""A shop whose model is a scripted provider, behind a door that takes keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pydantic import SecretStr
from support.adapters import Adapter
from support.chat import FakeCatalogue, a_document, a_jacket, build_chat_app, serving
from support.openai import KEY

from runtime.chat.service import ChatService
from runtime.llm.openai import open_lean_model

SPOKEN: Final = "Take the Joust Duffle Bag for $34.00: http://shop.test/joust-duffle-bag.html"
"""What its provider says unless told otherwise."""


@contextmanager
def open_shop(base_url: str, *, gap_timeout: float, adapter: Adapter = open_lean_model) -> Iterator[str]:
    """The URL of a shop with a bag and a jacket; its model, at `base_url`, may be silent for `gap_timeout` seconds."""
    # The model's connection pool belongs to the loop it is first used in, which is that of the serving thread.
    model = adapter("gpt-4o", base_url=base_url, api_key=SecretStr(KEY), gap_timeout=gap_timeout)
    service = ChatService(FakeCatalogue(a_document(), a_jacket()), model)
    with serving(build_chat_app(service, open_to_all=False, closers=[model.aclose])) as url:
        yield url
