"""bench.harness: what becomes of measurements. Nothing here measures anything."""

import math
from pathlib import Path

import orjson
import pytest

from bench.harness import Goal, Spread, interleave, percentile, save, shown, table


async def test_sides_are_measured_in_turns() -> None:
    calls: list[str] = []

    async def side(name: str) -> str:
        calls.append(name)
        return f"{name}{len(calls)}"

    found = await interleave(2, lambda: side("a"), lambda: side("b"))
    assert calls == ["a", "b", "a", "b"]
    assert found == (["a1", "a3"], ["b2", "b4"])


@pytest.mark.parametrize(
    ("value", "bound", "ok"),
    [
        pytest.param(0.95, "at least", True, id="just reached"),
        pytest.param(0.94, "at least", False, id="not reached"),
        pytest.param(0.95, "at most", True, id="just kept"),
        pytest.param(0.96, "at most", False, id="not kept"),
        pytest.param(math.nan, "at most", False, id="no number keeps nothing"),
        pytest.param(math.nan, "at least", False, id="no number reaches nothing"),
    ],
)
def test_a_goal_is_met_at_its_bound(value: float, bound: str, ok: bool) -> None:
    assert Goal("speed", value, 0.95, "at least" if bound == "at least" else "at most").ok is ok


def test_a_spread_is_compared_with_itself() -> None:
    spread = Spread((10.0, 5.0, 12.0, 6.0))
    assert spread.median == 8.0
    assert spread.control == 2.0
    assert Spread((7.0,)).control == 1.0


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 50), (0.95, 95), (0.951, 96), (1.0, 100), (0.0, 1)], ids=lambda value: str(value)
)
def test_percentile_is_the_nearest_rank(share: float, expected: float) -> None:
    assert percentile(range(100, 0, -1), share) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "0"), (0.01234, "0.0123"), (0.5, "0.500"), (1.0712, "1.071"), (54.321, "54.32"), (550.4, "550.4"),
     (12_345.6, "12,346"), (math.nan, "none")],
)  # fmt: skip
def test_figures_are_shown_with_the_digits_that_matter(value: float, expected: str) -> None:
    assert shown(value) == expected


def test_results_are_a_table_and_a_list_for_machines(tmp_path: Path) -> None:
    goals = [Goal("G1 rate", 0.97, 0.95, "at least", "500 ÷ 515"), Goal("G5 memory", 250.0, 200, "at most")]
    lines = list(table(goals))
    assert lines[0].split() == ["G1", "rate", "0.970", "≥", "0.950", "ok"]
    assert lines[1].strip() == "500 ÷ 515"
    assert lines[2].endswith("MISSED")
    path = save("indexer", goals, directory=tmp_path / "results")
    assert orjson.loads(path.read_bytes()) == [
        {"goal": "G1 rate", "value": 0.97, "target": 0.95, "ok": True},
        {"goal": "G5 memory", "value": 250.0, "target": 200, "ok": False},
    ]
