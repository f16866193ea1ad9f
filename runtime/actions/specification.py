"""What a Custom GPT imports: the Action part of the contract, in ChatGPT's dialect; rules.py lints it. Pure."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, Final

from runtime.actions.rules import OPENAPI_VERSION, allows_null_by_choice

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
        "externalDocs": {
            "description": "Privacy policy",
            "url": f"{contract['servers'][0]['url'].rstrip('/')}/privacy",
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
    if not allows_null_by_choice(node):
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
