"""The replay of Dockerfiles: an instruction is followed, or it ends the build by its name."""

from pathlib import Path

import pytest
from support.dockerfile import Context, NotReplayable
from support.image_build import Builder, BuildFailed, Stage

FROM = "FROM python:3.11.15-slim-bookworm\n"


@pytest.fixture
def context(tmp_path: Path) -> Path:
    folder = tmp_path / "context"
    for name in ("app/main.py", "app/__pycache__/main.pyc", "app/deep/secret.env", "README.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (folder / ".dockerignore").write_text("# all but\n*\n!app\n**/__pycache__\napp/**/*.env\n")
    return folder


def built(context: Path, base: Path, text: str, **arguments: str) -> Stage:
    dockerfile = context.parent / "Dockerfile"
    dockerfile.write_text(text)
    scratch = context.parent / "scratch"
    scratch.mkdir()
    return Builder(Context(context), scratch, base=base).image(dockerfile, **arguments)


def test_folder_is_copied_without_what_is_ignored(context: Path, base: Path) -> None:
    image = built(context, base, f"{FROM}WORKDIR /srv\nCOPY app program/\n")
    assert [path.name for path in image.path("/srv").rglob("*") if path.is_file()] == ["main.py"]
    assert image.path("program/main.py").read_text() == "app/main.py"


def test_stage_begins_with_what_its_base_has(context: Path, base: Path) -> None:
    text = (
        f"ARG LETTER=a\n{FROM.strip()} AS first\nARG LETTER\nENV SEEN=/x/${{LETTER}}:/y\n"
        "COPY app /opt/app\nWORKDIR /srv\n"
        "FROM first\nCOPY --from=first /opt/app/main.py copied.py\n"
    )
    image = built(context, base, text, LETTER="b")
    assert image.path("/opt/app/main.py").is_file()
    assert image.path("/srv/copied.py").read_text() == "app/main.py"
    assert image.settings()["SEEN"] == f"{image.root}/x/b:{image.root}/y"


def test_stage_of_its_own_has_nothing_of_those_before(context: Path, base: Path) -> None:
    image = built(context, base, f"{FROM.strip()} AS first\nENV SEEN=1\nCOPY app /opt/app\n{FROM}")
    assert (image.environment, list(image.root.iterdir())) == ({}, [])


@pytest.mark.parametrize(
    "step",
    [
        "RUN echo hello",
        "ADD app /app",
        'SHELL ["bash"]',
        "ENV PATH=/opt/bin",
        "COPY --chown=1:1 app /app",
        "COPY ap* /app/",
        "VOLUME /state",
        'USER 10001\nRUN ["true"]',
        "HEALTHCHECK CMD true",
        "RUN <<END",
    ],
    ids=lambda step: step.split()[0] + " " + step.split()[1],
)
def test_what_is_not_played_ends_the_build(context: Path, base: Path, step: str) -> None:
    with pytest.raises(NotReplayable):
        built(context, base, f"{FROM}{step}\n")


def test_other_base_images_end_the_build(context: Path, base: Path) -> None:
    with pytest.raises(NotReplayable, match="FROM node:24"):
        built(context, base, "FROM node:24\n")


@pytest.mark.parametrize("source", ["README.md", "absent", "app/deep"])
def test_source_that_a_build_does_not_see_ends_it_by_name(context: Path, base: Path, source: str) -> None:
    with pytest.raises(BuildFailed, match=source):
        built(context, base, f"{FROM}COPY {source} /x/\n")


def test_step_that_fails_ends_the_build_in_its_own_words(context: Path, base: Path) -> None:
    with pytest.raises(BuildFailed, match="no such thing"):
        built(context, base, f'{FROM}RUN ["python", "-c", "import sys; sys.exit(\'no such thing\')"]\n')


def test_variable_that_the_stage_does_not_declare_ends_the_build(context: Path, base: Path) -> None:
    with pytest.raises(BuildFailed, match="VERSION"):
        built(context, base, f"ARG VERSION=1\n{FROM}LABEL version=${{VERSION}}\n")
