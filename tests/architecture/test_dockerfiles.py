"""The Dockerfiles, as far as reading them tells; tests/deploy builds them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.dockerfile import Context, instructions_of

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILES = sorted((ROOT / "deploy").glob("*.Dockerfile"))
OF_A_DOCKERFILE = pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.name)


@OF_A_DOCKERFILE
def test_linter_has_nothing_to_say(dockerfile: Path) -> None:
    assert "hadolint" not in dockerfile.read_text(encoding="utf-8")
    assert not list(ROOT.glob(".hadolint*"))
    linter = Path(sys.executable).with_name("hadolint")
    found = subprocess.run([linter, dockerfile], capture_output=True, text=True, timeout=60, check=False)
    assert (found.returncode, found.stdout) == (0, "")


@OF_A_DOCKERFILE
def test_build_sees_all_that_it_copies(dockerfile: Path) -> None:
    context = Context(ROOT)
    copies = [step for step in instructions_of(dockerfile) if step.keyword == "COPY" and "from" not in step.flags]
    sources = [source for step in copies for source in step.value.split()[:-1]]
    assert sources
    assert [source for source in sources if not any(context.files(source))] == []


@OF_A_DOCKERFILE
def test_base_image_is_named_to_the_last_digit(dockerfile: Path) -> None:
    text = dockerfile.read_text(encoding="utf-8")
    assert re.search(r"^ARG PYTHON_VERSION=3\.\d+\.\d+$", text, re.MULTILINE)
    bases = {step.value.partition(" AS ")[0] for step in instructions_of(dockerfile) if step.keyword == "FROM"}
    assert bases == {"python:${PYTHON_VERSION}-slim-bookworm", "tools"}


@OF_A_DOCKERFILE
def test_installs_go_by_hash(dockerfile: Path) -> None:
    steps = [step.value for step in instructions_of(dockerfile) if step.keyword == "RUN"]
    installs = [step for step in steps if '"install", "--quiet"' in step or '"sync"' in step]
    assert len(installs) >= 3
    # The one without is our own code, for which nothing is fetched.
    assert all(('"--require-hashes"' in step) or ('"--no-deps"' in step and step.endswith('"."]')) for step in installs)


def test_context_is_a_list_of_what_may_go_in() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    assert rules[0] == "*"
    context = Context(ROOT)
    assert not any(context.holds(name) for name in (".git", ".env", ".venv", "tests", "docs", "deploy/magento"))
