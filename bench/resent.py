"""G6: what a second run sends to the embedding service, by the service's own count."""

from typing import Final

from bench.harness import Goal
from bench.shop import Edit, dearer, reworded, unchanged
from bench.stage import Stage
from sandbox.openai_server.tokens import counter_of

DIMENSION: Final = 16
ONE_IN: Final = 100


async def measure(stage: Stage) -> list[Goal]:
    """Tokens of a second run over those of the first: nothing changed, every price did, one text in a hundred did."""
    shop = stage.shop("resent", dimension=DIMENSION)
    sent: list[int] = []

    async def run_after(edit: Edit) -> float:
        await shop.fill(stage.sizes.documents, version=len(sent) + 1, edit=edit)
        stage.server.reset()
        await stage.run(shop)
        sent.append(_tokens(stage))
        return sent[-1] / sent[0]

    await run_after(unchanged)
    again, prices, reworded_texts = [await run_after(edit) for edit in (unchanged, dearer, reworded(ONE_IN))]
    note = f"{sent[0]:,} tokens in the first run, then {sent[1]:,}, {sent[2]:,} and {sent[3]:,}"
    return [
        Goal("G6 tokens sent again: nothing changed", again, 0, "at most", note),
        Goal("G6 tokens sent again: every price changed", prices, 0, "at most"),
        Goal("G6 tokens sent again: 1 % of the texts changed", reworded_texts, 0.0101, "at most"),
    ]


def _tokens(stage: Stage) -> int:
    """Tokens of every text that arrived, as the service counts them."""
    inputs = [request.body["input"] for request in stage.server.embeddings.requests]
    texts = [text for given in inputs for text in ([given] if isinstance(given, str) else given)]
    return sum(map(counter_of(f"bench-{DIMENSION}"), texts))
