"""The run blocks of one document, as a reader would paste them: one shell, one fresh copy of the repository.

One thing is not done as written: `make install` finds itself done. The copy's `.venv` is the one that the tests run
with, and the files it is made from are dated back, so that make leaves it alone: installing 800 MB anew would take
minutes and the network, and `tests/` already run on what it makes. Nothing else is replaced.
"""

import os
import shutil
import subprocess
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from support.document_blocks import Step
from support.opensearch import REPOSITORY
from support.ports import a_port

LONGEST_SECONDS: Final = 600
"""More than a busy machine takes: ended by pytest itself, a session could not tell what it said."""
ENDING_SECONDS: Final = 20

_MADE_FROM: Final = ("locks/uv.txt", "locks/dev.txt", "pyproject.toml")
_PORTS: Final = ("NODE_PORT", "PORT", "MODEL_PORT", "HTTPS_PORT")
"""The variables by which the documents let a reader choose."""
_KEPT: Final = ("PATH", "HOME", "LANG", "TMPDIR", "VITRINA_CACHE_DIR", "VITRINA_JAVA")
_NOWHERE: Final = "http://127.0.0.1:9"
"""As a proxy: whoever asks anything but this machine is told that nobody is there."""
_MARK: Final = "VITRINA_DOCUMENT_TEST"


@dataclass(frozen=True, slots=True)
class Session:
    """What became of a document. outputs: of the blocks that began. left: what they started and did not end."""

    status: int
    outputs: tuple[str, ...]
    left: tuple[str, ...]

    def told(self) -> str:
        """For the message of a failed test."""
        return f"exit status {self.status}, left {self.left}; the last block said:\n{(self.outputs or ('',))[-1]}"


def copy_repository(folder: Path) -> Path:
    """The files that git knows, as they are now, and the present `.venv`."""
    copy = folder / "vitrina"
    names = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (source := REPOSITORY / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy / name)
    for name in _MADE_FROM:
        os.utime(copy / name, (0, 0))
    (copy / ".venv").symlink_to(REPOSITORY / ".venv")
    return copy


def run_steps(steps: Sequence[Step], *, folder: Path) -> Session:
    """Every block of `steps` in one shell that ends at the first failure, as `set -e` has it."""
    said = folder / "said"
    said.mkdir()
    blocks = (f"exec >{said}/{number} 2>&1\n{step.block.text}" for number, step in enumerate(steps))
    mark = f"{_MARK}={uuid.uuid4()}"
    with (folder / "shell").open("wb") as complaints:
        shell = subprocess.Popen(
            ["bash", "-c", "\n".join(("set -euo pipefail", *blocks))], cwd=copy_repository(folder),
            env={**_environment(), _MARK: mark.partition("=")[2]}, stdin=subprocess.DEVNULL,
            stdout=complaints, stderr=complaints,
        )  # fmt: skip
        try:
            status = shell.wait(LONGEST_SECONDS)
        except subprocess.TimeoutExpired:
            shell.kill()
            status = shell.wait()
    left = _ended(mark)
    outputs = tuple(
        (said / str(number)).read_text(encoding="utf-8", errors="replace")
        for number in range(len(steps))
        if (said / str(number)).exists()
    )
    return Session(status=status, outputs=outputs, left=left)


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    ports = {name: str(a_port()) for name in _PORTS}
    proxies = {name: _NOWHERE for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")}
    own = {name: "127.0.0.1,localhost" for name in ("NO_PROXY", "no_proxy")}
    return {**kept, **ports, **proxies, **own, "LC_ALL": "C.UTF-8"}


def _ended(mark: str) -> tuple[str, ...]:
    """What a session left behind after it had time to go; killed, each by its own id."""
    deadline = time.monotonic() + ENDING_SECONDS
    while (running := _marked(mark)) and time.monotonic() < deadline:
        time.sleep(0.1)
    for number in running:
        os.kill(number, 9)
    return tuple(running.values())


def _marked(mark: str) -> dict[int, str]:
    """Processes that inherited `mark`, whoever their parent is by now: id -> command line."""
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            if mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ").strip()
        except OSError:
            # Gone meanwhile, or somebody else's.
            continue
    return found
