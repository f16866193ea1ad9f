"""The shop's own search while the indexer works beside it: the same queries at the same pace, idle and during a run."""

import asyncio
import itertools
import random
import time
from collections.abc import Sequence
from typing import Any, Final

from bench.harness import Goal, percentile
from bench.shop import SEED, Shop, client_of
from bench.stage import Stage
from bench.vectors import embeddings
from sandbox.magento.catalogue import generate_catalogue
from sandbox.magento.product import NativeDocument

QUERIES: Final = 400
PACE_SECONDS: Final = 0.05
"""Between the beginnings of two queries: twenty a second, a busy shop for two cores."""

IDLE_SECONDS: Final = 20.0
DIMENSION: Final = 384


async def measure(stage: Stage) -> list[Goal]:
    """The 95th percentile during a run at default settings over the one with nobody else about, before and after."""
    stage.server.embeddings.always(embeddings("random"))
    shop = stage.shop("guest", dimension=DIMENSION)
    await shop.fill(stage.sizes.documents)
    await stage.run(shop)
    asked = queries(shop)
    await latencies(shop, asked, working=asyncio.create_task(asyncio.sleep(IDLE_SECONDS)))  # Warms the JVM.
    before = await latencies(shop, asked, working=asyncio.create_task(asyncio.sleep(IDLE_SECONDS)))
    busy = await latencies(shop, asked, working=asyncio.create_task(stage.run(shop)))
    after = await latencies(shop, asked, working=asyncio.create_task(asyncio.sleep(IDLE_SECONDS)))
    idle = [*before, *after]
    note = (
        f"p95 {_millis(busy)} of {len(busy)} queries in a run ÷ {_millis(idle)} of {len(idle)} idle; control, idle "
        f"after ÷ before: {percentile(after, 0.95) / percentile(before, 0.95):.2f}"
    )
    value = percentile(busy, 0.95) / percentile(idle, 0.95)
    return [Goal("guest: storefront p95 in a run ÷ idle", value, 1.5, "at most", note)]


def queries(shop: Shop) -> list[dict[str, Any]]:
    """What Magento asks for a page of search results: words over all texts, a filter, aggregations, a page of ids."""
    dice = random.Random(SEED)
    documents = map(shop.native.document, generate_catalogue(QUERIES, seed=SEED))
    return [_page(_typed(document), start=dice.choice((0, 0, 0, 24))) for document in documents]


def _typed(document: NativeDocument) -> str:
    """The last words of a product's name, which tell its kind."""
    return " ".join(str(document.source["name"]).partition("\n")[0].split()[-2:])


def _page(words: str, *, start: int) -> dict[str, Any]:
    return {
        "query": {
            "bool": {
                "must": [{"multi_match": {"query": words, "fields": ["name^5", "description", "_search"]}}],
                "filter": [{"terms": {"visibility": [3, 4]}}],
            }
        },
        "aggs": {
            "price": {"extended_stats": {"field": "price_0_1"}},
            "category": {"terms": {"field": "category_ids"}},
        },
        "from": start,
        "size": 24,
        "_source": False,
    }


async def latencies(shop: Shop, asked: Sequence[dict[str, Any]], *, working: asyncio.Task[Any]) -> list[float]:
    """Seconds of each query, one after the other at a steady pace, around and around while `working` goes on."""
    found: list[float] = []
    async with client_of(shop.node) as client:
        for query in itertools.cycle(asked):
            started = time.perf_counter()
            await client.search(index=shop.native.alias, body=query, params={"request_cache": "false"})
            took = time.perf_counter() - started
            found.append(took)
            if working.done():
                break
            await asyncio.sleep(max(0.0, PACE_SECONDS - took))
    await working
    return found


def _millis(values: Sequence[float]) -> str:
    return f"{percentile(values, 0.95) * 1e3:.1f} ms"
