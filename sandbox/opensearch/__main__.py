"""`make node`: the embedded OpenSearch in the foreground on 127.0.0.1:${NODE_PORT:-9200}, until Ctrl-C or SIGTERM.

python -m sandbox.opensearch            run a node
python -m sandbox.opensearch prepare    only fetch and assemble what it needs
python -m sandbox.opensearch prepare secured    the same of a node with the security plugin
"""

import os
import signal
import sys
import time
from types import FrameType

from sandbox.opensearch.errors import NodeError
from sandbox.opensearch.node import prepare, start_node

DEFAULT_PORT = "9200"
CHECK_SECONDS = 0.5


class Asked(BaseException):
    """SIGINT or SIGTERM: the wish to stop, not an error."""


def main() -> int:
    # Set by hand: a shell starts background jobs with SIGINT ignored, and Python then leaves it so.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop_asked)
    try:
        return _prepare(secured="secured" in sys.argv[2:]) if sys.argv[1:2] == ["prepare"] else _run()
    except Asked:
        return 0
    except NodeError as error:
        print(error, file=sys.stderr)
        return 1


def _prepare(*, secured: bool) -> int:
    home, java = prepare(secured=secured)
    print(f"{home} on Java {java.major} ({java.home})")
    return 0


def _run() -> int:
    port = os.environ.get("NODE_PORT", DEFAULT_PORT)
    if not port.isdecimal() or not 0 < int(port) < 65536:
        print(f"NODE_PORT={port!r} is not a port: use a number from 1 to 65535.", file=sys.stderr)
        return 2
    with start_node(port=int(port)) as node:
        print(f"{node.url}  OpenSearch {node.version} on Java {node.java.major}; Ctrl-C stops it", flush=True)
        while not node.ended():
            time.sleep(CHECK_SECONDS)
        print(f"OpenSearch ended by itself. The end of its log:\n{node.log_tail()}", file=sys.stderr)
    return 1


def _stop_asked(number: int, frame: FrameType | None) -> None:
    raise Asked


if __name__ == "__main__":
    sys.exit(main())
