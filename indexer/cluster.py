"""One way to ask the cluster for something: errors translated, transient ones tried again."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from shared.opensearch import translated
from shared.retry import Backoff, retry

T = TypeVar("T")

SEARCH_GROUP: Final = "vitrina-indexer"
"""What our searches are counted under in the cluster's statistics (`stats` in the body of a search)."""

STEADY = Backoff(attempts=6)


async def request(subject: str, call: Callable[[], Awaitable[T]], *, backoff: Backoff = STEADY) -> T:
    """The answer of `call`, which must be safe to repeat; `subject` opens the message of an error.

    Raises what shared.opensearch lists.
    """

    async def attempt() -> T:
        with translated(subject):
            return await call()

    return await retry(attempt, backoff)
