"""The one error shape: `{"error": {"message", "type", "param", "code"}}` for every failure, whoever raised it.

Nothing a caller sent is repeated here beyond names of members: values may be secrets, or bytes JSON cannot hold.
"""

from collections.abc import Sequence
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime.errors import (
    BodyTooLarge,
    BodyTooLate,
    InvalidRequest,
    MethodNotAllowed,
    RouteNotFound,
    ServiceError,
    printable,
)

log = structlog.get_logger(__name__)

_PLAINLY: Final = {
    "missing": "is missing",
    "extra_forbidden": "is unknown here; check its spelling or leave it out",
    "string_unicode": "is no valid Unicode",
    "string_type": "must be a string",
    "string_too_short": "must have a length of {min_length} or more",
    "string_too_long": "is too long; it may have {max_length} characters",
    "string_pattern_mismatch": "must look like {pattern}",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be {expected}",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "too_short": "must have {min_length} or more entries",
    "too_long": "has too many entries; it may have {max_length}",
}
"""Words for what pydantic says in its own terms, with the bounds it tells."""

INTERNAL_MESSAGE: Final = "Something went wrong here; the request id tells the shop which request it was."


class ErrorDetail(BaseModel):
    """What went wrong."""

    message: str = Field(description="One sentence that names the thing and the fix.")
    type: str = Field(description="Kind of error, such as invalid_request_error.")
    param: str | None = Field(description="Dotted path of the request member at fault.")
    code: str | None = Field(description="Machine-readable reason, such as store_not_found.")


class ErrorBody(BaseModel):
    """Every answer that is no success."""

    error: ErrorDetail


def error_body(error: ServiceError) -> dict[str, Any]:
    """The wire form of `error`."""
    detail = {"message": str(error), "type": error.type, "param": error.param, "code": error.code}
    return {"error": detail}


def error_response(error: ServiceError) -> JSONResponse:
    """The whole answer for `error`: status, body, `Retry-After`, and `x-should-retry` where a retry cannot help."""
    response = JSONResponse(error_body(error), status_code=error.status)
    if error.retry_after is not None:
        response.headers["retry-after"] = str(error.retry_after)
    if error.status == 401:
        response.headers["www-authenticate"] = "Bearer"
    if not error.retryable:
        response.headers["x-should-retry"] = "false"
    return response


def install_error_handlers(app: FastAPI) -> None:
    """Render every exception of routes and router through the one shape."""
    app.add_exception_handler(ServiceError, _on_service_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)


class CatchAll:
    """Middleware: an exception nobody expected becomes a 500 that tells nothing, and a log line that tells all.

    After the first byte no other answer is possible: the exception rises, and the server closes the connection.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            log.exception("request_failed")
            if started:
                raise
            await error_response(ServiceError(INTERNAL_MESSAGE))(scope, receive, send)


async def _on_service_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ServiceError)
    return error_response(error)


async def _on_invalid_request(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return error_response(invalid_request(error.errors()))


async def _on_http_exception(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    response = error_response(_service_error(error))
    if error.headers:
        response.headers.update(error.headers)
    return response


def invalid_request(found: Sequence[Any]) -> InvalidRequest:
    """The first of pydantic's `errors()` as ours: where (`param`, a dotted path) and what, never the value."""
    first = found[0]
    if first["type"] == "json_invalid":
        return InvalidRequest("The body is no valid JSON.", code="invalid_json")
    param = printable(_member(first["loc"]))
    if not param and first["type"] in ("missing", "model_attributes_type", "dict_type"):
        return InvalidRequest("The body must be a JSON object, sent as application/json.")
    bounds = {name: _figure(bound) for name, bound in first.get("ctx", {}).items()}
    # Refusals of our own bring their sentence along, whatever their kind is called.
    if (plain := _PLAINLY.get(first["type"])) and "message" not in bounds:
        return InvalidRequest(f"{param or 'The body'} {plain.format(**bounds)}.", param=param or None)
    message = f"{param}: {first['msg']}." if param else f"{first['msg']}."
    return InvalidRequest(message, param=param or None)


def _figure(bound: Any) -> str:
    """A number with its thousands apart; anything else as it is."""
    return f"{bound:,.0f}" if isinstance(bound, int | float) and bound == int(bound) else str(bound)


def _member(location: Sequence[int | str]) -> str:
    """`("body", "messages", 3, "content")` as `messages[3].content`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in location if part != "body")
    return "".join(parts).removeprefix(".")


def _service_error(error: HTTPException) -> ServiceError:
    match error.status_code:
        case 404:
            return RouteNotFound("There is nothing at this address; GET /openapi.json lists what there is.")
        case 405:
            return MethodNotAllowed("This address does not take this method.")
        case 408:
            return BodyTooLate(str(error.detail))
        case 413:
            return BodyTooLarge(str(error.detail))
        case status if status < 500:
            return InvalidRequest("The body cannot be read as UTF-8 JSON.", code="invalid_json")
        case _:
            return ServiceError(INTERNAL_MESSAGE)
