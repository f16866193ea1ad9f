"""What the rankings are worth, in words: tables per class, paired differences, and what changed since the last run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any, Final

import orjson

from bench.harness import RESULTS
from bench.quality.measures import MEASURES, NDCG, Interval, Scores, interval, paired
from bench.quality.systems import BM25, KNN, OURS, Answer, Question

EVERYTHING: Final = "all"
SHOWN_CHANGES: Final = 10

_SUCCESS: Final = "success"
_TOP: Final = 10


@dataclass(frozen=True, slots=True)
class Evaluation:
    """scores: of each system; a question that no ranking can answer has none. answers: ours, by query. success: 0 to 1
    by query, where its class says what that is.
    """

    queries: Sequence[Question]
    scores: Mapping[str, Scores]
    answers: Mapping[str, Answer]
    success: Mapping[str, float] = field(default_factory=dict)

    def classes(self) -> dict[str, list[str]]:
        """Class -> ids of its queries that have scores, all of them first."""
        ranked = self.scores[OURS][NDCG]
        found: dict[str, list[str]] = {EVERYTHING: [query.id for query in self.queries if query.id in ranked]}
        for query in self.queries:
            if query.id in ranked:
                found.setdefault(query.kind, []).append(query.id)
        return found

    def mean(self, system: str, name: str, queries: Sequence[str]) -> float:
        """Of one measure over some queries."""
        return fmean([self.scores[system][name][query] for query in queries])

    def better_leg(self, queries: Sequence[str]) -> str:
        """Which leg alone ranks these better, where there are two."""
        return max((leg for leg in (BM25, KNN) if leg in self.scores), key=lambda leg: self.mean(leg, NDCG, queries))

    def beside(self, system: str, queries: Sequence[str]) -> Interval:
        """How much better ours ranks these than `system`."""
        return paired(self.scores[OURS][NDCG], self.scores[system][NDCG], queries)


def tables(found: Evaluation) -> Iterator[str]:
    """Every system and measure with its interval, class by class; then ours beside each of the others."""
    for kind, queries in found.classes().items():
        yield ""
        yield f"{kind}: {len(queries)} queries"
        yield f"  {'':<10}" + "".join(f"{name:>22}" for name in MEASURES)
        for system, scores in found.scores.items():
            shown = [interval([scores[name][query] for query in queries]) for name in MEASURES]
            yield f"  {system:<10}" + "".join(f"{one!s:>22}" for one in shown)
        for system in found.scores:
            if system != OURS:
                by = found.beside(system, queries)
                yield f"  ours - {system:<10} {NDCG} {by.mean:+.3f} ({by.low:+.3f} to {by.high:+.3f})"


def save_queries(name: str, found: Evaluation, *, directory: Path = RESULTS) -> list[str]:
    """Write every query's figures and our first answers as `<name>-queries.json`; what changed since that file was
    written last, the largest change first."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{name}-queries.json"
    before = _read(path)
    rows = [_row(found, query) for query in found.queries]
    path.write_bytes(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
    return [line for figure in (NDCG, _SUCCESS) for line in _changes(figure, before, rows)]


def _row(found: Evaluation, query: Question) -> dict[str, Any]:
    scores = {
        system: {name: round(values[query.id], 4) for name, values in scores.items()}
        for system, scores in found.scores.items()
        if query.id in scores[NDCG]
    }
    answer = found.answers[query.id]
    return {
        "id": query.id,
        "class": query.kind,
        "text": query.text,
        "scores": scores,
        _SUCCESS: found.success.get(query.id),
        "total": answer.total,
        "message": answer.message,
        "understood": answer.understood,
        "top": answer.skus[:_TOP],
    }


def _read(path: Path) -> dict[tuple[str, str], Any]:
    """By id and text: another text is another question."""
    if not path.exists():
        return {}
    return {(row["id"], row["text"]): row for row in orjson.loads(path.read_bytes())}


def _figure(row: Mapping[str, Any], name: str) -> float | None:
    figures: Mapping[str, float | None] = row["scores"].get(OURS, {}) if name in MEASURES else row
    return figures.get(name)


def _changes(name: str, before: Mapping[tuple[str, str], Any], rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    changed = []
    for row in rows:
        old = before.get((row["id"], row["text"]))
        was, now = (None if one is None else _figure(one, name) for one in (old, row))
        if was is not None and now is not None:
            changed.append((now - was, row))
    if not changed:
        return
    better, worse = sum(by > 0 for by, _ in changed), sum(by < 0 for by, _ in changed)
    yield f"{name} since the last run: {better} better, {worse} worse, {len(changed) - better - worse} as they were"
    for by, row in sorted(changed, key=lambda one: -abs(one[0]))[:SHOWN_CHANGES]:
        if by:
            yield f"  {by:+.3f}  {row['id']}  {row['text']}"
