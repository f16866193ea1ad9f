"""A data set through the real indexer and the real retriever, and the goals it is held to."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from bench.harness import Goal
from bench.quality.catalogue import Catalogue, build_catalogue
from bench.quality.dataset import Dataset, read_dataset
from bench.quality.measures import NDCG, measure
from bench.quality.report import EVERYTHING, Evaluation, save_queries, tables
from bench.quality.stand import open_stand
from bench.quality.systems import OURS, Answers, Question, ask_all

TARGETS: Final = {NDCG: 0.705, "condensed": 0.76}


async def goals(folder: Path, say: Callable[[str], None]) -> list[Goal]:
    """Evaluate the data set in `folder`, tell everything about it, and hold it to the targets.

    Raises DatasetUnusable.
    """
    data = read_dataset(folder)
    found = await evaluate(data, say)
    tell(f"quality-{data.name}", found, say)
    queries = found.classes()[EVERYTHING]
    return [
        Goal(f"{name}, {data.name}", found.mean(OURS, name, queries), TARGETS[name], "at least") for name in TARGETS
    ]


async def evaluate(data: Dataset, say: Callable[[str], None]) -> Evaluation:
    """Index the catalogue of `data`, ask all of its queries, and measure what every system answers."""
    answers = await ask_about(build_catalogue(data), data.queries, named=data.name, say=say)
    scores = {system: measure(rankings, data.grades) for system, rankings in answers.rankings.items()}
    return Evaluation(queries=data.queries, scores=scores, answers=answers.ours)


async def ask_about(
    catalogue: Catalogue, questions: Sequence[Question], *, named: str, say: Callable[[str], None]
) -> Answers:
    """What every system answers about `catalogue`, which is called `named`."""
    say(f"{named}: {len(catalogue.products)} products, {len(questions)} queries")
    async with open_stand(catalogue, say=say) as stand:
        return await ask_all(stand, questions)


def tell(name: str, found: Evaluation, say: Callable[[str], None]) -> None:
    """Everything measured, and what changed since the last run of that name."""
    for line in (*tables(found), *save_queries(name, found)):
        say(line)
