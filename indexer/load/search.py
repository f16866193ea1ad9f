"""Questions to an index under proof, asked as the runtime asks its live one: both legs, fused."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from opensearchpy import AsyncOpenSearch

from indexer.cluster import STEADY, request
from shared import catalog
from shared.codes import CODE_SEPARATORS
from shared.embedding.embedder import Vector
from shared.hybrid.filters import Clauses
from shared.hybrid.fuse import fuse_legs
from shared.hybrid.legs import LEXICAL, SEMANTIC
from shared.hybrid.query import BY_CODE, build_lexical, build_semantic
from shared.hybrid.settings import OURS
from shared.hybrid.words import Words
from shared.opensearch import raise_part
from shared.retry import Backoff

DEPTH: Final = 50
"""Candidates of each leg."""

_QUESTIONS_A_REQUEST: Final = 10
_SEPARATORS: Final = re.compile(CODE_SEPARATORS, re.ASCII)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. vector: None leaves the semantic leg out, as the runtime does in a language unknown to the model.

    codes_first: products that the text names by code come before all others, as they do for a shopper; only then are
    the codes of the answers read.
    """

    text: str
    vector: Vector | None
    filters: Clauses
    codes_first: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A product among the answers. codes: all it answers to, as `code_key` writes them."""

    id: str
    text_hash: str
    codes: frozenset[str]
    by_code: bool


def code_key(code: str) -> str:
    """`code` as the field of codes holds it: without case and separators."""
    return _SEPARATORS.sub("", code).lower()


async def fetch_answers(
    client: AsyncOpenSearch, index: str, questions: Sequence[Question], *, backoff: Backoff = STEADY
) -> list[list[Found]]:
    """For each question the products of both legs, the best first. Raises what shared.opensearch lists."""
    answers: list[list[Found]] = []
    for start in range(0, len(questions), _QUESTIONS_A_REQUEST):
        asked = questions[start : start + _QUESTIONS_A_REQUEST]
        answers += await _fetch_some(client, index, asked, backoff=backoff)
    return answers


async def _fetch_some(
    client: AsyncOpenSearch, index: str, questions: Sequence[Question], *, backoff: Backoff
) -> list[list[Found]]:
    legs = [_build_legs(question) for question in questions]
    searches: list[Mapping[str, Any]] = []
    for question, one in zip(questions, legs, strict=True):
        fields = [catalog.TEXT_HASH, catalog.IDENTIFIERS] if question.codes_first else [catalog.TEXT_HASH]
        for body in one.values():
            searches += [{}, body | {"docvalue_fields": fields, "track_total_hits": False}]

    async def search() -> list[list[Found]]:
        # Read inside the attempt: a leg the cluster had no time for is asked again with the others.
        answer = await client.msearch(index=index, body=searches)
        return [_read_hits(index, response) for response in answer["responses"]]

    hits = iter(await request(f"index {index!r}", search, backoff=backoff))
    found = [{leg: next(hits) for leg in one} for one in legs]
    return [_order(question, one) for question, one in zip(questions, found, strict=True)]


def _build_legs(question: Question) -> dict[str, dict[str, Any]]:
    legs = {LEXICAL: build_lexical(Words.of(question.text), filters=question.filters, size=DEPTH)}
    if question.vector is not None:
        legs[SEMANTIC] = build_semantic(question.vector, filters=question.filters, size=DEPTH)
    return legs


def _read_hits(index: str, response: Mapping[str, Any]) -> list[Found]:
    if "error" in response:
        raise_part(f"index {index!r}", response["error"], status=response.get("status", 0))
    return [
        Found(
            id=hit["_id"],
            text_hash=hit["fields"][catalog.TEXT_HASH][0],
            codes=frozenset(hit["fields"].get(catalog.IDENTIFIERS, ())),
            by_code=BY_CODE in hit.get("matched_queries", ()),
        )
        for hit in response["hits"]["hits"]
    ]


def _order(question: Question, legs: Mapping[str, Sequence[Found]]) -> list[Found]:
    # Where both legs found a product, the words' hit is kept: only that one knows of codes.
    products = {found.id: found for leg in (SEMANTIC, LEXICAL) for found in legs.get(leg, ())}
    ranked = [
        products[hit.id]
        for hit in fuse_legs({leg: [found.id for found in hits] for leg, hits in legs.items()}, OURS.known)
    ]
    if not question.codes_first:
        return ranked
    return [found for found in ranked if found.by_code] + [found for found in ranked if not found.by_code]
