"""bench.retrieval: passes, what their figures are made of, and what a side must answer to be raced."""

import asyncio

import pytest

from bench.retrieval.passes import Pass, Passes, ask_all
from bench.retrieval.questions import Question
from bench.retrieval.race import Side, action_goals, check_answers, race, retrieval_goal, say_kinds, say_race
from bench.retrieval.recording import Recorded, Sent

SENT = Sent("POST", "/_msearch", b"")


def a_record(text: str = "jacket", *, kind: str = "keyword", trips: int = 2) -> Recorded:
    question = Question(text, "price" if kind == "price" else "keyword")
    return Recorded(question, (SENT,) * trips, found=("1", "2"))


def passes(*rounds: tuple[float, ...], cpu: float = 0.0) -> Passes:
    """Of seconds; `cpu` of each pass."""
    return Passes(tuple(Pass(seconds, cpu=cpu) for seconds in rounds))


@pytest.mark.parametrize("at_once", [1, 3, 8])
async def test_a_pass_asks_everything_once_and_no_more_at_a_time_than_wanted(at_once: int) -> None:
    asked: list[int] = []
    under_way = most = 0

    async def ask(question: int) -> None:
        nonlocal under_way, most
        asked.append(question)
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1

    found = await ask_all(ask, range(20), at_once=at_once)
    assert sorted(asked) == list(range(20))
    assert most == at_once
    assert len(found.seconds) == 20
    assert min(found.seconds) > 0


async def test_a_failure_ends_the_pass() -> None:
    async def ask(question: int) -> None:
        raise ValueError(question)

    with pytest.raises(ExceptionGroup):
        await ask_all(ask, range(3), at_once=2)


def test_figures_are_medians_of_passes_and_a_percentile_of_all() -> None:
    found = passes((0.001, 0.002, 0.003), (0.004, 0.005, 0.100), cpu=0.03)
    assert found.p50.values == (2.0, 5.0)
    assert found.p99 == pytest.approx(100.0)
    assert found.cpu == pytest.approx(10.0)
    assert found.p50_of([0, 1]) == pytest.approx(2.0)


def test_goals_are_ratios_to_the_bare_client_and_the_cpu_beyond_its_own() -> None:
    raw, ours = passes((0.010,) * 3, cpu=0.003), passes((0.012,) * 3, cpu=0.006)
    ratio = retrieval_goal(raw, ours)
    slower, added = action_goals(raw, ours, embedded=7)
    assert ratio.value == slower.value == pytest.approx(1.2)
    assert added.value == pytest.approx(1.0)
    assert "embedded meanwhile: 7" in slower.note
    assert (ratio.ok, slower.ok, added.ok) == (True, True, True)


async def test_sides_are_raced_pass_by_pass() -> None:
    order: list[str] = []

    def side(name: str) -> Side:
        async def ask(recorded: Recorded) -> tuple[str, ...]:
            order.append(f"{name} {recorded.question.text}")
            return recorded.found

        return Side(name, ask)

    found = await race([side("raw"), side("ours")], [a_record("a"), a_record("b")], rounds=2)
    assert order == ["raw a", "raw b", "ours a", "ours b"] * 2
    assert [len(one.rounds) for one in found] == [2, 2]


@pytest.mark.parametrize(
    ("answer", "good"),
    [
        pytest.param(("1", "2"), True, id="the recorded products"),
        pytest.param(("1",), True, id="cut to fit"),
        pytest.param((), False, id="nothing"),
        pytest.param(("2", "1"), False, id="another order"),
    ],
)
async def test_a_side_that_answers_otherwise_is_not_raced(answer: tuple[str, ...], good: bool) -> None:
    async def ask(recorded: Recorded) -> tuple[str, ...]:
        return answer

    checking = check_answers([Side("ours", ask)], [a_record()])
    if good:
        await checking
    else:
        with pytest.raises(RuntimeError, match="ours answers 'jacket'"):
            await checking


def test_what_is_said_names_sides_classes_and_requests() -> None:
    async def ask(recorded: Recorded) -> tuple[str, ...]:
        return recorded.found

    said: list[str] = []
    raw, ours = passes((0.010, 0.020)), passes((0.020, 0.030))
    asked = [a_record("a"), a_record("b", kind="price", trips=3)]
    say_race([Side("raw", ask), Side("ours", ask)], [raw, ours], say=said.append)
    say_kinds(raw, ours, asked, say=said.append)
    assert said[1].startswith("  ours: p50 20.00")
    assert said[1].endswith("÷ raw 2.00")
    assert said[2:] == [
        "  requests a question: 1 × 2, 1 × 3",
        "  keyword: 20.00 ÷ 10.00 ms = 2.00",
        "  price: 30.00 ÷ 20.00 ms = 1.50",
    ]
