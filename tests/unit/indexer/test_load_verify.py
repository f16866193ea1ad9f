"""indexer.load.verify: one test for each reason for which the swap must not happen."""

import re
from dataclasses import replace
from typing import Any

import pytest
from support.index_meta import a_meta
from support.proofs import loaded_cluster

from indexer.load.evidence import Evidence
from indexer.load.verify import Claim, Pass, Refused, judge, verify
from indexer.proof import ErrorBudget, Proof
from shared.indices import BuildCounts

INDEX = "rag-20261120-030000"
LIVE = "rag-20261119-030000"
META = a_meta(state="building", run_id="this-run", dimension=8)
CLAIM = Claim(
    index=INDEX,
    total=1000,
    counts=BuildCounts(read=1000, indexed=990, rejected=4, skipped=6),
    meta=META,
    previous=LIVE,
)
EVIDENCE = Evidence(
    run_id="this-run",
    dimension=8,
    documents=990,
    sampled=120,
    searched=100,
    lost=("7",),
    differing=(),
    canaries=3,
    previous_documents=1000,
    overlap=0.9,
)


def verdict(counts: dict[str, int] | None = None, /, *, allow_shrink: bool = False, **evidence: Any) -> Pass | Refused:
    claim = replace(CLAIM, counts=CLAIM.counts.model_copy(update=counts or {}), allow_shrink=allow_shrink)
    return judge(claim, replace(EVIDENCE, **evidence), budget=ErrorBudget())


def test_a_good_build_passes_with_the_figures_that_prove_it() -> None:
    assert verdict() == Pass(
        Proof(
            documents=990,
            previous=LIVE,
            previous_documents=1000,
            sampled=120,
            sound_vectors=120,
            same_as_source=120,
            searched=100,
            found=99,
            canaries=3,
            canaries_found=3,
            overlap=0.9,
        )
    )


REFUSED: dict[str, tuple[dict[str, int], dict[str, Any], str]] = {
    "a document was never read": ({"read": 999, "skipped": 5}, {}, "holds 1000 documents, but 999 were read"),
    "a document has no outcome": ({"skipped": 5}, {}, r"990 indexed \+ 4 rejected \+ 5 skipped are 999"),
    "the index holds fewer": ({}, {"documents": 989}, "990 documents were written, but the index holds 989"),
    "the index holds more": ({}, {"documents": 991}, "the index holds 991"),
    "nothing was indexed": (
        {"indexed": 0, "skipped": 996},
        {"documents": 0, "sampled": 0, "searched": 0, "lost": (), "previous_documents": None},
        "not a single",
    ),
    "too many were rejected": (
        {"rejected": 6, "skipped": 4},
        {},
        "6 of 1000 documents were rejected, at most 5 may be",
    ),
    "another index has the name": ({}, {"run_id": "another"}, "not the one this run created"),
    "an index without our mark": ({}, {"run_id": None}, "not the one this run created"),
    "another dimension": ({}, {"dimension": 16}, "dimension 16, the model has 8"),
    "the catalogue shrank": (
        {},
        {"previous_documents": 1101},
        rf"{LIVE} holds 1101 documents, this one 990 \(90%, at least 90% are expected\); .* --allow-shrink",
    ),
    "a vector is zero": ({}, {"flaws": {"zero": 1}}, "1 of 120 sampled vectors are zero"),
    "a vector is not finite": ({}, {"flaws": {"not finite": 2}}, "2 of 120 sampled vectors are not finite"),
    "a vector is too long": ({}, {"flaws": {"not of unit length": 3}}, "3 of 120 .* not of unit length"),
    "a vector has another dimension": ({}, {"flaws": {"not of dimension 8": 4}}, "4 of 120 .* not of dimension 8"),
    "a product is not what the source says": (
        {},
        {"differing": ("62 (price_from)",)},
        r"1 of 120 sampled products are not what the source says: 62 \(price_from\)$",
    ),
    "products do not find themselves": ({}, {"lost": tuple("123456")}, r"94 of 100 .*\(not found: 1, 2, 3, 4, 5, …\)"),
    "a canary is missed": ({}, {"missed": ("canary 'mug': MUG-1 is at place 9",)}, "canary 'mug': MUG-1"),
}


@pytest.mark.parametrize(("counts", "evidence", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_a_bad_build_is_refused_for_one_reason(counts: dict[str, int], evidence: dict[str, Any], reason: str) -> None:
    found = verdict(counts, **evidence)
    assert isinstance(found, Refused)
    [told] = found.reasons
    assert re.search(reason, told)


def test_every_reason_is_told_at_once() -> None:
    found = verdict({"rejected": 6}, documents=1, dimension=16, flaws={"zero": 1})
    assert isinstance(found, Refused)
    # Both sums are wrong, six rejects are too many, the live index is a thousand times as large, and so on.
    assert len(found.reasons) == 6


def test_five_of_a_hundred_may_be_lost() -> None:
    assert isinstance(verdict(lost=tuple("12345")), Pass)


def test_nine_tenths_of_the_live_index_are_enough() -> None:
    assert isinstance(verdict(previous_documents=1100), Pass)


def test_a_catalogue_that_may_shrink_is_told_of_and_passes() -> None:
    found = verdict(previous_documents=2000, allow_shrink=True)
    assert isinstance(found, Pass)
    assert found.proof.notes == ("990 documents, 50% of the live index' 2000",)


def test_the_first_build_has_nothing_to_be_measured_by() -> None:
    evidence = replace(EVIDENCE, previous_documents=None, overlap=None)
    found = judge(replace(CLAIM, previous=None), evidence, budget=ErrorBudget())
    assert isinstance(found, Pass)
    assert found.proof.notes == ()


TOLD = {
    "a live index that is closed or gone": (
        {"previous_documents": None, "overlap": None},
        f"nothing was compared with the live index {LIVE}: it is closed, or gone",
    ),
    "growth": ({"previous_documents": 500}, "990 documents, 198% of the live index' 500"),
    "other answers by words": (
        {"overlap": 0.1, "overlap_by_words": True},
        f"only 10% of the first 10 answers are those of the live index {LIVE}, both asked by words alone",
    ),
    "other answers": ({"overlap": 0.59}, f"only 59% of the first 10 answers are those of the live index {LIVE}"),
    "no source to ask": ({"differing": None}, "no product could be compared with the source once more"),
}


@pytest.mark.parametrize(("evidence", "note"), TOLD.values(), ids=TOLD.keys())
def test_what_is_only_odd_is_told_and_passes(evidence: dict[str, Any], note: str) -> None:
    found = verdict(**evidence)
    assert isinstance(found, Pass)
    [told] = found.proof.notes
    assert note in told


def test_a_refused_build_has_its_figures_too() -> None:
    found = verdict(flaws={"zero": 3, "not finite": 2}, missed=("one",), differing=None)
    assert isinstance(found, Refused)
    assert (found.proof.sound_vectors, found.proof.canaries_found, found.proof.same_as_source) == (115, 2, None)


async def test_the_verdict_comes_from_the_index_itself() -> None:
    claim = Claim(index=INDEX, total=12, counts=BuildCounts(read=12, indexed=12), meta=META)
    cluster = await loaded_cluster(INDEX, META, count=12)
    assert isinstance(await verify(cluster, claim), Pass)
    cluster.count_off = -1
    assert isinstance(await verify(cluster, claim), Refused)


async def test_an_index_that_took_the_name_is_refused_and_not_looked_into() -> None:
    claim = Claim(index=INDEX, total=0, counts=BuildCounts(), meta=META)
    cluster = await loaded_cluster(INDEX, META, count=0)
    cluster.state[INDEX].mappings["_meta"] = {}
    cluster.state[INDEX].documents["1"] = {"anything": "at all"}
    found = await verify(cluster, claim)
    assert isinstance(found, Refused)
    assert "the index is not the one this run created: something deleted or replaced it" in found.reasons
