"""F7: whatever an embedding service does in a bad quarter of an hour, a run gets through it.

The other half of `test_f7_storms.py`, as a file is a shard.
"""

from pathlib import Path

import pytest
from opensearchpy import AsyncOpenSearch
from support.faults import a_program
from support.outages import EMBEDDING, a_storm, check_waits, storms

from sandbox.openai_server import ScriptedServer


@pytest.mark.parametrize("seed", storms(range(10, 20)))
async def test_f7_a_run_waits_out_a_storm(
    seed: int,
    tmp_path: Path,
    opensearch_url: str,
    cluster: AsyncOpenSearch,
    namespace: str,
    openai_server: ScriptedServer,
) -> None:
    program = a_program(tmp_path, opensearch_url, provider=openai_server.base_url, namespace=namespace, **EMBEDDING)
    await check_waits(a_storm(seed), program, cluster, namespace, openai_server)
