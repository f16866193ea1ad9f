"""Error objects as the API words them: status, then `{"error": {message, type, param, code}}`. Pure."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.openai_server.script import Refuse

_USUAL: dict[int, tuple[str, str | None, str]] = {
    400: ("invalid_request_error", None, "The request is not valid."),
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided: {key}."),
    403: ("invalid_request_error", "unsupported_country_region_territory", "Not available in your region."),
    404: ("invalid_request_error", "model_not_found", "The model does not exist or you do not have access to it."),
    408: ("server_error", None, "The request timed out."),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached. Please try again later."),
    500: ("server_error", None, "The server had an error while processing your request."),
    502: ("server_error", None, "Bad gateway."),
    503: ("server_error", None, "The engine is currently overloaded, please try again later."),
}


@dataclass(frozen=True, slots=True)
class Problem(Exception):
    """Why a request is refused; also what `body` an answer then has."""

    message: str
    status: int = 400
    type: str = "invalid_request_error"
    param: str | None = None
    code: str | None = None

    def body(self) -> dict[str, Any]:
        return {"error": {"message": self.message, "type": self.type, "param": self.param, "code": self.code}}


def problem_of(plan: Refuse, *, key: str) -> Problem:
    """The error object of a `Refuse`. A message with {key} repeats the caller's key, as careless servers do."""
    type_, code, message = _USUAL.get(plan.status, ("invalid_request_error", None, "The request was refused."))
    return Problem(
        message=(plan.message or message).replace("{key}", key),
        status=plan.status,
        type=plan.type or type_,
        param=plan.param,
        code=plan.code or code,
    )


def known_model(body: Mapping[str, Any], models: Container[str]) -> str:
    """The model that the request in `body` names. Raises Problem unless it is one of `models`."""
    model = body.get("model")
    if not isinstance(model, str):
        raise Problem("you must provide a model parameter")
    if model not in models:
        message = f"The model `{model}` does not exist or you do not have access to it."
        raise Problem(message, status=404, code="model_not_found")
    return model
