"""LangChain's part: the workflow is three named steps, retrieval goes through our `BaseRetriever`."""

import pytest
from langchain_core.language_models import FakeListChatModel
from langchain_core.runnables import RunnableLambda
from langchain_core.tracers.context import collect_runs
from support.chat import FakeCatalogue, a_document, a_jacket, a_question, gather
from support.llm import FakeModel

from runtime.chat.events import Delta
from runtime.chat.service import ChatService
from runtime.errors import CatalogUnavailable
from runtime.llm.failures import Failures
from runtime.llm.langchain import LangChainModel
from runtime.retrieval.facts import Facts
from runtime.retrieval.langchain import ProductDocuments, ProductRetriever


async def test_each_step_is_a_span_of_the_workflow() -> None:
    service = ChatService(FakeCatalogue(a_document()), FakeModel())
    with collect_runs() as collected:
        await gather(service.answer(a_question()))
    (run,) = collected.traced_runs
    assert run.name == "chat"
    prepare, model = run.child_runs
    retrieve, prompt = prepare.child_runs
    assert [child.name for child in (prepare, retrieve, prompt, model)] == ["prepare", "retrieve", "prompt", "model"]
    assert [(child.name, child.run_type) for child in retrieve.child_runs] == [("ProductRetriever", "retriever")]
    # What an answer under way forgets, a tracer keeps.
    assert model.inputs["input"].messages
    assert model.inputs["input"].opening.hits
    assert run.error is None
    assert all(child.end_time is not None for child in (run, prepare, model))


async def test_span_of_a_langchain_model_lies_in_that_of_the_answer() -> None:
    async def close() -> None:
        return

    model = LangChainModel(FakeListChatModel(responses=["Hello."]), Failures("fake"), gap_timeout=20.0, close=close)
    with collect_runs() as collected:
        await gather(ChatService(FakeCatalogue(a_document()), model).answer(a_question()))
    (run,) = collected.traced_runs
    assert [(child.name, child.run_type) for child in run.child_runs[1].child_runs] == [("FakeListChatModel", "llm")]


async def test_answer_that_nobody_waits_for_ends_its_spans() -> None:
    with collect_runs() as collected:
        events = ChatService(FakeCatalogue(a_document()), FakeModel()).answer(a_question())
        await anext(events)
        await events.aclose()
    (run,) = collected.traced_runs
    assert "GeneratorExit" in (run.error or "")


async def test_retriever_gives_documents_a_chain_can_use() -> None:
    catalogue = FakeCatalogue(a_document(), a_jacket(url=None))
    retriever = ProductRetriever(retriever=catalogue, store="ru", limit=1)
    chain = retriever | RunnableLambda(lambda documents: [document.metadata["name"] for document in documents])
    assert await chain.ainvoke("a bag") == ["Joust Duffle Bag"]
    (asked,) = catalogue.requests
    assert (asked.text, asked.store, asked.limit) == ("a bag", "ru", 1)


async def test_document_carries_what_a_card_shows() -> None:
    (document,) = await ProductRetriever(retriever=FakeCatalogue(a_document()), store="default").ainvoke("a bag")
    assert document.id == "1"
    assert document.page_content.startswith("Joust Duffle Bag. Gear, Bags.")
    assert document.metadata == {
        "sku": "24-MB01",
        "name": "Joust Duffle Bag",
        "price": "$34.00",
        "in_stock": True,
        "url": "http://shop.test/joust-duffle-bag.html",
        "score": 0.03,
    }


async def test_conditions_taken_back_reach_the_retriever() -> None:
    catalogue = FakeCatalogue(a_document())
    await gather(ChatService(catalogue, FakeModel()).answer(a_question(drop=("price", "sort"))))
    assert [asked.drop for asked in catalogue.requests] == [("price", "sort")]


async def test_why_nothing_was_found_is_told_to_the_model_and_in_the_language_of_the_store_by_the_cards() -> None:
    reason = "There is no category “Bag”."
    for question, told in ((a_question(), reason), (a_question("Какая сумка?"), "В каталоге ничего не подошло")):
        model = FakeModel()
        await gather(ChatService(FakeCatalogue(message=reason), model).answer(question))
        events = await gather(ChatService(FakeCatalogue(message=reason), None).answer(question))
        assert reason in model.calls[0].messages[-1].content
        assert any(isinstance(event, Delta) and event.text.startswith(told) for event in events)


async def test_similar_products_are_judged_by_the_model_alone() -> None:
    model = FakeModel()
    await gather(ChatService(FakeCatalogue(a_document(), message="Only similar."), model).answer(a_question()))
    assert "Only similar." not in model.calls[0].messages[-1].content


async def test_facts_of_a_retrieval_without_products_are_kept() -> None:
    found = await ProductRetriever(retriever=FakeCatalogue(degraded="embeddings"), store="default").ainvoke("x")
    assert isinstance(found, ProductDocuments)
    assert list(found) == []
    assert found.retrieval.degraded == "embeddings"


async def test_failure_of_the_catalogue_rises_as_itself() -> None:
    retriever = ProductRetriever(retriever=FakeCatalogue(error=CatalogUnavailable("down")), store="default")
    with pytest.raises(CatalogUnavailable):
        await retriever.ainvoke("x")


def test_nobody_searches_by_blocking_the_loop() -> None:
    with pytest.raises(NotImplementedError, match="ainvoke"):
        ProductRetriever(retriever=FakeCatalogue(), store="default").invoke("x")


async def test_model_is_told_the_facts_of_all_that_was_found() -> None:
    model = FakeModel()
    facts = Facts(count=7, in_stock=6, price_min=20.0, price_max=90.0)
    await gather(ChatService(FakeCatalogue(a_document(), facts=facts), model).answer(a_question("how many bags?")))

    (asked,) = model.calls
    assert (
        "Number: 7, of which in stock: 6, priced on request: 0\nPrices: from $20.00 to $90.00"
        in asked.messages[-1].content
    )


async def test_without_a_model_the_facts_are_told_before_the_products() -> None:
    facts = Facts(count=7, in_stock=6, price_min=20.0, price_max=90.0)
    service = ChatService(FakeCatalogue(a_document(), facts=facts), None)

    events = await gather(service.answer(a_question("how many bags?")))

    text = "".join(event.text for event in events if isinstance(event, Delta))
    assert "\n\n7 products, from $20.00 to $90.00; 6 in stock.\n\n1. Joust Duffle Bag" in text
