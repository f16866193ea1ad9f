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
from support.donors import held

from indexer.load.indices import CLOSED, entrance
from indexer.load.search import code_key
from shared import catalog
from shared.hybrid.query import BY_CODE
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
    closed: bool = False

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
        self.transport = _Transport(self)
        self.indices = _Indices(self)
        self.nodes = _Nodes(self)
        self._errors: dict[str, deque[Exception]] = {}
        self._before: dict[str, Action] = {}
        self._after: dict[str, Action] = {}
        self._items: deque[dict[str, dict[str, Any]]] = deque()
        self._legs: deque[dict[int, dict[str, Any]]] = deque()

    @property
    def aliases(self) -> dict[str, list[str]]:
        """Alias -> the indices it names; without the entrances of builds."""
        named: dict[str, list[str]] = {}
        for name, index in sorted(self.state.items()):
            for alias in index.aliases - {entrance(name)}:
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
        """The index of that name, or the one behind that alias."""
        return self.state[self.name_of(name)]

    def name_of(self, name: str) -> str:
        if name in self.state:
            return name
        named = [index for index, found in self.state.items() if name in found.aliases]
        if len(named) != 1:
            raise missing(name)
        return named[0]

    async def count(self, *, index: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        self.begin("count")
        if self.find(index).closed:
            raise refused(400, CLOSED, "closed")
        documents = self.find(index).documents
        if body is None:
            return {"count": len(documents) + self.count_off, "_shards": {"failed": 0}}
        [(field_name, wanted)] = body["query"]["terms"].items()
        keys = {code_key(code) for code in wanted}
        return {"count": sum(bool(keys & _keys(source, field_name)) for source in documents.values())}

    async def search(self, *, index: str, body: Mapping[str, Any]) -> dict[str, Any]:
        self.begin("search")
        documents = self.find(index).documents
        bound = body["query"]["range"][catalog.TEXT_HASH] if "query" in body else {"gte": ""}
        after = tuple(body.get("search_after", ("", "")))
        places = sorted((source[catalog.TEXT_HASH], key) for key, source in documents.items())
        chosen = [place for place in places if _within(place[0], bound) and place > after][: body["size"]]
        hits = [{"_id": key, "_source": documents[key], "sort": [text_hash, key]} for text_hash, key in chosen]
        return {"hits": {"hits": hits}}

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
        there = any(index in found.aliases for found in self.state.values())
        done = {"status": 201} if there else item_error(404, "index_not_found_exception", "no such index")
        for key, source in pairs:
            item = answers.get(key, done)
            if item["status"] in (200, 201):
                self.find(index).documents[key] = source
            items.append({"index": item})
        self.finish("bulk")
        return {"errors": any("error" in item["index"] for item in items), "items": items}


class _Http:
    def __init__(self, cluster: FakeCluster) -> None:
        self._cluster = cluster

    async def post(self, url: str, *, params: Any, headers: Mapping[str, str], body: bytes | BytesIO) -> dict[str, Any]:
        assert (headers["content-type"], params["require_alias"]) == ("application/x-ndjson", "true")
        return self._cluster.write(url.split("/")[1], body if isinstance(body, bytes) else body.read())


class _Transport:
    """Answers as they come, before anything is parsed."""

    def __init__(self, cluster: FakeCluster) -> None:
        self._cluster = cluster

    def get_connection(self) -> "_Transport":
        return self

    async def perform_request(
        self, method: str, url: str, *, body: bytes, **sending: Any
    ) -> tuple[int, dict[str, str], str]:
        self._cluster.begin("held_vectors")
        names = url.split("/")[1].split(",")
        return 200, {}, held(self._cluster.state, names, orjson.loads(body))


class _Nodes:
    """One node with room for anything, unless the test says otherwise: `free` bytes of disk, `heap` in use.

    `searched`: what the search statistics say, `ours` of them the indexer's; `under_way`: searches of others.
    """

    def __init__(self, cluster: FakeCluster) -> None:
        self._cluster = cluster
        self.free = 10**15
        self.heap = 0.3
        self.searched = 0
        self.ours = 0
        self.under_way = 0

    async def stats(
        self, *, metric: str, index_metric: str | None = None, params: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        if index_metric == "search":
            self._cluster.begin("searches")
            ours = {(params or {})["groups"]: {"query_total": self.ours}}
            searched = {"query_total": self.searched, "query_current": self.under_way, "groups": ours}
            return {"nodes": {"1": {"indices": {"search": searched}}}}
        self._cluster.begin("nodes")
        memory = {"heap_used_in_bytes": int(self.heap * 10**9), "heap_max_in_bytes": 10**9}
        disk = {"total": {"available_in_bytes": self.free}}
        return {"nodes": {"1": {"name": "fake", "roles": ["data"], "fs": disk, "jvm": {"mem": memory}}}}


class _Indices:
    def __init__(self, cluster: FakeCluster) -> None:
        self._cluster = cluster
        self._state = cluster.state

    async def create(self, *, index: str, body: Mapping[str, Any]) -> None:
        self._cluster.begin("create")
        if index in self._state:
            raise refused(400, "resource_already_exists_exception", f"index [{index}] already exists")
        self._state[index] = FakeIndex(
            mappings=dict(body.get("mappings", {})),
            settings=dict(body.get("settings", {}).get("index", {})),
            aliases=set(body.get("aliases", {})),
        )

    async def delete_alias(self, *, index: str, name: str) -> None:
        self._cluster.begin("delete_alias")
        if name not in self._cluster.find(index).aliases:
            raise NotFoundError(404, "aliases_not_found_exception", _words("aliases_not_found_exception", name))
        self._state[index].aliases.discard(name)

    async def delete(self, *, index: str) -> None:
        self._cluster.begin("delete")
        self._cluster.find(index)
        del self._state[index]

    async def get(self, *, index: str, params: Any = None) -> dict[str, Any]:
        return {
            name: {
                "aliases": {alias: {} for alias in found.aliases},
                "mappings": found.mappings,
                "settings": {"index": {"uuid": name} | ({"verified_before_close": "true"} if found.closed else {})},
            }
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

    async def get_settings(self, *, index: str, params: Any) -> dict[str, Any]:
        blocked = {
            name: one.settings["blocks"] for name, one in self._matching(index).items() if "blocks" in one.settings
        }
        return {name: {"settings": {"index": {"blocks": blocks}}} for name, blocks in blocked.items()}

    async def stats(self, *, index: str, metric: str) -> dict[str, Any]:
        documents = self._cluster.find(index).documents
        size = sum(len(orjson.dumps(source)) for source in documents.values())
        return {"_all": {"primaries": {"docs": {"count": len(documents)}, "store": {"size_in_bytes": size}}}}

    async def put_settings(self, *, index: str, body: Mapping[str, Any]) -> None:
        self._cluster.find(index).settings.update(body["index"])

    async def refresh(self, *, index: str, params: Any = None) -> dict[str, Any]:
        self._cluster.begin("refresh")
        self._cluster.find(index)
        return {"_shards": {"total": 1, "successful": 1, "failed": 0}}

    async def forcemerge(self, *, index: str, params: Any) -> None:
        self._cluster.find(index)

    async def flush(self, *, index: str, params: Any) -> None:
        self._cluster.find(index)

    async def update_aliases(self, *, body: Mapping[str, Any]) -> None:
        """All of the actions or none, as OpenSearch does it. One that deletes an index is a `delete` to `fail`."""
        call = "delete" if any("remove_index" in action for action in body["actions"]) else "update_aliases"
        self._cluster.begin(call)
        wanted = {name: set(index.aliases) for name, index in self._state.items()}
        gone = [action["remove_index"]["index"] for action in body["actions"] if "remove_index" in action]
        for name in gone:
            self._cluster.find(name)
        for action in body["actions"]:
            [(verb, target)] = action.items()
            if verb == "remove_index":
                continue
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
        for name in gone:
            del self._state[name]
        self._cluster.finish(call)

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
    scores = {key: score(source) for key, source in documents.items() if _passes(source, query["query"])}
    order = sorted((key for key in scores if scores[key] > 0), key=lambda key: (-scores[key], key))
    hits = [_hit(key, documents[key], query) for key in order[: query["size"]]]
    return {"status": 200, "hits": {"hits": hits}}


def _passes(source: Mapping[str, Any], query: Mapping[str, Any]) -> bool:
    """Whether a document is within every price bound of the filter; other conditions are not known here."""
    inner = query["knn"][catalog.VECTOR].get("filter", {"bool": {}}) if "knn" in query else query
    clauses = inner["bool"].get("filter", [])
    bounds = [bound for clause in clauses for bound in clause.get("range", {}).values()]
    price = source.get(catalog.PRICE_FROM)
    return all(price is not None and bound.get("gte", price) <= price <= bound.get("lte", price) for bound in bounds)


def _hit(key: str, source: Mapping[str, Any], query: Mapping[str, Any]) -> dict[str, Any]:
    fields = {catalog.TEXT_HASH: [source[catalog.TEXT_HASH]], catalog.IDENTIFIERS: sorted(_keys(source))}
    hit: dict[str, Any] = {"_id": key, "fields": {name: fields[name] for name in query["docvalue_fields"]}}
    if "bool" in query["query"] and _asked_codes(query["query"]["bool"]) & _keys(source):
        hit["matched_queries"] = [BY_CODE]
    return hit


def _asked_codes(query: Mapping[str, Any]) -> set[str]:
    named = [clause["terms"][catalog.IDENTIFIERS] for clause in query["should"] if "terms" in clause]
    return {code_key(code) for codes in named for code in codes}


def _keys(source: Mapping[str, Any], field_name: str = catalog.IDENTIFIERS) -> set[str]:
    return {code_key(code) for code in source[field_name]}


def _within(value: str, bound: Mapping[str, str]) -> bool:
    return value >= bound["gte"] if "gte" in bound else value < bound["lt"]


def _semantic(knn: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], float]:
    wanted = np.array(knn[catalog.VECTOR]["vector"])
    return lambda source: 1.0 + float(wanted @ np.array(source[catalog.VECTOR]))


def _lexical(query: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], float]:
    words = set(query["should"][0]["multi_match"]["query"].lower().split())
    codes = _asked_codes(query)

    def score(source: Mapping[str, Any]) -> float:
        return len(words & set(source[catalog.NAME].lower().split())) + 20.0 * bool(codes & _keys(source))

    return score
