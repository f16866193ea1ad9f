"""What an address serves as the specification of a Custom GPT, judged by the rules that ChatGPT imports by."""

import json
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, ValidationError

from runtime.actions.rules import RULES, find_violations
from shared.errors import ConfigurationError, Terminal
from shared.tls import trust

PATIENCE_SECONDS: Final = 10
MAX_BYTES: Final = 1_000_000
"""Many times what a specification of three operations takes."""


class NoSpecification(Terminal):
    """There is nothing at the address that could be judged."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(f"{url}: {why}")


@dataclass(frozen=True, slots=True)
class Judged:
    """A specification that was served. violations: a rule's name and a sentence each; none where ChatGPT takes it."""

    url: str
    violations: tuple[str, ...]

    def lines(self) -> list[str]:
        """For an operator."""
        return [f"{self.url}: {told}" for told in self.violations or (f"keeps all {len(RULES)} rules",)]


def judge_served(url: str, *, ca_file: str | None = None) -> Judged:
    """Fetch what `url` serves, and judge it. ca_file: PEM of the authority to trust instead of the machine's.

    Raises ConfigurationError for an address or a file that cannot be used, NoSpecification when no JSON object comes.
    """
    shown = _shown(url)
    body = _fetch(url, shown=shown, context=trust(ca_file, setting="--ca-file"))
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise NoSpecification(shown, "the answer is no JSON; is this the runtime's address?") from exc
    if not isinstance(document, dict):
        raise NoSpecification(shown, "the answer is no JSON object")
    return Judged(url=shown, violations=tuple(judge(document)))


def judge(document: dict[str, Any]) -> list[str]:
    """Every rule that `document` breaks; where its shape is none of OpenAPI, what is wrong with that instead."""
    try:
        _Shape.model_validate(document)
    except ValidationError as exc:
        return [f"shape: {'.'.join(map(str, error['loc']))}: {error['msg']}" for error in exc.errors()]
    return find_violations(document)


def _shown(url: str) -> str:
    """`url` as messages may quote it. Raises ConfigurationError unless it is one that ChatGPT could be given."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        raise ConfigurationError(["--lint: must be an https:// address without a login, as ChatGPT is given it"])
    return f"https://{parts.netloc}{parts.path}"


def _fetch(url: str, *, shown: str, context: ssl.SSLContext) -> bytes:
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), _Stay)
    try:
        with opener.open(url, timeout=PATIENCE_SECONDS) as answer:
            body: bytes = answer.read(MAX_BYTES)
    except urllib.error.HTTPError as exc:
        exc.close()
        raise NoSpecification(shown, f"answers {exc.code}, not {HTTPStatus.OK}") from exc
    except urllib.error.URLError as exc:
        raise NoSpecification(shown, _unreached(exc.reason)) from exc
    except (OSError, HTTPException) as exc:
        raise NoSpecification(shown, f"broke off ({type(exc).__name__})") from exc
    return body


def _unreached(reason: object) -> str:
    match reason:
        case ssl.SSLCertVerificationError(verify_message=words):
            return (
                f"its TLS certificate is not trusted ({words.rstrip('.')}), and ChatGPT would not trust it either; "
                "--ca-file names the authority of one that is only for trying"
            )
        case ssl.SSLError():
            return "does not speak TLS as ChatGPT does"
        case OSError(strerror=str(words)):
            return f"cannot be reached ({words})"
        case _:
            return f"cannot be reached ({type(reason).__name__})"


class _Stay(urllib.request.HTTPRedirectHandler):
    """An address that leads elsewhere is told instead of followed: the one to import is that other one."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class _Server(BaseModel):
    url: str = ""


class _Operation(BaseModel):
    operation_id: str = Field("", alias="operationId")
    summary: str = ""
    description: str = ""
    security: list[dict[str, Any]] = []
    parameters: list[dict[str, Any]] = []
    responses: dict[str, Any] = {}


class _Components(BaseModel):
    security_schemes: dict[str, dict[str, Any]] = Field({}, alias="securitySchemes")
    schemas: dict[str, Any] = {}


class _Shape(BaseModel):
    """As much of OpenAPI as the rules walk through."""

    servers: list[_Server] = []
    paths: dict[str, dict[str, _Operation]] = {}
    components: _Components = _Components()
    external_docs: _Server = Field(_Server(), alias="externalDocs")
