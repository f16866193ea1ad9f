"""A page of the source cut into documents without being parsed: most of them are what they were, and only copied.

A native document is known by the bytes OpenSearch gives for it, which are the same as long as the document is: with a
selection of fields it writes every document anew, compact and in an order of its own.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from indexer.records import SourceDocument
from shared.serializer import read_json

_HASH_BYTES: Final = 16

_PIT: Final = b'{"pit_id":"'
_HITS: Final = b'"hits":['
_END: Final = b"]}}"
_ID_END: Final = b',"_'
_SOURCE: Final = b',"_source":'
_SORT: Final = b',"sort":'


@dataclass(frozen=True, slots=True)
class Page:
    """Documents in the order of their `sort` values, of which `last` are the last one's; None without a document."""

    documents: tuple[SourceDocument, ...] = ()
    last: list[Any] | None = None


def read_page(answer: bytes, *, index: str) -> Page:
    """The page that a sorted search of a point in time over `index` was answered with.

    An answer of another form than OpenSearch's own is parsed. Raises SerializationError for one that is no JSON.
    """
    cut = cut_page(answer, index=index)
    return _parsed(answer) if cut is None else cut


def read_pit_id(answer: bytes) -> str | None:
    """The point in time as an answer names it."""
    if answer.startswith(_PIT):
        return answer[len(_PIT) : answer.index(b'"', len(_PIT))].decode()
    found = read_json(answer).get("pit_id")
    return None if found is None else str(found)


def source_document(key: str, json: bytes) -> SourceDocument:
    """The document of id `key` that reads as `json`."""
    return SourceDocument(id=key, json=json, source_hash=hashlib.blake2b(json, digest_size=_HASH_BYTES).hexdigest())


def read_source(document: SourceDocument) -> Mapping[str, Any]:
    """The fields of a document."""
    fields: Mapping[str, Any] = read_json(document.json)
    return fields


def cut_page(answer: bytes, *, index: str) -> Page | None:
    """None unless every hit is `{"_index":…,"_id":…, … "_source":{…},"sort":[…]}`.

    No string of a document can hold what begins a hit, for every quote in it has a backslash before it. An object
    could, if it had this very index's name in it and ended, as hits do, in `sort`; the count of the documents would
    then not be the source's total, and the run refuse to go on.
    """
    try:
        return _cut(answer, index)
    except orjson.JSONDecodeError:
        return None


def _cut(answer: bytes, index: str) -> Page | None:
    start = answer.find(_HITS)
    if start < 0 or not answer.endswith(_END):
        return None
    # All that stands before the hits is OpenSearch's own, so that the first mark is the right one.
    before, *hits = answer[start + len(_HITS) : -len(_END)].split(b'{"_index":%b,"_id":' % orjson.dumps(index))
    if before:
        return None
    documents = []
    last: list[Any] = []
    for nth, hit in enumerate(hits, start=1):
        source, sort = hit.find(_SOURCE), hit.rfind(_SORT)
        end = b"]}" if nth == len(hits) else b"]},"
        json = hit[source + len(_SOURCE) : sort]
        if source < 0 or sort < source or not hit.endswith(end) or json[:1] != b"{" or json[-1:] != b"}":
            return None
        found = orjson.loads(b"{%b}" % hit[sort + 1 : 1 - len(end)])
        if list(found) != ["sort"] or len(found["sort"]) != len(last or found["sort"]):
            return None
        last = found["sort"]
        documents.append(source_document(orjson.loads(hit[: hit.index(_ID_END)]), json))
    return Page(tuple(documents), last or None)


def _parsed(answer: bytes) -> Page:
    hits = read_json(answer)["hits"]["hits"]
    documents = [source_document(str(hit["_id"]), orjson.dumps(_fields(hit))) for hit in hits]
    return Page(tuple(documents), hits[-1]["sort"] if hits else None)


def _fields(hit: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a hit holds; nothing where the index keeps no documents."""
    found = hit.get("_source")
    return found if isinstance(found, dict) else {}
