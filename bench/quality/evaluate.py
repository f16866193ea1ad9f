"""A data set through the real indexer and the real retriever, and the goals it is held to."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench.harness import Goal
from bench.quality.catalogue import build_catalogue
from bench.quality.dataset import Dataset, read_dataset
from bench.quality.measures import NDCG, measure
from bench.quality.report import EVERYTHING, Evaluation, save_queries, tables
from bench.quality.stand import open_stand
from bench.quality.systems import OURS, rank_all

_TOP: Final = 10

TARGETS: Final = {NDCG: 0.705, "condensed": 0.76}


async def goals(folder: Path, say: Callable[[str], None]) -> list[Goal]:
    """Evaluate the data set in `folder`, tell everything about it, and hold it to the targets.

    Raises DatasetUnusable.
    """
    data = read_dataset(folder)
    found = await evaluate(data, say)
    for line in tables(found):
        say(line)
    for line in save_queries(f"quality-{data.name}", found):
        say(line)
    queries = found.classes()[EVERYTHING]
    return [
        Goal(f"{name}, {data.name}", found.mean(OURS, name, queries), TARGETS[name], "at least") for name in TARGETS
    ]


async def evaluate(data: Dataset, say: Callable[[str], None]) -> Evaluation:
    """Index the catalogue of `data`, ask all of its queries, and measure what every system answers."""
    say(f"{data.name}: {len(data.products)} products, {len(data.queries)} queries")
    async with open_stand(build_catalogue(data), say=say) as stand:
        ranked = await rank_all(stand, data.queries)
    return Evaluation(
        queries=data.queries,
        scores={system: measure(rankings, data.grades) for system, rankings in ranked.items()},
        top={query: ids[:_TOP] for query, ids in ranked[OURS].items()},
    )
