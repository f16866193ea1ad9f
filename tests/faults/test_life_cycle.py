"""The life cycle of the index in any order of events, over the fake cluster, which tests/contract holds to the real
one; test_life_cycle_on_a_node does the same over a real one, fewer times."""

import asyncio

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from support.faults import rounds
from support.indices import NAMES
from support.life_cycle import Fuse, LifeCycle
from support.state import StateCluster


class MortalCluster(StateCluster):
    """A cluster that a process may call until its fuse is burnt down."""

    def __init__(self, fuse: Fuse) -> None:
        super().__init__()
        self._fuse = fuse

    def begin(self, call: str) -> None:
        self._fuse.burn()
        super().begin(call)


class LifeCycleOverTheFake(LifeCycle):
    def __init__(self) -> None:
        fuse = Fuse()
        super().__init__(asyncio.new_event_loop(), MortalCluster(fuse), NAMES, fuse=fuse)


def test_the_alias_always_names_one_complete_index() -> None:
    run_state_machine_as_test(
        LifeCycleOverTheFake,
        settings=settings(max_examples=rounds(short=25, long=500), stateful_step_count=rounds(short=15, long=30)),
    )
