"""Dockerfiles built and started without a container engine.

A stage is a folder; absolute paths lead into it, and those below /usr/local, which stand for the base image, into a
fresh virtual environment of this machine's Python. What cannot be played this way raises, by name; nothing is left
out. Not shown: that the base image is there, what else is in it, and that a process has number 1.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from support.dockerfile import Context, Instruction, NotReplayable, instructions_of, pairs_of, substituted

_BASE: Final = re.compile(r"python:\d+\.\d+\.\d+-slim-[a-z]+")
_A_PATH: Final = re.compile(r"(?:^|(?<=[:=]))/(?:(usr/local)(?=/)|(?=\w))")
_STEP_SECONDS: Final = 240
_NOT_INHERITED: Final = re.compile(r"PATH|PYTHON.*|VIRTUAL_ENV|PYTEST.*")

Key = tuple[object, ...]


class BuildFailed(Exception):
    """A build would end here."""


@dataclass
class Stage:
    """What a stage is so far."""

    root: Path
    base: Path
    variables: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = ""
    exposed: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    health: tuple[str, ...] = ()

    def inside(self, text: str) -> str:
        """`text` with every absolute path in it leading into this stage."""
        return _A_PATH.sub(lambda found: str(self.base) if found[1] else f"{self.root}/", text)

    def path(self, name: str) -> Path:
        """Where `name` is, which may be relative to the stage's working directory."""
        return self.root / os.path.join(self.folder, name).lstrip("/")

    def settings(self) -> dict[str, str]:
        """The environment that the image gives a process."""
        own = {name: self.inside(value) for name, value in self.environment.items()}
        return {"PATH": f"{self.base}/bin:/usr/bin:/bin", **own}

    def started(self, *arguments: str, within: Sequence[str] = (), **settings: str) -> subprocess.Popen[str]:
        """The image's process, with `arguments` in place of CMD where there are any.

        arguments, settings: of this machine; their paths are left alone. within: what the process is started by.
        """
        words = [*map(self.inside, self.entrypoint), *(arguments or map(self.inside, self.command))]
        return self._process(words, within, settings)

    def checked(self, *, within: Sequence[str] = (), **settings: str) -> subprocess.Popen[str]:
        """The image's health check."""
        return self._process(list(map(self.inside, self.health)), within, settings)

    def _process(
        self, words: Sequence[str], within: Sequence[str], settings: Mapping[str, str]
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*within, *words], cwd=self.path("."), env={**self.settings(), **settings},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip


def base_image(folder: Path) -> Path:
    """`folder`, now what stands for /usr/local of the base images: Python with pip, and nothing else."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=_STEP_SECONDS)
    return folder


class Builder:
    """Builds the images of one context; a stage that several of them begin with is built once, as engines do.

    scratch: a folder of its own. base: what `base_image` made.
    """

    def __init__(self, context: Context, scratch: Path, *, base: Path) -> None:
        self._context = context
        self._scratch = scratch
        self._base = base
        self._built: dict[Key, Stage] = {}

    def image(self, dockerfile: Path, **arguments: str) -> Stage:
        """The last stage. Raises NotReplayable, BuildFailed."""
        before, *sections = _sections(instructions_of(dockerfile))
        known = {name: arguments.get(name, value) for name, value in map(_argument, before)}
        keys: dict[str, Key] = {}
        for first, *rest in sections:
            origin, name = _origin(substituted(first.value, known))
            sources = [keys[step.flags["from"]] for step in rest if "from" in step.flags]
            key = keys[name] = (keys.get(origin, origin), *map(str, rest), *sources, tuple(arguments.items()))
            if key not in self._built:
                stage = self._begun(origin, self._built.get(keys.get(origin, ())))
                for step in rest:
                    self._follow(stage, step, known | arguments, keys)
                self._built[key] = stage
        return self._built[key]

    def _begun(self, origin: str, base: Stage | None) -> Stage:
        root = self._scratch / f"stage-{len(self._built) + 1}"
        if base is not None:
            _lay(base.root, root)
            return Stage(root, self._base, environment=dict(base.environment), folder=base.folder)
        if not _BASE.fullmatch(origin):
            raise NotReplayable(f"FROM {origin}")
        root.mkdir()
        return Stage(root, self._base)

    def _follow(self, stage: Stage, step: Instruction, known: Mapping[str, str], keys: Mapping[str, Key]) -> None:
        match step.keyword:
            case "ARG":
                name, default = _argument(step)
                stage.variables[name] = known.get(name, default)
            case "WORKDIR":
                stage.folder = step.value
                stage.path(".").mkdir(parents=True, exist_ok=True)
            case "COPY":
                self._copy(stage, step, keys)
            case "RUN":
                self._run(stage, step)
            case _:
                _note(stage, step)

    def _copy(self, stage: Stage, step: Instruction, keys: Mapping[str, Key]) -> None:
        *sources, target = step.value.split()
        if step.flags.keys() - {"from"} or any(sign in step.value for sign in '*?["$'):
            raise NotReplayable(str(step))
        origin = self._built[keys[step.flags["from"]]] if "from" in step.flags else None
        for source in sources:
            if origin is not None and origin.path(source).is_dir() and not stage.path(target).exists():
                # Moved, which is a copy of what nobody asks for a second time, in no time.
                stage.path(target).parent.mkdir(parents=True, exist_ok=True)
                origin.path(source).rename(stage.path(target))
                continue
            found = self._offered(source, origin)
            if not found:
                raise BuildFailed(f"{step}: there is no {source}, or .dockerignore leaves it out")
            for name, file in found.items():
                # A folder gives what is in it, a file itself.
                place = f"{target}/{name}" if name else f"{target}{file.name}" if target.endswith("/") else target
                stage.path(place).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, stage.path(place), follow_symlinks=False)

    def _offered(self, source: str, origin: Stage | None) -> dict[str, Path]:
        """What `source` names: path below it -> file; a file itself has the empty path."""
        if origin is None:
            base, names = self._context.folder / source, self._context.files(source)
            return {_below(self._context.folder / name, base): self._context.folder / name for name in names}
        base = origin.path(source)
        found = [base] if base.is_file() else [file for file in base.rglob("*") if file.is_file() or file.is_symlink()]
        return {_below(file, base): file for file in found}

    def _run(self, stage: Stage, step: Instruction) -> None:
        if stage.user or step.flags:
            raise NotReplayable(str(step))
        outer = {name: value for name, value in os.environ.items() if not _NOT_INHERITED.fullmatch(name)}
        # What is made read-only afterwards must not be files of uv's cache.
        outer["UV_LINK_MODE"] = "copy"
        finished = subprocess.run(
            list(map(stage.inside, _words(step))), cwd=stage.path("."), env={**outer, **stage.settings()},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=_STEP_SECONDS,
        )  # fmt: skip
        if finished.returncode:
            raise BuildFailed(f"{step}: exit code {finished.returncode}\n{finished.stdout}{finished.stderr}")


def _note(stage: Stage, step: Instruction) -> None:
    """What an instruction says of the image, without a step of the build."""
    match step.keyword:
        case "ENV" | "LABEL":
            given = pairs_of(_filled(step, stage.variables | stage.environment))
            if "PATH" in given:
                raise NotReplayable(str(step))
            (stage.environment if step.keyword == "ENV" else stage.labels).update(given)
        case "USER":
            stage.user = step.value
        case "EXPOSE":
            stage.exposed = tuple(step.value.split())
        case "ENTRYPOINT":
            stage.entrypoint = _words(step)
        case "CMD":
            stage.command = _words(step)
        case "HEALTHCHECK":
            stage.health = () if step.value == "NONE" else _words(Instruction("CMD", {}, step.value[4:]))
        case _:
            raise NotReplayable(str(step))


def _lay(lower: Path, root: Path) -> None:
    """A stage's root on that of another one: files are copied, packages led to, for no step writes into those."""
    for folder, names, files in os.walk(lower):
        place = root / Path(folder).relative_to(lower)
        place.mkdir()
        for name in files:
            shutil.copy2(Path(folder, name), place / name)
        for name in [name for name in names if Path(folder) == lower / "opt"]:
            names.remove(name)
            (place / name).symlink_to(Path(folder, name))


def _sections(steps: Sequence[Instruction]) -> list[list[Instruction]]:
    """What stands before the first FROM, then each stage with its FROM."""
    sections: list[list[Instruction]] = [[]]
    for step in steps:
        if step.keyword == "FROM":
            sections.append([])
        sections[-1].append(step)
    return sections


def _origin(value: str) -> tuple[str, str]:
    """What a stage begins with, and its name."""
    origin, _, name = value.partition(" AS ")
    return origin, name


def _filled(step: Instruction, variables: Mapping[str, str]) -> str:
    try:
        return substituted(step.value, variables)
    except KeyError as missing:
        raise BuildFailed(f"{step}: {missing} is not declared in this stage") from None


def _argument(step: Instruction) -> tuple[str, str]:
    if step.keyword != "ARG":
        raise NotReplayable(str(step))
    name, _, default = step.value.partition("=")
    return name, default


def _words(step: Instruction) -> tuple[str, ...]:
    """The words of the exec form; a shell is not assumed."""
    try:
        words = json.loads(step.value)
    except ValueError:
        words = None
    if not isinstance(words, list):
        raise NotReplayable(f"{step}: not in exec form")
    return tuple(words)


def _below(file: Path, base: Path) -> str:
    return "" if file == base else file.relative_to(base).as_posix()
