"""Proof that a build is fit to go live: it counts to the document, its vectors are sound, its products are what the
source says and find themselves, and the operator's own questions are answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from opensearchpy import AsyncOpenSearch

from indexer.load.canaries import Asked
from indexer.load.evidence import RANK, Evidence, Recheck, fetch_count, fetch_evidence
from indexer.proof import SHRINK_LIMIT, ErrorBudget, Proof, complaints_by_count
from indexer.report import StoreReport
from shared.indices import BuildCounts, IndexMeta

FOUND_SHARE: Final = 0.95

GROWTH_TOLD: Final = 1.1
OVERLAP_TOLD: Final = 0.6
"""More growth, or fewer common answers, are worth an operator's look and no reason to stop."""

_LISTED: Final = 5


@dataclass(frozen=True, slots=True)
class Pass:
    """The build may go live."""

    proof: Proof


@dataclass(frozen=True, slots=True)
class Refused:
    """The build must not go live."""

    reasons: tuple[str, ...]
    proof: Proof


Verdict = Pass | Refused


@dataclass(frozen=True, slots=True)
class Claim:
    """What the run says it built.

    total: documents of the source. meta: as the index was created with. previous: the live index it is to replace.
    allow_shrink: whether it may be much smaller than that one.
    """

    index: str
    total: int
    counts: BuildCounts
    meta: IndexMeta
    previous: str | None = None
    allow_shrink: bool = False


async def verify(
    client: AsyncOpenSearch,
    claim: Claim,
    *,
    budget: ErrorBudget | None = None,
    asked: Asked | None = None,
    recheck: Recheck | None = None,
) -> Verdict:
    """Compare what was claimed with what the index shows; the index has been refreshed before.

    asked: the operator's canaries. recheck: reads products from the source once more. Raises what shared.opensearch
    lists.
    """
    evidence = await fetch_evidence(
        client, claim.index, claim.meta, previous=claim.previous, asked=asked, recheck=recheck
    )
    return judge(claim, evidence, budget=budget or ErrorBudget())


async def foresee(
    client: AsyncOpenSearch, report: StoreReport, *, budget: ErrorBudget, allow_shrink: bool
) -> list[str]:
    """Why a build that comes to the counts of `report` would be refused, as far as that shows before there is one.

    Raises what shared.opensearch lists.
    """
    return [
        *budget.complaints(report.rejected, of=report.total),
        *complaints_by_count(
            report.indexed,
            previous=report.previous,
            previous_documents=await fetch_count(client, report.previous),
            allow_shrink=allow_shrink,
        ),
    ]


def judge(claim: Claim, evidence: Evidence, *, budget: ErrorBudget) -> Verdict:
    """Every reason against going live, or Pass. Pure."""
    if evidence.run_id != claim.meta.run_id:
        # What else it shows says nothing about this build.
        return Refused(tuple(_replaced(claim, evidence)), _describe(claim, evidence))
    reasons = [
        *_miscounts(claim, evidence),
        *_replaced(claim, evidence),
        *budget.complaints(claim.counts.rejected, of=claim.total),
        *complaints_by_count(
            evidence.documents,
            previous=claim.previous,
            previous_documents=evidence.previous_documents,
            allow_shrink=claim.allow_shrink,
        ),
        *_flawed(evidence),
        *_different(evidence),
        *_lost(evidence),
        *evidence.missed,
    ]
    proof = _describe(claim, evidence)
    return Refused(tuple(reasons), proof) if reasons else Pass(proof)


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
    return reasons


def _replaced(claim: Claim, evidence: Evidence) -> list[str]:
    reasons = []
    if evidence.run_id != claim.meta.run_id:
        reasons.append("the index is not the one this run created: something deleted or replaced it")
    if evidence.dimension != claim.meta.dimension:
        reasons.append(f"its vectors have dimension {evidence.dimension}, the model has {claim.meta.dimension}")
    return reasons


def _flawed(evidence: Evidence) -> list[str]:
    return [
        f"{count} of {evidence.sampled} sampled vectors are {flaw}" for flaw, count in sorted(evidence.flaws.items())
    ]


def _different(evidence: Evidence) -> list[str]:
    if not evidence.differing:
        return []
    return [
        f"{len(evidence.differing)} of {evidence.sampled} sampled products are not what the source says: "
        f"{_listed(evidence.differing)}"
    ]


def _lost(evidence: Evidence) -> list[str]:
    found = evidence.searched - len(evidence.lost)
    if found >= FOUND_SHARE * evidence.searched:
        return []
    return [
        f"only {found} of {evidence.searched} sampled products find themselves among the first {RANK} "
        f"(not found: {_listed(evidence.lost)})"
    ]


def _describe(claim: Claim, evidence: Evidence) -> Proof:
    return Proof(
        documents=evidence.documents,
        previous=claim.previous,
        previous_documents=evidence.previous_documents,
        sampled=evidence.sampled,
        sound_vectors=evidence.sampled - sum(evidence.flaws.values()),
        same_as_source=None if evidence.differing is None else evidence.sampled - len(evidence.differing),
        searched=evidence.searched,
        found=evidence.searched - len(evidence.lost),
        canaries=evidence.canaries,
        canaries_found=evidence.canaries - len(evidence.missed),
        overlap=evidence.overlap,
        overlap_by_words=evidence.overlap_by_words,
        notes=tuple(_notes(claim, evidence)),
    )


def _notes(claim: Claim, evidence: Evidence) -> list[str]:
    """What is no reason to stop and yet worth a look."""
    notes = []
    if claim.previous is not None and evidence.previous_documents is None:
        notes.append(f"nothing was compared with the live index {claim.previous}: it is closed, or gone")
    share = _share_of_previous(evidence)
    if share is not None and (share > GROWTH_TOLD or share < SHRINK_LIMIT):
        notes.append(f"{evidence.documents} documents, {share:.0%} of the live index' {evidence.previous_documents}")
    if evidence.overlap is not None and evidence.overlap < OVERLAP_TOLD:
        notes.append(
            f"only {evidence.overlap:.0%} of the first {RANK} answers are those of the live index {claim.previous}"
            + (", both asked by words alone" if evidence.overlap_by_words else "")
        )
    if evidence.sampled and evidence.differing is None:
        notes.append("no product could be compared with the source once more: what the run read is gone")
    return notes


def _share_of_previous(evidence: Evidence) -> float | None:
    return evidence.documents / evidence.previous_documents if evidence.previous_documents else None


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_LISTED]) + (", …" if len(names) > _LISTED else "")
