"""Products that are what they were when the live index was built: copied as they stand, neither read nor transformed.

What we index of a product follows from its native document and the build's recipe (`indexer.runs.recipe`). The live
index keeps the hash of every native document, and the recipe in its `_meta`; where both agree, the outcome would be the
same. Of a product that did change, the vector is taken over at least, when its text is the same: a new price costs one
search.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from opensearchpy import AsyncOpenSearch

from indexer.records import BulkDocument, JsonVector, SourceDocument
from indexer.runs.raw_search import products_a_search, search_raw
from indexer.runs.resume import DonorPlan
from shared import catalog


@dataclass(frozen=True, slots=True)
class Stored:
    """A document of the live index: the JSON it is stored as, and where in it the vector begins."""

    json: bytes
    vector: int
    text_hash: str
    source_hash: str
    warnings: Sequence[str]

    @property
    def digits(self) -> bytes:
        """The vector, as a JSON array."""
        return self.json[self.vector + len(_VECTOR) - 1 : -1]


@dataclass(frozen=True, slots=True)
class Copy:
    """An indexed product that is written again as it stands. warnings: what its transformation had to say."""

    document: BulkDocument
    warnings: Sequence[str]


@dataclass(frozen=True, slots=True)
class Split:
    """A window of the source. vectors: of changed products, id -> (text hash, vector) of the live index."""

    copies: tuple[Copy, ...] = ()
    changed: tuple[SourceDocument, ...] = ()
    vectors: Mapping[str, tuple[str, JsonVector]] = field(default_factory=dict)


class LiveProducts:
    """The live index, made by the same recipe. Its deletion meanwhile is no error: every product is then a changed one.

    window: documents of one search.
    """

    def __init__(self, client: AsyncOpenSearch, index: str, *, dimension: int) -> None:
        self.window = products_a_search(dimension)
        self._client = client
        self._index = index

    async def split(self, documents: Sequence[SourceDocument]) -> Split:
        """Which of `documents`, at most `window`, are what they were. Raises what `search_raw` raises."""
        answer = await search_raw(self._client, [self._index], build_search([document.id for document in documents]))
        return split(documents, read_answer(answer))


def open_live(client: AsyncOpenSearch, plan: DonorPlan, *, recipe: str | None, dimension: int) -> LiveProducts | None:
    """The live index, if it was made by `recipe` too."""
    if plan.live is None or plan.recipe != recipe:
        return None
    return LiveProducts(client, plan.live, dimension=dimension)


def build_search(ids: Sequence[str]) -> dict[str, Any]:
    """The documents of these ids, whole. Pure."""
    query = {"constant_score": {"filter": {"ids": {"values": list(ids)}}}}
    return {"size": len(ids), "track_total_hits": False, "query": query}


def split(documents: Sequence[SourceDocument], stored: Mapping[str, Stored]) -> Split:
    """As LiveProducts.split, with what the live index holds of them. Pure."""
    copies: list[Copy] = []
    changed: list[SourceDocument] = []
    vectors: dict[str, tuple[str, JsonVector]] = {}
    for document in documents:
        found = stored.get(document.id)
        if found is not None and found.source_hash == document.source_hash:
            copies.append(_copy(document.id, found))
            continue
        changed.append(document)
        if found is not None:
            vectors[document.id] = (found.text_hash, orjson.Fragment(found.digits))
    return Split(tuple(copies), tuple(changed), vectors)


def _copy(document_id: str, stored: Stored) -> Copy:
    action = orjson.dumps({"index": {"_id": document_id}}, option=orjson.OPT_APPEND_NEWLINE)
    lines = b"%b%b\n" % (action, stored.json)
    return Copy(BulkDocument(id=document_id, sku=None, lines=lines), stored.warnings)


_ID: Final = b'"_id":'
_ID_END: Final = b'","_'
_BODY: Final = b'"_source":'
_SOURCE: Final = _BODY + f'{{"{catalog.ID}":'.encode()
_VECTOR: Final = f',"{catalog.VECTOR}":['.encode()
_TAIL: Final = f',"{catalog.WARNINGS}":['.encode()
"""A hit is `{"_index":"…","_id":"…", … "_source":{"id":"…", … ,"warnings":[…],"text_hash":"…","source_hash":"…",
"vector":[…]}}`. No string of a document can hold such a mark, for every quote in it has a backslash before it; nor can
an object a merchant named, for in none of those does the same follow the name."""


def read_answer(answer: bytes) -> dict[str, Stored]:
    """Id -> document of the hits that have the expected form; one that has not is as good as absent. Pure."""
    return dict(_iter_stored(answer))


def _iter_stored(answer: bytes) -> Iterator[tuple[str, Stored]]:
    end = 0
    while (vector := answer.find(_VECTOR, end)) >= 0:
        source = answer.rfind(_SOURCE, end, vector)
        tail = answer.rfind(_TAIL, source, vector)
        hit = answer.rfind(_ID, end, source)
        end = answer.find(b"]", vector) + 1
        if min(source, tail, hit) < 0 or answer[end : end + 2] != b"}}":
            continue
        told = orjson.loads(b"{%b}" % answer[tail + 1 : vector])
        body = source + len(_BODY)
        yield (
            orjson.loads(answer[hit + len(_ID) : answer.index(_ID_END, hit) + 1]),
            Stored(
                json=answer[body : end + 1],
                vector=vector - body,
                text_hash=told[catalog.TEXT_HASH],
                source_hash=told[catalog.SOURCE_HASH],
                warnings=told[catalog.WARNINGS],
            ),
        )
