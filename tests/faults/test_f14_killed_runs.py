"""F14: the indexer is killed at any moment. The live index answers throughout, and the next run goes live."""

import asyncio
import random
from datetime import UTC, datetime
from pathlib import Path

from opensearchpy import AsyncOpenSearch
from support.faults import a_product, a_program, put_shop, rounds
from support.processes import finished

from sandbox.openai_server import Embed, ScriptedServer

PRODUCTS = 200
RUN_SECONDS = 4.0
"""About what a run takes here, its start included; a later kill hits nothing, which is a moment too."""


async def let_go(client: AsyncOpenSearch, namespace: str) -> None:
    """The lease of a killed run is over at once, instead of within a minute and a half."""
    over = {"doc": {"released_at": datetime.now(UTC).isoformat()}}
    await client.update(index=f"{namespace}rag-state", id="lease", body=over)


async def test_f14_a_run_killed_at_any_moment_leaves_the_live_index_and_the_next_one_goes_live(
    tmp_path: Path, cluster: AsyncOpenSearch, opensearch_url: str, namespace: str, openai_server: ScriptedServer
) -> None:
    program = a_program(tmp_path, opensearch_url, provider=openai_server.base_url, namespace=namespace)
    live, seeded = f"{namespace}rag-active", random.Random(14)
    openai_server.embeddings.always(Embed(delay=0.2))
    await put_shop(cluster, namespace, {str(n): a_product(n) for n in range(PRODUCTS)})
    assert (await program.run("run", "--json")).code == 0

    for turn in range(rounds(short=2, long=20)):
        products = {str(n): a_product(n, name=f"Jacket {n} of turn {turn}") for n in range(PRODUCTS)}
        await put_shop(cluster, namespace, products, version=2 + turn)
        before = list(await cluster.indices.get_alias(name=live))
        process = await program.start("run", "--json")
        await asyncio.sleep(seeded.uniform(0.5, RUN_SECONDS))
        if process.returncode is None:
            process.kill()
        code = (await finished(process)).code
        after = list(await cluster.indices.get_alias(name=live))
        assert len(after) == 1
        assert after == before or (await cluster.count(index=live))["count"] == PRODUCTS
        if code != 0:
            await let_go(cluster, namespace)
        ended = await program.run("run", "--json")
        [told] = ended.json["stores"]
        now = list(await cluster.indices.get_alias(name=live))
        assert (ended.code, now, told["indexed"]) == (0, [told["index"]], PRODUCTS), (turn, code, told)
        assert (await cluster.count(index=live))["count"] == PRODUCTS
