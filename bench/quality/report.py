"""What the rankings are worth, in words: tables per class, paired differences, and what changed since the last run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, Final

import orjson

from bench.harness import RESULTS
from bench.quality.dataset import Query
from bench.quality.measures import MEASURES, NDCG, Scores, interval, paired
from bench.quality.systems import OURS

EVERYTHING: Final = "all"
SHOWN_CHANGES: Final = 10


@dataclass(frozen=True, slots=True)
class Evaluation:
    """scores: of each system. top: ids that ours gave first, by query."""

    queries: tuple[Query, ...]
    scores: Mapping[str, Scores]
    top: Mapping[str, Sequence[str]]

    def classes(self) -> dict[str, list[str]]:
        """Class -> ids of its queries, all of them first."""
        found: dict[str, list[str]] = {EVERYTHING: [query.id for query in self.queries]}
        for query in self.queries:
            found.setdefault(query.kind, []).append(query.id)
        return found

    def mean(self, system: str, name: str, queries: Sequence[str]) -> float:
        """Of one measure over some queries."""
        return fmean([self.scores[system][name][query] for query in queries])


def tables(found: Evaluation) -> Iterator[str]:
    """Every system and measure with its interval, class by class; then ours beside each of the others."""
    for kind, queries in found.classes().items():
        yield ""
        yield f"{kind}: {len(queries)} queries"
        yield f"  {'':<10}" + "".join(f"{name:>22}" for name in MEASURES)
        for system, scores in found.scores.items():
            shown = [interval([scores[name][query] for query in queries]) for name in MEASURES]
            yield f"  {system:<10}" + "".join(f"{one!s:>22}" for one in shown)
        for system, scores in found.scores.items():
            if system != OURS:
                by = paired(found.scores[OURS][NDCG], scores[NDCG], queries)
                yield f"  ours - {system:<10} {NDCG} {by.mean:+.3f} ({by.low:+.3f} to {by.high:+.3f})"


def save_queries(name: str, found: Evaluation, *, directory: Path = RESULTS) -> list[str]:
    """Write every query's scores and first answers as `<name>-queries.json`; what changed since that file was written
    last, the largest change first."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{name}-queries.json"
    before = _read(path)
    rows = [_row(found, query) for query in found.queries]
    path.write_bytes(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
    return list(_changes(before, rows))


def _row(found: Evaluation, query: Query) -> dict[str, Any]:
    scores = {
        system: {name: round(values[query.id], 4) for name, values in scores.items()}
        for system, scores in found.scores.items()
    }
    return {"id": query.id, "class": query.kind, "text": query.text, "scores": scores, "top": found.top[query.id]}


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    return {row["id"]: row for row in orjson.loads(path.read_bytes())}


def _changes(before: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    compared = [(row, before[row["id"]]) for row in rows if row["id"] in before]
    if not compared:
        return
    changed = [(row["scores"][OURS][NDCG] - old["scores"][OURS][NDCG], row) for row, old in compared]
    better, worse = sum(by > 0 for by, _ in changed), sum(by < 0 for by, _ in changed)
    yield f"since the last run: {better} better, {worse} worse, {len(compared) - better - worse} as they were"
    for by, row in sorted(changed, key=lambda one: -abs(one[0]))[:SHOWN_CHANGES]:
        if by:
            yield f"  {by:+.3f}  {row['id']}  {row['text']}"
