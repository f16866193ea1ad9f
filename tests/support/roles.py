"""The roles of deploy/opensearch, as they are published and as the tests' own names need them."""

from collections.abc import Mapping
from copy import deepcopy
from functools import reduce
from pathlib import Path
from typing import Any, Final

import yaml

Role = Mapping[str, Any]

SOURCE, INDEXER, RUNTIME, PRICES = "vitrina_source", "vitrina_indexer", "vitrina_runtime", "vitrina_runtime_source"
FRUGAL: Final = "vitrina_indexer-without-what-may-be-left-out"

_FOLDER = Path(__file__).parents[2] / "deploy" / "opensearch"
_OPTIONAL: Final = ("cluster:monitor/", "indices:monitor/")


def _read(name: str) -> dict[str, Any]:
    found = yaml.safe_load((_FOLDER / name).read_text(encoding="utf-8"))
    return {entry: value for entry, value in found.items() if entry != "_meta"}


ROLES: Final[Mapping[str, Role]] = _read("roles.yml")
"""Role -> what it allows."""

USERS: Final[Mapping[str, list[str]]] = {
    user: [role for role, held in _read("roles_mapping.yml").items() if user in held["users"]]
    for user in ("vitrina-indexer", "vitrina-runtime")
}
"""Each program's user -> its roles."""


def permissions(role: Role) -> list[str]:
    """Every permission that `role` lists."""
    return [
        *role.get("cluster_permissions", ()),
        *(action for rights in role["index_permissions"] for action in rights["allowed_actions"]),
    ]


def less(role: Role, permission: str) -> Role:
    """`role` without one permission, wherever it is listed."""
    changed: dict[str, Any] = deepcopy(dict(role))
    for rights in (changed, *changed["index_permissions"]):
        for actions in ("cluster_permissions", "allowed_actions"):
            if permission in rights.get(actions, ()):
                rights[actions].remove(permission)
    return changed


def user_without(name: str, permission: str) -> str:
    """The user who has the role `name` but for one permission.

    By its number: a colon would end a user's name in a request, and an asterisk make it stand for others.
    """
    return f"{name}-without-{permissions(ROLES[name]).index(permission)}"


def lessened() -> dict[str, Role]:
    """A role for each permission of a reader's that is missing, and the indexer's without all it can do without."""
    optional = [permission for permission in permissions(ROLES[INDEXER]) if permission.startswith(_OPTIONAL)]
    return {
        FRUGAL: reduce(less, optional, ROLES[INDEXER]),
        **{
            user_without(name, permission): less(ROLES[name], permission)
            for name in (SOURCE, RUNTIME, PRICES)
            for permission in permissions(ROLES[name])
        },
    }


def renamed(role: Role, namespace: str) -> Role:
    """`role` for indices whose names begin with `namespace`, which may be a pattern."""
    changed: dict[str, Any] = deepcopy(dict(role))
    for rights in changed["index_permissions"]:
        patterns = (pattern.replace("products-rag", "rag") for pattern in rights["index_patterns"])
        rights["index_patterns"] = [f"{namespace}{pattern}" for pattern in patterns]
    return changed
