"""Directories assembled once in the cache and shared, read-only, by every node: the OpenSearch home, the ICU jars.

The published module artifacts are bare jars, while OpenSearch loads a module from a folder with a descriptor, so
the descriptors (and painless' security policy) are written here. A directory appears by one rename under a file
lock, so it is either absent or whole, also when two processes need it at the same time.
"""

import fcntl
import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sandbox.opensearch.artifacts import (
    ANALYSIS,
    HOME,
    ICU,
    MAPPER_EXTRAS,
    PAINLESS,
    REINDEX,
    SECURITY,
    SERVER,
    VERSION,
    Artifact,
    fetch_all,
    make_directory,
)


def _descriptor(name: str, class_name: str, *, extends: str = "") -> str:
    return (
        f"description=The {name} module of OpenSearch\n"
        f"name={name}\n"
        f"version={VERSION}\n"
        f"classname={class_name}\n"
        "java.version=11\n"
        f"opensearch.version={VERSION}\n"
        "custom.foldername=\n"
        f"extended.plugins={extends}\n"
        "has.native.controller=false\n"
    )


SERVER_FILES: Mapping[str, str] = {
    f"{PAINLESS}/plugin-descriptor.properties": _descriptor("lang-painless", "org.opensearch.painless.PainlessPlugin"),
    # Painless compiles scripts to classes and loads them by a class loader of its own.
    f"{PAINLESS}/plugin-security.policy": (
        "grant {\n"
        '  permission java.lang.RuntimePermission "createClassLoader";\n'
        '  permission java.lang.RuntimePermission "getClassLoader";\n'
        "};\n"
    ),
    f"{ANALYSIS}/plugin-descriptor.properties": _descriptor(
        "analysis-common", "org.opensearch.analysis.common.CommonAnalysisPlugin", extends="lang-painless"
    ),
    f"{MAPPER_EXTRAS}/plugin-descriptor.properties": _descriptor(
        "mapper-extras", "org.opensearch.index.mapper.MapperExtrasPlugin"
    ),
    f"{REINDEX}/plugin-descriptor.properties": _descriptor("reindex", "org.opensearch.index.reindex.ReindexPlugin"),
}


def opensearch_home(cache: Path, *, secured: bool = False) -> Path:
    """The unpacked server with its modules and plugins; assembled when it is not there yet.

    secured: with the security plugin, which makes a server that has it refuse to start without users and TLS.
    """
    if secured:
        return _assembled("opensearch-secured", (*SERVER, *SECURITY), files=SERVER_FILES, cache=cache) / HOME
    return _assembled("opensearch", SERVER, files=SERVER_FILES, cache=cache) / HOME


def icu_jars(cache: Path) -> Path:
    """The directory of the two ICU jars that a Java without Thai segmentation needs on its class path."""
    return _assembled("icu4j", ICU, files={}, cache=cache)


def publish(directory: Path, build: Callable[[Path], None]) -> Path:
    """`directory`, made by `build(scratch)` and one rename unless it exists; readable by everyone."""
    if directory.exists():
        return directory
    make_directory(directory.parent)
    with _lock(directory.parent / ".lock"):
        if not directory.exists():
            _remove_abandoned(directory.parent)
            with tempfile.TemporaryDirectory(dir=directory.parent, prefix=".assembling-") as scratch:
                built = Path(scratch) / directory.name
                built.mkdir()
                build(built)
                _open_to_everyone(built)
                built.rename(directory)
    return directory


def _remove_abandoned(parent: Path) -> None:
    """Remove what a killed process left half made: under the lock nobody else is assembling."""
    for scratch in parent.glob(".assembling-*"):
        shutil.rmtree(scratch, ignore_errors=True)


def _assembled(name: str, artifacts: Sequence[Artifact], *, files: Mapping[str, str], cache: Path) -> Path:
    def build(scratch: Path) -> None:
        for artifact, path in zip(artifacts, fetch_all(artifacts, cache), strict=True):
            _place(path, scratch / artifact.into)
        for relative, text in files.items():
            (scratch / relative).write_text(text, encoding="utf-8")

    # The name carries what the directory is made of, so that a changed list never meets an old directory.
    contents = hashlib.sha256(repr((artifacts, sorted(files.items()))).encode()).hexdigest()
    return publish(cache / "homes" / f"{name}-{contents[:12]}", build)


def _place(path: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".jar":
        shutil.copyfile(path, target / path.name)
        return
    with zipfile.ZipFile(path) as archive:
        archive.extractall(target)


def _open_to_everyone(directory: Path) -> None:
    """Drop what the umask took away: the server's user is not the one who assembles."""
    for path in (directory, *directory.rglob("*")):
        executable = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod(0o755 if executable else 0o644)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
