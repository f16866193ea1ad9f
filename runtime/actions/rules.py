"""The linter of what a Custom GPT imports: each rule that ChatGPT imports and calls by, under a name. Pure.

Rules: https://developers.openai.com/api/docs/actions/production.md; fewer operations and shorter ids than it allows.
What no document can show is shown elsewhere: that an answer stays below 100,000 characters in fitting.py.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

OPENAPI_VERSION: Final = "3.1.0"
MAX_OPERATIONS: Final = 3
MAX_SUMMARY: Final = 300
MAX_DESCRIPTION: Final = 700
MAX_OPERATION_ID: Final = 40
HTTPS_PORT: Final = 443

_OPERATION_ID: Final = re.compile(r"[a-z]+(?:[A-Z][a-z]*)*")
_BEARER: Final = ("http", "bearer")
_JSON: Final = "application/json"

Node = dict[str, Any]
Specification = Mapping[str, Any]
Rule = Callable[[Specification], Iterator[str]]


def find_violations(specification: Specification) -> list[str]:
    """Why ChatGPT would refuse or misread `specification`: the rule's name and a sentence each; empty when it would
    not."""
    return [f"{name}: {told}" for name, rule in RULES.items() for told in rule(specification)]


def allows_null_by_choice(node: Node) -> bool:
    """Whether a schema says "this or null" by a choice of schemas."""
    lists = [node[word] for word in ("anyOf", "oneOf") if isinstance(node.get(word), list)]
    return any(isinstance(choice, dict) and choice.get("type") == "null" for choices in lists for choice in choices)


def _version(specification: Specification) -> Iterator[str]:
    if specification.get("openapi") != OPENAPI_VERSION:
        yield f"openapi must be {OPENAPI_VERSION}"


def _one_server(specification: Specification) -> Iterator[str]:
    if (number := len(specification.get("servers", []))) != 1:
        yield f"servers must hold one address, not {number}"


def _https(specification: Specification) -> Iterator[str]:
    for server in specification.get("servers", []):
        if not _is_https(server.get("url", "")):
            yield f"server {server.get('url')!r} must be an https address, on port {HTTPS_PORT}"


def _is_https(address: str) -> bool:
    try:
        url = urlsplit(address)
        port = url.port or HTTPS_PORT
    except ValueError:
        return False
    return url.scheme == "https" and bool(url.hostname) and port == HTTPS_PORT


def _privacy(specification: Specification) -> Iterator[str]:
    if not specification.get("externalDocs", {}).get("url", "").startswith("https://"):
        yield "externalDocs must link the privacy policy, which a GPT for everyone cannot be published without"


def _bearer(specification: Specification) -> Iterator[str]:
    schemes = specification.get("components", {}).get("securitySchemes", {})
    bearers = {name for name, scheme in schemes.items() if (scheme.get("type"), scheme.get("scheme")) == _BEARER}
    if not bearers or len(schemes) > 1:
        yield "securitySchemes must hold a bearer scheme, and no other: a GPT takes one"
    for where, operation in _operations(specification):
        if not any(bearers & set(asked) for asked in operation.get("security", [])):
            yield f"{where}: security must ask for the key"


def _few(specification: Specification) -> Iterator[str]:
    if not 1 <= (number := len(_operations(specification))) <= MAX_OPERATIONS:
        yield f"there must be 1 to {MAX_OPERATIONS} operations, not {number}"


def _ids(specification: Specification) -> Iterator[str]:
    names = [operation.get("operationId", "") for _, operation in _operations(specification)]
    for name in names:
        if not _OPERATION_ID.fullmatch(name) or len(name) > MAX_OPERATION_ID:
            yield f"operationId {name!r} must be camelCase of at most {MAX_OPERATION_ID} characters"
    for repeated in sorted({name for name in names if names.count(name) > 1}):
        yield f"operationId {repeated!r} is used twice"


def _summaries(specification: Specification) -> Iterator[str]:
    for where, operation in _operations(specification):
        for member in ("summary", "description"):
            if not 1 <= (length := len(operation.get(member, ""))) <= MAX_SUMMARY:
                yield f"{where}: {member} must have 1 to {MAX_SUMMARY} characters, not {length}"


def _descriptions(specification: Specification) -> Iterator[str]:
    for where, node in _nodes(specification):
        text = node.get("description")
        if isinstance(text, str) and len(text) > MAX_DESCRIPTION:
            yield f"{where}: the description has {len(text)} characters and may have {MAX_DESCRIPTION}"


def _not_consequential(specification: Specification) -> Iterator[str]:
    for where, operation in _operations(specification):
        if operation.get("x-openai-isConsequential") is not False:
            yield f"{where}: x-openai-isConsequential must be false, or every call asks the user for permission"


def _no_custom_headers(specification: Specification) -> Iterator[str]:
    for where, operation in _operations(specification):
        if any(parameter.get("in") in ("header", "cookie") for parameter in operation.get("parameters", [])):
            yield f"{where}: custom headers and cookies are not sent by ChatGPT"


def _text_only(specification: Specification) -> Iterator[str]:
    for where, node in _nodes(specification):
        content = node.get("content")
        if isinstance(content, dict) and set(content) != {_JSON}:
            yield f"{where}: bodies must be {_JSON} alone"


def _no_422(specification: Specification) -> Iterator[str]:
    for where, operation in _operations(specification):
        if "422" in operation.get("responses", {}):
            yield f"{where}: response 422 is never sent"


def _no_null_by_choice(specification: Specification) -> Iterator[str]:
    for where, node in _nodes(specification):
        if allows_null_by_choice(node):
            yield f"{where}: anyOf with null; leave the member out of required, or list null among its types"


def _objects(specification: Specification) -> Iterator[str]:
    for where, node in _nodes(specification):
        if node.get("type") == "object" and "properties" not in node:
            yield f"{where}: an object schema needs properties"


def _references(specification: Specification) -> Iterator[str]:
    schemas = specification.get("components", {}).get("schemas", {})
    for where, node in _nodes(specification):
        reference = node.get("$ref")
        if isinstance(reference, str) and reference.removeprefix("#/components/schemas/") not in schemas:
            yield f"{where}: {reference!r} leads nowhere"


def _operations(specification: Specification) -> list[tuple[str, Node]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, item in specification.get("paths", {}).items()
        for method, operation in item.items()
    ]


def _nodes(node: Any, where: str = "#") -> Iterator[tuple[str, Node]]:
    """Every object of the document, with its place."""
    if isinstance(node, list):
        for position, inner in enumerate(node):
            yield from _nodes(inner, f"{where}/{position}")
    if isinstance(node, dict):
        yield where, node
        for name, inner in node.items():
            yield from _nodes(inner, f"{where}/{name}")


RULES: Final[Mapping[str, Rule]] = {
    "version": _version,
    "one server": _one_server,
    "https": _https,
    "privacy": _privacy,
    "bearer key": _bearer,
    "few operations": _few,
    "operation ids": _ids,
    "summaries": _summaries,
    "descriptions": _descriptions,
    "not consequential": _not_consequential,
    "no custom headers": _no_custom_headers,
    "text only": _text_only,
    "no 422": _no_422,
    "no null by choice": _no_null_by_choice,
    "objects with properties": _objects,
    "references": _references,
}
