"""The workflow, composed and traced by LangChain: retrieve | prompt | model. A question in, chat events out.

Each step is a span of its own in LangSmith or any other LangChain tracer; what a step does is plain code elsewhere. The
first two are one Runnable. The model's events do not pass through one, which costs 15 µs a token: see ADR 0002.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import TypeVar

from langchain_core.callbacks import AsyncCallbackManagerForChainRun
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import get_async_callback_manager_for_config, var_child_runnable_config

from runtime.chat.events import ChatEvent, Started
from runtime.chat.finding import Finder, Found
from runtime.chat.generation import AnswerLimits, Briefing, generate
from runtime.chat.language import answer_language
from runtime.chat.prompt import build_messages
from runtime.chat.purse import DEEP, Purse
from runtime.chat.question import ChatQuestion
from runtime.chat.replies import ALL_SHOWN, reply_to
from runtime.llm.model import ChatModel
from runtime.retrieval.facts import facts_text
from runtime.retrieval.language import language_of
from runtime.retrieval.retriever import Retriever
from shared.spans import DOCUMENTS, INPUT_MESSAGES, messages, span, tell

Given = TypeVar("Given")
Made = TypeVar("Made")


class AnswerChain:
    """The workflow over `retriever` and `model`; without a model the products are told in words. condenses: whether the
    model makes follow-ups questions of their own.
    """

    def __init__(
        self, retriever: Retriever, model: ChatModel | None, limits: AnswerLimits, *, condenses: bool = True
    ) -> None:
        self._finder = Finder(retriever, model if condenses else None)
        self._model = model
        self._limits = limits

    async def stream(self, question: ChatQuestion, purse: Purse = DEEP) -> AsyncGenerator[ChatEvent, None]:
        """The events of one answer, which `purse` pays for.

        Raises what the retriever and the purse raise, before the first event; a model's failure is an event or a
        degraded answer, never an exception.
        """
        async with _traced("chat", question, within={}) as chat:
            if chat is None:
                # The same steps without what their spans cost: half a millisecond before the first word.
                briefing = _briefed(await self._finder.find(question, purse))
            else:
                briefing = await self._prepare(purse).ainvoke(question, {**chat, "run_name": "prepare"})
            del question
            # What a tracer was given stays as it was; ours is emptied once the answer is under way.
            told, briefing = briefing, replace(briefing)
            async with _traced("model", told if chat else None, within=chat) as model:
                del told
                # A LangChain chat model, somewhere below, finds its place in the trace by this.
                if model is not None:
                    var_child_runnable_config.set(model)
                async with aclosing(generate(briefing, self._model, self._limits, purse)) as events:
                    async for event in events:
                        yield event

    def _prepare(self, purse: Purse) -> Runnable[ChatQuestion, Briefing]:
        """The steps before the model, as a tracer sees them."""
        retrieve = partial(self._finder.find, purse=purse, traced=True)
        return _Step("retrieve", retrieve) | _Step("prompt", _brief)


class _Step(Runnable[Given, Made]):
    """A step of the workflow: plain code, and a span. A RunnableLambda looks at the signature of its function anew for
    every question, and runs what is not async in a thread: half a millisecond each.
    """

    def __init__(self, name: str, work: Callable[[Given], Awaitable[Made]]) -> None:
        self.name = name
        self._work = work

    async def ainvoke(self, input: Given, config: RunnableConfig | None = None, **_: object) -> Made:
        async with _traced(self.name or "", input, within=config or {}) as inner:
            if inner is not None:
                var_child_runnable_config.set(inner)
            return await self._work(input)

    def invoke(self, input: Given, config: RunnableConfig | None = None, **_: object) -> Made:
        raise NotImplementedError("the workflow is asynchronous; use ainvoke")


@asynccontextmanager
async def _traced(
    name: str, given: object, *, within: RunnableConfig | None
) -> AsyncGenerator[RunnableConfig | None, None]:
    """A span of a LangChain tracer around the block; what is given to the block leads to spans inside it, and is None
    where no tracer listens.
    """
    manager = None if within is None else get_async_callback_manager_for_config(within)
    if manager is None or not manager.handlers:
        del given
        yield None
        return
    run: AsyncCallbackManagerForChainRun = await manager.on_chain_start(None, {"input": given}, name=name)
    try:
        yield RunnableConfig(callbacks=run.get_child())
    except BaseException as exc:
        await run.on_chain_error(exc)
        raise
    await run.on_chain_end({})


async def _brief(found: Found) -> Briefing:
    return _briefed(found)


def _briefed(found: Found) -> Briefing:
    with span("prompt", {DOCUMENTS: len(found.hits)}) as own:
        briefing = brief(found)
        tell(own, INPUT_MESSAGES, lambda: messages(*((one.role, one.content) for one in briefing.messages)))
    return briefing


def brief(found: Found) -> Briefing:
    """The prompt and the opening event for what was found. Pure."""
    question, retrieval = found.question, found.retrieval
    language = answer_language(question)
    opening = Started(
        store=retrieval.store,
        as_of=retrieval.as_of,
        hits=found.hits,
        degraded=retrieval.degraded,
        understood=retrieval.understood,
        facts=retrieval.facts,
        nearest=retrieval.nearest,
        unmet=retrieval.unmet,
        exhausted=found.exhausted,
    )
    if found.aside is not None:
        reply = reply_to(found.aside, question.store, language=language)
        return Briefing(question=question, opening=replace(opening, ours=True), language=language, reply=reply)
    # Beside products that are only similar the model judges for itself: in other words they may be what was meant. Not
    # so where they lack what was asked for.
    empty = retrieval.message if retrieval.unmet or not retrieval.hits else ""
    if found.exhausted:
        empty = ALL_SHOWN[language]
    return Briefing(
        question=question,
        opening=opening,
        language=language,
        messages=build_messages(
            question, found.hits, language=language, facts=retrieval.facts, empty=empty, meant=found.meant
        ),
        figures=facts_text(retrieval.facts, question.store, language=language) if retrieval.facts else "",
        empty=empty if found.exhausted or language == language_of(question.store) else "",
        # Beside what only comes near a further question would meet the same conditions, which nothing meets.
        total=0 if retrieval.unmet else retrieval.total,
    )
