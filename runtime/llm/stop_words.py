"""Stop sequences for a provider that knows none: its text is cut by us, sans-IO. Pure."""

from collections.abc import Sequence


class StopWords:
    """Give it the text as it comes. met: a stop sequence has come, and nothing is said any more."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(filter(None, stops))
        self._held = ""
        self.met = False

    def feed(self, text: str) -> str:
        """What may be said by now; what may yet turn out to be the beginning of a stop sequence is held back."""
        self._held += text
        ends = [place for stop in self._stops if (place := self._held.find(stop)) >= 0]
        if ends:
            self.met = True
            return self._say(min(ends))
        return self._say(len(self._held) - self._doubtful())

    def flush(self) -> str:
        """What was held back. To be called once, at the end of a text that met no stop sequence."""
        return self._say(len(self._held))

    def _say(self, length: int) -> str:
        said, self._held = self._held[:length], self._held[length:]
        return said

    def _doubtful(self) -> int:
        """Characters at the end that begin a stop sequence."""
        longest = max(map(len, self._stops), default=1) - 1
        for length in range(min(longest, len(self._held)), 0, -1):
            if any(stop.startswith(self._held[-length:]) for stop in self._stops):
                return length
        return 0
