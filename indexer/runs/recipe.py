"""The recipe of a build: everything but the native documents that its products depend on, as one fingerprint.

The program belongs to it, file by file, so that no change of the code has to be remembered as a version number: after
an update the next run transforms every product anew.
"""

import hashlib
import sys
from collections.abc import Iterator, Mapping, Set
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

import orjson
from pydantic import BaseModel

_PACKAGES: Final = ("indexer", "shared")
_LIBRARIES: Final = ("babel", "selectolax", "orjson")
"""They format prices, read markup, and write documents."""

_DIGEST_BYTES: Final = 16


def build_recipe(**parts: Any) -> str:
    """32 hexadecimal digits, the same for the same program and `parts`: settings, dataclasses, pydantic models."""
    content = orjson.dumps(_plain(parts), option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(_program() + content, digest_size=_DIGEST_BYTES).hexdigest()


@cache
def _program() -> bytes:
    digest = hashlib.blake2b(sys.version.encode())
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    for package in _PACKAGES:
        for name, content in sorted(_iter_code(files(package), package)):
            digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.digest()


def _iter_code(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        path = f"{name}/{entry.name}"
        if entry.is_dir():
            yield from _iter_code(entry, path)
        elif entry.name.endswith(".py"):
            yield path, entry.read_bytes()


def _plain(value: Any) -> Any:
    """`value` as JSON can write it. The order of a mapping is part of what it says, that of a set is not."""
    if isinstance(value, BaseModel):
        return _plain(value.model_dump())
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return [[str(key), _plain(item)] for key, item in value.items()]
    if isinstance(value, Set):
        return sorted(map(str, value))
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
