"""What a finished index shows of itself: to the mapping, to searches, beside its source, and beside the live index."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

import orjson
import structlog
from opensearchpy import AsyncOpenSearch

from indexer.cluster import STEADY, request
from indexer.load.canaries import Asked
from indexer.load.indices import CLOSED
from indexer.load.sample import SampledProduct, count_flaws, iter_sample, sample_size, sample_start
from indexer.load.search import Question, fetch_answers
from indexer.records import Accepted
from shared import catalog
from shared.errors import AppError
from shared.indices import IndexMeta, UnreadableIndex, read_meta
from shared.opensearch import IndexMissing, RequestRefused
from shared.retry import Backoff

log = structlog.get_logger(__name__)

SEARCHED: Final = 100
"""Products that have to find themselves; all of them in a smaller catalogue."""

RANK: Final = 10
"""The last place at which a product still counts as found; so many first answers are compared with the live index."""

COMPARED: Final = 20
"""Questions put to the live index as well, the canaries first."""

Recheck = Callable[[Sequence[str]], Awaitable[Mapping[str, Accepted] | None]]
"""What becomes of the native documents of these ids when they are read and transformed once more; a product that is
none any more is left out. None: the source as the run read it is gone."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the index itself shows.

    run_id, dimension: of its mapping, None where there is none. documents: by `_count`. sampled: products read back;
    flaws: what is wrong with their vectors -> how many. searched: sampled products that a search for themselves was
    made for; lost: ids of those it did not find. differing: sampled products that are not what the source says,
    each with the fields; None when that could not be checked. canaries: questions of the operator's asked; missed: a
    sentence for each that failed. previous_documents: of the live index. overlap: share of its first answers that the
    new index gives too; overlap_by_words: whether both were asked by words alone, for their models differ.
    """

    run_id: str | None
    dimension: int | None
    documents: int
    sampled: int = 0
    flaws: Mapping[str, int] = field(default_factory=dict)
    searched: int = 0
    lost: tuple[str, ...] = ()
    differing: tuple[str, ...] | None = None
    canaries: int = 0
    missed: tuple[str, ...] = ()
    previous_documents: int | None = None
    overlap: float | None = None
    overlap_by_words: bool = False


async def fetch_evidence(
    client: AsyncOpenSearch,
    index: str,
    meta: IndexMeta,
    *,
    previous: str | None = None,
    asked: Asked | None = None,
    recheck: Recheck | None = None,
    backoff: Backoff = STEADY,
) -> Evidence:
    """Look at `index`, which was created as `meta` says and has been refreshed since.

    previous: the live index. asked: the operator's canaries, embedded. Raises what shared.opensearch lists.
    """
    ask = partial(request, f"index {index!r}", backoff=backoff)
    mapping = (await ask(partial(client.indices.get_mapping, index=index)))[index]["mappings"]
    documents = (await ask(partial(client.count, index=index)))["count"]
    seen = Evidence(
        run_id=_run_id(index, mapping),
        dimension=mapping.get("properties", {}).get(catalog.VECTOR, {}).get("dimension"),
        documents=documents,
        previous_documents=await fetch_count(client, previous, backoff=backoff),
    )
    if seen.run_id != meta.run_id:
        # Somebody else's index under this name has none of the fields the rest is asked by.
        return seen
    sample = await _fetch_sample(client, index, meta, documents=documents, backoff=backoff)
    lost = await _fetch_lost(client, index, sample[:SEARCHED], backoff=backoff)
    asked = asked or Asked()
    questions = _shoppers_questions(asked, sample)
    overlap, by_words = await _fetch_overlap(client, index, previous, meta, questions=questions, backoff=backoff)
    return replace(
        seen,
        sampled=len(sample),
        flaws=count_flaws(sample),
        searched=min(len(sample), SEARCHED),
        lost=lost,
        differing=await _compare_with_source(sample, recheck),
        canaries=len(asked.canaries),
        missed=await asked.fetch_missed(client, index, backoff=backoff),
        overlap=overlap,
        overlap_by_words=by_words,
    )


async def _fetch_sample(
    client: AsyncOpenSearch, index: str, meta: IndexMeta, *, documents: int, backoff: Backoff
) -> list[SampledProduct]:
    sample: list[SampledProduct] = []
    products = iter_sample(
        client,
        index,
        size=sample_size(documents),
        start=sample_start(meta.run_id),
        dimension=meta.dimension,
        backoff=backoff,
    )
    async for product in products:
        # Vectors are large, and only those of the products that are searched for are needed again.
        sample.append(product if len(sample) < SEARCHED else replace(product, vector=None))
    return sample


async def _fetch_lost(
    client: AsyncOpenSearch, index: str, products: Sequence[SampledProduct], *, backoff: Backoff
) -> tuple[str, ...]:
    """Ids of the products that neither they nor one of the same text are among the first answers to themselves."""
    # With the SKU, for whole shelves may share a name; its separators are dropped so that it stays one word.
    questions = [
        Question(text=f"{''.join(product.sku.split())} {product.name}", vector=product.vector, filters=[])
        for product in products
    ]
    answers = await fetch_answers(client, index, questions, backoff=backoff)
    return tuple(
        product.id
        for product, found in zip(products, answers, strict=True)
        if product.text_hash not in {one.text_hash for one in found[:RANK]}
    )


async def _compare_with_source(sample: Sequence[SampledProduct], recheck: Recheck | None) -> tuple[str, ...] | None:
    source = None if recheck is None else await recheck([product.id for product in sample])
    if source is None:
        return None
    differences = ((product.id, differing_fields(product, source.get(product.id))) for product in sample)
    return tuple(f"{key} ({', '.join(fields)})" for key, fields in differences if fields)


def differing_fields(product: SampledProduct, expected: Accepted | None) -> list[str]:
    """Where the indexed product is not what the source makes of it. Pure."""
    if expected is None:
        return ["not in the source"]
    wanted = catalog.to_source(
        expected.document,
        text_hash=expected.text_hash,
        source_hash=expected.source_hash,
        warnings=expected.warnings,
    )
    found = orjson.loads(product.json)
    return [name for name, value in wanted.items() if found.get(name) != value]


def _shoppers_questions(asked: Asked, sample: Sequence[SampledProduct]) -> list[Question]:
    """The operator's own, and names of products: what a shopper would type."""
    names = {product.name: product for product in sample if product.vector is not None}
    questions = [Question(text=name, vector=product.vector, filters=[]) for name, product in names.items()]
    return [*asked.questions, *questions][:COMPARED]


async def fetch_count(client: AsyncOpenSearch, index: str | None, *, backoff: Backoff = STEADY) -> int | None:
    """How many documents `index` holds; None when there is none, or not any more, or it was closed."""
    if index is None:
        return None
    try:
        answer = await request(f"index {index!r}", partial(client.count, index=index), backoff=backoff)
    except IndexMissing:
        return None
    except RequestRefused as refusal:
        if refusal.kind != CLOSED:
            raise
        return None
    return int(answer["count"])


async def _fetch_overlap(
    client: AsyncOpenSearch,
    index: str,
    previous: str | None,
    meta: IndexMeta,
    *,
    questions: Sequence[Question],
    backoff: Backoff,
) -> tuple[float | None, bool]:
    """Mean share of the first answers that both indices give, None when there is nothing to compare; whether by words.

    Vectors of different models have nothing to say to each other: then both indices are asked by words alone.
    """
    if previous is None or not questions:
        return None, False
    try:
        by_words = not await _same_vectors(client, previous, meta, backoff=backoff)
        if by_words:
            questions = [replace(question, vector=None) for question in questions]
        before = await fetch_answers(client, previous, questions, backoff=backoff)
    except AppError as error:
        # The live index may be of an older schema, or gone; that speaks neither for nor against the new one.
        log.warning("live_index_not_compared", index=previous, cause=str(error))
        return None, False
    after = await fetch_answers(client, index, questions, backoff=backoff)
    shares = [_overlap(old[:RANK], new[:RANK]) for old, new in zip(before, after, strict=True)]
    return sum(shares) / len(shares), by_words


def _overlap(old: Sequence[Any], new: Sequence[Any]) -> float:
    before, after = {found.id for found in old}, {found.id for found in new}
    return len(before & after) / max(len(before), len(after)) if before or after else 1.0


async def _same_vectors(client: AsyncOpenSearch, index: str, meta: IndexMeta, *, backoff: Backoff) -> bool:
    answer = await request(f"index {index!r}", partial(client.indices.get_mapping, index=index), backoff=backoff)
    try:
        live = read_meta(index, answer[index]["mappings"])
    except UnreadableIndex:
        return False
    return (live.provider, live.model, live.dimension) == (meta.provider, meta.model, meta.dimension)


def _run_id(index: str, mapping: Mapping[str, Any]) -> str | None:
    try:
        return read_meta(index, mapping).run_id
    except UnreadableIndex:
        return None
