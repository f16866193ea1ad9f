"""The documents tell the truth where a machine can see it: links, settings, the files of the two flows, commands."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest

from sandbox.configuration_page import PROGRAMS, meanings, page
from shared.indices import OLDEST_SERVED, SCHEMA_VERSION

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
WALKTHROUGH = ROOT / "docs" / "walkthrough.md"

CONFIGURATION = ROOT / "docs" / "configuration.md"


def linked(document: Path) -> dict[str, Path]:
    """Relative link, as written, -> the path it leads to."""
    targets = re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8"))
    relative = [target for target in targets if not re.match(r"[a-z]+:|#", target)]
    return {target: (document.parent / target.partition("#")[0]).resolve() for target in relative}


def modules(*packages: str) -> set[Path]:
    """Every module a reader of the flows may look for; what only names its package is none."""
    found = {path for package in packages for path in (ROOT / package).rglob("*.py")}
    return {path for path in found if path.name not in {"__init__.py", "__main__.py"}}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_relative_link_leads_somewhere(document: Path) -> None:
    assert [target for target, path in linked(document).items() if not path.exists()] == []


def test_walkthrough_names_every_module_of_both_flows() -> None:
    missing = modules("indexer", "runtime", "shared") - set(linked(WALKTHROUGH).values())
    assert sorted(str(path.relative_to(ROOT)) for path in missing) == []


def names_in_tables(document: Path) -> set[str]:
    """What stands in the first columns of the tables of settings."""
    text = document.read_text(encoding="utf-8")
    table = text.partition("## Settings")[2].partition("\n## ")[0] if document.name == "README.md" else text
    first_columns = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {name for column in first_columns for name in re.findall(r"`([A-Z_*]+)`", column)}


def test_readme_names_settings_that_exist() -> None:
    named = names_in_tables(ROOT / "README.md")
    assert 12 <= len(named) <= 30
    assert named <= names_in_tables(CONFIGURATION)


def test_configuration_page_is_what_the_settings_say() -> None:
    assert CONFIGURATION.read_text(encoding="utf-8") == page(), "run `make docs` and commit the result"


def test_every_setting_is_on_the_page_and_says_what_it_means() -> None:
    for program in PROGRAMS.values():
        assert program.model_fields.keys() - meanings(program).keys() == set()
        assert {name.upper() for name in program.model_fields} <= names_in_tables(CONFIGURATION)


def test_variable_that_is_read_from_the_environment_by_name_is_on_the_page() -> None:
    sources = (path.read_text(encoding="utf-8") for path in modules("indexer", "runtime", "shared"))
    read = {name for source in sources for name in re.findall(r'environ(?:\.get\(|\[)"([A-Z_]+)"', source)}
    assert "SECRETS_DIR" in read
    assert read <= names_in_tables(CONFIGURATION)


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_make_command_in_a_document_exists(document: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = set(re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:`|^|\s)make ([a-z-]+)(?=`|\s|$)", (ROOT / document).read_text(encoding="utf-8")))
    assert named
    assert named <= commands


def test_contributors_install_what_the_tests_ask_for() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    (programs,) = re.findall(r"^PROGRAMS := (.*)$", makefile, re.MULTILINE)
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"`apt-get install --no-install-recommends ([^`]*)`", page)
    assert set(line.split()) == {"curl", *(program.partition(":")[2] for program in programs.split())}


def test_changelog_begins_with_the_version_that_this_is_and_with_what_to_do() -> None:
    """A version has `(unreleased)` or its day, the newest first, and says first what to do before upgrading to it."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (\d+)\.(\d+)\.(\d+) \((unreleased|\d{4}-\d{2}-\d{2})\)$", text, re.MULTILINE)
    assert len(headings) == len(re.findall(r"^## ", text, re.MULTILINE))
    versions = [tuple(map(int, found[:3])) for found in headings]
    assert ".".join(headings[0][:3]) == version("vitrina")
    assert versions == sorted(set(versions), reverse=True)
    assert [found[3] for found in headings[1:] if found[3] == "unreleased"] == []
    sections = [
        part.partition("\n### ")[2].partition("\n")[0] for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    ]
    assert set(sections) == {"Before you upgrade"}


def test_upgrading_names_the_schema_version_that_this_is() -> None:
    text = (ROOT / "docs" / "upgrading.md").read_text(encoding="utf-8")
    assert f"(now {SCHEMA_VERSION})" in text
    assert f"From version {OLDEST_SERVED} that means" in text
