"""What an ASGI application sends, without a server."""

from typing import Any

import orjson
from starlette.types import Message


class Recorder:
    """Takes an answer: `send` of a call."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def send(self, message: Message) -> None:
        self.messages.append(message)

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.messages[0]["headers"])

    @property
    def code(self) -> str:
        """Of the error object it ends in."""
        body: dict[str, Any] = orjson.loads(self.messages[1]["body"])
        return str(body["error"]["code"])
