"""Logs: one JSON line an event.

Nothing secret leaves here: values of secret-looking keys are masked, and so is every known secret wherever
its value turns up. Neither does anything personal: phones, addresses and the like are masked in whatever text holds
them. Message texts, queries and documents are not logged.
"""

import logging
import re
import sys
from collections.abc import Iterable, Mapping, MutableMapping
from functools import lru_cache
from typing import Any, Protocol

import orjson
import structlog
from pydantic import SecretStr

from shared.personal_data import masked

MASK = "***"

_SECRET_KEY = re.compile(r"(password|passwd|secret|token$|api[_-]?key|authorization|cookie|credential)", re.IGNORECASE)
_PERSONAL_KEY = re.compile(r"(?:^|_)(?:phone|e?mail|passport|inn|card_number)$", re.IGNORECASE)
_OURS = frozenset({"timestamp", "level", "logger", "trace_id", "run_id"})
"""What a line says that nobody else has written."""
_OWN_ID = re.compile(r"(?:req_|chatcmpl-)[0-9a-f]{32}")
"""Made up by us: one of thousands holds what looks like a card, and has to be found again all the same."""
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}")
_URL_USER = re.compile(r"(?<=://)[^\s/@]+(?=@)")
_KEY_SHAPE = re.compile(r"(?<![\w-])(?:sk|vk|pk)[-_](?=[\w-]*\d)[\w-]{16,}")
"""A key of ours or of a provider; a store view may be called sk_bratislava."""
_MAY_HOLD = re.compile(r"://|(?i:bearer|basic)|[svp]k[-_]")
"""What stands in whatever one of the three finds: most words of a log line hold none of it."""


@lru_cache(maxsize=512)  # The keys of log lines are few.
def _names_secret(key: str) -> bool:
    return _SECRET_KEY.search(key) is not None


@lru_cache(maxsize=512)
def _names_person(key: str) -> bool:
    return _PERSONAL_KEY.search(key) is not None


class LogStream(Protocol):
    """Where log lines go."""

    def write(self, text: str, /) -> object: ...

    def flush(self) -> object: ...


class Redactor:
    """A structlog processor that masks secrets and personal data by key and by value, at any depth."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = tuple(sorted({secret for secret in secrets if len(secret) >= 6}, key=len, reverse=True))

    def __call__(self, _logger: Any, _method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
        return self.fields(event)

    def fields(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of `event`, masked."""
        return {key: self._mask(key, value) for key, value in event.items()}

    def text(self, value: str) -> str:
        """`value` with every known secret, bearer credential, user of a URL and key-shaped word masked, and then what
        shared.personal_data finds.
        """
        for secret in self._secrets:
            value = value.replace(secret, MASK)
        if _MAY_HOLD.search(value):
            value = _KEY_SHAPE.sub(MASK, _URL_USER.sub(MASK, _BEARER.sub(rf"\1 {MASK}", value)))
        return masked(value)

    def _mask(self, key: str, value: Any) -> Any:
        if key in _OURS or (isinstance(value, str) and _OWN_ID.fullmatch(value)):
            return value
        if _names_secret(key) and not isinstance(value, int | float | None):
            return MASK
        if value is not None and _names_person(key):
            return MASK
        match value:
            case str():
                return self.text(value)
            case SecretStr():
                return MASK
            case Mapping():
                return {str(name): self._mask(str(name), inner) for name, inner in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self._mask(key, inner) for inner in value]
            case int() | float() | None | logging.LogRecord():
                # structlog hands its record from step to step beside the event.
                return value
            case bytes():
                return self.text(value.decode(errors="replace"))
            case _:
                # An exception or path would be written as its text, and that may hold anything.
                return self.text(str(value))


def configure_logging(*, level: str, secrets: Iterable[SecretStr | None] = (), stream: LogStream | None = None) -> None:
    """Send every log event, the libraries' too, as one JSON line to `stream` (standard error)."""
    redactor = Redactor(secret.get_secret_value() for secret in secrets if secret is not None)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redactor,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_to_json),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Their warnings repeat, with a traceback, every failure that is translated and told by whoever called; what
    # botocore says at DEBUG are credentials that it was given, and that no list of ours can hold.
    for repeating in ("opensearch", "botocore"):
        logging.getLogger(repeating).setLevel(logging.CRITICAL)
    for noisy in ("httpx", "httpx2", "httpcore", "openai", "aiohttp.access", "uvicorn.access", "apscheduler"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


def _to_json(event: Any, **_options: Any) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
