"""A real nginx, Debian's, in front of a server of the test, with the lines that docs/operations.md recommends."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from support.debian_programs import found, running
from support.opensearch import REPOSITORY

from sandbox.ports import had

RECOMMENDED_UPSTREAM: Final = "http://127.0.0.1:8000"
PREFIX: Final = "/assistant"

_KINDS: Final = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def recommended() -> str:
    """The lines, as the docs have them."""
    text = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```nginx\n(.*?)```", text, re.DOTALL)
    assert RECOMMENDED_UPSTREAM in lines
    return str(lines)


@contextmanager
def nginx(folder: Path, upstream: str, lines: str = "", *, http: str = "") -> Iterator[str]:
    """The URL of nginx on a free loopback port before `upstream`. lines: of its server, else the recommended ones.

    http: further lines above it. Nothing is told to it of buffering, so that it buffers, as it does by default.
    """
    port = had(0)
    assert port is not None
    server = (lines or recommended()).replace(RECOMMENDED_UPSTREAM, upstream)
    config = folder / "nginx.conf"
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in _KINDS)
    config.write_text(
        f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log stderr;\n"
        "events { worker_connections 512; }\n"
        f"http {{\naccess_log {folder}/access.log;\n{temporary}{http}\n"
        f"server {{\nlisten 127.0.0.1:{port};\n{server}\n}}\n}}\n"
    )
    command = [found("nginx"), "-e", "stderr", "-p", str(folder), "-c", str(config)]
    with running(command, port=port, output=folder / "nginx.out"):
        yield f"http://127.0.0.1:{port}"
