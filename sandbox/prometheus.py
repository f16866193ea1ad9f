"""Prometheus beside the runtime, for `make demo OBSERVE=1` and the tests; it is gone together with what it watched."""

import shutil
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import yaml

from sandbox.opensearch.supervised import Supervised
from sandbox.programs import StackFailed, inherited_environment
from shared.errors import ConfigurationError

RULES: Final = Path(__file__).resolve().parent.parent / "deploy" / "prometheus" / "rules.yml"
"""The alerts that operators get."""

START_SECONDS: Final = 60.0
GRACE_SECONDS: Final = 10.0


def find_prometheus() -> str:
    """The program. Raises ConfigurationError that says how to get it."""
    found = shutil.which("prometheus")
    if found is None:
        raise ConfigurationError(
            ["OBSERVE=1 needs Prometheus, which is missing: apt-get install --no-install-recommends prometheus"]
        )
    return found


@contextmanager
def running_prometheus(
    targets: Mapping[str, Sequence[str]], *, port: int, scrape_seconds: int = 5, rules: Path = RULES
) -> Iterator[str]:
    """The URL of a Prometheus that scrapes `targets` (job -> host:port) and keeps `rules`. Raises StackFailed."""
    program = find_prometheus()
    with tempfile.TemporaryDirectory(prefix="vitrina-prometheus-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        config, log = folder / "prometheus.yml", folder / "log"
        config.write_text(yaml.safe_dump(_config(targets, scrape_seconds=scrape_seconds, rules=rules)))
        options = [f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}"]
        listen = f"--web.listen-address=127.0.0.1:{port}"
        process = Supervised(
            [program, *options, listen], directory=folder, log=log, environ=inherited_environment(),
            grace=GRACE_SECONDS,
        )  # fmt: skip
        url = f"http://127.0.0.1:{port}"
        try:
            _wait_until_ready(process, url, log)
            yield url
        finally:
            process.end()


def _config(targets: Mapping[str, Sequence[str]], *, scrape_seconds: int, rules: Path) -> dict[str, object]:
    every = f"{scrape_seconds}s"
    return {
        "global": {"scrape_interval": every, "evaluation_interval": every},
        "rule_files": [str(rules)],
        "scrape_configs": [
            {"job_name": job, "static_configs": [{"targets": list(addresses)}]} for job, addresses in targets.items()
        ],
    }


def _wait_until_ready(process: Supervised, url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _is_ready(url):
        if process.ended() or time.monotonic() > deadline:
            said = log.read_text(encoding="utf-8", errors="replace")[-2_000:]
            raise StackFailed(f"Prometheus did not start:\n{said or '(it said nothing)'}")
        time.sleep(0.1)


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/-/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
