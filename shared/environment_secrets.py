"""Secrets that the environment holds for libraries, not for us: no setting has them, and no log line may."""

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import unquote

from pydantic import SecretStr

_WHOLE: Final = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "LANGSMITH_API_KEY", "LANGCHAIN_API_KEY")
_HEADERS: Final = ("OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS")

_SHORTEST_KEY: Final = 16
"""Characters of a key without a digit; shorter words are names of tenants, which a log may be full of."""


def environment_secrets(environ: Mapping[str, str]) -> list[SecretStr]:
    """The values of AWS, LangSmith and OpenTelemetry that say who we are."""
    headers = (header for name in _HEADERS for header in environ.get(name, "").split(","))
    return [
        *(SecretStr(environ[name]) for name in _WHOLE if environ.get(name)),
        *(SecretStr(word) for header in headers for word in _credentials(header.partition("=")[2])),
    ]


def _credentials(value: str) -> Iterator[str]:
    """What may be a credential in `value` of a header, as it is written and as it is sent."""
    for word in {*value.split(), *unquote(value).split()}:
        if len(word) >= _SHORTEST_KEY or any(map(str.isdigit, word)):
            yield word
