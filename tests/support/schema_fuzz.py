"""What Schemathesis is told of this service (it loads this module by SCHEMATHESIS_HOOKS): questions that reach the
catalogue, how a stream is checked, and which refusals no schema can announce.
"""

import json
import re
from functools import cache
from typing import Any, Final

import schemathesis
from jsonschema import Draft202012Validator
from schemathesis.core.failures import Failure
from schemathesis.openapi.checks import JsonSchemaError, RejectedPositiveData
from support.chat import frames_of
from support.runtime import committed

STORES: Final = (None, "default", "ru")
QUESTIONS: Final = ("jackets under $100", "a black bag", "how many jackets are there?", "BG-10-RED", "куртка до 9000")
CHAT: Final = "/chat/completions"

UNSAYABLE: Final = (
    r"Send either id or sku\.",
    r"filters\.price_max: is below price_min; swap them or leave one out\.",
    r"\S+: must hold more than spaces\.",
    r"messages holds no user message; add one with the shopper's question\.",
    r"messages\[\d+\]\.content is empty; send the shopper's question\.",
    r"Model '[\w-]+' and store '[\w-]+' are different store views; leave one of them out\.",
)
"""Refusals that follow from two members together, or from what a text means."""


@schemathesis.hook
def before_call(_context: schemathesis.HookContext, case: schemathesis.Case, _kwargs: dict[str, Any]) -> None:
    """Valid requests ask a store that exists, and every other one in words that mean something: else nearly all of
    them would end at a store nobody knows."""
    if not isinstance(case.body, dict) or case.meta is None or not case.meta.generation.mode.is_positive:
        return
    choice = len(json.dumps(case.body, default=str))
    if "store" in case.body:
        case.body["store"] = STORES[choice % len(STORES)]
    if "model" in case.body:
        case.body["model"] = "vitrina"
    question = QUESTIONS[choice // 2 % len(QUESTIONS)]
    if "query" in case.body and choice % 2:
        case.body["query"] = question
    if "messages" in case.body and choice % 4:
        case.body["messages"] = [*case.body["messages"][:5], {"role": "user", "content": question}]
        case.body["stream"] = choice % 4 > 1


@schemathesis.hook
def filter_failure(
    _context: schemathesis.HookContext, failure: Failure, case: schemathesis.Case, response: schemathesis.Response
) -> bool:
    """Whether `failure` counts. The document describes a `data:` line of a stream, as OpenAI's does, where Schemathesis
    expects the event around it: `stream_conformance` holds the lines to it."""
    if isinstance(failure, JsonSchemaError) and _is_stream(response):
        return False
    if not isinstance(failure, RejectedPositiveData):
        return True
    message = response.json()["error"]["message"]
    return not any(re.fullmatch(known, message) for known in UNSAYABLE)


@schemathesis.check
def stream_conformance(
    _context: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> None:
    """A stream is chunks of the contract's shape, then `[DONE]`, or one error object, and never both."""
    if not _is_stream(response):
        return
    frames = frames_of(response.content)
    *chunks, last = frames
    if isinstance(last, dict):
        _validator("ErrorBody").validate(last)
    else:
        assert last == "[DONE]", last
    assert chunks, "a stream without a chunk"
    for chunk in chunks:
        assert isinstance(chunk, dict), chunk
        _chunk_validator().validate(chunk)


def _is_stream(response: schemathesis.Response) -> bool:
    return "".join(response.headers.get("content-type", ())).startswith("text/event-stream")


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({**committed("runtime.yaml"), "$ref": f"#/components/schemas/{name}"})


@cache
def _chunk_validator() -> Draft202012Validator:
    answer = committed("runtime.yaml")["paths"]["/api/v1/chat/completions"]["post"]["responses"]["200"]
    return Draft202012Validator(answer["content"]["text/event-stream"]["schema"])
