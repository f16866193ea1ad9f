"""What the HTTP surface may tell a caller: each error carries its own wire shape, `web/errors.py` renders it.

ServiceError
├── InvalidRequest 400    BodyTooLate 408    BodyTooLarge 413    HeadTooLarge 431
│   RouteNotFound 404    MethodNotAllowed 405
├── Unauthorized 401
├── StoreNotFound, ModelNotFound, ProductNotFound 404
├── RateLimited 429
└── CatalogUnavailable, SwitchedOff 503

Unlike other `AppError`s the text of a `ServiceError` is read by the caller, so it never repeats what the caller
sent beyond a short quoted name, and says nothing about hosts, indices or credentials.
"""

from collections.abc import Sequence

from shared.errors import AppError

MAX_QUOTED = 80


def printable(value: str) -> str:
    """`value` fit for any answer: at most MAX_QUOTED characters, everything unprintable (surrogates too) escaped."""
    cut = value if len(value) <= MAX_QUOTED else value[:MAX_QUOTED] + "…"
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in cut)


def quoted(value: str) -> str:
    """`value`, printable, in quotes."""
    return f"'{printable(value)}'"


class ServiceError(AppError):
    """An answer that is an error: `status` and the members of the one error shape.

    type: OpenAI's error type. code: machine-readable reason. param: dotted path of the request member at fault.
    retry_after: whole seconds after which the same request may succeed. retryable: whether a client should try again
    by itself.
    """

    status: int = 500
    type: str = "server_error"
    code: str | None = None
    retryable: bool = True

    def __init__(
        self,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.param = param
        self.code = code or type(self).code
        self.retry_after = retry_after


class InvalidRequest(ServiceError):
    """The request cannot be understood or asks for what is not offered; `param` says where."""

    status = 400
    type = "invalid_request_error"
    retryable = False


class BodyTooLate(InvalidRequest):
    """The body does not come to its end."""

    status = 408
    code = "request_timeout"
    retryable = True


class BodyTooLarge(InvalidRequest):
    """More bytes than a request may have."""

    status = 413
    code = "request_too_large"


class HeadTooLarge(InvalidRequest):
    """More bytes than the headers of a request may have."""

    status = 431
    code = "headers_too_large"


class RouteNotFound(InvalidRequest):
    """No such address."""

    status = 404
    code = "not_found"


class MethodNotAllowed(InvalidRequest):
    """The address exists, the method does not."""

    status = 405
    code = "method_not_allowed"


class Unauthorized(InvalidRequest):
    """Neither an accepted key nor an allowed origin."""

    status = 401
    type = "authentication_error"
    code = "invalid_api_key"


class StoreNotFound(InvalidRequest):
    """A store view that does not exist, or that the caller may not see."""

    status = 404
    code = "store_not_found"

    def __init__(self, store: str, *, known: Sequence[str], param: str | None = "store") -> None:
        super().__init__(f"There is no store {quoted(store)}. Known: {', '.join(known)}.", param=param)


class ModelNotFound(InvalidRequest):
    """A model id that does not exist, or whose store the caller may not see."""

    status = 404
    code = "model_not_found"

    def __init__(self, model: str, *, known: Sequence[str]) -> None:
        super().__init__(f"There is no model {quoted(model)}. Known: {', '.join(known)}.", param="model")


class ProductNotFound(InvalidRequest):
    """No product of the store answers to the id or SKU."""

    status = 404
    code = "product_not_found"

    def __init__(self, asked: str, *, store: str, param: str) -> None:
        super().__init__(f"Store {quoted(store)} has no product with {param} {quoted(asked)}.", param=param)


class RateLimited(ServiceError):
    """Too many requests from one key or address."""

    status = 429
    type = "rate_limit_error"
    code = "rate_limit_exceeded"


class CatalogUnavailable(ServiceError):
    """The catalogue cannot be searched right now: no cluster, or no index behind the store's alias yet."""

    status = 503
    code = "catalog_unavailable"


class SwitchedOff(ServiceError):
    """The shop does not offer this at present."""

    status = 503
    code = "switched_off"
    retryable = False
