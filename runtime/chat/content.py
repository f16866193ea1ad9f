"""What the content of a message may be, and the text it comes to. Pure."""

from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

_CONTROL = {code: None for code in (*range(0x20), 0x7F) if chr(code) not in "\n\t"}


def refusal(kind: str, message: str) -> PydanticCustomError:
    """A validation error with a sentence of our own."""
    return PydanticCustomError(kind, "{message}", {"message": message})


def _plain_text(content: Any) -> str:
    """A message's content as text: a string, null, or a list of text parts joined by newlines."""
    match content:
        case None:
            text = ""
        case str():
            text = content
        case list():
            text = "\n".join(_part_text(part, position) for position, part in enumerate(content))
        case _:
            raise refusal("content_type", "must be a string, null, or a list of text parts")
    if not text.isascii():
        _require_unicode(text)
    return text.translate(_CONTROL)


def _part_text(part: Any, position: int) -> str:
    match part:
        case {"type": "text", "text": str(text)} | {"type": "refusal", "refusal": str(text)}:
            return text
        case {"type": "image_url" | "input_audio" | "file" as kind}:
            raise refusal("part_type", f"part {position} is of type {kind}; only text parts are understood")
        case _:
            raise refusal("part_type", f'part {position} must be {{"type": "text", "text": "..."}}')


def _require_unicode(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise refusal("unicode", "the text holds half a surrogate pair, which is no valid Unicode") from None


MessageText = Annotated[
    str,
    BeforeValidator(_plain_text),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "null"},
                {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {"type": {"const": "text"}, "text": {"type": "string"}},
                        "required": ["type", "text"],
                    },
                },
            ]
        }
    ),
]
