"""The images, built once a session."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.dockerfile import Context
from support.image_build import Builder, Stage, base_image
from support.opensearch import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
VERSION = "1.2.3"


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return base_image(tmp_path_factory.mktemp("images") / "base")


@pytest.fixture(scope="session")
def builder(base: Path) -> Iterator[Builder]:
    # Gone at once: pytest keeps the folders of three sessions, and images are large.
    scratch = Path(tempfile.mkdtemp(prefix="vitrina-images-"))
    yield Builder(Context(REPOSITORY), scratch, base=base)
    for folder, _, _ in os.walk(scratch):
        Path(folder).chmod(0o755)
    shutil.rmtree(scratch)


@pytest.fixture(scope="session")
def indexer_image(builder: Builder) -> Stage:
    return _sealed(builder.image(DEPLOY / "indexer.Dockerfile", VERSION=VERSION))


@pytest.fixture(scope="session")
def runtime_image(builder: Builder) -> Stage:
    return _sealed(builder.image(DEPLOY / "runtime.Dockerfile", VERSION=VERSION))


@pytest.fixture(scope="session")
def sandbox_image(builder: Builder) -> Stage:
    return _sealed(builder.image(DEPLOY / "sandbox.Dockerfile", VERSION=VERSION))


def _sealed(image: Stage) -> Stage:
    """The image with nothing in it that can be written to, but for its place for state."""
    state = image.path("/var/lib/vitrina")
    for folder, _, files in os.walk(image.root):
        for path in (Path(folder), *(Path(folder, name) for name in files)):
            if path != state and not path.is_symlink():
                path.chmod(path.stat().st_mode & ~0o222)
    return image
