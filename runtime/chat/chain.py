"""The workflow as one LangChain Runnable: retrieve | prompt | model. A question in, chat events out.

Each step is a span of its own in LangSmith or any other LangChain tracer; what a step does is plain code elsewhere.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

from langchain_core.runnables import Runnable, RunnableGenerator, RunnableLambda, ensure_config

from runtime.chat.events import ChatEvent, Started
from runtime.chat.followup import plan_search
from runtime.chat.generation import AnswerLimits, Briefing, generate
from runtime.chat.language import choose_language
from runtime.chat.prompt import build_messages
from runtime.chat.question import ChatQuestion
from runtime.llm.model import ChatModel
from runtime.retrieval.facts import facts_text
from runtime.retrieval.hits import Hit, Retrieval
from runtime.retrieval.langchain import ProductDocuments, ProductRetriever
from runtime.retrieval.language import language_of
from runtime.retrieval.product import product_of
from runtime.retrieval.retriever import Retriever

CONTEXT_PRODUCTS: Final = 10

_HELD: Final = "held"


@dataclass(frozen=True, slots=True)
class Found:
    """A question with what was found for it, in the order it will be shown."""

    question: ChatQuestion
    retrieval: Retrieval
    hits: tuple[Hit, ...]


class AnswerChain:
    """The workflow over `retriever` and `model`; without a model the products are told in words."""

    def __init__(self, retriever: Retriever, model: ChatModel | None, limits: AnswerLimits) -> None:
        self._retriever = retriever
        self._model = model
        self._limits = limits
        self._runnable: Runnable[ChatQuestion, ChatEvent] = (
            RunnableLambda(self._retrieve).with_config(run_name="retrieve")
            | RunnableLambda(brief).with_config(run_name="prompt")
            | RunnableGenerator(self._answer).with_config(run_name="model")
        )

    async def stream(self, question: ChatQuestion) -> AsyncGenerator[ChatEvent, None]:
        """The events of one answer.

        Raises what the retriever raises, before the first event; a model's failure is an event or a degraded
        answer, never an exception.
        """
        # LangChain closes the outermost generator only and leaves those inside it to the garbage collector, and
        # the model's connection with them. What holds the connection is therefore closed by name.
        async with AsyncExitStack() as held:
            async for event in self._runnable.astream(question, {"run_name": "chat", "configurable": {_HELD: held}}):
                yield event

    async def _retrieve(self, question: ChatQuestion) -> Found:
        products = ProductRetriever(
            retriever=self._retriever, store=question.store.code, limit=CONTEXT_PRODUCTS, drop=question.drop
        )
        documents = await products.ainvoke(plan_search(question.user_turns, currency=question.store.currency))
        assert isinstance(documents, ProductDocuments)
        hits = await _with_page_product(self._retriever, question, documents.retrieval.hits)
        return Found(question, documents.retrieval, hits)

    async def _answer(self, briefings: AsyncIterator[Briefing]) -> AsyncGenerator[ChatEvent, None]:
        held: AsyncExitStack = ensure_config()["configurable"][_HELD]
        async for briefing in briefings:
            events = generate(briefing, self._model, self._limits)
            held.push_async_callback(events.aclose)
            async for event in events:
                yield event


def brief(found: Found) -> Briefing:
    """The prompt and the opening event for what was found. Pure."""
    question, retrieval = found.question, found.retrieval
    language = choose_language(question.user_turns, default=language_of(question.store))
    # Beside products that are only similar the model judges for itself: in other words they may be what was meant. Not
    # so where they lack what was asked for.
    empty = retrieval.message if retrieval.unmet or not retrieval.hits else ""
    return Briefing(
        question=question,
        opening=Started(
            store=retrieval.store,
            as_of=retrieval.as_of,
            products=tuple(product_of(hit) for hit in found.hits),
            degraded=retrieval.degraded,
            understood=retrieval.understood,
        ),
        language=language,
        messages=build_messages(question, found.hits, language=language, facts=retrieval.facts, empty=empty),
        figures=facts_text(retrieval.facts, question.store, language=language) if retrieval.facts else "",
        empty=empty if language == language_of(question.store) else "",
    )


async def _with_page_product(retriever: Retriever, question: ChatQuestion, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """`hits` with the product of the shopper's page in front, if there is such a page and such a product."""
    if question.product_id is None:
        return hits
    page = await retriever.fetch_product(question.store.code, id=question.product_id)
    if page is None:
        return hits
    return (page[0], *(hit for hit in hits if hit.document.id != question.product_id))[:CONTEXT_PRODUCTS]
