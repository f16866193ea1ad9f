"""`python -m bench indexer [part …] [--documents N] [--rounds N]`: a table on stdout, a JSON file in bench/results."""

import argparse
import asyncio
import sys
import time

from bench import indexer
from bench.harness import save, table
from bench.stage import Sizes


def main() -> int:
    """Run one benchmark; 0 when every target is met."""
    usual = Sizes()
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("bench", choices=["indexer"])
    parser.add_argument("parts", nargs="*", help=f"some of: {', '.join(indexer.PARTS)}")
    parser.add_argument("--documents", type=int, default=usual.documents)
    parser.add_argument("--rounds", type=int, default=usual.rounds)
    parser.add_argument("--large", type=int, default=usual.large, help="documents of the memory goal")
    given = parser.parse_args()
    if unknown := sorted(set(given.parts) - set(indexer.PARTS)):
        parser.error(f"unknown parts: {', '.join(unknown)}")
    sizes = Sizes(documents=given.documents, rounds=given.rounds, small=given.large // 30, large=given.large)
    started = time.monotonic()
    goals = asyncio.run(indexer.goals(given.parts or list(indexer.PARTS), sizes, _say))
    print("\n".join(table(goals)))
    path = save(given.bench if not given.parts else f"{given.bench}-{'-'.join(given.parts)}", goals)
    print(f"{path}, after {(time.monotonic() - started) / 60:.0f} minutes")
    return 0 if all(goal.ok for goal in goals) else 1


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
