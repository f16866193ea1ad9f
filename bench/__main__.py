"""`python -m bench indexer [part …] [--documents N] [--rounds N]` or `python -m bench quality --data DIR`: a table on
stdout, a JSON file in bench/results."""

import argparse
import asyncio
import sys
import time
from pathlib import Path

from bench import indexer
from bench.harness import Goal, save, table
from bench.quality import evaluate
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
    finding.add_argument("--data", type=Path, required=True, help="folder with products, queries and judgments")
    given = parser.parse_args()
    if given.bench == "indexer" and (unknown := sorted(set(given.parts) - set(indexer.PARTS))):
        parser.error(f"unknown parts: {', '.join(unknown)}")
    started = time.monotonic()
    try:
        name, goals = asyncio.run(_indexer(given) if given.bench == "indexer" else _quality(given))
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
    return f"quality-{given.data.resolve().name}", await evaluate.goals(given.data, _say)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
