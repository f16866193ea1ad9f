"""A question as the assistant takes it: the wire's many ways of asking made one. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

from runtime.chat.schemas import ChatMessage, ChatRequest
from runtime.errors import InvalidRequest
from runtime.retrieval.hits import Said
from shared.stores import StoreView

MAX_TEMPERATURE: Final = 0.2
"""Answers are bound to the catalogue; a client may ask for less freedom, never for more."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier turn of the conversation. drop: ids of conditions of it that were taken back."""

    role: Literal["user", "assistant"]
    text: str
    drop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatQuestion:
    """What a shopper asks, of which store view, and after what.

    notes: the client's own system and developer texts, to be read as data. temperature, max_tokens: None leaves
    them to the service. product_id: of the page the shopper is on. drop: ids of understood conditions taken back,
    of the whole conversation.
    """

    store: StoreView
    text: str
    history: tuple[Turn, ...] = ()
    notes: tuple[str, ...] = ()
    temperature: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    product_id: str | None = None
    drop: tuple[str, ...] = ()

    def masked(self, mask: Callable[[str], str]) -> "ChatQuestion":
        """The same, every text of it that a model may see through `mask`."""
        history = tuple(replace(turn, text=mask(turn.text)) for turn in self.history)
        notes, stop = (tuple(map(mask, texts)) for texts in (self.notes, self.stop))
        return replace(self, text=mask(self.text), history=history, notes=notes, stop=stop)

    @property
    def user_turns(self) -> tuple[str, ...]:
        """What the shopper said, oldest first, the question last."""
        return (*(turn.text for turn in self.history if turn.role == "user"), self.text)

    @property
    def said(self) -> tuple[Said, ...]:
        """The same with what was taken back of it."""
        earlier = (Said(turn.text, turn.drop) for turn in self.history if turn.role == "user")
        return (*earlier, Said(self.text))


def question_of(request: ChatRequest, *, store: StoreView) -> ChatQuestion:
    """The question in `request`: its last user message, with what came before.

    Messages of tools have no place here and are left out, as is what follows the question.
    Raises InvalidRequest when nobody asks anything.
    """
    last = max((place for place, message in enumerate(request.messages) if message.role == "user"), default=None)
    if last is None:
        raise InvalidRequest("messages holds no user message; add one with the shopper's question.", param="messages")
    text = request.messages[last].content.strip()
    if not text:
        param = f"messages[{last}].content"
        raise InvalidRequest(f"{param} is empty; send the shopper's question.", param=param)
    context = request.vitrina.context if request.vitrina else None
    taken_back = request.vitrina.drop if request.vitrina else []
    return ChatQuestion(
        store=store,
        text=text,
        history=tuple(_turns(request, until=last)),
        notes=tuple(
            message.content.strip()
            for message in request.messages
            if message.role in ("system", "developer") and message.content.strip()
        ),
        temperature=None if request.temperature is None else min(request.temperature, MAX_TEMPERATURE),
        max_tokens=request.max_completion_tokens or request.max_tokens,
        stop=tuple(request.stop or ()),
        product_id=(context.product_id or "").strip() or None if context else None,
        drop=(*taken_back, *_drop(request.messages[last])),
    )


def _turns(request: ChatRequest, *, until: int) -> list[Turn]:
    return [
        Turn(role=message.role, text=message.content.strip(), drop=_drop(message))
        for message in request.messages[:until]
        if message.role in ("user", "assistant") and message.content.strip()
    ]


def _drop(message: ChatMessage) -> tuple[str, ...]:
    return tuple(message.vitrina.drop) if message.vitrina else ()
