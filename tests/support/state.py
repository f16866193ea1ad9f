"""The fake cluster with what indexer.runs needs beside: single documents with versions, found in order of time."""

from collections.abc import Mapping
from typing import Any

from opensearchpy.exceptions import ConflictError, NotFoundError
from support.indices import FakeCluster, missing

PRIMARY_TERM = 1


class StateCluster(FakeCluster):
    """FakeCluster whose indices also take single documents. versions: (index, id) -> its sequence number."""

    def __init__(self) -> None:
        super().__init__()
        self.versions: dict[tuple[str, str], int] = {}
        self._writes = 0

    async def get(self, *, index: str, id: str) -> dict[str, Any]:
        self.begin("get")
        found = self.find(index)
        if id not in found.documents:
            raise NotFoundError(404, '{"found":false}', {"_id": id, "found": False})
        return {"_id": id, "_source": found.documents[id], **self._version(index, id)}

    async def index(self, *, index: str, id: str, body: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
        self.begin("index")
        if params.get("require_alias") and index not in self.aliases:
            raise missing(index)
        found, index = self.find(index), self.name_of(index)
        known = self.versions.get((index, id)) if id in found.documents else None
        if params.get("op_type") == "create" and known is not None:
            raise _conflict(id, "document already exists")
        if "if_seq_no" in params and params["if_seq_no"] != known:
            raise _conflict(id, f"required seqNo [{params['if_seq_no']}], current document has seqNo [{known}]")
        self._writes += 1
        self.versions[index, id] = self._writes
        found.documents[id] = dict(body)
        self.finish("index")
        return self._version(index, id)

    async def delete(self, *, index: str, id: str) -> None:
        self.begin("delete_document")
        if self.find(index).documents.pop(id, None) is None:
            raise NotFoundError(404, '{"result":"not_found"}', {"_id": id, "result": "not_found"})

    async def search(self, *, index: str, body: Mapping[str, Any]) -> dict[str, Any]:
        if not index.endswith("-runs"):
            return await super().search(index=index, body=body)
        self.begin("search")
        documents = self.find(index).documents
        order = sorted(documents, key=lambda key: (documents[key]["started_at"], key), reverse=True)
        start = body.get("from", 0)
        chosen = order[start : start + body["size"]]
        return {"hits": {"hits": [{"_id": key, "_source": documents[key]} for key in chosen]}}

    def _version(self, index: str, id: str) -> dict[str, Any]:
        return {"_seq_no": self.versions[index, id], "_primary_term": PRIMARY_TERM}


def _conflict(id: str, reason: str) -> ConflictError:
    kind = "version_conflict_engine_exception"
    cause = {"type": kind, "reason": f"[{id}]: version conflict, {reason}"}
    return ConflictError(409, kind, {"error": {**cause, "root_cause": [cause]}})
