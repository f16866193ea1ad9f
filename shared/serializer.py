"""JSON as the OpenSearch client writes and reads it: by orjson, and tolerant of what native documents may hold.

OpenSearch keeps whatever a program wrote, and one document that cannot be read would cost the whole page it is on.
"""

import re
from io import BytesIO
from typing import Any, Final

import orjson
from opensearchpy import JSONSerializer
from opensearchpy.exceptions import SerializationError

DEEPEST: Final = 100
"""Levels of an answer that are kept once one goes beyond what orjson reads (1,024); a product has a handful."""

_ESCAPE: Final = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)
"""An escape in JSON, a whole surrogate pair being one. Read from the left, so that no escaped backslash begins one."""

_STRING_OR_BRACKET: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]')


class OrjsonSerializer(JSONSerializer):
    """Answers decoded and bodies encoded by orjson, numpy arrays included; bytes and text pass as they are.

    A body of more than 1 MiB should come as BytesIO, which aiohttp sends in pieces without holding the loop up.
    """

    def dumps(self, data: Any) -> Any:
        if isinstance(data, str | bytes | BytesIO):
            return data
        return orjson.dumps(data, option=orjson.OPT_SERIALIZE_NUMPY).decode()

    def loads(self, s: Any) -> Any:
        return read_json(s)


def read_json(data: str | bytes) -> Any:
    """What `data` says. Raises SerializationError for what is no JSON even when it is mended."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return _loads_mended(data if isinstance(data, str) else data.decode(errors="replace"))


def _loads_mended(text: str) -> Any:
    """`text` read without what makes JSON unreadable: half a surrogate pair is replaced, and null stands for whatever
    is nested too deep."""
    whole = _ESCAPE.sub(lambda found: r"\ufffd" if found["half"] else found[0], text)
    try:
        return orjson.loads(whole)
    except orjson.JSONDecodeError:
        pass
    try:
        return orjson.loads(_shallow(whole))
    except orjson.JSONDecodeError as exc:
        raise SerializationError(str(exc)) from exc


def _shallow(text: str) -> str:
    """JSON `text` with null for every array and object below DEEPEST levels."""
    kept, depth, start = [], 0, 0
    for found in _STRING_OR_BRACKET.finditer(text):
        if found[0] in "[{":
            depth += 1
            if depth == DEEPEST + 1:
                kept += [text[start : found.start()], "null"]
        elif found[0] in "]}":
            if depth == DEEPEST + 1:
                start = found.end()
            depth -= 1
    return "".join((*kept, text[start:]))
