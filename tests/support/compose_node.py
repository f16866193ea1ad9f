"""The compose file's OpenSearch, without a container engine: its own opensearch.yml and users on an embedded node."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml
from support.opensearch import REPOSITORY, prepare_embedded
from support.ports import a_port

from sandbox.opensearch.account import server_account
from sandbox.opensearch.layout import command, environ, lay_out
from sandbox.opensearch.node import START_SECONDS, prepare
from sandbox.opensearch.security import HttpTls, Security
from sandbox.opensearch.supervised import Supervised

OWN = REPOSITORY / "deploy" / "opensearch"
_PLUGIN = "plugins.security."


@contextmanager
def compose_node(certificates: Path, *, health: list[str]) -> Iterator[str]:
    """The node's address, once `health` says that it is well; certificates: the folder that the file mounts.

    health: the command of the file's health check, for the node's own paths and port.
    """
    prepare_embedded(secured=True)
    home, java = prepare(secured=True)
    account = server_account()
    port = a_port()
    layout = lay_out(java=java, account=account, port=port, security=Security(_tls(certificates)))
    _configure(layout.config, certificates)
    for path in layout.config.rglob("*"):
        account.own(path)
    process = Supervised(
        command(home, java=java, layout=layout, heap="512m"),
        directory=layout.directory, log=layout.console, environ=environ(layout, java), account=account,
    )  # fmt: skip
    try:
        words = [word.replace("localhost:9200", f"localhost:{port}") for word in health]
        words = [word.replace("/usr/share/opensearch/config", str(layout.config)) for word in words]
        _wait(process, words, log=layout.console)
        yield f"https://localhost:{port}"
    finally:
        process.end()


def _tls(certificates: Path) -> HttpTls:
    """What an embedded node is given, and the file's own configuration takes the place of."""
    files = ("node.pem", "node-key.pem", "ca.pem")
    return HttpTls(*((certificates / name).read_bytes() for name in files))


def _configure(config: Path, certificates: Path) -> None:
    """The file's own security beside what an embedded node needs; of the node's own, nothing stays."""
    written = yaml.safe_load((config / "opensearch.yml").read_text(encoding="utf-8"))
    ours = yaml.safe_load((OWN / "opensearch.yml").read_text(encoding="utf-8"))
    kept = {name: value for name, value in written.items() if not name.startswith(_PLUGIN)}
    secured = {name: value for name, value in ours.items() if name.startswith(_PLUGIN)}
    (config / "opensearch.yml").write_text(yaml.safe_dump({**kept, **secured}), encoding="utf-8")
    shutil.copy(OWN / "internal_users.yml", config / "opensearch-security" / "internal_users.yml")
    shutil.copytree(certificates, config / "certificates")


def _wait(process: Supervised, health: list[str], *, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while subprocess.run(health, capture_output=True, check=False, timeout=60).returncode:
        assert not process.ended(), log.read_text()[-4000:]
        assert time.monotonic() < deadline, log.read_text()[-4000:]
        time.sleep(0.2)
