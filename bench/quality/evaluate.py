"""A data set through the real indexer and the real retriever, and the goals it is held to."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from bench.harness import Goal
from bench.quality.catalogue import Catalogue, build_catalogue
from bench.quality.dataset import Dataset, read_dataset
from bench.quality.measures import NDCG, interval, measure
from bench.quality.report import EVERYTHING, Evaluation, save_queries, tables
from bench.quality.settings import grid
from bench.quality.stand import Stand, open_stand
from bench.quality.sweep import FOLDS, Sweep, cross_validate, sweep_lines
from bench.quality.systems import OURS, Answers, Question, ask_all, ask_tuned

TARGETS: Final = {NDCG: 0.705, "condensed": 0.76}


async def goals(folder: Path, say: Callable[[str], None]) -> list[Goal]:
    """Evaluate the data set in `folder`, tell everything about it, and hold it to the targets.

    The figures held to a target are out of fold; of fewer questions than folds they are those of the usual settings.
    Raises DatasetUnusable.
    """
    data = read_dataset(folder)
    catalogue = build_catalogue(data)
    say(_announced(catalogue, data.queries, named=data.name))
    async with open_stand(catalogue, say=say) as stand:
        answers = await ask_all(stand, data.queries)
        found = Evaluation(
            queries=data.queries,
            scores={system: measure(rankings, data.grades) for system, rankings in answers.rankings.items()},
            answers=answers.ours,
        )
        tell(f"quality-{data.name}", found, say)
        swept = await _swept(stand, data, say) if len(data.queries) >= FOLDS else None
    return [_goal(name, found, swept, named=data.name) for name in TARGETS]


async def _swept(stand: Stand, data: Dataset, say: Callable[[str], None]) -> Sweep:
    settings = grid()
    say(f"{len(settings)} settings, chosen on four fifths of the questions and measured on the fifth …")
    swept = cross_validate(await ask_tuned(stand, data.queries, settings), data.grades)
    for line in sweep_lines(swept):
        say(line)
    for kind in sorted({query.kind for query in data.queries}):
        values = [swept.scores[NDCG][query.id] for query in data.queries if query.kind == kind]
        say(f"  {kind}: {NDCG} {interval(values)}, out of fold")
    return swept


def _goal(name: str, found: Evaluation, swept: Sweep | None, *, named: str) -> Goal:
    usual = found.mean(OURS, name, found.classes()[EVERYTHING])
    if swept is None:
        return Goal(f"{name}, {named}", usual, TARGETS[name], "at least", note="too few questions for folds")
    value = interval(list(swept.scores[name].values()))
    note = f"{value}; {usual:.3f} with the usual settings"
    return Goal(f"{name}, {named}, out of fold", value.mean, TARGETS[name], "at least", note=note)


async def ask_about(
    catalogue: Catalogue, questions: Sequence[Question], *, named: str, say: Callable[[str], None]
) -> Answers:
    """What every system answers about `catalogue`, which is called `named`."""
    say(_announced(catalogue, questions, named=named))
    async with open_stand(catalogue, say=say) as stand:
        return await ask_all(stand, questions)


def _announced(catalogue: Catalogue, questions: Sequence[Question], *, named: str) -> str:
    return f"{named}: {len(catalogue.products)} products, {len(questions)} queries"


def tell(name: str, found: Evaluation, say: Callable[[str], None]) -> None:
    """Everything measured, and what changed since the last run of that name."""
    for line in (*tables(found), *save_queries(name, found)):
        say(line)
