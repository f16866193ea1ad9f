"""G10: `_msearch` and fusion here, beside the server's `hybrid` query with its `score-ranker-processor`.

Both get the two legs that the retriever really sends, through the same client, with 100 candidates a leg and k = 60,
and give ids; neither reads a card. What the retriever asks in the same `_msearch` besides is left out, and so are the
weights it gives the legs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from opensearchpy import AsyncOpenSearch

from bench.harness import Goal, interleave
from bench.retrieval.agreement import TOP, agrees, fuse_by_shard
from bench.retrieval.passes import Passes, ask_all
from bench.retrieval.recording import Recorded, searches_of
from shared import catalog
from shared.hybrid.fuse import RRF_K, FusedHit, fuse
from shared.hybrid.legs import LEXICAL, SEMANTIC

PIPELINE: Final = "bench-rrf"

_RANKER: Final = {"combination": {"technique": "rrf", "rank_constant": RRF_K}}


@dataclass(frozen=True, slots=True)
class Legs:
    """The two searches of one question, as they were sent."""

    index: str
    lexical: Mapping[str, Any]
    semantic: Mapping[str, Any]

    @property
    def by_name(self) -> Mapping[str, Mapping[str, Any]]:
        return {LEXICAL: self.lexical, SEMANTIC: self.semantic}

    @property
    def hybrid(self) -> dict[str, Any]:
        """The same as one search, read back in the same way. pagination_depth: its name for the candidates of a leg."""
        queries = [leg["query"] for leg in self.by_name.values()]
        hybrid = {"queries": queries, "pagination_depth": self.lexical["size"]}
        return {**self.lexical, "query": {"hybrid": hybrid}, "size": TOP}


def legs_of(recorded: Recorded) -> Legs | None:
    """None for a question that was not asked by words and by meaning both. Pure."""
    searches = searches_of(recorded.requests[0])
    semantic = [body for _, body in searches if "knn" in body.get("query", {})]
    if not semantic:
        return None
    header, lexical = searches[0]
    return Legs(header["index"], lexical, semantic[0])


async def install_pipeline(client: AsyncOpenSearch) -> None:
    """Let the server fuse by rank, with both legs weighing the same."""
    body = {"phase_results_processors": [{"score-ranker-processor": _RANKER}]}
    await client.http.put(f"/_search/pipeline/{PIPELINE}", body=body)


async def fused_here(client: AsyncOpenSearch, legs: Legs) -> list[FusedHit]:
    """Equal scores of a leg stay in the server's order, so that only the fusion is compared."""
    lines = [line for body in legs.by_name.values() for line in ({"index": legs.index}, body)]
    answer = await client.msearch(body=lines)
    return fuse({leg: _ids(part) for leg, part in zip(legs.by_name, answer["responses"], strict=True)})


async def fused_there(client: AsyncOpenSearch, legs: Legs) -> list[str]:
    """What the server makes of it."""
    answer = await client.search(index=legs.index, body=legs.hybrid, params={"search_pipeline": PIPELINE})
    return _ids(answer)


async def fused_by_shard(client: AsyncOpenSearch, legs: Legs, *, shards: int) -> list[FusedHit]:
    """What comes of ranks counted within each shard."""
    headers = [{"index": legs.index, "preference": f"_shards:{shard}"} for shard in range(shards)]
    lines = [line for header in headers for body in legs.by_name.values() for line in (header, body)]
    found = [_ids(part) for part in (await client.msearch(body=lines))["responses"]]
    names = list(legs.by_name)
    return fuse_by_shard([dict(zip(names, found[2 * n : 2 * n + 2], strict=True)) for n in range(shards)])


async def speed_goal(client: AsyncOpenSearch, asked: Sequence[Legs], *, rounds: int) -> Goal:
    """Median of the fusion here ÷ median of the server's."""
    found = await interleave(
        rounds,
        partial(ask_all, partial(fused_here, client), asked),
        partial(ask_all, partial(fused_there, client), asked),
    )
    here, there = (Passes(tuple(passes)) for passes in found)
    note = f"{here} ÷ {there}; {len(asked)} questions"
    return Goal(
        "G10 _msearch + fusion here p50 ÷ server's hybrid", here.p50.median / there.p50.median, 0.7, "at most", note
    )


async def agreement_goal(client: AsyncOpenSearch, asked: Sequence[Legs]) -> Goal:
    """The share of questions with the same first ten, ties aside, on an index of one shard."""
    value = await agreement(client, asked)
    note = f"one shard, {len(asked)} questions, equal weights, k = {RRF_K}"
    return Goal("G10 same first ten as the server's, ties aside", value, 1.0, "at least", note)


async def agreement(client: AsyncOpenSearch, asked: Sequence[Legs]) -> float:
    """The share of questions for which both fusions give the same first ten, ties aside."""
    same = [agrees(await fused_here(client, legs), await fused_there(client, legs)) for legs in asked]
    return sum(same) / len(same)


async def say_shards(
    client: AsyncOpenSearch, asked: Sequence[Legs], *, shards: int, say: Callable[[str], None]
) -> None:
    """How far the fusions agree on several shards, and how much of the server's is explained by ranks of a shard."""
    explained = [
        agrees(await fused_by_shard(client, legs, shards=shards), await fused_there(client, legs)) for legs in asked
    ]
    say(
        f"  on {shards} shards the same first ten for {await agreement(client, asked):.3f} of the questions; the "
        f"server's are those of ranks counted within each shard for {sum(explained) / len(explained):.3f}"
    )


def _ids(found: Mapping[str, Any]) -> list[str]:
    """From `_id`, or from the field of a search that leaves stored fields unread."""
    return [hit["_id"] if "_id" in hit else hit["fields"][catalog.ID][0] for hit in found["hits"]["hits"]]
