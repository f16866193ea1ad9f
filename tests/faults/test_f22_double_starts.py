"""F22: two runs are started at once. One of them works, the other one says so and leaves."""

import asyncio
from pathlib import Path

from opensearchpy import AsyncOpenSearch
from support.faults import a_product, a_program, put_shop, rounds

from sandbox.openai_server import Embed, ScriptedServer

PRODUCTS = 60


async def test_f22_of_two_runs_started_at_once_exactly_one_is_made(
    tmp_path: Path, cluster: AsyncOpenSearch, opensearch_url: str, namespace: str, openai_server: ScriptedServer
) -> None:
    program = a_program(tmp_path, opensearch_url, provider=openai_server.base_url, namespace=namespace)
    live = f"{namespace}rag-active"
    # Every run has something to wait for, so that the two overlap.
    openai_server.embeddings.always(Embed(delay=1.0))

    for turn in range(rounds(short=2, long=50)):
        products = {str(n): a_product(n, name=f"Jacket {n} of turn {turn}") for n in range(PRODUCTS)}
        await put_shop(cluster, namespace, products, version=1 + turn)
        ended = await asyncio.gather(program.run("run", "--json"), program.run("run", "--json"))
        assert sorted(one.code for one in ended) == [0, 75], [one.errors[-500:] for one in ended]
        [made] = [one.json["stores"][0] for one in ended if one.code == 0]
        [left] = [one.json for one in ended if one.code == 75]
        assert "holds the lease until" in left["reasons"][0]
        assert list(await cluster.indices.get_alias(name=live)) == [made["index"]]
        assert (await cluster.count(index=live))["count"] == PRODUCTS
