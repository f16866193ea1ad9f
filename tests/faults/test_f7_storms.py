"""F7: whatever an embedding service does in a bad quarter of an hour, a run gets through it.

The other half: `test_f7_more_storms.py`.
"""

import pytest
from support.outages import CheckWaits, a_storm, storms


@pytest.mark.parametrize("seed", storms(range(10)))
async def test_f7_a_run_waits_out_a_storm(seed: int, check_waits: CheckWaits) -> None:
    await check_waits(a_storm(seed))
