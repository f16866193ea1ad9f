"""The searches for what earlier builds hold, answered in OpenSearch's own form without a cluster."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import orjson

from shared import catalog


class Documents(Protocol):
    """An index of the fake cluster."""

    documents: dict[str, dict[str, Any]]


def held(state: Mapping[str, Documents], names: Sequence[str], body: Mapping[str, Any]) -> bytes:
    """The answer to either search."""
    wanted = body["query"]["constant_score"]["filter"]
    if "ids" not in wanted:
        return held_vectors(state, names, body)
    hits = [
        {"_index": name, "_id": key, "_score": 1.0, "_source": state[name].documents[key]}
        for name in names
        if name in state
        for key in wanted["ids"]["values"]
        if key in state[name].documents
    ]
    return an_answer(hits)


def held_vectors(state: Mapping[str, Documents], names: Sequence[str], body: Mapping[str, Any]) -> bytes:
    """The first document of every wanted text in the order of `indices_boost`; unknown indices hold nothing."""
    wanted = body["query"]["constant_score"]["filter"]["terms"][catalog.TEXT_HASH]
    boost = {name: score for entry in body["indices_boost"] for name, score in entry.items()}
    hits: dict[str, dict[str, Any]] = {}
    for name in sorted(names, key=lambda name: -boost[name]):
        for key, source in state[name].documents.items() if name in state else ():
            text_hash = source[catalog.TEXT_HASH]
            if text_hash in wanted and text_hash not in hits:
                hits[text_hash] = a_hit(name, key, source, score=boost[name])
    return an_answer(list(hits.values())[: body["size"]])


def a_hit(index: str, key: str, source: Mapping[str, Any], *, score: float = 1.0) -> dict[str, Any]:
    fields = {catalog.TEXT_HASH: [source[catalog.TEXT_HASH]]}
    return {"_index": index, "_id": key, "_score": score, "_source": source, "fields": fields}


def an_answer(hits: Sequence[Mapping[str, Any]]) -> bytes:
    shards = {"total": 1, "successful": 1, "skipped": 0, "failed": 0}
    return orjson.dumps({"took": 1, "timed_out": False, "_shards": shards, "hits": {"hits": hits}})
