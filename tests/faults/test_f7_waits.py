"""F7: the embedding service is busy, slow or broken for a while.

The run waits and goes on, and nothing is paid for twice but what was lost on its way.
"""

from collections.abc import Mapping, Sequence

import pytest
from support.faults import LONG
from support.outages import BUSY, CUT, SLOW, CheckWaits

from sandbox.openai_server import Drop, Embed, Refuse
from sandbox.openai_server.script import Plan

SCRIPTS: Mapping[str, Sequence[Plan]] = {
    "busy": [BUSY] * 4,
    "broken": [Refuse(500), Refuse(502), Refuse(503), Refuse(504)] * 3,
    "cut off": [CUT, Drop()],
    "slow": [SLOW] * 8,
}

AT_ONCE: Mapping[str, Sequence[Plan]] = {
    "of everything one": [SLOW, BUSY, CUT, Embed(), Refuse(500), Refuse(503), Drop()]
}


TRIED = SCRIPTS | AT_ONCE if LONG else AT_ONCE


@pytest.mark.parametrize("kind", TRIED)
async def test_f7_a_run_waits_for_the_service_and_pays_again_only_for_lost_answers(
    kind: str, check_waits: CheckWaits
) -> None:
    await check_waits(TRIED[kind])
