"""Products to vectors, taken over or bought, in rounds: no text is bought twice, not even within a run."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from functools import partial
from typing import Final

from indexer.embed.packing import Packer, TextBatch
from indexer.embed.repeats import MetTexts
from indexer.embed.sending import Portion, Sender
from indexer.flow import bounded_map, grouped
from indexer.records import Accepted, BulkDocument
from indexer.runs.resume import Divided, Donors

HELD_PRODUCTS: Final = 8_192
"""Products in requests, or answered and not yet written: four full requests, a bound in memory and in what a crash
may cost."""

TAKEN_WEIGHS: Final = 8
"""Products in requests that one with its vector as text weighs, which takes so much more memory and waits for nothing
but its turn to be written."""

HELD_REPEATS: Final = 2_000
"""Products that wait in memory for another one's vector to be in the index."""

LINGER_SECONDS: Final = 2.0
"""A slow source does not keep products waiting for a window to be full."""

_SEARCHES_AT_ONCE: Final = 2

Rounds = AsyncGenerator[AsyncGenerator[Portion, None], None]

Product = Accepted | BulkDocument
"""One to be embedded, or one that needs nothing more than to be written."""


async def iter_rounds(
    products: AsyncGenerator[Product, None],
    sender: Sender,
    *,
    donors: Donors,
    built: Callable[[], Awaitable[Donors]],
    expected: int,
) -> Rounds:
    """The portions of all products; every portion of a round has to be in the index before the next round is asked for.

    A text met again after its request was closed waits for the round that follows, and is then taken over from the
    index under construction itself, which `built` opens. Nothing has to be kept for that but a few products, and a
    set of hashes made for `expected` of them. Raises what Sender.send and Donors.divide raise, and the source.
    """
    windows = _Windows(products, donors.window)
    met = MetTexts(expected)
    async with aclosing(windows.stream):
        while not windows.ended:
            repeats: list[Accepted] = []
            enough = partial(_is_long, repeats)
            yield _portions(windows.until(enough), sender, donors=donors, met=met, repeats=repeats)
            while repeats:
                waiting, repeats = repeats, []
                again = _Windows(_stream(waiting), donors.window).stream
                own = await built()
                yield _portions(again, sender, donors=own, met=MetTexts(len(waiting)), repeats=repeats, ours=True)


async def count_all(
    accepted: AsyncGenerator[Accepted, None],
    *,
    donors: Donors,
    count_tokens: Callable[[str], int],
    expected: int,
) -> AsyncGenerator[Portion, None]:
    """What a run would take over and pay for; sends nothing. A portion's `embedded` stays empty."""
    met = MetTexts(expected)
    windows = grouped(accepted, limit=donors.window, linger=LINGER_SECONDS)
    async with aclosing(bounded_map(windows, donors.divide, limit=_SEARCHES_AT_ONCE)) as divided:
        async for part in divided:
            new = [product for product in part.missing if not met.add(product.text_hash)]
            tokens = sum(count_tokens(product.document.text) for product in new)
            shared = len(part.missing) - len(new)
            yield Portion(taken_over=len(part.taken), shared=shared, texts=len(new), tokens=tokens)


def _portions(
    windows: AsyncGenerator[list[Product], None],
    sender: Sender,
    *,
    donors: Donors,
    met: MetTexts,
    repeats: list[Accepted],
    ours: bool = False,
) -> AsyncGenerator[Portion, None]:
    """One round. ours: the donor is the index under construction."""
    divided = bounded_map(windows, partial(_divide, donors), limit=_SEARCHES_AT_ONCE)
    desk = _Desk(sender, met, repeats, ours=ours)
    return bounded_map(desk.sort(divided), desk.settle, limit=HELD_PRODUCTS, weigh=desk.weigh)


async def _divide(donors: Donors, window: Sequence[Product]) -> tuple[tuple[BulkDocument, ...], Divided]:
    """The products of a window that are ready, and what the donors have for the others."""
    ready = tuple([product for product in window if isinstance(product, BulkDocument)])
    return ready, await donors.divide([product for product in window if isinstance(product, Accepted)])


class _Desk:
    """Sorts products into portions that are done and batches to be sent, and has the latter sent."""

    def __init__(self, sender: Sender, met: MetTexts, repeats: list[Accepted], *, ours: bool) -> None:
        model = sender.embedder.model
        self._sender = sender
        self._met = met
        self._repeats = repeats
        self._ours = ours
        self._count = sender.embedder.count_tokens
        self._packer = Packer(max_texts=model.batch_texts, max_tokens=model.batch_tokens)

    async def sort(
        self, divided: AsyncGenerator[tuple[tuple[BulkDocument, ...], Divided], None]
    ) -> AsyncGenerator[Portion | TextBatch, None]:
        async with aclosing(divided):
            async for ready, part in divided:
                if ready:
                    yield Portion(ready=ready, taken_over=len(ready))
                if part.taken:
                    yield self._taken(part)
                for product in part.missing:
                    if (batch := self._pack(product)) is not None:
                        yield batch
        if (batch := self._packer.flush()) is not None:
            yield batch

    async def settle(self, unit: Portion | TextBatch) -> Portion:
        return unit if isinstance(unit, Portion) else await self._sender.send(unit)

    def weigh(self, unit: Portion | TextBatch) -> int:
        """In products; a request of few still counts for what leaves as many of them as the provider ever takes."""
        if isinstance(unit, Portion):
            return TAKEN_WEIGHS * (len(unit.embedded) + len(unit.ready))
        return max(len(unit.accepted), HELD_PRODUCTS // self._sender.limiter.most)

    def _taken(self, part: Divided) -> Portion:
        if self._ours:
            return Portion(part.taken, shared=len(part.taken))
        recovered = sum(not self._met.add(text_hash) for text_hash in part.recovered)
        return Portion(part.taken, taken_over=len(part.taken), recovered=recovered)

    def _pack(self, product: Accepted) -> TextBatch | None:
        if self._packer.join(product):
            return None
        if self._met.add(product.text_hash):
            self._repeats.append(product)
            return None
        self._packer.max_tokens = self._sender.limiter.batch_tokens
        return self._packer.feed(product, self._count(product.document.text))


class _Windows:
    """Products in windows, read by a task of their own from first to last, whoever asks for them."""

    def __init__(self, products: AsyncGenerator[Product, None], size: int) -> None:
        self.stream = grouped(products, limit=size, linger=LINGER_SECONDS)
        self.ended = False

    async def until(self, enough: Callable[[], bool]) -> AsyncGenerator[list[Product], None]:
        """Windows until it is `enough`; the rest stays for the next caller."""
        async for window in self.stream:
            yield window
            if enough():
                return
        self.ended = True


def _is_long(repeats: Sequence[Accepted]) -> bool:
    return len(repeats) >= HELD_REPEATS


async def _stream(products: Sequence[Product]) -> AsyncGenerator[Product, None]:
    for product in products:
        yield product
