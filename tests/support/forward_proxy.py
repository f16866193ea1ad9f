"""A real forward proxy, Debian's tinyproxy, and what it says went through it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from support.debian_programs import found, running

from sandbox.ports import had

USER: Final = "shop"
PASSWORD: Final = "pr0xy-s3cret"

_REQUEST: Final = re.compile(r"Request \(file descriptor \d+\): (\S+) (\S+)")


@dataclass(frozen=True)
class ForwardProxy:
    """A running one, which asks for USER and PASSWORD."""

    port: int
    _log: Path

    @property
    def url(self) -> str:
        """As HTTP_PROXY and HTTPS_PROXY take it."""
        return f"http://{USER}:{PASSWORD}@127.0.0.1:{self.port}"

    @property
    def requests(self) -> list[tuple[str, str]]:
        """Method and target of every request since the last look, those it refused included."""
        seen = _REQUEST.findall(self._log.read_text(errors="replace"))
        self._log.write_text("")
        return seen


@contextmanager
def forward_proxy(folder: Path) -> Iterator[ForwardProxy]:
    """tinyproxy on a free loopback port, with its files in `folder`."""
    port = had(0)
    assert port is not None
    log, config = folder / "tinyproxy.log", folder / "tinyproxy.conf"
    config.write_text(
        f"Port {port}\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 600\nMaxClients 50\nBasicAuth {USER} {PASSWORD}\n"
        f'LogFile "{log}"\nLogLevel Connect\n'
    )
    with running([found("tinyproxy"), "-d", "-c", str(config)], port=port, output=folder / "tinyproxy.out"):
        yield ForwardProxy(port, log)
