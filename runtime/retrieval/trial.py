"""What every question asks of a live index, asked by nobody: whether one would be answered, and in time."""

import asyncio
from typing import Final

from runtime.retrieval.legs import Question
from runtime.retrieval.search import ProductSearch
from runtime.retrieval.unavailable import QUESTION_SECONDS
from shared.hybrid.filters import ProductFilter

_WORD: Final = Question(text="a", vector=None, filter=ProductFilter(), depth=1)
NO_ID: Final = "-"
"""Of no product."""


async def try_index(search: ProductSearch, index: str, *, seconds: float = QUESTION_SECONDS) -> None:
    """Search `index` and read of it as a question would; what is found does not matter.

    An alias can be read while nothing else can: its shards are gone, the cluster is too slow, a permission is missing.
    Raises what ProductSearch lists, and TimeoutError after `seconds`.
    """
    async with asyncio.timeout(seconds):
        await search.fetch_candidates(index, _WORD)
        await search.fetch_documents(index, [NO_ID])
