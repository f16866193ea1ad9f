from bench.quality.settings import grid
from shared.hybrid.settings import OURS


def test_usual_settings_are_among_those_compared() -> None:
    assert OURS in grid().values()


def test_no_settings_are_compared_twice() -> None:
    settings = list(grid().values())
    assert len(set(settings)) == len(settings) == 48
