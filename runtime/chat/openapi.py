"""What the OpenAPI document says of the chat's answers beyond what FastAPI finds out by itself."""

from typing import Any, Final

from pydantic import BaseModel

from runtime.chat.schemas import ChatCompletionChunk
from runtime.web.errors import ErrorBody


def inline_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of `model` with every `$ref` replaced by what it points to; models must not be recursive.

    FastAPI only registers components for JSON answers, so a reference from an event stream would point nowhere.
    """
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})

    def resolve(node: Any) -> Any:
        match node:
            case {"$ref": str(reference)}:
                return resolve(definitions[reference.rsplit("/", 1)[1]])
            case dict():
                return {key: resolve(value) for key, value in node.items()}
            case list():
                return [resolve(value) for value in node]
            case _:
                return node

    resolved: dict[str, Any] = resolve(schema)
    return resolved


ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The whole answer; with `stream`, a `data:` line for each chunk, then `data: [DONE]`.",
        "content": {"text/event-stream": {"schema": inline_schema(ChatCompletionChunk)}},
    },
    **{status: {"model": ErrorBody} for status in (400, 401, 404, 413, 429, 503)},
}
