"""Proof that a build is fit to go live: it counts to the document, and its products find themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from opensearchpy import AsyncOpenSearch

from indexer.cluster import STEADY, request
from indexer.report import ErrorBudget
from shared import catalog
from shared.hybrid.fuse import fuse
from shared.hybrid.query import LEXICAL, SEMANTIC, build_lexical, build_semantic
from shared.indices import BuildCounts, IndexMeta, UnreadableIndex, read_meta
from shared.opensearch import raise_part
from shared.retry import Backoff

SAMPLE: Final = 100
"""Products that have to find themselves; all of them in a smaller catalogue."""

RANK: Final = 10
"""The last place at which a product still counts as found."""

FOUND_SHARE: Final = 0.95

_DEPTH: Final = 50
_PRODUCTS_A_REQUEST: Final = 10
_LISTED: Final = 5


@dataclass(frozen=True, slots=True)
class Pass:
    """The build may go live."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The build must not go live."""

    reasons: tuple[str, ...]


Verdict = Pass | Refused


@dataclass(frozen=True, slots=True)
class Claim:
    """What the run says it built. total: documents of the source; meta: as the index was created with."""

    index: str
    total: int
    counts: BuildCounts
    meta: IndexMeta


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the index itself shows.

    run_id, dimension: of its mapping, None where there is none. documents: by `_count`. lost: of `sampled` products
    those that a search for themselves did not find.
    """

    run_id: str | None
    dimension: int | None
    documents: int
    sampled: int
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Probe:
    """A sampled product and the question it has to answer."""

    id: str
    text_hash: str
    question: str
    vector: Sequence[float]


async def verify(client: AsyncOpenSearch, claim: Claim, *, budget: ErrorBudget | None = None) -> Verdict:
    """Compare what was claimed with what the index shows; the index has been refreshed before.

    Raises what shared.opensearch lists.
    """
    return judge(claim, await fetch_evidence(client, claim.index), budget=budget or ErrorBudget())


def judge(claim: Claim, evidence: Evidence, *, budget: ErrorBudget) -> Verdict:
    """Every reason against going live, or Pass. Pure."""
    reasons = [*_miscounts(claim, evidence), *_unfit(claim, evidence, budget)]
    return Refused(tuple(reasons)) if reasons else Pass()


async def fetch_evidence(client: AsyncOpenSearch, index: str, *, backoff: Backoff = STEADY) -> Evidence:
    """What there is to see: mapping, count, and a search for each sampled product.

    The sample is taken by text hash: the same catalogue gives the same sample, spread evenly over it.
    Raises what shared.opensearch lists.
    """
    ask = partial(request, f"index {index!r}", backoff=backoff)
    mapping = (await ask(partial(client.indices.get_mapping, index=index)))[index]["mappings"]
    documents = (await ask(partial(client.count, index=index)))["count"]
    probes = await _fetch_sample(client, index, backoff=backoff)
    lost: list[str] = []
    for start in range(0, len(probes), _PRODUCTS_A_REQUEST):
        lost += await _fetch_lost(client, index, probes[start : start + _PRODUCTS_A_REQUEST], backoff=backoff)
    return Evidence(
        run_id=_run_id(index, mapping),
        dimension=mapping.get("properties", {}).get(catalog.VECTOR, {}).get("dimension"),
        documents=documents,
        sampled=len(probes),
        lost=tuple(lost),
    )


def _miscounts(claim: Claim, evidence: Evidence) -> list[str]:
    counts = claim.counts
    reasons = []
    if counts.read != claim.total:
        reasons.append(f"the source holds {claim.total} documents, but {counts.read} were read")
    settled = counts.indexed + counts.rejected + counts.skipped
    if counts.read != settled:
        reasons.append(
            f"{counts.read} documents were read, but {counts.indexed} indexed + {counts.rejected} rejected + "
            f"{counts.skipped} skipped are {settled}"
        )
    if evidence.documents != counts.indexed:
        reasons.append(f"{counts.indexed} documents were written, but the index holds {evidence.documents}")
    if counts.indexed == 0:
        reasons.append("not a single product was indexed")
    return reasons


def _unfit(claim: Claim, evidence: Evidence, budget: ErrorBudget) -> list[str]:
    reasons = []
    if evidence.run_id != claim.meta.run_id:
        reasons.append("the index is not the one this run created: something deleted or replaced it")
    if evidence.dimension != claim.meta.dimension:
        reasons.append(f"its vectors have dimension {evidence.dimension}, the model has {claim.meta.dimension}")
    allowed = budget.allowed(claim.total)
    if claim.counts.rejected > allowed:
        reasons.append(
            f"{claim.counts.rejected} of {claim.total} documents were rejected, at most {allowed} may be; mend what "
            "the report lists, and run again"
        )
    found = evidence.sampled - len(evidence.lost)
    if found < FOUND_SHARE * evidence.sampled:
        shown = ", ".join(evidence.lost[:_LISTED])
        reasons.append(
            f"only {found} of {evidence.sampled} sampled products find themselves among the first {RANK} "
            f"(not found: {shown}{', …' if len(evidence.lost) > _LISTED else ''})"
        )
    return reasons


def _run_id(index: str, mapping: Mapping[str, Any]) -> str | None:
    try:
        return read_meta(index, mapping).run_id
    except UnreadableIndex:
        return None


async def _fetch_sample(client: AsyncOpenSearch, index: str, *, backoff: Backoff) -> list[_Probe]:
    body = {
        "size": SAMPLE,
        "sort": [{catalog.TEXT_HASH: "asc"}, {catalog.ID: "asc"}],
        "_source": [catalog.SKU, catalog.NAME, catalog.TEXT_HASH, catalog.VECTOR],
    }
    answer = await request(f"index {index!r}", partial(client.search, index=index, body=body), backoff=backoff)
    return [_probe(hit["_id"], hit["_source"]) for hit in answer["hits"]["hits"]]


def _probe(document_id: str, source: Mapping[str, Any]) -> _Probe:
    # With the SKU, for whole shelves may share a name; its separators are dropped so that it stays one word.
    sku = "".join(source[catalog.SKU].split())
    return _Probe(
        id=document_id,
        text_hash=source[catalog.TEXT_HASH],
        question=f"{sku} {source[catalog.NAME]}",
        vector=source[catalog.VECTOR],
    )


async def _fetch_lost(client: AsyncOpenSearch, index: str, probes: Sequence[_Probe], *, backoff: Backoff) -> list[str]:
    """Ids of the products that neither they nor one of the same text are among the first RANK of the fused legs."""
    searches: list[Mapping[str, Any]] = []
    for probe in probes:
        lexical = build_lexical(probe.question, filters=[], size=_DEPTH)
        semantic = build_semantic(probe.vector, filters=[], size=_DEPTH)
        searches += [{}, lexical | _WITH_HASH, {}, semantic | _WITH_HASH]

    async def search() -> list[dict[str, str]]:
        # Read inside the attempt: a leg the cluster had no time for is asked again with the others.
        answer = await client.msearch(index=index, body=searches)
        return [_hits(index, response) for response in answer["responses"]]

    legs = await request(f"index {index!r}", search, backoff=backoff)
    pairs = zip(legs[0::2], legs[1::2], strict=True)
    return [
        probe.id for probe, (lexical, semantic) in zip(probes, pairs, strict=True) if _misses(probe, lexical, semantic)
    ]


_WITH_HASH: Final = {"docvalue_fields": [catalog.TEXT_HASH]}


def _hits(index: str, response: Mapping[str, Any]) -> dict[str, str]:
    """Id -> text hash of one leg's hits, best first."""
    if "error" in response:
        raise_part(f"index {index!r}", response["error"], status=response.get("status", 0))
    return {hit["_id"]: hit["fields"][catalog.TEXT_HASH][0] for hit in response["hits"]["hits"]}


def _misses(probe: _Probe, lexical: Mapping[str, str], semantic: Mapping[str, str]) -> bool:
    fused = fuse({LEXICAL: list(lexical), SEMANTIC: list(semantic)})[:RANK]
    hashes = {**lexical, **semantic}
    return probe.text_hash not in {hashes[hit.id] for hit in fused}
