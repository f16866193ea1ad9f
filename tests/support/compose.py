"""docker-compose.yml as Compose reads it: variables filled in, anchors and merges followed."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from support.opensearch import REPOSITORY

FILE = REPOSITORY / "docker-compose.yml"
EXAMPLE = REPOSITORY / ".env.example"

_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>(?:[^{}]|\{[^}]*\})*))?\}")

Service = Mapping[str, Any]


class VariableMissing(Exception):
    """Compose would stop here, with these words."""


def example() -> dict[str, str]:
    """What .env.example sets."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def variables() -> dict[str, str | None]:
    """Every variable of the file -> its default, None where it has to be set; within a default none is looked for."""
    found = _VARIABLE.finditer(FILE.read_text(encoding="utf-8"))
    return {match["name"]: match["rest"] if match["kind"] == "-" else None for match in found}


def composed(environment: Mapping[str, str]) -> dict[str, Any]:
    """The file in `environment`. Raises VariableMissing."""

    def value(match: re.Match[str]) -> str:
        if given := environment.get(match["name"]):
            return given
        if match["kind"] != "-":
            raise VariableMissing(f"{match['name']} {match['rest']}")
        return _VARIABLE.sub(value, match["rest"])

    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    filled = _filled(document, value)
    assert isinstance(filled, dict)
    return filled


def services() -> dict[str, Service]:
    """Every service, as `.env.example` has it."""
    found = composed(example())["services"]
    assert isinstance(found, dict)
    return found


def mounts(service: Service) -> dict[str, str]:
    """Place in the container -> volume or path on the host."""
    pairs = (volume.split(":") for volume in service.get("volumes", ()))
    return {place: source for source, place, *_ in pairs}


def secrets(service: Service) -> dict[str, str]:
    """File below /run/secrets -> the secret's name."""
    given = service.get("secrets", ())
    return {entry["target"]: entry["source"] if isinstance(entry, dict) else entry for entry in map(_long, given)}


def environment(service: Service) -> dict[str, str]:
    """The environment that the file gives a service."""
    return {name: str(value) for name, value in service.get("environment", {}).items()}


def dockerfile(service: Service) -> Path | None:
    """What its image is built from; None where it is somebody else's."""
    return REPOSITORY / service["build"]["dockerfile"] if "build" in service else None


def _long(entry: str | dict[str, str]) -> dict[str, str]:
    return {"source": entry, "target": entry} if isinstance(entry, str) else entry


def _filled(node: Any, value: Any) -> Any:
    match node:
        case dict():
            return {name: _filled(item, value) for name, item in node.items()}
        case list():
            return [_filled(item, value) for item in node]
        case str():
            return _VARIABLE.sub(value, node)
        case _:
            return node
