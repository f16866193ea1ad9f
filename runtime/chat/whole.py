"""Chat events as one `chat.completion`, for requests that do not stream; sans-IO."""

from dataclasses import asdict
from typing import assert_never

from runtime.chat.events import ChatEvent, Delta, Failed, Finish, Started, Usage
from runtime.chat.schemas import AnswerChoice, AnswerMessage, ChatCompletion, TokenCounts, VitrinaAnswer
from runtime.chat.sse import AnswerHead, finish_field, start_field, usage_field
from runtime.errors import ServiceError
from runtime.retrieval.product import product_of


class AnswerBroken(ServiceError):
    """The model stopped in the middle of its answer, and none of it was sent yet."""

    status = 503


class AnswerCollector:
    """Gathers the events of one answer; `completion` once they have all been fed."""

    def __init__(self, head: AnswerHead) -> None:
        self._head = head
        self._text: list[str] = []
        self._usage = Usage()
        self._started: Started | None = None
        self._finish: Finish | None = None

    def feed(self, event: ChatEvent) -> None:
        """Take the next event. Raises AnswerBroken on Failed."""
        match event:
            case Started():
                self._started = event
            case Delta(text):
                self._text.append(text)
            case Usage():
                self._usage = event
            case Finish():
                self._finish = event
            case Failed():
                raise AnswerBroken(event.message, code=event.code, retry_after=event.retry_after)
            case _:
                assert_never(event)

    def completion(self) -> ChatCompletion:
        """The whole answer."""
        if self._started is None or self._finish is None:
            raise ValueError("the answer has no beginning or no end")
        message = AnswerMessage(content="".join(self._text))
        opening = {**start_field(self._started), "products": [product_of(hit) for hit in self._started.hits]}
        return ChatCompletion(
            **asdict(self._head),
            choices=[AnswerChoice(message=message, finish_reason=self._finish.reason)],
            usage=TokenCounts(**usage_field(self._usage)),
            vitrina=VitrinaAnswer(**opening, **finish_field(self._finish)),
        )
