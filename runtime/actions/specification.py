"""What a Custom GPT imports: the Action part of the contract, and a linter for the rules ChatGPT imports by. Pure.

Rules: https://developers.openai.com/api/docs/actions/production.md and ecosystem.md §3.
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, Final
from urllib.parse import urlsplit

OPENAPI_VERSION: Final = "3.1.0"
MAX_OPERATIONS: Final = 30
MAX_SUMMARY: Final = 300
MAX_DESCRIPTION: Final = 700
MAX_OPERATION_ID: Final = 40

_OPERATION_ID = re.compile(r"[a-z]+(?:[A-Z][a-z]*)*")
_SCHEMA_REF: Final = "#/components/schemas/"
_TAG: Final = "actions"

Node = dict[str, Any]


def build_action_specification(contract: Mapping[str, Any]) -> Node:
    """The operations tagged `actions` of the whole `contract`, with the schemas they need, in ChatGPT's dialect."""
    paths = {
        path: {method: _operation(operation) for method, operation in item.items()}
        for path, item in deepcopy(dict(contract["paths"])).items()
        if any(_TAG in operation.get("tags", []) for operation in item.values())
    }
    schemas: Node = deepcopy(contract["components"]["schemas"])
    asked = _reachable([operation["requestBody"] for item in paths.values() for operation in item.values()], schemas)
    answered = _reachable([operation["responses"] for item in paths.values() for operation in item.values()], schemas)
    return {
        "openapi": OPENAPI_VERSION,
        "info": {
            "title": f"{contract['info']['title']} product search",
            "version": contract["info"]["version"],
            "description": "Finds products of the shop with price, stock and link.",
        },
        "servers": contract["servers"],
        "paths": _without_titles(paths),
        "components": {
            "schemas": {
                name: _without_titles(_without_null(schemas[name], required=name in answered))
                for name in sorted(asked | answered)
            },
            "securitySchemes": contract["components"]["securitySchemes"],
        },
    }


def find_violations(specification: Mapping[str, Any]) -> list[str]:
    """Why ChatGPT would refuse or misread `specification`, one sentence each; empty when it would not."""
    return [
        *_check_head(specification),
        *_check_operations(specification),
        *_check_schemas(specification, "#"),
    ]


def _check_head(specification: Mapping[str, Any]) -> Iterator[str]:
    if specification.get("openapi") != OPENAPI_VERSION:
        yield f"openapi must be {OPENAPI_VERSION}"
    servers = [server.get("url", "") for server in specification.get("servers", [])]
    if len(servers) != 1:
        yield f"servers must hold one address, not {len(servers)}"
    for url in servers:
        if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
            yield f"server {url!r} must be an https address"
    schemes = specification.get("components", {}).get("securitySchemes", {})
    if not any((scheme.get("type"), scheme.get("scheme")) == ("http", "bearer") for scheme in schemes.values()):
        yield "securitySchemes must hold a bearer scheme"


def _check_operations(specification: Mapping[str, Any]) -> Iterator[str]:
    operations = [
        (f"{method.upper()} {path}", operation)
        for path, item in specification.get("paths", {}).items()
        for method, operation in item.items()
    ]
    if not 1 <= len(operations) <= MAX_OPERATIONS:
        yield f"there must be 1 to {MAX_OPERATIONS} operations, not {len(operations)}"
    ids = [operation.get("operationId", "") for _, operation in operations]
    for repeated in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"operationId {repeated!r} is used twice"
    for where, operation in operations:
        yield from (f"{where}: {violation}" for violation in _check_operation(operation))


def _check_operation(operation: Mapping[str, Any]) -> Iterator[str]:
    name = operation.get("operationId", "")
    if not _OPERATION_ID.fullmatch(name) or len(name) > MAX_OPERATION_ID:
        yield f"operationId {name!r} must be camelCase of at most {MAX_OPERATION_ID} characters"
    for member in ("summary", "description"):
        text = operation.get(member, "")
        if not text or len(text) > MAX_SUMMARY:
            yield f"{member} must have 1 to {MAX_SUMMARY} characters, not {len(text)}"
    if operation.get("x-openai-isConsequential") is not False:
        yield "x-openai-isConsequential must be false, or every call asks the user for permission"
    if not operation.get("security"):
        yield "security must ask for the key"
    if "422" in operation.get("responses", {}):
        yield "response 422 is never sent"
    if any(parameter.get("in") in ("header", "cookie") for parameter in operation.get("parameters", [])):
        yield "custom headers and cookies are not sent by ChatGPT"


def _check_schemas(node: Any, where: str) -> Iterator[str]:
    """Every rule about schemas and descriptions, at any depth below `node`."""
    if isinstance(node, list):
        for position, inner in enumerate(node):
            yield from _check_schemas(inner, f"{where}/{position}")
    if not isinstance(node, dict):
        return
    if _allows_null_by_choice(node):
        yield f"{where}: anyOf with null; leave the member out of required, or list null among its types"
    if node.get("type") == "object" and "properties" not in node:
        yield f"{where}: an object schema needs properties"
    if isinstance(text := node.get("description"), str) and len(text) > MAX_DESCRIPTION:
        yield f"{where}: the description has {len(text)} characters and may have {MAX_DESCRIPTION}"
    for name, inner in node.items():
        yield from _check_schemas(inner, f"{where}/{name}")


def _allows_null_by_choice(node: Node) -> bool:
    choices = [*node.get("anyOf", []), *node.get("oneOf", [])]
    return any(isinstance(choice, dict) and choice.get("type") == "null" for choice in choices)


def _operation(operation: Node) -> Node:
    return {name: value for name, value in operation.items() if name != "tags"}


def _reachable(node: Any, schemas: Mapping[str, Any]) -> set[str]:
    """Names of the component schemas that `node` refers to, directly or through others."""
    found: set[str] = set()
    open_nodes = [node]
    while open_nodes:
        for reference in _references(open_nodes.pop()):
            name = reference.removeprefix(_SCHEMA_REF)
            if name not in found:
                found.add(name)
                open_nodes.append(schemas[name])
    return found


def _references(node: Any) -> Iterator[str]:
    match node:
        case {"$ref": str() as reference}:
            yield reference
        case dict():
            for inner in node.values():
                yield from _references(inner)
        case list():
            for inner in node:
                yield from _references(inner)


def _without_null(node: Any, *, required: bool) -> Any:
    """`anyOf: [X, null]` as X alone, or, where null is really sent (`required`), with null among the types."""
    if isinstance(node, list):
        return [_without_null(inner, required=required) for inner in node]
    if not isinstance(node, dict):
        return node
    node = {name: _without_null(inner, required=required) for name, inner in node.items()}
    if not _allows_null_by_choice(node):
        return node
    choices = [choice for choice in node.pop("anyOf") if choice.get("type") != "null"]
    if node.get("default", ...) is None:
        del node["default"]
    if len(choices) == 1 and not (required and "type" in choices[0]):
        return {**choices[0], **node}
    if len(choices) > 1 and any(choice.keys() != {"type"} for choice in choices):
        return {**node, "anyOf": choices}
    types = [choice["type"] for choice in choices]
    return {**choices[0], **node, "type": [*types, "null"] if required else types}


def _without_titles(node: Any) -> Any:
    """`node` without the titles pydantic derives from member names: noise in a prompt. A member may be called so."""
    match node:
        case dict():
            return {
                name: _without_titles(inner)
                for name, inner in node.items()
                if not (name == "title" and isinstance(inner, str))
            }
        case list():
            return [_without_titles(inner) for inner in node]
        case _:
            return node
