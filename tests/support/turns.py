"""The turns of a build on a cluster that nobody else searches, or somebody always does."""

from indexer.load.neighbours import Turns


def some_turns(*, quiet: bool = False) -> Turns:
    async def answer() -> bool:
        return quiet

    return Turns(answer)
