"""The whole HTTP contract as OpenAPI 3.1, in the words of contracts.md rather than FastAPI's defaults."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

from fastapi import FastAPI

from runtime.web.visitors import HEADER as VISITOR

PLACEHOLDER_URL: Final = "https://shop.example.com"
"""Stands for `PUBLIC_URL` where it is not set, the committed files included."""

SECURITY_SCHEME: Final = "bearerKey"

_UNUSED_SCHEMAS: Final = ("HTTPValidationError", "ValidationError")
_METHODS: Final = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})

_ALWAYS: Final = {
    "500": "Something went wrong here.",
    "503": "This replica is about to end, or cannot answer right now; Retry-After says when to ask again.",
}
_WITH_A_BODY: Final = {
    "400": "The request is not valid; param says where.",
    "408": "The body did not come in time.",
    "413": "The body is too large.",
}
"""Errors that middleware and parser answer with, whatever the route; a route may say more of them."""

_VISITOR: Final = {
    "name": VISITOR,
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": (
        "The token that `visitor` of the widget's configuration gave this browser. Whoever has no key is counted by it "
        "instead of by address; one that is not ours, or no longer holds, counts as none."
    ),
}

_ERROR: Final = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}}

Operation = dict[str, Any]


def build_contract(app: FastAPI, *, public_url: str | None) -> dict[str, Any]:
    """The contract of every route of `app`, reached at `public_url`.

    FastAPI documents a 422 for every body, which is never sent, and knows nothing of the doors.
    """
    contract = {**deepcopy(app.openapi()), "servers": [{"url": public_url or PLACEHOLDER_URL}]}
    components = contract["components"]
    components["schemas"] = {
        name: schema for name, schema in components["schemas"].items() if name not in _UNUSED_SCHEMAS
    }
    components["securitySchemes"] = {
        SECURITY_SCHEME: {
            "type": "http",
            "scheme": "bearer",
            "description": "A key that `vitrina-runtime key new` minted.",
        }
    }
    for _, _, operation in iter_operations(contract):
        operation["responses"] = _with_errors(operation)
        if "description" in operation:
            operation["description"] = " ".join(operation["description"].split())
        if _knows_visitors(operation):
            operation["parameters"] = [*operation.get("parameters", []), deepcopy(_VISITOR)]
        if security := _security(operation):
            operation["security"] = security
    return contract


def iter_operations(contract: dict[str, Any]) -> Iterator[tuple[str, str, Operation]]:
    """(path, method, operation) of every operation."""
    for path, item in contract["paths"].items():
        for method, operation in item.items():
            if method in _METHODS:
                yield path, method, operation


def _with_errors(operation: Operation) -> dict[str, Any]:
    """The answers of `operation` with every status it can have, in order, and no `default`, which would cover any."""
    errors = _ALWAYS | _WITH_A_BODY if "requestBody" in operation else _ALWAYS
    told = {status: {"description": text, "content": deepcopy(_ERROR)} for status, text in errors.items()}
    documented = {status: answer for status, answer in operation["responses"].items() if status != "422"}
    return dict(sorted({**told, **documented}.items()))


def _knows_visitors(operation: Operation) -> bool:
    """Whether a visitor's token has a meaning there (`admission.guarded_route`)."""
    return not {"chat", "widget"}.isdisjoint(operation.get("tags", []))


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    tags = operation.get("tags", [])
    if "actions" in tags:
        return [{SECURITY_SCHEME: []}]
    # A chat request from an allowed origin needs no key, nor does the widget's, and the list of models is open to all;
    # a key says what its holder sees there. OpenAPI can only say this as "or nothing".
    return [{SECURITY_SCHEME: []}, {}] if {"chat", "models", "widget"} & set(tags) else []
