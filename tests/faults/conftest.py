from functools import partial
from pathlib import Path

import pytest
from opensearchpy import AsyncOpenSearch
from support.faults import a_program
from support.outages import EMBEDDING, CheckWaits, check_waits

from sandbox.openai_server import ScriptedServer


@pytest.fixture(name="check_waits")
def _check_waits(
    tmp_path: Path, opensearch_url: str, cluster: AsyncOpenSearch, namespace: str, openai_server: ScriptedServer
) -> CheckWaits:
    program = a_program(tmp_path, opensearch_url, provider=openai_server.base_url, namespace=namespace, **EMBEDDING)
    return partial(check_waits, program=program, cluster=cluster, namespace=namespace, server=openai_server)
