"""Vectors that earlier builds hold, found by the hash of the text: what was paid for once is not paid for again.

One search over all donors at once answers for a whole window of products, whatever their ids were then. The digits of
a vector are cut out of the answer and pasted into the new document without ever becoming numbers.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import orjson
import structlog
from opensearchpy import AsyncOpenSearch

from indexer.cluster import request
from indexer.records import Accepted, JsonVector
from indexer.runs.raw_search import products_a_search, search_raw
from shared import catalog
from shared.embedding.embedder import EmbeddingModel
from shared.indices import IndexMeta
from shared.opensearch import AccessDenied, ClusterBusy, IndexMissing, RequestRefused
from shared.retry import Backoff

log = structlog.get_logger(__name__)

MOST_UNFINISHED: Final = 3
MOST_COMPLETE: Final = 2
"""Donors asked: the live index and the one before it, and the newest of the builds that came to nothing. Each of them
has taken over what was good in those before."""

REFRESH_SECONDS: Final = 120.0
RECOVERY: Final = Backoff(attempts=8)
"""Half a minute on average: a node that was killed reads its translog first."""

_SAMPLED: Final = 4
_UNIT_LENGTH_TOLERANCE: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Donor:
    """An earlier build by the same model and template. texts_sent, tokens_sent: what it sent to the model, at most."""

    index: str
    texts_sent: int = 0
    tokens_sent: int = 0

    def lost(self, recovered: int) -> tuple[int, int]:
        """Texts and, by their mean length, tokens that it sent for nothing, when `recovered` texts were found in it."""
        texts = max(0, self.texts_sent - recovered)
        return texts, round(self.tokens_sent * texts / self.texts_sent) if texts else 0


@dataclass(frozen=True, slots=True)
class DonorPlan:
    """Donors in the order of preference. live, recipe: the live index, if it is one, and what it was made by.
    interrupted: the newest build since then, if it came to nothing. notes: why the live index cannot be a donor."""

    donors: tuple[Donor, ...] = ()
    live: str | None = None
    recipe: str | None = None
    interrupted: Donor | None = None
    notes: tuple[str, ...] = ()


class Held(NamedTuple):
    """A vector an index holds, as the JSON array it was stored as."""

    holder: str
    digits: bytes


@dataclass(frozen=True, slots=True)
class Divided:
    """A window of products: those whose vector is there already, and those without.

    recovered: hashes of the texts whose vector only the interrupted build held.
    """

    taken: tuple[tuple[Accepted, JsonVector], ...]
    missing: tuple[Accepted, ...]
    recovered: tuple[str, ...] = ()


def plan_donors(
    found: Mapping[str, IndexMeta], *, live: str | None, model: EmbeddingModel, template_version: int
) -> DonorPlan:
    """Which of a store view's indices (name -> `_meta`) hold vectors as `model` would give them. Pure.

    A model for queries of its own changes nothing about documents, so it is not compared.
    """
    recipe = (model.provider, model.name, model.dimension, template_version)
    agreeing = {
        index: meta
        for index, meta in sorted(found.items(), reverse=True)
        if (meta.provider, meta.model, meta.dimension, meta.template_version) == recipe
    }
    complete = [index for index, meta in agreeing.items() if meta.state in ("ready", "live")]
    complete.sort(key=lambda index: index != live)
    unfinished = [index for index in agreeing if index not in complete][:MOST_UNFINISHED]
    # Complete builds first and unfinished ones oldest first: what the newest one alone holds, it has paid for itself.
    chosen = [*complete[:MOST_COMPLETE], *reversed(unfinished)]
    newest = unfinished[0] if unfinished and (live is None or unfinished[0] > live) else None
    donors = tuple(Donor(index, agreeing[index].texts_sent, agreeing[index].tokens_sent) for index in chosen)
    return DonorPlan(
        donors,
        live=live if live in agreeing else None,
        recipe=agreeing[live].recipe if live in agreeing else None,
        interrupted=next((donor for donor in donors if donor.index == newest), None),
        notes=() if live is None or live in agreeing else (_refusal(live, found.get(live), recipe),),
    )


def _refusal(live: str, meta: IndexMeta | None, recipe: tuple[str, str, int, int]) -> str:
    """Why vectors of the live index are no use, in words."""
    if meta is None:
        return f"vectors of {live} cannot be taken over: it does not say, as this version reads it, how they were made"
    made = (meta.provider, meta.model, meta.dimension, meta.template_version)
    names = ("provider", "model", "dimension", "text template")
    changed = [f"{name} {old} -> {new}" for name, old, new in zip(names, made, recipe, strict=True) if old != new]
    return f"vectors of {live} cannot be taken over: {', '.join(changed)}"


async def open_donors(client: AsyncOpenSearch, plan: DonorPlan, *, dimension: int) -> "Donors":
    """The donors of `plan` that can be asked, with everything they hold searchable.

    One that is gone, closed or without its shard is left out. Raises ClusterUnreachable, ClusterBusy.
    """
    indices = [donor.index for donor in plan.donors if await _made_searchable(client, donor.index)]
    if indices:
        log.info("vectors_taken_over_from", indices=indices)
    return Donors(client, indices, dimension=dimension, interrupted=plan.interrupted)


class Donors:
    """Indices that may hold the vector of a text. Their deletion meanwhile is no error: texts are then missing."""

    def __init__(
        self,
        client: AsyncOpenSearch,
        indices: Sequence[str] = (),
        *,
        dimension: int,
        interrupted: Donor | None = None,
    ) -> None:
        """`indices` in the order of preference, all searchable."""
        self.indices = tuple(indices)
        self.interrupted = interrupted if interrupted and interrupted.index in self.indices else None
        self.window = products_a_search(dimension)
        """Products of one search."""
        self._client = client
        self._dimension = dimension

    async def divide(self, products: Sequence[Accepted]) -> Divided:
        """Which of `products`, at most `window`, have their vector already. Raises what `find` raises."""
        held = await self.find({product.text_hash for product in products})
        fragments = {text_hash: orjson.Fragment(found.digits) for text_hash, found in held.items()}
        taken = tuple((product, fragments[product.text_hash]) for product in products if product.text_hash in held)
        missing = tuple(product for product in products if product.text_hash not in held)
        return Divided(taken, missing, self._recovered(held))

    async def find(self, hashes: Collection[str]) -> dict[str, Held]:
        """The vectors of the texts with these hashes, as far as a donor has them; one that cannot be asked is dropped.

        Raises ClusterUnreachable, ClusterBusy, AccessDenied, RequestRefused.
        """
        while hashes and self.indices:
            try:
                held = read_answer(await search_raw(self._client, self.indices, build_search(self.indices, hashes)))
            except RequestRefused as refusal:
                await self._drop_who_refuses(hashes, refusal)
                continue
            unsound = next((found.holder for found in [*held.values()][:_SAMPLED] if not self._is_sound(found)), None)
            if unsound is None:
                return held
            self._drop(unsound, cause="a vector of it is not one of the model")
        return {}

    async def _drop_who_refuses(self, hashes: Collection[str], refusal: RequestRefused) -> None:
        """One index of another mapping makes a search of all fail. Raises `refusal` when it was none of them."""
        before = self.indices
        for index in before:
            try:
                await search_raw(self._client, [index], build_search([index], hashes))
            except RequestRefused as cause:
                self._drop(index, cause=str(cause))
        if self.indices == before:
            raise refusal

    def _drop(self, index: str, *, cause: str) -> None:
        log.warning("donor_dropped", index=index, cause=cause)
        self.indices = tuple(other for other in self.indices if other != index)

    def _recovered(self, held: Mapping[str, Held]) -> tuple[str, ...]:
        interrupted = self.interrupted
        if interrupted is None:
            return ()
        return tuple(text_hash for text_hash, found in held.items() if found.holder == interrupted.index)

    def _is_sound(self, found: Held) -> bool:
        """Whether it is a vector of unit length and our dimension. A sample is enough: an index holds what one run
        checked, number by number, and OpenSearch guards its bytes by checksums."""
        vector = np.array(orjson.loads(found.digits), dtype=np.float64)
        return vector.shape == (self._dimension,) and bool(
            abs(float(np.linalg.norm(vector)) - 1.0) <= _UNIT_LENGTH_TOLERANCE
        )


def build_search(indices: Sequence[str], hashes: Collection[str]) -> dict[str, Any]:
    """One hit for each of the `hashes` that is found, from the first index that has it. Pure."""
    return {
        "size": len(hashes),
        "track_total_hits": False,
        "query": {"constant_score": {"filter": {"terms": {catalog.TEXT_HASH: sorted(hashes)}}}},
        # The score is nothing but the order of preference; of the hits of a text the best one stays.
        "indices_boost": [{index: float(rank)} for rank, index in enumerate(reversed(indices), start=1)],
        "collapse": {"field": catalog.TEXT_HASH},
    }


_VECTOR: Final = f'"{catalog.VECTOR}":['.encode()
_INDEX: Final = b'{"_index":"'
_HASH: Final = f'"fields":{{"{catalog.TEXT_HASH}":["'.encode()
_END: Final = b"]}," + _HASH
"""A hit is `{"_index":"…", … "_source":{ …,"vector":[…]},"fields":{"text_hash":["…"]}}`. None of these marks can stand
inside a string of a document, where every quote has a backslash before it."""


def read_answer(answer: bytes) -> dict[str, Held]:
    """Text hash -> vector of a search's answer, by `build_search`. Pure.

    Where every hit ends as our documents do, with the vector, its digits are cut out; any other answer is parsed.
    """
    cut = _cut(answer)
    return _parsed(answer) if cut is None else cut


def _cut(answer: bytes) -> dict[str, Held] | None:
    """The vectors cut out of the answer, None unless all of its hits have the expected form."""
    held: dict[str, Held] = {}
    start = 0
    while (end := answer.find(_END, start)) >= 0:
        index = answer.find(_INDEX, start, end)
        vector = answer.rfind(_VECTOR, start, end)
        if index < 0 or vector < index or answer.find(b"]", vector, end) >= 0:
            return None
        name = index + len(_INDEX)
        text_hash = end + len(_END)
        start = answer.find(b'"', text_hash)
        digits = answer[vector + len(_VECTOR) - 1 : end + 1]
        held[answer[text_hash:start].decode()] = Held(answer[name : answer.find(b'"', name)].decode(), digits)
    hits = answer.count(_HASH)
    return held if len(held) == hits and (hits or b'"hits":[]' in answer) else None


def _parsed(answer: bytes) -> dict[str, Held]:
    hits = orjson.loads(answer)["hits"]["hits"]
    return {
        hit["_source"][catalog.TEXT_HASH]: Held(hit["_index"], orjson.dumps(hit["_source"][catalog.VECTOR]))
        for hit in hits
        if catalog.VECTOR in hit["_source"]
    }


async def _made_searchable(client: AsyncOpenSearch, index: str) -> bool:
    """Refresh an index, which a build that came to nothing never was; False when it cannot be asked at all."""

    async def refresh() -> None:
        answer = await client.indices.refresh(index=index, params={"request_timeout": REFRESH_SECONDS})
        if not answer["_shards"]["successful"]:
            raise ClusterBusy(f"index {index!r}: no node holds its shard")

    try:
        await request(f"index {index!r}", refresh, backoff=RECOVERY)
    except (IndexMissing, RequestRefused, AccessDenied, ClusterBusy) as error:
        log.warning("donor_left_out", index=index, cause=str(error))
        return False
    return True
