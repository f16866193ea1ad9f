"""The pace of a build on a cluster that nobody else searches, or somebody always does."""

from indexer.load.pace import Pace


def a_pace(*, quiet: bool = False) -> Pace:
    async def answer() -> bool:
        return quiet

    return Pace(answer)
