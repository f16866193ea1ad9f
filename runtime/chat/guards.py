"""The guards of an answer, one behind the other: nothing of the prompt, then nothing that is not true."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from runtime.chat.events import ChatEvent, Delta, Finish, Started
from runtime.chat.guard import CORRECTIONS, Guard, TruthGuard
from runtime.chat.language import answer_language
from runtime.chat.leak import LeakFilter, words_of_prompt
from runtime.chat.prompt import not_to_be_told
from runtime.chat.question import ChatQuestion
from runtime.retrieval.language import Texts

_INSTEAD: Final[Texts] = {"en": "(that I cannot tell)", "ru": "(об этом я рассказать не могу)"}


class AnswerGuards:
    """Of the answer to `question`. What is written by us passes as it is: cards, and sentences of ours."""

    def __init__(self, question: ChatQuestion) -> None:
        language = answer_language(question)
        prompt = words_of_prompt(not_to_be_told(question.store, language))
        self._leak = LeakFilter(prompt, instead=_INSTEAD[language])
        self._truth: Guard = TruthGuard(question)
        self._ours = False

    def feed(self, event: ChatEvent) -> Iterable[ChatEvent]:
        """As `Guard.feed`."""
        if type(event) is Started:
            self._ours = event.ours or event.degraded == "llm"
        elif type(event) is Delta and not self._ours:
            text = self._leak.feed(event.text)
            if text == event.text:
                return self._truth.feed(event)
            return self._truth.feed(Delta(text)) if text else ()
        return (event,) if self._ours else self._pass_on(event)

    def _pass_on(self, event: ChatEvent) -> Iterator[ChatEvent]:
        """What ends the text first lets out what was held back of it."""
        if type(event) is not Started and (text := self._leak.end()):
            yield from self._truth.feed(Delta(text))
        for passed in self._truth.feed(event):
            if type(passed) is Finish and self._leak.found:
                CORRECTIONS.labels("prompt").inc(self._leak.found)
                passed = replace(passed, corrections=passed.corrections + self._leak.found)
            yield passed
