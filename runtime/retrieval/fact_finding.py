"""Asks for the facts of all that a question is about: the very products that an order by price would list."""

from runtime.retrieval.facts import Facts, facts_text
from runtime.retrieval.language import language_of
from runtime.retrieval.legs import Candidates, Question
from runtime.retrieval.price_order import plan_on_topic
from runtime.retrieval.ranking import named
from runtime.retrieval.reading import Reading
from runtime.retrieval.search import ProductSearch
from shared.stores import StoreView


async def find_facts(search: ProductSearch, index: str, question: Question, *, found: Candidates) -> Facts:
    """What is true of all products that `question` is about: what is on topic, and what it names by code.

    found: the candidates for `question`, asked for with its facts. One round trip, or none where nothing is on topic.
    """
    asked_for = tuple(candidate.id for candidate in named(found))
    meant = plan_on_topic(question, found, sort="price_asc", limit=0)
    if meant is None and not asked_for:
        return Facts()
    return await search.fetch_facts(index, meant, named=asked_for)


def answer(reading: Reading, facts: Facts | None, store: StoreView) -> str:
    """The sentence that answers a question for a number or for prices, in the store's language; no other has one, nor
    has one about nothing, which is to be explained.
    """
    if facts is None or not reading.tells_facts:
        return ""
    return facts_text(facts, store, language=language_of(store))
