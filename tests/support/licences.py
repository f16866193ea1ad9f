"""Under which licences a package comes, and whether they are among those that ours can carry along."""

import re
from collections.abc import Mapping
from importlib.metadata import PackageMetadata
from typing import Any

from boolean.boolean import ParseError
from license_expression import AND, OR, ExpressionError, LicenseSymbol, Licensing

ALLOWED = frozenset(
    {
        "MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "ISC", "Zlib",
        "Apache-2.0",
        "PSF-2.0",
        "CNRI-Python",  # what Python's own regular expressions were once given out under; regex
        "MPL-2.0",  # changes to its files stay under it; we make none
        "CC0-1.0",  # given to the public; parts of numpy
    }
)  # fmt: skip

_CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_IN_WORDS = {"3-Clause BSD License": "BSD-3-Clause", "MIT License": "MIT"}

_licensing = Licensing()


def declared(metadata: PackageMetadata) -> str:
    """The SPDX expression of a distribution: as it says, else of its classifiers, else of its one line; "" for none."""
    said: Mapping[str, Any] = metadata.json
    if expression := said.get("license_expression"):
        return str(expression)
    prefix = "License :: OSI Approved :: "
    names = [line.removeprefix(prefix) for line in said.get("classifier", []) if line.startswith(prefix)]
    if names:
        return " AND ".join(f"({_CLASSIFIERS.get(name) or _as_symbol(name)})" for name in names)
    # Some put the whole text there.
    words = str(said.get("license", "")).strip().partition("\n")[0]
    return _IN_WORDS.get(words, words)


def allowed(expression: str) -> bool:
    """Whether `expression` can be met with ALLOWED alone; what cannot be read cannot."""
    try:
        parsed = _licensing.parse(expression)
    except (ExpressionError, ParseError):
        return False
    return parsed is not None and _holds(parsed)


def _holds(node: Any) -> bool:
    match node:
        case AND():
            return all(map(_holds, node.args))
        case OR():
            return any(map(_holds, node.args))
        case LicenseSymbol():
            return node.key in ALLOWED
        case _:
            # An exception to a licence (WITH) is none that anybody has looked at.
            return False


def _as_symbol(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-")
