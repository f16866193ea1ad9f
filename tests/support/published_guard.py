"""What a REST call takes in permissions, and whether the published roles give them to who calls.

The roles are those of deploy/opensearch and nothing else; what is written here is only which actions a call comes to,
as OpenSearch itself names them. A call that is not written here is refused.
"""

import base64
import re
import ssl
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Final

import orjson
from support.roles import ROLES, USERS, renamed
from support.secured import Place, authority

from sandbox.faults import Asked, Tls, opensearch_faults

CLUSTER: Final = "(cluster)"
SOMEWHERE: Final = "(somewhere)"
"""A point in time does not say in clear which index it is of."""

_WRITES: Final = ("indices:data/write/", "indices:admin/create", "indices:admin/delete", "indices:admin/aliases")


@dataclass(frozen=True)
class Needed:
    """One permission. on: an index or alias, or a pattern of them; CLUSTER; SOMEWHERE."""

    action: str
    on: str = CLUSTER


_OF_CLUSTER: Final[Mapping[str, tuple[str, ...]]] = {
    r"GET /": ("cluster:monitor/main",),
    r"GET /_cluster/health": ("cluster:monitor/health",),
    r"GET /_cluster/settings": ("cluster:monitor/state",),
    r"GET /_nodes(/[^/]+)?/stats(/.*)?": ("cluster:monitor/nodes/stats",),
    r"GET /_cat/plugins": ("cluster:monitor/state", "cluster:monitor/nodes/info"),
    r"GET /_cat/health": ("cluster:monitor/health",),
    r"GET /_cat/allocation": ("cluster:monitor/state", "cluster:monitor/nodes/stats"),
}

_OF_INDICES: Final[Mapping[str, tuple[str, ...]]] = {
    r"PUT /([^/_][^/]*)": ("indices:admin/create",),
    r"DELETE /([^/_][^/]*)": ("indices:admin/delete",),
    r"(?:GET|HEAD) /([^/_][^/]*)": ("indices:admin/get",),
    r"(?:GET|HEAD) /([^/_][^/]*)/_alias(?:/.*)?": ("indices:admin/aliases/get",),
    r"(?:GET|HEAD) /_alias/([^/]+)": ("indices:admin/aliases/get",),
    r"(?:PUT|DELETE) /([^/_][^/]*)/_alias(?:es)?/[^/]+": ("indices:admin/aliases",),
    r"GET /([^/_][^/]*)/_mapping": ("indices:admin/mappings/get",),
    r"PUT /([^/_][^/]*)/_mapping": ("indices:admin/mapping/put",),
    r"GET /([^/_][^/]*)/_settings(?:/.*)?": ("indices:monitor/settings/get",),
    r"PUT /([^/_][^/]*)/_settings": ("indices:admin/settings/update",),
    r"GET /([^/_][^/]*)/_stats(?:/.*)?": ("indices:monitor/stats",),
    r"POST /([^/_][^/]*)/_refresh": ("indices:admin/refresh",),
    r"POST /([^/_][^/]*)/_flush": ("indices:admin/flush",),
    r"POST /([^/_][^/]*)/_forcemerge": ("indices:admin/forcemerge",),
    r"(?:GET|POST) /([^/_][^/]*)/_(?:search|count)": ("indices:data/read/search",),
    r"(?:GET|HEAD) /([^/_][^/]*)/_doc/[^/]+": ("indices:data/read/get",),
    r"(?:PUT|POST) /([^/_][^/]*)/_(?:doc|create)(?:/[^/]+)?": (
        "indices:data/write/index",
        "indices:data/write/bulk[s]",
    ),
    r"DELETE /([^/_][^/]*)/_doc/[^/]+": ("indices:data/write/delete", "indices:data/write/bulk[s]"),
    r"POST /([^/_][^/]*)/_search/point_in_time": ("indices:data/read/point_in_time/create",),
}

_SOMEWHERE: Final[Mapping[str, str]] = {
    r"(?:GET|POST) /_search": "indices:data/read/search",
    r"DELETE /_search/point_in_time": "indices:data/read/point_in_time/delete",
}


class PublishedGuard:
    """Says why a call is refused: by no role of who calls, or a write to what is not ours.

    namespace: how all names of the installation begin, which may be a pattern. free: who may do everything. refused:
    every call that was, with the reason. passed: how many others there were, of those who are not free.
    """

    def __init__(self, namespace: str, *, free: Collection[str] = ()) -> None:
        self._ours = f"{namespace}rag*"
        self._free = free
        self._roles = {name: renamed(role, namespace) for name, role in ROLES.items()}
        self.refused: list[str] = []
        self.passed = 0

    def __call__(self, asked: Asked) -> str | None:
        """Why not, or None."""
        if _user(asked) in self._free:
            return None
        why = self._why(asked)
        if why is None:
            self.passed += 1
        else:
            self.refused.append(f"{asked.method} {asked.path}: {why}")
        return why

    def _why(self, asked: Asked) -> str | None:
        roles = [self._roles[name] for name in USERS.get(_user(asked), ())]
        needed = list(needed_by(asked))
        if not needed:
            return "nobody has said what this takes"
        for one in needed:
            if not any(_allows(role, one) for role in roles):
                return f"no permissions for [{one.action}] on {one.on}"
            if one.action.startswith(_WRITES) and one.on != CLUSTER and not fnmatchcase(one.on, self._ours):
                return f"{one.on} is not ours to write to"
        return None


@contextmanager
def guarded_place(place: Place, guard: PublishedGuard) -> Iterator[Place]:
    """`place` by way of a proxy that asks `guard`, over TLS on both sides."""
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority().issue_cert("127.0.0.1").configure_cert(shown)
    tls = Tls(shown=shown, trusted=ssl.create_default_context(cafile=place.ca_file))
    with opensearch_faults(place.url, guard=guard, tls=tls) as proxy:
        yield replace(place, url=proxy.url)


def needed_by(asked: Asked) -> Iterator[Needed]:
    """What a call takes; nothing at all where it is not known."""
    call = f"{asked.method} {asked.path.rstrip('/') or '/'}"
    for pattern, actions in _OF_CLUSTER.items():
        if re.fullmatch(pattern, call):
            yield from map(Needed, actions)
            return
    for pattern, actions in _OF_INDICES.items():
        if found := re.fullmatch(pattern, call):
            yield from (Needed(action, name) for action in actions for name in found[1].split(","))
            return
    for pattern, action in _SOMEWHERE.items():
        if re.fullmatch(pattern, call):
            yield Needed(action, SOMEWHERE)
            return
    yield from _bundled(call, asked.body)


def _bundled(call: str, body: bytes) -> Iterator[Needed]:
    """What a call takes that names its indices in its body, at least in part."""
    if call == "POST /_aliases":
        yield from _aliases(orjson.loads(body)["actions"])
    elif found := re.fullmatch(r"(?:GET|POST) (?:/([^/_][^/]*))?/_mget", call):
        yield Needed("indices:data/read/mget")
        wanted = orjson.loads(body)
        indices = {found[1]} if found[1] else {document["_index"] for document in wanted["docs"]}
        yield from (Needed("indices:data/read/mget[shard]", index) for index in sorted(indices))
    elif found := re.fullmatch(r"(?:GET|POST) (?:/([^/_][^/]*))?/_msearch", call):
        yield Needed("indices:data/read/msearch")
        headers = [orjson.loads(line) for line in body.splitlines()[::2]]
        yield from (Needed("indices:data/read/search", header.get("index", found[1])) for header in headers)
    elif found := re.fullmatch(r"(?:PUT|POST) (?:/([^/_][^/]*))?/_bulk", call):
        yield Needed("indices:data/write/bulk")
        yield from _items(body, path=found[1])


def _aliases(actions: Iterable[Mapping[str, Mapping[str, Any]]]) -> Iterator[Needed]:
    for action in actions:
        ((kind, said),) = action.items()
        names = [*said.get("indices", [said.get("index")]), *said.get("aliases", [said.get("alias")])]
        permission = "indices:admin/delete" if kind == "remove_index" else "indices:admin/aliases"
        yield from (Needed(permission, name) for name in names if name is not None)


def _items(body: bytes, *, path: str | None) -> Iterator[Needed]:
    lines, at, names = body.splitlines(), 0, set[tuple[str, str]]()
    while at < len(lines):
        ((kind, item),) = orjson.loads(lines[at]).items()
        names.add((kind, item.get("_index", path)))
        at += 1 if kind == "delete" else 2
    for kind, name in sorted(names):
        yield Needed("indices:data/write/bulk[s]", name)
        yield Needed(f"indices:data/write/{'delete' if kind == 'delete' else 'index'}", name)


def _allows(role: Mapping[str, Any], needed: Needed) -> bool:
    if needed.on == CLUSTER:
        return _any(role.get("cluster_permissions", ()), needed.action)
    return any(
        _any(rights["allowed_actions"], needed.action)
        and (needed.on == SOMEWHERE or any(_covers(pattern, needed.on) for pattern in rights["index_patterns"]))
        for rights in role["index_permissions"]
    )


def _any(allowed: Iterable[str], action: str) -> bool:
    """Whether an action is among those allowed; in these `*` stands for anything, and a bracket for itself."""
    return any(re.fullmatch(re.escape(one).replace(r"\*", ".*"), action) for one in allowed)


def _covers(pattern: str, name: str) -> bool:
    """Whether all that `name` may stand for is what `pattern` stands for."""
    return fnmatchcase(name, pattern)


def _user(asked: Asked) -> str:
    kind, _, login = asked.headers.get("authorization", "").partition(" ")
    return base64.b64decode(login).decode().partition(":")[0] if kind == "Basic" else ""
