"""What stands between what is said and what goes out: an answer's events pass it one by one; sans-IO."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final, Protocol

from prometheus_client import Counter

from runtime.chat.events import ChatEvent, Delta, Failed, Finish, Started, Usage
from runtime.chat.language import answer_language
from runtime.chat.naming import named_products
from runtime.chat.question import ChatQuestion
from runtime.chat.truth.checks import BACK, FORTH, first_end, longer_end, put_right
from runtime.chat.truth.grounds import Grounds
from runtime.chat.truth.suspicion import begun_at, find_suspicion, is_plain

CORRECTIONS: Final = Counter("vitrina_guard_corrections_total", "Claims of answers put right, by kind.", ["kind"])


Waiting = tuple[int, Callable[[str, int], int | None] | None, int]
"""A stretch: its place, what finds its end if that is not the first one possible, and the length to that one."""


class Guard(Protocol):
    """Of one answer: made anew for each, fed every event in order."""

    def feed(self, event: ChatEvent) -> Iterable[ChatEvent]:
        """What may go out once `event` is known. Text may be held back until what follows it is known, and goes out
        before the Finish or the Failed that ends the answer; no other event is held back.
        """
        ...


class TimedGuard:
    """`guard`, and how long it took. clock: seconds, monotonic."""

    def __init__(self, guard: Guard, *, clock: Callable[[], float]) -> None:
        self._guard = guard
        self._clock = clock
        self.seconds = 0.0

    def feed(self, event: ChatEvent) -> Iterable[ChatEvent]:
        """As `guard` does, at once instead of when it is asked for."""
        began = self._clock()
        passed = tuple(self._guard.feed(event))
        self.seconds += self._clock() - began
        return passed


class TruthGuard:
    """Lets nothing through that the products of the answer to `question` do not bear out: see `runtime.chat.truth`.

    The text that goes out is the same however the text that comes in is cut.
    """

    def __init__(self, question: ChatQuestion) -> None:
        self._question = question
        self._opening: Started | None = None
        self._grounds: Grounds | None = None
        self._said = ""
        self._done = 0
        self._put_right: list[str] = []
        """What has gone out, once that is not what was said."""
        self._corrections = 0
        self._waiting: Waiting | None = None

    def feed(self, event: ChatEvent) -> Iterable[ChatEvent]:
        if type(event) is Delta:
            return self._take(event) if self._checks else (event,)
        if type(event) is Started:
            # Cards are written by us.
            self._opening = None if event.degraded == "llm" else event
        elif type(event) is Usage or type(event) is Finish or type(event) is Failed:
            return self._end(event)
        return (event,)

    @property
    def _checks(self) -> bool:
        return self._grounds is not None or self._opening is not None

    def _ground(self) -> Grounds:
        """What is checked by; made of products and conversation, which are let go."""
        if self._grounds is None:
            opening, question = self._opening, self._question
            assert opening is not None
            self._grounds = Grounds(
                opening.documents,
                nearest=opening.nearest,
                store=question.store,
                turns=question.user_turns,
                facts=opening.facts,
                language=answer_language(question),
            )
            self._opening = None
            self._question = replace(question, text="", history=(), notes=())
        return self._grounds

    def _take(self, event: Delta) -> Iterable[ChatEvent]:
        done = len(self._said)
        said = self._said = self._said + event.text
        if self._done == done and is_plain(said, done):
            self._done = len(said)
            # The first word does not wait for half a millisecond's work of which it needs nothing.
            if done:
                self._ground()
            if self._put_right:
                self._put_right.append(event.text)
            return (event,)
        text = self._check(self._ground(), ended=False)
        return (Delta(text),) if text else ()

    def _end(self, event: Usage | Finish | Failed) -> Iterator[ChatEvent]:
        """What follows the last piece of text: there is nothing left to wait for."""
        grounds = self._ground() if self._checks else None
        if grounds is not None and (text := self._check(grounds, ended=True)):
            yield Delta(text)
        if grounds is not None and self._corrections and isinstance(event, Finish):
            named = named_products("".join(self._put_right), grounds.shown)
            event = replace(event, named=named, corrections=self._corrections)
        yield event

    def _check(self, grounds: Grounds, *, ended: bool) -> str:
        """As `_checked`, remembered as far as it matters."""
        done = self._done
        text = "".join(self._checked(grounds, ended=ended))
        if self._corrections:
            if not self._put_right:
                self._put_right.append(self._said[:done])
            self._put_right.append(text)
        return text

    def _checked(self, grounds: Grounds, *, ended: bool) -> Iterator[str]:
        """What may go out, checked; all there is once the text has ended."""
        said = self._said
        while self._done < len(said):
            start = find_suspicion(said, self._done)
            if start is None:
                free = len(said) if ended else begun_at(said, self._done)
                yield said[self._done : free]
                self._done = free
                return
            if not ended and (begun := begun_at(said, self._done)) < start:
                # What has begun before may go on over it.
                yield said[self._done : begun]
                self._done = begun
                return
            yield said[self._done : start]
            self._done = start
            # No rule looks further back or forth.
            origin = max(0, start - BACK)
            text = said[origin : start + FORTH]
            end = self._stretch_end(text, start - origin, start, grounds)
            if end is None:
                if not ended:
                    return
                end = len(text)
            checked, kinds = put_right(text, start - origin, end, grounds)
            for kind in kinds:
                CORRECTIONS.labels(kind).inc()
            self._corrections += len(kinds)
            yield checked
            self._done = origin + end
            grounds.namings.forget()

    def _stretch_end(self, text: str, start: int, place: int, grounds: Grounds) -> int | None:
        """Where the stretch at `start` of `text` ends, which is `place` of all that is said; None while it goes on."""
        if self._waiting is None or self._waiting[0] != place:
            first = first_end(text, start)
            if first is None:
                return None
            self._waiting = (place, longer_end(text, start, first, grounds), first - start)
        _, longer, length = self._waiting
        return start + length if longer is None else longer(text, start)
