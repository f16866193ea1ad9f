"""What stands between what is said and what goes out: an answer's events pass it one by one; sans-IO."""

from collections.abc import Iterable
from typing import Protocol

from runtime.chat.events import ChatEvent


class Guard(Protocol):
    """Of one answer: made anew for each, fed every event in order."""

    def feed(self, event: ChatEvent) -> Iterable[ChatEvent]:
        """What may go out once `event` is known. Text may be held back until what follows it is known, and goes out
        before the Finish or the Failed that ends the answer; no other event is held back.
        """
        ...


class LetThrough:
    """Lets everything through as it is."""

    def feed(self, event: ChatEvent) -> Iterable[ChatEvent]:
        return (event,)
