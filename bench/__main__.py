"""`python -m bench indexer [part …] [--documents N] [--rounds N]` or `python -m bench quality [--data DIR | --seed N]`
or `python -m bench retrieval [--products N] [--rounds N]`, `python -m bench runtime [part …]`, `python -m bench
chat_adapters [--rounds N]`, `python -m bench chain` or `python -m bench widget [--rounds N]`: a table on stdout, a JSON
file in bench/results."""

import argparse
import asyncio
import sys
import time
from pathlib import Path
from typing import Final

import uvloop

from bench import chain, chat_adapters, indexer, widget
from bench.harness import Goal, save, table
from bench.quality import evaluate, generated
from bench.retrieval import measure
from bench.runtime import ground, subject
from bench.runtime import measure as answering
from bench.stage import Sizes
from shared.errors import Terminal


def main() -> int:
    """Run one benchmark; 0 when every target is met."""
    usual = Sizes()
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    benches = parser.add_subparsers(dest="bench", required=True)
    loading = benches.add_parser("indexer", help="the indexer beside other ways of doing the same")
    loading.add_argument("parts", nargs="*", help=f"some of: {', '.join(indexer.PARTS)}")
    loading.add_argument("--documents", type=int, default=usual.documents)
    loading.add_argument("--rounds", type=int, default=usual.rounds)
    loading.add_argument("--large", type=int, default=usual.large, help="documents of the memory goal")
    finding = benches.add_parser("quality", help="how well the retrieval finds")
    asked = finding.add_mutually_exclusive_group()
    asked.add_argument(
        "--data", type=Path, help="folder with products, queries and judgments, instead of generated ones"
    )
    asked.add_argument("--seed", type=int, default=generated.SEED, help="of the generated catalogue and its questions")
    speed = benches.add_parser("retrieval", help="how fast the retrieval finds")
    speed.add_argument("--products", type=int, default=measure.Sizes().products)
    speed.add_argument("--rounds", type=int, default=measure.Sizes().rounds)
    reading = benches.add_parser("chat_adapters", help="what a token costs on its way from the provider")
    reading.add_argument("--rounds", type=int, default=5)
    benches.add_parser("chain", help="what the chain of models costs a token")
    shown = benches.add_parser("widget", help="what the widget does to a shop's pages")
    shown.add_argument("--rounds", type=int, default=widget.ROUNDS)
    chats = benches.add_parser("runtime", help="how fast it answers")
    chats.add_argument("parts", nargs="*", help=f"some of: {', '.join(answering.PARTS)}")
    chats.add_argument("--adapter", choices=subject.ADAPTERS, default="lean")
    chats.add_argument("--streams", type=int, default=ground.Sizes().streams)
    chats.add_argument("--minutes", type=float, default=ground.Sizes().soak, help="of the soak")
    given = parser.parse_args()
    known = {"indexer": indexer.PARTS, "runtime": answering.PARTS}.get(given.bench)
    if known is not None and (unknown := sorted(set(given.parts) - set(known))):
        parser.error(f"unknown parts: {', '.join(unknown)}")
    started = time.monotonic()
    try:
        # Clients of a stream are measured by their loop, which should be no slower than that of the measured.
        run = uvloop.run if given.bench == "runtime" else asyncio.run
        name, goals = run(_BENCHES[given.bench](given))
    except Terminal as error:
        parser.error(str(error))
    print("\n".join(table(goals)))
    path = save(name, goals)
    print(f"{path}, after {(time.monotonic() - started) / 60:.0f} minutes")
    return 0 if all(goal.ok for goal in goals) else 1


async def _indexer(given: argparse.Namespace) -> tuple[str, list[Goal]]:
    sizes = Sizes(documents=given.documents, rounds=given.rounds, small=given.large // 30, large=given.large)
    parts = given.parts or list(indexer.PARTS)
    return "-".join(["indexer", *given.parts]), await indexer.goals(parts, sizes, _say)


async def _quality(given: argparse.Namespace) -> tuple[str, list[Goal]]:
    if given.data is None:
        return generated.set_name(given.seed), await generated.goals(given.seed, _say)
    return f"quality-{given.data.resolve().name}", await evaluate.goals(given.data, _say)


async def _retrieval(given: argparse.Namespace) -> tuple[str, list[Goal]]:
    return "retrieval", await measure.goals(measure.Sizes(products=given.products, rounds=given.rounds), _say)


async def _chat_adapters(given: argparse.Namespace) -> tuple[str, list[Goal]]:
    return "chat_adapters", await chat_adapters.goals(given.rounds, _say)


async def _chain(_given: argparse.Namespace) -> tuple[str, list[Goal]]:
    return "chain", await chain.goals(_say)


async def _runtime(given: argparse.Namespace) -> tuple[str, list[Goal]]:
    sizes = ground.Sizes(streams=given.streams, soak=given.minutes)
    parts = given.parts or list(answering.PARTS)
    return "-".join(["runtime", *given.parts]), await answering.goals(parts, sizes, adapter=given.adapter, say=_say)


async def _widget(given: argparse.Namespace) -> tuple[str, list[Goal]]:
    return "widget", await widget.goals(given.rounds, _say)


_BENCHES: Final = {
    "indexer": _indexer,
    "quality": _quality,
    "retrieval": _retrieval,
    "runtime": _runtime,
    "chat_adapters": _chat_adapters,
    "chain": _chain,
    "widget": _widget,
}


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
