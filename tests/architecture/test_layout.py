"""What the layout promises, checked by machine: size, names, what shared means."""

import ast
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("indexer", "runtime", "shared", "sandbox")
SERVICES = ("indexer", "runtime")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, include_external_packages=False)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_is_read_in_minutes(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 300, f"{len(lines)} lines; the budget is 300"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_function_fits_a_screen(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    long = [
        f"{node.name}: {body_lines(node)} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and body_lines(node) > 40
    ]
    assert long == []


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines after the docstring, without those of functions defined inside: they are counted by themselves."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    inner = [child for child in body if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)]
    whole = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
    return whole - sum((child.end_lineno or 0) - child.lineno + 1 for child in inner)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_shared_module_is_used_by_both_services(graph: grimp.ImportGraph) -> None:
    folders = {"shared.embedding", "shared.hybrid", "shared.magento"}
    shared = {module for module in graph.modules if module.startswith("shared.")} - folders
    used = {service: graph.find_upstream_modules(service, as_package=True) for service in SERVICES}
    lonely = {module for module in shared if not all(module in used[service] for service in SERVICES)}
    assert lonely == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_no_other_distribution_owns_our_package_name(package: str) -> None:
    assert set(packages_distributions().get(package, [])) <= {"vitrina"}


def test_tests_are_no_package() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_banned_file_names_are_absent() -> None:
    banned = {"utils.py", "helpers.py", "common.py", "managers.py", "misc.py"}
    assert [path for path in MODULES if path.name in banned] == []


def test_import_contracts_hold_and_ignore_nothing() -> None:
    configuration = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "ignore_imports" not in configuration
    command = [str(Path(sys.executable).with_name("lint-imports"))]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert finished.returncode == 0, finished.stdout


def test_locks_are_hashed_and_name_no_host() -> None:
    locks = sorted((ROOT / "locks").glob("*.txt"))
    assert locks
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        requirements = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert requirements
        assert all(line.endswith("\\") for line in requirements), f"{lock.name}: a requirement without a hash"
        assert "://" not in text
