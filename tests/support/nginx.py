"""A real nginx, Debian's, in front of a server of the test, with the lines that docs/operations.md recommends."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import trustme
from support.debian_programs import found, running
from support.opensearch import REPOSITORY

from sandbox.ports import had

RECOMMENDED_UPSTREAM: Final = "http://127.0.0.1:8000"
PREFIX: Final = "/assistant"
SHOP: Final = "shop.example"
"""The name that the documents give the shop's host."""

_KINDS: Final = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def recommended() -> str:
    """The lines, as the docs have them."""
    text = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```nginx\n(.*?)```", text, re.DOTALL)
    assert RECOMMENDED_UPSTREAM in lines
    return str(lines)


def secured(folder: Path, port: int, certificate: trustme.LeafCert) -> str:
    """The lines of TLS, as docs/custom-gpt.md has them, with this port and this certificate."""
    text = (REPOSITORY / "docs" / "custom-gpt.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```nginx\n(.*?)```", text, re.DOTALL)
    for name, blobs in (("fullchain", certificate.cert_chain_pems), ("privkey", [certificate.private_key_pem])):
        (folder / f"{name}.pem").write_bytes(b"".join(blob.bytes() for blob in blobs))
    assert (lines.count(f"/etc/ssl/{SHOP}/"), lines.count("443 ssl")) == (2, 1)
    return str(lines).replace(f"/etc/ssl/{SHOP}/", f"{folder}/").replace("443 ssl", f"127.0.0.1:{port} ssl")


@contextmanager
def nginx(
    folder: Path, upstream: str, lines: str = "", *, http: str = "", certificate: trustme.LeafCert | None = None
) -> Iterator[str]:
    """The URL of nginx on a free loopback port before `upstream`. lines: of its server, else the recommended ones.

    http: further lines above it. certificate: it speaks TLS with that. Nothing is told to it of buffering, so that it
    buffers, as it does by default.
    """
    port = had(0)
    assert port is not None
    listening = f"listen 127.0.0.1:{port};" if certificate is None else secured(folder, port, certificate)
    server = (lines or recommended()).replace(RECOMMENDED_UPSTREAM, upstream)
    config = folder / "nginx.conf"
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in _KINDS)
    config.write_text(
        f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log stderr;\n"
        "events { worker_connections 512; }\n"
        f"http {{\naccess_log {folder}/access.log;\n{temporary}{http}\n"
        f"server {{\n{listening}\n{server}\n}}\n}}\n"
    )
    command = [found("nginx"), "-e", "stderr", "-p", str(folder), "-c", str(config)]
    with running(command, port=port, output=folder / "nginx.out"):
        yield f"{'http' if certificate is None else 'https'}://127.0.0.1:{port}"
