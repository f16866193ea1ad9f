"""The schema of a streamed chunk stands by itself in the OpenAPI document."""

import orjson
from pydantic import BaseModel

from runtime.chat.openapi import ANSWERS, inline_schema
from runtime.chat.schemas import ChatCompletionChunk


class Inner(BaseModel):
    """Inside."""

    number: int


class Outer(BaseModel):
    """Outside."""

    one: Inner
    many: list[Inner]


def test_references_are_replaced_at_any_depth() -> None:
    schema = inline_schema(Outer)
    assert "$defs" not in schema
    assert schema["properties"]["one"]["properties"]["number"] == {"title": "Number", "type": "integer"}
    assert schema["properties"]["many"]["items"] == schema["properties"]["one"]


def test_stream_is_described_without_a_reference() -> None:
    schema = ANSWERS[200]["content"]["text/event-stream"]["schema"]
    assert b"$ref" not in orjson.dumps(schema)
    assert set(schema["properties"]) == set(ChatCompletionChunk.model_fields)


def test_every_error_the_route_can_give_is_described() -> None:
    assert set(ANSWERS) == {200, 400, 401, 404, 413, 429, 503}
