"""What shoppers asked and what it cost: the lines of answer events, summed up."""

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson

from runtime.web.answer_log import IN_LOG, answer_files
from shared.errors import ConfigurationError

_SINCE: Final = re.compile(r"(\d{1,4})([mhdw])")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_TIMES: Final = ("first_ms", "ms")
_ANSWERS: Final = frozenset({"answer", "search"})


def parse_since(text: str, *, now: datetime) -> datetime:
    """The moment that "7d", "24h", "30m", "2w" before `now`, or an ISO date, means. Raises ValueError."""
    if found := _SINCE.fullmatch(text):
        return now - timedelta(**{_UNITS[found[2]]: int(found[1])})
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is neither a time such as 7d, 24h or 30m nor a date such as 2026-11-22") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def event_lines(files: Sequence[str], *, kept_in: str | None) -> Iterator[bytes]:
    """The lines of `files`, `-` being standard input; without any of those in the directory `kept_in`, which is
    ANSWER_EVENTS. Raises ConfigurationError naming what cannot be read.
    """
    try:
        for file in files or _kept(kept_in):
            if file == "-":
                yield from sys.stdin.buffer
            else:
                with open(file, "rb") as lines:
                    yield from lines
    except OSError as exc:
        raise ConfigurationError([f"{exc.filename}: cannot be read ({exc.strerror})"]) from exc


def _kept(kept_in: str | None) -> list[str]:
    if kept_in is None:
        fix = "set it to a directory, or to `log` and name files of the log here (- for standard input)"
        raise ConfigurationError([f"ANSWER_EVENTS: is not set, so nothing is kept that could be summed up; {fix}"])
    if kept_in == IN_LOG:
        raise ConfigurationError(["ANSWER_EVENTS=log: name the files of the log here, or - for standard input"])
    return [str(path) for path in answer_files(Path(kept_in))]


def read_events(lines: Iterable[str | bytes]) -> Iterator[dict[str, Any]]:
    """The answer events among `lines`; whatever else a log holds is passed over."""
    for line in lines:
        try:
            event = orjson.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and event.get("event") in (*_ANSWERS, "feedback") and _moment(event):
            yield event


def _moment(event: Mapping[str, Any]) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(event.get("timestamp")))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, however it was typed, and how often it was asked."""

    question: str
    times: int


@dataclass(slots=True)
class Report:
    """The sums. costs: by currency. disliked: questions whose answers got a thumb down, with the reasons.
    percentiles: milliseconds to the first word and to the last, (half of the answers, 95 of 100) no later.
    """

    since: datetime
    store: str | None
    questions: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    degraded: Counter[str] = field(default_factory=Counter)
    top: Sequence[Asked] = ()
    without_result: Sequence[Asked] = ()
    none_found: int = 0
    ratings: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    disliked: Sequence[tuple[str, str]] = ()
    tokens: int = 0
    costs: Mapping[str, float] = field(default_factory=dict)
    percentiles: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    corrections: int = 0

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "since": self.since.isoformat(),
            "store": self.store,
            "questions": self.questions,
            "outcomes": dict(self.outcomes),
            "degraded": dict(self.degraded),
            "top": [{"question": one.question, "times": one.times} for one in self.top],
            "without_result": [{"question": one.question, "times": one.times} for one in self.without_result],
            "none_found": self.none_found,
            "ratings": dict(self.ratings),
            "reasons": dict(self.reasons),
            "disliked": [{"question": question, "reason": reason} for question, reason in self.disliked],
            "tokens": self.tokens,
            "costs": {currency: round(cost, 6) for currency, cost in self.costs.items()},
            "milliseconds": {name: {"p50": half, "p95": most} for name, (half, most) in self.percentiles.items()},
            "corrections": self.corrections,
        }

    def lines(self) -> Iterator[str]:
        """For people."""
        of = f" of store {self.store}" if self.store else ""
        yield f"{self.questions} questions{of} since {self.since:%Y-%m-%d %H:%M} UTC" + _listed(self.outcomes)
        if not self.questions:
            return
        yield f"nothing found for {self.none_found} ({self.none_found / self.questions:.0%})" + (
            f"; answered without {_listed(self.degraded)[2:]}" if self.degraded else ""
        )
        for name, (half, most) in self.percentiles.items():
            what = "first word" if name == "first_ms" else "whole answer"
            yield f"{what}: half within {half / 1000:.2f} s, 95 of 100 within {most / 1000:.2f} s"
        yield from _costs(self)
        yield f"thumbs up {self.ratings['up']}, down {self.ratings['down']}" + _listed(self.reasons)
        yield from _questions("asked most", self.top)
        yield from _questions("nothing found for", self.without_result)
        if self.disliked:
            yield "thumbs down:"
            yield from (f"  {reason:<13} {question}" for question, reason in self.disliked)


def _costs(report: Report) -> Iterator[str]:
    yield f"{report.tokens} tokens" + "".join(f", {cost:.4f} {currency}" for currency, cost in report.costs.items())
    yield f"{report.corrections} claims put right by the guard"


def _listed(counts: Counter[str]) -> str:
    return ": " + ", ".join(f"{name} {times}" for name, times in counts.most_common()) if counts else ""


def _questions(title: str, asked: Sequence[Asked]) -> Iterator[str]:
    if asked:
        yield f"{title}:"
        yield from (f"  {one.times:>5}  {one.question}" for one in asked)


def sum_up(events: Iterable[Mapping[str, Any]], *, since: datetime, store: str | None = None, top: int = 20) -> Report:
    """The report of `events` from `since` on, of one store view or of all. top: of each list."""
    events = [
        event
        for event in events
        if (moment := _moment(event)) and moment >= since and store in (None, event.get("store"))
    ]
    answers = [event for event in events if event["event"] in _ANSWERS]
    # Of two ratings of one answer the later one is meant.
    rated = sorted((event for event in events if event["event"] == "feedback"), key=lambda event: event["timestamp"])
    ratings = {event.get("answer"): event for event in rated}
    report = Report(since, store, questions=len(answers))
    costs: defaultdict[str, float] = defaultdict(float)
    for answer in answers:
        _count(report, answer, costs)
    missed = [answer for answer in answers if answer.get("found") is False]
    report.none_found = len(missed)
    report.top, report.without_result = _most(answers, top), _most(missed, top)
    report.costs = dict(costs)
    report.percentiles = {name: both for name in _TIMES if (both := _percentiles(answers, name))}
    _rate(report, ratings, answers, top=top)
    return report


def _count(report: Report, answer: Mapping[str, Any], costs: defaultdict[str, float]) -> None:
    report.outcomes[str(answer.get("outcome") or "searched")] += 1
    if answer.get("degraded"):
        report.degraded[str(answer["degraded"])] += 1
    report.tokens += _number(answer, "prompt_tokens") + _number(answer, "completion_tokens")
    report.corrections += _number(answer, "corrections")
    if isinstance(told := answer.get("costs"), dict):
        for currency, cost in told.items():
            costs[currency] += cost if isinstance(cost, int | float) else 0


def _number(answer: Mapping[str, Any], name: str) -> int:
    value = answer.get(name)
    return value if isinstance(value, int) else 0


def _most(answers: Iterable[Mapping[str, Any]], top: int) -> list[Asked]:
    """The questions asked most, each as it was typed first."""
    counts: Counter[str] = Counter()
    typed: dict[str, str] = {}
    for answer in answers:
        question = str(answer.get("question") or "")
        same = " ".join(re.findall(r"\w+", question.casefold()))
        if same:
            counts[same] += 1
            typed.setdefault(same, " ".join(question.split()))
    return [Asked(typed[same], times) for same, times in counts.most_common(top)]


def _percentiles(answers: Iterable[Mapping[str, Any]], name: str) -> tuple[float, float] | None:
    times = sorted(float(value) for answer in answers if isinstance(value := answer.get(name), int | float))
    if not times:
        return None
    return times[(len(times) - 1) // 2], times[-(-95 * len(times) // 100) - 1]


def _rate(
    report: Report, ratings: Mapping[Any, Mapping[str, Any]], answers: Sequence[Mapping[str, Any]], *, top: int
) -> None:
    asked = {answer.get("answer"): " ".join(str(answer.get("question") or "").split()) for answer in answers}
    disliked = []
    for id, rating in ratings.items():
        report.ratings[str(rating.get("rating"))] += 1
        if rating.get("rating") == "down":
            reason = str(rating.get("reason") or "no reason")
            report.reasons[reason] += 1
            if asked.get(id):
                disliked.append((asked[id], reason))
    report.disliked = disliked[-top:]
