"""A cluster without a network: as much of AsyncOpenSearch as indexer.load uses, with its state open to a test.

Errors are the client's own classes with OpenSearch's own words; tests/contract compares it with a real node.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from io import BytesIO
from typing import Any

import numpy as np
import orjson
from opensearchpy.exceptions import NotFoundError, RequestError, TransportError

from shared import catalog
from shared.indices import META_KEY, IndexMeta, RagNames, meta_body

NAMES = RagNames(prefix="rag", alias="rag-active")

Action = Callable[[], None]


@dataclass
class FakeIndex:
    """One index: what it was created with, and what has happened to it since."""

    mappings: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    aliases: set[str] = field(default_factory=set)

    @property
    def meta(self) -> IndexMeta:
        return IndexMeta.model_validate(self.mappings["_meta"][META_KEY])


class FakeCluster:
    """`state`: index name -> FakeIndex.

    fail(call, *errors) makes the coming `call`s raise; answer_bulk(*items) and answer_msearch(*legs) change the
    answers of coming bulks and multi-searches; before(call, action) and after(call, action) run `action` around the
    next `call`, once. bulks: documents of each bulk that arrived. msearches: legs of each multi-search that arrived.
    count_off: added to every count.
    """

    def __init__(self) -> None:
        self.state: dict[str, FakeIndex] = {}
        self.bulks: list[list[str]] = []
        self.msearches: list[int] = []
        self.count_off = 0
        self.http = _Http(self)
        self.indices = _Indices(self)
        self._errors: dict[str, deque[Exception]] = {}
        self._before: dict[str, Action] = {}
        self._after: dict[str, Action] = {}
        self._items: deque[dict[str, dict[str, Any]]] = deque()
        self._legs: deque[dict[int, dict[str, Any]]] = deque()

    @property
    def aliases(self) -> dict[str, list[str]]:
        """Alias -> the indices it names."""
        named: dict[str, list[str]] = {}
        for name, index in sorted(self.state.items()):
            for alias in index.aliases:
                named.setdefault(alias, []).append(name)
        return named

    def fail(self, call: str, *errors: Exception) -> None:
        self._errors.setdefault(call, deque()).extend(errors)

    def before(self, call: str, action: Action) -> None:
        self._before[call] = action

    def after(self, call: str, action: Action) -> None:
        self._after[call] = action

    def answer_bulk(self, *answers: dict[str, dict[str, Any]]) -> None:
        """For each coming bulk: document id -> the item it gets instead of being written."""
        self._items.extend(answers)

    def answer_msearch(self, *answers: dict[int, dict[str, Any]]) -> None:
        """For each coming multi-search: number of a leg -> the failure it gets instead of hits."""
        self._legs.extend(answers)

    def put(self, name: str, meta: IndexMeta | None = None, *, aliases: tuple[str, ...] = ()) -> FakeIndex:
        """An index that is there already."""
        mappings = {} if meta is None else {"_meta": meta_body(meta)}
        self.state[name] = FakeIndex(mappings=mappings, aliases=set(aliases))
        return self.state[name]

    def begin(self, call: str) -> None:
        if action := self._before.pop(call, None):
            action()
        if errors := self._errors.get(call):
            raise errors.popleft()

    def finish(self, call: str) -> None:
        if action := self._after.pop(call, None):
            action()

    def find(self, name: str) -> FakeIndex:
        if name not in self.state:
            raise missing(name)
        return self.state[name]

    async def count(self, *, index: str) -> dict[str, Any]:
        self.begin("count")
        return {"count": len(self.find(index).documents) + self.count_off}

    async def search(self, *, index: str, body: Mapping[str, Any]) -> dict[str, Any]:
        self.begin("search")
        documents = self.find(index).documents
        order = sorted(documents, key=lambda key: (documents[key][catalog.TEXT_HASH], key))
        return {"hits": {"hits": [{"_id": key, "_source": documents[key]} for key in order[: body["size"]]]}}

    async def msearch(self, *, index: str, body: list[Mapping[str, Any]]) -> dict[str, Any]:
        queries = body[1::2]
        self.msearches.append(len(queries))
        self.begin("msearch")
        documents = self.find(index).documents
        answers = self._legs.popleft() if self._legs else {}
        return {"responses": [answers.get(leg) or _answer(documents, query) for leg, query in enumerate(queries)]}

    def write(self, index: str, body: bytes) -> dict[str, Any]:
        lines = body.splitlines()
        pairs = [
            (orjson.loads(lines[at])["index"]["_id"], orjson.loads(lines[at + 1])) for at in range(0, len(lines), 2)
        ]
        self.bulks.append([key for key, _ in pairs])
        self.begin("bulk")
        answers = self._items.popleft() if self._items else {}
        items = []
        for key, source in pairs:
            item = answers.get(key, {"status": 201})
            if item["status"] in (200, 201):
                self.find(index).documents[key] = source
            items.append({"index": item})
        self.finish("bulk")
        return {"errors": any("error" in item["index"] for item in items), "items": items}


class _Http:
    def __init__(self, cluster: FakeCluster) -> None:
        self._cluster = cluster

    async def post(self, url: str, *, params: Any, headers: Mapping[str, str], body: bytes | BytesIO) -> dict[str, Any]:
        assert headers["content-type"] == "application/x-ndjson"
        return self._cluster.write(url.split("/")[1], body if isinstance(body, bytes) else body.read())


class _Indices:
    def __init__(self, cluster: FakeCluster) -> None:
        self._cluster = cluster
        self._state = cluster.state

    async def create(self, *, index: str, body: Mapping[str, Any]) -> None:
        self._cluster.begin("create")
        if index in self._state:
            raise refused(400, "resource_already_exists_exception", f"index [{index}] already exists")
        self._state[index] = FakeIndex(
            mappings=dict(body.get("mappings", {})), settings=dict(body.get("settings", {}).get("index", {}))
        )

    async def delete(self, *, index: str) -> None:
        self._cluster.begin("delete")
        self._cluster.find(index)
        del self._state[index]

    async def get(self, *, index: str, params: Any = None) -> dict[str, Any]:
        return {
            name: {"aliases": {alias: {} for alias in found.aliases}, "mappings": found.mappings}
            for name, found in self._matching(index).items()
        }

    async def get_alias(self, *, index: str) -> dict[str, Any]:
        self._cluster.begin("get_alias")
        found = self._matching(index)
        if not found and "*" not in index:
            raise missing(index)
        return {name: {"aliases": {alias: {} for alias in one.aliases}} for name, one in found.items()}

    async def get_mapping(self, *, index: str) -> dict[str, Any]:
        return {index: {"mappings": self._cluster.find(index).mappings}}

    async def put_mapping(self, *, index: str, body: Mapping[str, Any]) -> None:
        self._cluster.begin("put_mapping")
        self._cluster.find(index).mappings.update(body)

    async def put_settings(self, *, index: str, body: Mapping[str, Any]) -> None:
        self._cluster.find(index).settings.update(body["index"])

    async def refresh(self, *, index: str, params: Any = None) -> None:
        self._cluster.begin("refresh")
        self._cluster.find(index)

    async def forcemerge(self, *, index: str, params: Any) -> None:
        self._cluster.find(index)

    async def update_aliases(self, *, body: Mapping[str, Any]) -> None:
        """All of the actions or none, as OpenSearch does it."""
        self._cluster.begin("update_aliases")
        wanted = {name: set(index.aliases) for name, index in self._state.items()}
        for action in body["actions"]:
            [(verb, target)] = action.items()
            name, alias = target["index"], target["alias"]
            self._cluster.find(name)
            if alias in self._state:
                raise refused(400, "invalid_alias_name_exception", f"an index exists with the name [{alias}]")
            if verb == "remove":
                if alias not in wanted[name] and target.get("must_exist"):
                    raise NotFoundError(
                        404, "aliases_not_found_exception", _words("aliases_not_found_exception", alias)
                    )
                wanted[name].discard(alias)
            else:
                wanted[name].add(alias)
                others = [other for other in wanted if other != name and alias in wanted[other]]
                if others and target.get("is_write_index"):
                    raise refused(500, "illegal_state_exception", f"alias [{alias}] has more than one write index")
        for name, aliases in wanted.items():
            self._state[name].aliases = aliases
        self._cluster.finish("update_aliases")

    def _matching(self, pattern: str) -> dict[str, FakeIndex]:
        return {
            name: index for name, index in self._state.items() if fnmatch(name, pattern) or pattern in index.aliases
        }


def refused(status: int, kind: str, reason: str = "") -> TransportError:
    """What the client raises for any other answer."""
    error = RequestError if status == 400 else TransportError
    return error(status, kind, _words(kind, reason))


def missing(name: str) -> NotFoundError:
    """What the client raises for an index that is not there."""
    return NotFoundError(
        404, "index_not_found_exception", _words("index_not_found_exception", f"no such index [{name}]")
    )


def item_error(status: int, kind: str = "mapper_parsing_exception", reason: str = "failed to parse") -> dict[str, Any]:
    """An item of a bulk answer that was not written."""
    return {"status": status, "error": {"type": kind, "reason": reason}}


def leg_error(status: int, kind: str, reason: str) -> dict[str, Any]:
    """A leg of a multi-search that was not answered, inside an answer of 200."""
    cause = {"type": kind, "reason": reason}
    failure = {"type": "search_phase_execution_exception", "reason": "all shards failed", "root_cause": [cause]}
    return {"status": status, "error": failure}


def _words(kind: str, reason: str) -> dict[str, Any]:
    return {"error": {"type": kind, "reason": reason, "root_cause": [{"type": kind, "reason": reason}]}}


def _answer(documents: Mapping[str, Mapping[str, Any]], query: Mapping[str, Any]) -> dict[str, Any]:
    score = _semantic(query["query"]["knn"]) if "knn" in query["query"] else _lexical(query["query"]["bool"])
    scores = {key: score(source) for key, source in documents.items()}
    order = sorted((key for key in scores if scores[key] > 0), key=lambda key: (-scores[key], key))
    hits = [
        {"_id": key, "fields": {catalog.TEXT_HASH: [documents[key][catalog.TEXT_HASH]]}}
        for key in order[: query["size"]]
    ]
    return {"status": 200, "hits": {"hits": hits}}


def _semantic(knn: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], float]:
    wanted = np.array(knn[catalog.VECTOR]["vector"])
    return lambda source: 1.0 + float(wanted @ np.array(source[catalog.VECTOR]))


def _lexical(query: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], float]:
    match, *_, identifiers = query["should"]
    words = set(match["multi_match"]["query"].lower().split())
    codes = {code.lower() for code in identifiers["terms"][catalog.IDENTIFIERS]}

    def score(source: Mapping[str, Any]) -> float:
        found = {code.lower() for code in source[catalog.IDENTIFIERS]}
        return len(words & set(source[catalog.NAME].lower().split())) + 20.0 * bool(codes & found)

    return score
