"""How deep the JSON of a request may be nested, found without parsing it. Pure."""

import re
from typing import Final

from runtime.errors import InvalidRequest

MAX_DEPTH: Final = 32
"""Brackets within brackets; a request that asks for all there is has seven."""

# A string is taken whole or to the end of the body, and never given back, so that no body takes longer than its length.
_BRACKET: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?|([\[{])|[\]}]', re.DOTALL)


def require_shallow(body: bytes) -> None:
    """Raises InvalidRequest for a body that is nested deeper than MAX_DEPTH."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for found in _BRACKET.finditer(body):
        if found[0][:1] == b'"':
            continue
        depth += 1 if found[1] else -1
        if depth > MAX_DEPTH:
            raise InvalidRequest(f"The body is nested too deep; {MAX_DEPTH} levels are taken.", code="too_deep")
