"""Questions to an index of the schema version before, whose fields had other names. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from shared import catalog

_OF_VERSION: Final[Mapping[int, Mapping[str, str]]] = {
    # Then words were looked for in the text itself, and attribute values were kept in lower case alone.
    1: {catalog.BODY: catalog.TEXT, f"{catalog.FACETS}.shown": catalog.FACETS},
}
"""Schema version -> field of the present one -> what it was called. What did not exist yet is found in no product."""


def in_words_of(body: Mapping[str, Any], *, version: int) -> dict[str, Any]:
    """`body`, a search, with the fields that an index of schema `version` has; what a shopper wrote stays as it is."""
    return _mapping(body, _OF_VERSION[version])


def _mapping(node: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {_field(key, names): _below(key, value, names) for key, value in node.items()}


def _below(key: str, value: Any, names: Mapping[str, str]) -> Any:
    match value:
        case str() if key == "field":
            return _field(value, names)
        case Mapping():
            return _mapping(value, names)
        case list() | tuple() if key == "fields":
            return [_field(name, names) for name in value]
        case list() | tuple():
            return [_below("", part, names) for part in value]
        case _:
            return value


def _field(name: str, names: Mapping[str, str]) -> str:
    """A field, perhaps one of its sub-fields (`body.plain`), perhaps with its weight (`body^2`)."""
    written, caret, weight = name.partition("^")
    head, dot, sub = written.partition(".")
    known = names.get(written) or f"{names.get(head, head)}{dot}{sub}"
    return f"{known}{caret}{weight}"
