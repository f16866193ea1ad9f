"""One measured piece of client work in a process of its own, so that its CPU and memory are nobody else's.

What is measured begins after the imports, which cost the same whatever the catalogue, and ends when the cluster has
nothing left to merge. `python -m bench.worker run|text|helpers`, a JSON object on standard input, another one on
standard output.
"""

import asyncio
import io
import os
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing, redirect_stdout
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

import orjson
from opensearchpy import OpenSearch
from opensearchpy.helpers import parallel_bulk, scan

from bench.merges import settle
from bench.process import Used, cpu_seconds, peak_bytes
from bench.shop import PATIENCE, Shop, client_of
from indexer.cli import app
from indexer.load.bulk import BulkWriter, encode
from indexer.load.neighbours import Neighbours, Turns
from indexer.load.seal import seal
from indexer.records import Accepted, BulkDocument
from indexer.report import StoreReport
from indexer.runs.unchanged import LiveProducts
from indexer.settings import IndexerSettings
from indexer.stream import judged, sifted
from indexer.wiring import build_jobs, open_workshop
from indexer.workshop import Judge
from sandbox.programs import inherited_environment
from shared.telemetry import configure_logging

Work = Literal["run", "text", "helpers"]

HELPERS_CHUNK: Final = 500
HELPERS_THREADS: Final = 2
"""Larger chunks and more threads were no faster on two cores."""

NO_VECTOR: Final = orjson.Fragment(b"[]")


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is to do. pid: of OpenSearch. target, source: indices, where the work does not choose its own."""

    shop: Shop
    pid: int
    target: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """Documents written, and seconds of each stage where there are any."""

    documents: int
    stages: Mapping[str, float] = field(default_factory=dict)


async def measured(work: Work, task: Task) -> Used:
    """Let a fresh process do `work` and say what it took. Raises RuntimeError with what it complained about."""
    environment = {**inherited_environment(), **task.shop.environment}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.worker", work, env=environment, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    answer, complaint = await process.communicate(orjson.dumps(asdict(task)))
    if process.returncode:
        raise RuntimeError(f"bench.worker {work} ended with {process.returncode}: {complaint.decode()[-2000:]}")
    return Used(**orjson.loads(answer))


def run(task: Task) -> Done:
    """`vitrina-indexer run`, whole: read, transform, take vectors over, write, seal, prove, swap, prune."""
    with redirect_stdout(io.StringIO()) as said:
        app(["run", "--json"], standalone_mode=False)
    report = orjson.loads(said.getvalue())
    if report["exit_code"]:
        raise RuntimeError(said.getvalue())
    (store,) = report["stores"]
    return Done(store["indexed"], store["seconds"])


def text(task: Task) -> Done:
    """The run's own stages without the embedding, into an index without vectors; what has not changed is copied from
    `task.source`, if there is one."""
    return Done(asyncio.run(_load_text(task)))


async def _load_text(task: Task) -> int:
    settings = IndexerSettings.read()
    (job,) = build_jobs(settings)
    report = StoreReport(store=job.store.code, alias=job.names.alias)
    async with open_workshop(settings, run_id="text", watch=lambda report: None) as shop:

        async def documents() -> AsyncGenerator[BulkDocument, None]:
            async with shop.open_source(job.store) as source:
                judge = Judge(job.store, shop.embedder)
                live = LiveProducts(shop.target, task.source, dimension=0) if task.source else None
                products = (
                    sifted(source, judge, shop, report, live=live) if live else judged(source, judge, shop, report)
                )
                async for product in products:
                    yield product if isinstance(product, BulkDocument) else _encode(product)

        turns = Turns(Neighbours(shop.target).quiet)
        async with aclosing(BulkWriter(shop.target, task.target).write_all(documents(), turns=turns)) as outcomes:
            indexed = sum([outcome.indexed async for outcome in outcomes])
        await seal(shop.target, task.target, documents=indexed)
    return indexed


def _encode(product: Accepted) -> BulkDocument:
    return encode(
        product.document,
        text_hash=product.text_hash,
        vector=NO_VECTOR,
        source_hash=product.source_hash,
        warnings=product.warnings,
    )


def helpers(task: Task) -> Done:
    """The public Python way: opensearch-py's `scan` into its `parallel_bulk`, documents ready made, nothing to do."""
    indexed = _copy(task)
    asyncio.run(_seal(task, documents=indexed))
    return Done(indexed)


async def _seal(task: Task, *, documents: int) -> None:
    async with client_of(task.shop.node) as client:
        await seal(client, task.target, documents=documents)


def _copy(task: Task) -> int:
    with OpenSearch([task.shop.node], timeout=PATIENCE, maxsize=8) as client:
        hits = scan(client, index=task.source, size=1000)
        written = parallel_bulk(
            client, _actions(hits, task.target), thread_count=HELPERS_THREADS, chunk_size=HELPERS_CHUNK
        )
        return sum(ok for ok, _ in written)


def _actions(hits: Iterator[Mapping[str, Any]], index: str) -> Iterator[dict[str, Any]]:
    return ({"_index": index, "_id": hit["_id"], "_source": hit["_source"]} for hit in hits)


WORK: Final[Mapping[Work, Callable[[Task], Done]]] = {"run": run, "text": text, "helpers": helpers}


def measure(work: Callable[[Task], Done], task: Task) -> Used:
    """Do it, and say what it took."""
    client, cluster, started = cpu_seconds(), cpu_seconds(task.pid), time.perf_counter()
    done = work(task)
    # The client's own end comes first: waiting for the cluster is none of its work.
    client = cpu_seconds() - client
    asyncio.run(settle(task.shop.node))
    return Used(
        documents=done.documents,
        seconds=time.perf_counter() - started,
        client=client,
        cluster=cpu_seconds(task.pid) - cluster,
        peak=peak_bytes(),
        stages=done.stages,
    )


def main() -> None:
    """Do what the command line and standard input say."""
    configure_logging(level="WARNING")
    given = orjson.loads(sys.stdin.buffer.read())
    task = Task(**given | {"shop": Shop(**given["shop"])})
    (work,) = (work for name, work in WORK.items() if name == sys.argv[1])
    os.write(sys.stdout.fileno(), orjson.dumps(asdict(measure(work, task))))


if __name__ == "__main__":
    main()
