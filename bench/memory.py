"""G5: the memory of a run follows the batch, not the catalogue."""

from bench.harness import Goal
from bench.stage import Stage

DIMENSION = 16


async def measure(stage: Stage) -> list[Goal]:
    """Peak of a first run, which embeds everything, and of a second, which takes everything over; large ÷ small."""
    sizes = stage.sizes
    peaks: dict[int, int] = {}
    for documents in (sizes.small, sizes.large):
        shop = stage.shop(f"memory{documents}", dimension=DIMENSION)
        await shop.fill(documents)
        first = await stage.run(shop)
        stage.server.reset()
        second = await stage.run(shop)
        peaks[documents] = max(first.peak, second.peak)
    small, large = peaks[sizes.small], peaks[sizes.large]
    note = f"{large / 1e6:.0f} MB at {sizes.large:,} ÷ {small / 1e6:.0f} MB at {sizes.small:,} documents"
    return [
        Goal("G5 peak memory, large ÷ small catalogue", large / small, 1.10, "at most", note),
        Goal("G5 peak memory, MB", large / 1e6, 200, "at most"),
    ]
