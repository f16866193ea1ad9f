"""What the images are, and their processes with as little as a container engine leaves them."""

import os
import signal
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Literal

from support.image_build import Stage
from support.processes import Finished

Name = Literal["indexer", "runtime", "sandbox"]
PROGRAMS: tuple[Name, ...] = ("indexer", "runtime")

ENDS_WITHIN_SECONDS = 120

_AS_IN_A_CONTAINER = (
    "unshare", "--user", "--map-user=10001", "--map-group=10001", "--pid", "--fork", "--kill-child", "--",
)  # fmt: skip
_WITHOUT_CAPABILITIES = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--")


@cache
def confined() -> tuple[str, ...]:
    """What starts a process as the image's user, as number 1, with no capability.

    Where a kernel gives nobody a user namespace, root at least loses its capabilities, and with them the right to
    write what is read-only.
    """
    if subprocess.run([*_AS_IN_A_CONTAINER, "true"], capture_output=True, check=False, timeout=60).returncode == 0:
        return _AS_IN_A_CONTAINER
    return _WITHOUT_CAPABILITIES if os.geteuid() == 0 else ()


def ended(process: subprocess.Popen[str]) -> Finished:
    """`process`, once it is; killed when that takes too long."""
    try:
        output, errors = process.communicate(timeout=ENDS_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return Finished(process.returncode, output, errors)


def ran(image: Stage, *arguments: str, **settings: str) -> Finished:
    """What the image's program says to `arguments`."""
    return ended(image.started(*arguments, within=confined(), **settings))


def python(image: Stage, code: str) -> Finished:
    """What the image's Python says to `code`."""
    return ran(replace(image, entrypoint=("python", "-c")), code)


def terminate(process: subprocess.Popen[str]) -> None:
    """SIGTERM to the program itself, as an engine sends it to number 1; unshare is deaf to it."""
    number = process.pid
    if confined() == _AS_IN_A_CONTAINER:
        number = int(Path(f"/proc/{number}/task/{number}/children").read_text(encoding="ascii"))
    os.kill(number, signal.SIGTERM)
