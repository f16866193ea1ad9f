"""Vectors that were paid for and are not in the index yet: what a crash costs, kept to one bulk window."""

import asyncio


class Unwritten:
    """Counts them, and holds up further requests while there are enough.

    With it a crash loses at most the requests in flight and `most` products more, however slowly the cluster writes.
    """

    def __init__(self, most: int = 0) -> None:
        """`most`: products of one bulk request; with 0 nobody is ever held up."""
        self.most = most
        self._count = 0
        self._room = asyncio.Event()
        self._room.set()

    async def room(self) -> None:
        """Wait until fewer than `most` are unwritten."""
        await self._room.wait()

    def add(self, products: int) -> None:
        """So many more were answered."""
        self._change(products)

    def settle(self, products: int) -> None:
        """So many were written, or refused for good."""
        self._change(-products)

    def clear(self) -> None:
        """A new build begins; what the one before had not written is lost."""
        self._change(-self._count)

    def _change(self, products: int) -> None:
        self._count += products
        if not self.most or self._count < self.most:
            self._room.set()
        else:
            self._room.clear()
