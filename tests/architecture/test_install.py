"""docs/install.md can be followed where there is systemd: units that it takes, settings there are, a line for cron."""

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path
from typing import Final

import pytest
from support.document_blocks import blocks_of
from support.opensearch import REPOSITORY

from indexer.settings import IndexerSettings
from runtime.settings import RuntimeSettings
from runtime.web.draining import GRACE_SECONDS
from shared.settings import SharedSettings

BLOCKS: Final = blocks_of(REPOSITORY / "docs" / "install.md")
SHELL: Final = "\n".join(block.text for block in BLOCKS if block.language == "sh")
UNITS: Final = {
    Path(block.text.splitlines()[0].removeprefix("# ")).name: block.text for block in BLOCKS if block.language == "ini"
}
PROGRAMS: Final = "/opt/vitrina/.venv/bin/"
FILES: Final[dict[str, type[SharedSettings]]] = {"indexer.env": IndexerSettings, "runtime.env": RuntimeSettings}


def unit(name: str) -> ConfigParser:
    found = ConfigParser(interpolation=None)
    found.optionxform = str  # type: ignore[assignment, method-assign]
    found.read_string(UNITS[name])
    return found


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    assert UNITS.keys() == {"vitrina-indexer.service", "vitrina-indexer.timer", "vitrina-runtime.service"}
    for name, text in UNITS.items():
        here = text.replace(PROGRAMS, f"{REPOSITORY}/.venv/bin/").replace("User=vitrina\n", "User=root\n")
        (tmp_path / name).write_text(here, encoding="utf-8")
        assert Path(unit(name).get("Service", "ExecStart", fallback=PROGRAMS)).is_relative_to(PROGRAMS)
    if checker := shutil.which("systemd-analyze"):
        verified = subprocess.run(
            [checker, "verify", *(tmp_path / name for name in UNITS)],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert (verified.returncode, [line for line in verified.stderr.splitlines() if str(tmp_path) in line]) == (
            0,
            [],
        )


@pytest.mark.parametrize("program", ["indexer", "runtime"])
def test_unit_reads_what_the_steps_wrote_and_may_write_where_they_let_it(program: str) -> None:
    service = unit(f"vitrina-{program}.service")["Service"]
    assert service["EnvironmentFile"] == f"{service['WorkingDirectory']}/{program}.env"
    assert f"install -d -m 2750 -g {service['User']} {service['WorkingDirectory']}" in SHELL
    assert f"-o {service['User']} -g {service['User']} {service['ReadWritePaths']}\n" in SHELL
    assert service["Environment"] == f"VITRINA_CACHE_DIR={service['ReadWritePaths']}"
    assert f"cd {service['WorkingDirectory']}\n" in SHELL
    assert f"systemctl start vitrina-{program}" in SHELL or f"systemctl enable --now vitrina-{program}\n" in SHELL


def test_running_answers_have_time_to_end() -> None:
    assert int(unit("vitrina-runtime.service")["Service"]["TimeoutStopSec"]) >= GRACE_SECONDS + 5


@pytest.mark.parametrize("name", FILES)
def test_settings_that_the_steps_write_are_settings(name: str) -> None:
    written = "".join(re.findall(rf"cat >>? {re.escape(name)} <<'END'\n(.*?)^END", SHELL, re.DOTALL | re.MULTILINE))
    written += "".join(re.findall(rf'^echo "(.*)" >> {re.escape(name)}$', SHELL, re.MULTILINE))
    assert len(re.findall(r"^([A-Z_]+)=", written, re.MULTILINE)) > 5
    assert {line.lower() for line in re.findall(r"^([A-Z_]+)=", written, re.MULTILINE)} <= FILES[
        name
    ].model_fields.keys()


def test_line_for_cron_runs_with_the_settings_and_writes_where_its_user_may(tmp_path: Path) -> None:
    (line,) = (block.text for block in BLOCKS if block.text.startswith("0 3 * * *  vitrina  "))
    settings, state = tmp_path / "etc", tmp_path / "state"
    for folder in (settings, state):
        folder.mkdir()
    (settings / "indexer.env").write_text("OPENSEARCH_URL=https://of.cron:9200\n", encoding="utf-8")
    program = tmp_path / "vitrina-indexer"
    program.write_text('#!/bin/sh\necho "$OPENSEARCH_URL $VITRINA_CACHE_DIR $*"\n', encoding="utf-8")
    program.chmod(0o755)
    command = line.removeprefix("0 3 * * *  vitrina  ").replace(PROGRAMS, f"{tmp_path}/")
    command = command.replace("/etc/vitrina", str(settings)).replace("/var/lib/vitrina", str(state))
    assert "%" not in command, "cron would take it for the end of the line"
    subprocess.run(["/bin/sh", "-c", command], env={"PATH": "/usr/bin:/bin"}, check=True, timeout=60)
    assert (state / "runs.json").read_text(encoding="utf-8") == f"https://of.cron:9200 {state} run --json\n"
