"""Downloads: checked, whole or absent, tried again when that can help."""

import hashlib
import threading
from pathlib import Path

import pytest
from support.retries import AT_ONCE

from sandbox.opensearch.artifacts import ICU, SERVER, Artifact, fetch_all, make_directory
from sandbox.opensearch.errors import ArtifactUnavailable, CacheUnusable, ChecksumMismatch

PUBLISHED = b"a jar"


def an_artifact(*, sha256: str = hashlib.sha256(PUBLISHED).hexdigest()) -> Artifact:
    return Artifact("org.example:thing:1.0:jar", sha256=sha256, into="lib")


class Repository:
    """Serves `contents` for every artifact; the first `failures` downloads break off half-way."""

    def __init__(self, contents: bytes = PUBLISHED, *, failures: int = 0) -> None:
        self.contents = contents
        self.failures = failures
        self.downloads = 0

    def __call__(self, artifact: Artifact, scratch: Path) -> Path:
        path = scratch / "downloaded"
        self.downloads += 1
        if self.downloads <= self.failures:
            path.write_bytes(self.contents[:2])
            raise ArtifactUnavailable(artifact.coordinates, reason="connection reset")
        path.write_bytes(self.contents)
        return path


def left_in(cache: Path) -> list[str]:
    return [path.name for path in (cache / "artifacts").iterdir()]


def test_artifact_is_downloaded_once_and_then_taken_from_the_cache(tmp_path: Path) -> None:
    repository = Repository()
    (first,) = fetch_all([an_artifact()], tmp_path, resolve=repository)
    (second,) = fetch_all([an_artifact()], tmp_path, resolve=repository)
    assert first == second
    assert second.read_bytes() == PUBLISHED
    assert repository.downloads == 1


def test_files_come_in_the_order_they_were_asked_for(tmp_path: Path) -> None:
    sha256 = hashlib.sha256(PUBLISHED).hexdigest()
    wanted = [Artifact(f"org.example:thing-{n}:1.0:jar", sha256=sha256, into="") for n in range(9)]
    paths = fetch_all(wanted, tmp_path, resolve=Repository())
    assert [path.name for path in paths] == [f"org.example.thing-{n}-1.0.jar" for n in range(9)]


def test_broken_download_is_tried_again(tmp_path: Path) -> None:
    repository = Repository(failures=2)
    (path,) = fetch_all([an_artifact()], tmp_path, resolve=repository, backoff=AT_ONCE)
    assert path.read_bytes() == PUBLISHED
    assert repository.downloads == 3


def test_unreachable_repository_names_the_artifact_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    with pytest.raises(ArtifactUnavailable, match=r"org\.example:thing:1\.0:jar .* connection reset.* proxy"):
        fetch_all([an_artifact()], tmp_path, resolve=Repository(failures=3), backoff=AT_ONCE)
    assert left_in(tmp_path) == []


def test_failure_is_told_while_another_download_hangs(tmp_path: Path) -> None:
    never = threading.Event()

    def resolve(artifact: Artifact, scratch: Path) -> Path:
        if artifact.coordinates.startswith("org.example:slow"):
            never.wait(timeout=30)
            raise ChecksumMismatch(artifact.coordinates, expected="", actual="", path=scratch)
        raise ArtifactUnavailable(artifact.coordinates, reason="no route")

    slow = Artifact("org.example:slow:1.0:jar", sha256="", into="")
    try:
        with pytest.raises(ArtifactUnavailable, match=r"org\.example:thing:1\.0:jar"):
            fetch_all([slow, an_artifact()], tmp_path, resolve=resolve, backoff=AT_ONCE)
    finally:
        never.set()


def test_leftovers_of_a_killed_download_are_removed(tmp_path: Path) -> None:
    abandoned = tmp_path / "artifacts" / ".download-killed"
    abandoned.mkdir(parents=True)
    (abandoned / "half.zip").write_bytes(b"PK")
    (path,) = fetch_all([an_artifact()], tmp_path, resolve=Repository())
    assert left_in(tmp_path) == [path.name]


def test_download_with_a_wrong_checksum_is_refused_and_not_kept(tmp_path: Path) -> None:
    repository = Repository(b"something else")
    with pytest.raises(ChecksumMismatch, match=r"org\.example:thing:1\.0:jar has sha256 \w{64}, expected"):
        fetch_all([an_artifact()], tmp_path, resolve=repository, backoff=AT_ONCE)
    assert left_in(tmp_path) == []
    assert repository.downloads == 1, "another try would fetch the same file"


def test_cached_file_that_changed_is_refused_with_the_path_to_delete(tmp_path: Path) -> None:
    (path,) = fetch_all([an_artifact()], tmp_path, resolve=Repository())
    path.write_bytes(b"damaged")
    with pytest.raises(ChecksumMismatch) as caught:
        fetch_all([an_artifact()], tmp_path, resolve=Repository())
    assert f"Delete {path}" in str(caught.value)


def test_cache_that_cannot_be_made_names_the_variable_to_set(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CacheUnusable, match="VITRINA_CACHE_DIR"):
        make_directory(tmp_path / "file" / "cache")


@pytest.mark.parametrize("artifact", [*SERVER, *ICU], ids=lambda artifact: artifact.coordinates)
def test_every_artifact_is_pinned(artifact: Artifact) -> None:
    _, _, version, packaging = artifact.coordinates.split(":")
    assert version[0].isdecimal()
    assert packaging in {"jar", "zip"}
    assert len(bytes.fromhex(artifact.sha256)) == 32
