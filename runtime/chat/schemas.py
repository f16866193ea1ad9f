"""The OpenAI chat wire, both ways: what is asked, the whole answer, one chunk of a streamed one.

Unknown members are ignored, as OpenAI's clients send ever new ones; known members are taken strictly, and what
Vitrina cannot do is refused by name rather than left out in silence.
"""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from runtime.chat.content import MessageText, refusal
from runtime.llm.model import FinishReason
from runtime.retrieval.product import Product
from runtime.web.numbers import whole

MAX_MESSAGES: Final = 200
MAX_USER_CHARACTERS: Final = 8_000
"""Of one user message: far above any question, far below what would crowd the products out of the prompt."""
MAX_OTHER_CHARACTERS: Final = 32_000
"""Of one message of another role: earlier answers, a page's instructions."""
MAX_NAME: Final = 200
"""Of a model id, a store code, a client's name for its user. What has a bound is also held to be valid Unicode."""


def _store_code(value: Any) -> str | None:
    """Our `store` names a store view; OpenAI's own `store` is a boolean about keeping the answer, and is ignored."""
    match value:
        case None | bool():
            return None
        case str():
            return value
        case _:
            raise refusal("store_type", "must be a store code")


def _id_text(value: Any) -> Any:
    value = whole(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _stop_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


TokenLimit = Annotated[StrictInt, Field(ge=1), BeforeValidator(whole)]
_STOP_WORD: Final = {"type": "string", "minLength": 1, "maxLength": 100}


TakenBack = Annotated[list[Annotated[StrictStr, Field(max_length=100)]], Field(max_length=50)]
"""Ids of understood conditions."""


class VitrinaMessage(BaseModel):
    """Vitrina's own part of a message."""

    drop: TakenBack = Field(
        [], description="Conditions of this message that the shopper took back; a later message may name them again."
    )


class ChatMessage(BaseModel):
    """One message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: MessageText = ""
    vitrina: VitrinaMessage | None = None

    @field_validator("content")
    @classmethod
    def _is_short_enough(cls, content: str, info: ValidationInfo) -> str:
        limit = MAX_USER_CHARACTERS if info.data.get("role") == "user" else MAX_OTHER_CHARACTERS
        if len(content) > limit:
            raise refusal("too_long", f"the text has {len(content):,} characters and may have {limit:,}; shorten it")
        return content


class StreamOptions(BaseModel):
    """What else a stream carries."""

    include_usage: StrictBool = False


class PageContext(BaseModel):
    """What the shopper is looking at."""

    product_id: Annotated[
        Annotated[StrictStr, Field(max_length=64)] | None,
        BeforeValidator(_id_text),
        WithJsonSchema({"anyOf": [{"type": "string", "maxLength": 64}, {"type": "integer"}, {"type": "null"}]}),
    ] = None
    """Magento's entity id; a number will do."""


class VitrinaRequest(BaseModel):
    """Vitrina's own part of a request."""

    context: PageContext | None = None
    drop: TakenBack = Field([], description="Conditions that are not to apply, whichever message named them.")


class ChatRequest(BaseModel):
    """`POST /v1/chat/completions`."""

    model_config = ConfigDict(allow_inf_nan=False)

    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=MAX_MESSAGES)]
    model: Annotated[StrictStr, Field(max_length=MAX_NAME)] = Field(
        "vitrina", description="`vitrina`, or `vitrina-<code>` for a certain store view."
    )
    stream: StrictBool | None = None
    stream_options: StreamOptions | None = None
    temperature: Annotated[StrictFloat, Field(ge=0, le=2)] | None = Field(
        None, description="Taken up to 0.2: answers are bound to the catalogue."
    )
    max_tokens: TokenLimit | None = Field(None, description="Older name of `max_completion_tokens`.")
    max_completion_tokens: TokenLimit | None = None
    stop: Annotated[
        Annotated[list[Annotated[StrictStr, Field(min_length=1, max_length=100)]], Field(max_length=4)] | None,
        BeforeValidator(_stop_list),
        WithJsonSchema(
            {
                "anyOf": [
                    _STOP_WORD,
                    {"type": "array", "items": _STOP_WORD, "maxItems": 4},
                    {"type": "null"},
                ]
            }
        ),
    ] = None
    n: Annotated[StrictInt, BeforeValidator(whole)] | None = Field(
        None, description="Only 1.", json_schema_extra={"enum": [1, None]}
    )
    tools: list[Any] | None = Field(
        None, description="Not offered; anything but an empty list is refused.", json_schema_extra={"maxItems": 0}
    )
    functions: list[Any] | None = Field(None, description="Not offered.", json_schema_extra={"maxItems": 0})
    response_format: dict[str, Any] | None = Field(
        None,
        description="Only `text`.",
        json_schema_extra={"properties": {"type": {"const": "text"}}, "required": ["type"]},
    )
    store: Annotated[
        Annotated[str, Field(max_length=MAX_NAME)] | None,
        BeforeValidator(_store_code),
        WithJsonSchema({"anyOf": [{"type": "string", "maxLength": MAX_NAME}, {"type": "boolean"}, {"type": "null"}]}),
    ] = Field(None, description="Store code; a boolean (OpenAI's own meaning) is ignored.")
    user: Annotated[StrictStr, Field(max_length=MAX_NAME)] | None = None
    vitrina: VitrinaRequest | None = None

    @field_validator("n")
    @classmethod
    def _is_one(cls, n: int | None) -> int | None:
        if n not in (None, 1):
            raise refusal("n", "one answer a request is offered; leave n out or send 1")
        return n

    @field_validator("tools", "functions")
    @classmethod
    def _is_empty(cls, offered: list[Any] | None) -> list[Any] | None:
        if offered:
            raise refusal("tools", "the assistant calls no tools of the client; leave this out")
        return offered

    @field_validator("response_format")
    @classmethod
    def _is_text(cls, wanted: dict[str, Any] | None) -> dict[str, Any] | None:
        if wanted is not None and wanted.get("type") != "text":
            raise refusal("response_format", 'answers are text; leave this out or send {"type": "text"}')
        return wanted


class Understood(BaseModel):
    """One condition read out of the question."""

    id: str
    kind: str
    field: str
    value: Any
    text: str


class VitrinaStart(BaseModel):
    """The `vitrina` field of the first chunk, before any text."""

    store: str = Field(description="Store code.")
    as_of: datetime = Field(description="When the catalogue index was built.")
    understood: list[Understood]
    degraded: Literal["embeddings", "llm"] | None = Field(description="What this answer had to do without.")
    products: list[Product]


class VitrinaFinish(BaseModel):
    """The `vitrina` field of the finish chunk."""

    named: list[str] = Field(description="Ids of the products the answer names, in order of appearance.")
    corrections: int = Field(description="Claims in the answer that were put right.")
    follow_ups: list[str] = Field(
        description="What the shopper may ask next, in the answer's language, at most three; each leads to products."
    )


class VitrinaAnswer(VitrinaStart, VitrinaFinish):
    """The `vitrina` field of a whole answer."""


class TokenCounts(BaseModel):
    """Tokens, as the provider counted them or estimated."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class AnswerMessage(BaseModel):
    """The assistant's message."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class AnswerChoice(BaseModel):
    """The one choice of an answer."""

    index: Literal[0] = 0
    message: AnswerMessage
    logprobs: None = None
    finish_reason: FinishReason


class ChatCompletion(BaseModel):
    """A whole answer."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[AnswerChoice]
    usage: TokenCounts
    vitrina: VitrinaAnswer


class ChunkDelta(BaseModel):
    """What a chunk adds to the message."""

    role: Literal["assistant"] | None = None
    content: str | None = None


class ChunkChoice(BaseModel):
    """The one choice of a chunk."""

    index: Literal[0]
    delta: ChunkDelta
    logprobs: None
    finish_reason: FinishReason | None


class ChatCompletionChunk(BaseModel):
    """One `data:` line of a streamed answer."""

    id: str
    object: Literal["chat.completion.chunk"]
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: TokenCounts | None = None
    vitrina: VitrinaStart | VitrinaFinish | None = None
