"""The retriever on a real node, over indices that the indexer's own mapping and bulk writer made."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from opensearchpy import AsyncOpenSearch
from support.embedding import FakeEmbedder
from support.index_meta import BUILT_AT, DIMENSION, a_meta
from support.openai import BOUND_SECONDS
from support.rag_index import write_index
from support.scripted_cluster import scripted_cluster
from support.search import a_catalogue, a_product
from support.spans import ended_spans

from runtime.errors import CatalogUnavailable
from runtime.retrieval.hits import RetrievalRequest
from runtime.retrieval.index import LiveIndices
from runtime.retrieval.query_embedding import QueryEmbedders
from runtime.retrieval.retriever import Retriever
from runtime.retrieval.search import OpenSearchProducts
from runtime.retrieval.unavailable import ClusterGuard
from shared.catalog import CatalogDocument
from shared.embedding.embedder import EmbeddingModel
from shared.hybrid.filters import ProductFilter
from shared.indices import IndexMeta, named_store_names
from shared.opensearch import AccessDenied, ClusterAddress, ClusterBusy, IndexMissing, connect
from shared.stores import StoreView

ENGLISH = StoreView(code="en", locale="en_US", currency="USD")
RUSSIAN = StoreView(code="ru", locale="ru_RU", currency="RUB")


@dataclass(frozen=True, slots=True)
class Node:
    """Indices of this test on the node, and a retriever over them."""

    client: AsyncOpenSearch
    namespace: str
    retriever: Retriever

    async def build(
        self, store: StoreView, documents: list[CatalogDocument], *, number: int = 1, shards: int = 1
    ) -> str:
        """A new index behind the store's alias, alone."""
        index = f"{self.namespace}{store.code}-{number}"
        meta = a_meta(store=store.code, locale=store.locale, currency=store.currency)
        await write_index(self.client, index, documents, meta=meta, shards=shards)
        alias = named_store_names(store.code, prefix=f"{self.namespace}rag").alias
        actions = [
            {"remove": {"index": f"{self.namespace}{store.code}-*", "alias": alias, "must_exist": False}},
            {"add": {"index": index, "alias": alias}},
        ]
        await self.client.indices.update_aliases(body={"actions": actions})
        return index

    async def find(self, text: str, *, store: StoreView = ENGLISH, **more: object) -> list[str]:
        request = replace(RetrievalRequest(text=text, store=store.code), **more)
        return [hit.document.id for hit in (await self.retriever.retrieve(request)).hits]


@pytest.fixture
async def node(cluster: AsyncOpenSearch, namespace: str) -> AsyncIterator[Node]:
    search = OpenSearchProducts(cluster)
    indices = LiveIndices(
        search,
        [(store, named_store_names(store.code, prefix=f"{namespace}rag")) for store in (ENGLISH, RUSSIAN)],
        model_of=_model_of,
    )
    retriever = Retriever(
        search,
        indices=indices,
        embedders=QueryEmbedders(lambda _: FakeEmbedder(dimension=DIMENSION)),
        # No machine is so busy that nothing can be searched.
        guard=ClusterGuard(seconds=BOUND_SECONDS),
    )
    yield Node(cluster, namespace, retriever)
    await retriever.aclose()


def _model_of(meta: IndexMeta) -> EmbeddingModel:
    return EmbeddingModel(provider=meta.provider, name=meta.model, dimension=meta.dimension)


@pytest.mark.parametrize("shards", [1, 3])
async def test_both_legs_agree_on_the_product_that_is_meant(node: Node, shards: int) -> None:
    await node.build(ENGLISH, a_catalogue(), shards=shards)

    retrieval = await node.retriever.retrieve(RetrievalRequest(text="warm wool jackets", store="en", limit=2))

    assert retrieval.hits[0].document.name == "Wool Jacket"
    assert set(retrieval.hits[0].ranks) == {"bm25", "knn"}
    assert (len(retrieval.hits), retrieval.total) == (2, 2)
    assert (retrieval.as_of, retrieval.degraded, retrieval.message) == (BUILT_AT, None, "")


async def test_word_forms_of_the_stores_language_are_one_word(node: Node) -> None:
    documents = [
        a_product(id="1", sku="K-1", name="Тёплая куртка", price=4810.0),
        a_product(id="2", sku="S-1", name="Летняя сумка", price=990.0),
    ]
    await node.build(RUSSIAN, documents)

    assert (await node.find("теплые куртки", store=RUSSIAN))[0] == "1"
    assert (await node.find("летней сумке", store=RUSSIAN))[0] == "2"


@pytest.mark.parametrize(
    "text", ["много полотенец", "нет ли у вас полотенец", "выбор велошлемов", "нужен велошлем", "ряд кресел"]
)
async def test_forms_that_the_index_does_not_know_for_one_word_are_found(node: Node, text: str) -> None:
    names = ["Полотенце банное", "Велошлем городской", "Кресло мягкое", "Сумка летняя"]
    documents = [a_product(id=name[0], sku=f"S-{n}", name=name, price=990.0) for n, name in enumerate(names)]
    await node.build(RUSSIAN, documents)

    found = await node.retriever.retrieve(RetrievalRequest(text=text, store="ru", explain=True))

    best = found.hits[0].document.id
    assert best == text.split()[-1][0].upper()
    assert found.explained[best].words["name"] == (text.split()[-1],)
    assert found.total == 1


async def test_letters_and_a_mark_are_no_word_because_the_letters_are_some(node: Node) -> None:
    """T and shirts stand in the catalogue, and "t;tdfz" does not."""
    names = ["Бежевая куртка", "Футболка, t-shirts tdf", "Чёрная куртка"]
    documents = [a_product(id=str(n), sku=f"S-{n}", name=name, price=990.0) for n, name in enumerate(names)]
    await node.build(RUSSIAN, documents)

    assert (await node.find(",t;tdfz rehnrf", store=RUSSIAN))[0] == "0"


async def test_stores_do_not_see_each_others_products(node: Node) -> None:
    await node.build(ENGLISH, a_catalogue()[:2])
    await node.build(RUSSIAN, a_catalogue()[2:])

    assert set(await node.find("jacket bag tent", store=ENGLISH)) == {"1", "2"}
    assert set(await node.find("jacket bag tent", store=RUSSIAN)) == {"3", "4", "5"}
    assert await node.retriever.fetch_product("ru", id="1") is None


async def test_products_are_sorted_by_price_with_those_on_request_last(node: Node) -> None:
    await node.build(ENGLISH, a_catalogue())

    assert await node.find("jacket", sort="price_asc") == ["2", "1"]
    assert await node.find("", sort="price_asc") == ["3", "2", "1", "5", "4"]
    assert await node.find("", sort="price_desc") == ["1", "2", "3", "5", "4"]


def a_crowd() -> list[CatalogDocument]:
    """320 jackets at $101 to $420, the ids in no order of price; what is cheaper or dearer is mostly off topic.

    In their category, and named otherwise: a parka at $1, a coat at $9,000, a cape on request. Beside it socks for
    $2 that mention a jacket.
    """
    jackets = [
        a_product(
            id=f"j{n * 7 % 320:03}", sku=f"J-{n}", name=f"Storm Jacket {n}", price=101.0 + n, categories=("Jackets",)
        )
        for n in range(320)
    ]
    outliers = [
        a_product(id="parka", sku="P-1", name="Parka", price=1.0, categories=("Jackets",)),
        a_product(id="coat", sku="C-1", name="Coat", price=9000.0, categories=("Jackets",)),
        a_product(id="cape", sku="C-2", name="Cape", price=None, categories=("Jackets",)),
        a_product(id="anorak", sku="A-1", name="Jacket Anorak", price=None, categories=("Outdoor",)),
    ]
    socks = a_product(id="socks", sku="S-1", name="Socks", price=2.0, categories=("Socks",))
    return [*jackets, *outliers, replace(socks, text="Socks. Socks. As warm as a jacket for your feet, all winter.")]


@pytest.mark.parametrize("shards", [1, 3])
async def test_order_by_price_covers_the_whole_category(node: Node, shards: int) -> None:
    await node.build(ENGLISH, a_crowd(), shards=shards)
    jackets = ProductFilter(categories=("Jackets",))

    cheapest = await node.find("jacket", sort="price_asc", filter=jackets, limit=400)
    dearest = await node.find("jacket", sort="price_desc", filter=jackets, limit=3)

    assert (len(cheapest), cheapest[:2], cheapest[-2:]) == (323, ["parka", "j000"], ["coat", "cape"])
    assert dearest == ["coat", "j313", "j306"]


@pytest.mark.parametrize("shards", [1, 3])
async def test_order_by_price_covers_everything_the_words_mean_and_nothing_that_mentions_them(
    node: Node, shards: int
) -> None:
    await node.build(ENGLISH, a_crowd(), shards=shards)
    request = RetrievalRequest(text="storm jacket", store="en", sort="price_asc", limit=2)

    retrieval = await node.retriever.retrieve(request)
    dearest = await node.find("storm jacket", sort="price_desc", limit=1)

    assert [hit.document.price_from for hit in retrieval.hits] == [101.0, 102.0]
    assert (retrieval.total, dearest) == (320, ["j313"])
    any_jacket = await node.find("jacket", sort="price_asc", limit=400, drop=("category:jackets",))
    assert any_jacket[-1] == "anorak"
    assert "socks" not in any_jacket


async def test_total_counts_all_that_match(node: Node) -> None:
    await node.build(ENGLISH, a_crowd())

    async def total(text: str, **more: object) -> int:
        request = replace(RetrievalRequest(text=text, store="en", limit=1), **more)
        return (await node.retriever.retrieve(request)).total

    assert await total("jacket") == 323, "all of the category"
    dropped = await total("jacket", drop=("category:jackets",))
    assert dropped == 325, "the category is a word of the text, and the socks mention one"
    assert await total("storm", filter=ProductFilter(price_max=200)) == 100
    assert await total("qwrtzx") == 0, "what is shown only resembles it"
    assert [await total("storm", limit=limit) for limit in (1, 5, 50)] == [320] * 3


async def test_price_without_a_match_is_explained_beside_what_is_only_similar(node: Node) -> None:
    await node.build(ENGLISH, a_crowd())

    request = RetrievalRequest(text="storm", store="en", filter=ProductFilter(price_max=50))
    retrieval = await node.retriever.retrieve(request)

    assert {hit.document.id for hit in retrieval.hits} == {"parka", "socks"}
    assert retrieval.message == (
        "Nothing at $50.00 or less fits the query. "
        "The nearest by price is “Storm Jacket 0”: $101.00. What is shown is only similar."
    )


async def test_filter_never_costs_recall(node: Node) -> None:
    crowd = [a_product(id=f"x{n}", sku=f"X-{n}", name="Storm Jacket", price=500.0) for n in range(300)]
    await node.build(ENGLISH, [*crowd, *a_catalogue()])

    found = await node.find("storm jacket", filter=ProductFilter(price_max=130), limit=50)

    assert set(found) == {"1", "2", "3"}


async def test_price_out_of_range_names_the_nearest_product(node: Node) -> None:
    await node.build(ENGLISH, a_catalogue())

    request = RetrievalRequest(text="jacket", store="en", filter=ProductFilter(price_min=5, price_max=10))
    retrieval = await node.retriever.retrieve(request)

    assert retrieval.hits == ()
    assert retrieval.message == "Nothing between $5.00 and $10.00. The nearest by price is “Wool Jacket”: $80.00."


async def test_unknown_category_names_the_closest_one(node: Node) -> None:
    await node.build(ENGLISH, a_catalogue())

    request = RetrievalRequest(text="jacket", store="en", filter=ProductFilter(categories=("jaket",)))

    assert "The closest: Jackets." in (await node.retriever.retrieve(request)).message


async def test_swap_with_the_old_index_deleted_is_not_noticed(node: Node) -> None:
    old = await node.build(ENGLISH, a_catalogue())
    assert len(await node.find("gift")) == 5

    await node.build(ENGLISH, a_catalogue()[:1], number=2)
    await node.client.indices.delete(index=old)

    assert await node.find("jacket") == ["1"]
    assert await node.retriever.fetch_product("en", id="1") is not None


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        # As a shard says while its index is being deleted.
        ("illegal_index_shard_state_exception", ClusterBusy),
        ("no_shard_available_action_exception", ClusterBusy),
        ("index_not_found_exception", IndexMissing),
        ("security_exception", AccessDenied),
    ],
)
async def test_card_that_its_shard_does_not_give_is_the_clusters_failure(kind: str, error: type[Exception]) -> None:
    refused = {"docs": [{"_index": "rag-1", "_id": "1", "error": {"type": kind, "reason": "no"}}]}
    async with (
        scripted_cluster({"POST /rag-1/_mget": [(200, refused)]}) as scripted,
        connect(ClusterAddress(url=scripted.url)) as client,
    ):
        with pytest.raises(error, match=kind):
            await OpenSearchProducts(client).fetch_documents("rag-1", ["1"])


async def test_span_of_cards_says_how_many_there_were() -> None:
    found = {"docs": [{"_id": "1", "found": False}, {"_id": "2", "found": False}]}
    async with (
        scripted_cluster({"POST /rag-1/_mget": [(200, found)]}) as scripted,
        connect(ClusterAddress(url=scripted.url)) as client,
    ):
        with ended_spans() as memory:
            await OpenSearchProducts(client).fetch_documents("rag-1", ["1", "2"])
    [own] = memory.get_finished_spans()
    assert (own.name, own.attributes) == ("search.documents", {"vitrina.index": "rag-1", "vitrina.documents": 0})


async def test_store_without_an_index_is_unavailable_until_there_is_one(node: Node) -> None:
    with pytest.raises(CatalogUnavailable):
        await node.find("jacket")
    assert "run `vitrina-indexer run`" in (await node.retriever.problems())[0]

    await node.build(ENGLISH, a_catalogue())

    assert len(await node.find("gift")) == 5


@pytest.mark.parametrize(
    "text",
    ["", "   ", "!!! ???", "😀", "a" * 10_000, "слово " * 5000, '"+-=&|><!(){}[]^~*?:\\/', "\x00", "WJ-01 " * 500],
    ids=["empty", "blank", "punctuation", "emoji", "one long word", "many words", "lucene", "null byte", "codes"],
)
async def test_no_question_is_too_strange_to_be_asked(node: Node, text: str) -> None:
    await node.build(ENGLISH, a_catalogue())

    # To a vector everything is somehow alike; only a question without a character has none.
    assert sorted(await node.find(text)) == (["1", "2", "3", "4", "5"] if text.strip() else [])


async def test_russian_in_latin_letters_and_names_by_ear_are_read_as_the_catalogue_has_them(node: Node) -> None:
    shoes = [
        a_product(id="1", sku="A-1", name="Куртка зимняя", price=900.0),
        a_product(id="2", sku="A-2", name="Куртка летняя", price=9000.0),
        a_product(id="3", sku="A-3", name="Кроссовки Vermilion", price=900.0),
        a_product(id="4", sku="A-4", name="Кроссовки Pratchett's", price=900.0),
        a_product(id="5", sku="A-5", name="Мерло", price=900.0),
        a_product(id="6", sku="A-6", name="Merlot", price=900.0),
    ]
    await node.build(RUSSIAN, shoes)

    async def first(text: str) -> tuple[str, str]:
        found = await node.retriever.retrieve(RetrievalRequest(text=text, store="ru"))
        return found.hits[0].document.id, " ".join(read.text for read in found.understood if read.kind == "spelling")

    assert await first("kurtka letnyaya") == ("2", "искали «куртка летняя»")
    assert await first("kurtka do 1000 rubley") == ("1", "искали «куртка до 1000 рублей»")
    assert await first("кроссовки вермилион") == ("3", "искали «кроссовки Vermilion»")
    assert await first("кроссовки претчетс") == ("4", "искали «кроссовки Pratchett's»")
    assert await first("мерло") == ("5", "")
    assert await first("merlot") == ("6", "")


async def test_a_name_by_ear_is_read_in_an_english_shop_and_can_be_taken_back(node: Node) -> None:
    await node.build(ENGLISH, [a_product(id="1", sku="A-1", name="Vermilion Sneakers", price=90.0)])

    found = await node.retriever.retrieve(RetrievalRequest(text="вермилион", store="en"))
    dropped = await node.retriever.retrieve(RetrievalRequest(text="вермилион", store="en", drop=("spelling",)))

    assert ([hit.document.id for hit in found.hits], found.total) == (["1"], 1)
    assert [read.text for read in found.understood] == ["searched for “Vermilion”"]
    assert (dropped.total, dropped.understood) == (0, ())


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("канистра 5 л", {"2", "4", "5"}),
        ("канистра 5л", {"2", "4", "5"}),
        ("канистра 5 литров", {"2", "4", "5"}),
        ("канистра 5000 мл", {"2", "4"}),
    ],
)
async def test_a_measure_is_found_however_it_is_written_before_other_amounts(
    node: Node, text: str, meant: set[str]
) -> None:
    names = ["Канистра 15 л", "Канистра 5l", "Канистра 1,5 л", "Канистра 5 л", "Канистра 5-литровая", "Канистра 50 л"]
    others = [f"Чайник {liters} л" for liters in range(5, 25)]
    goods = [
        a_product(id=str(n), sku=f"CAN-{n}", name=name, price=90.0 - n) for n, name in enumerate([*names, *others], 1)
    ]
    await node.build(RUSSIAN, goods)

    found = await node.retriever.retrieve(RetrievalRequest(text=text, store="ru"))
    by_words = sorted((hit.ranks["bm25"], hit.document.id) for hit in found.hits if "bm25" in hit.ranks)

    assert {id for _, id in by_words[: len(meant)]} == meant
    assert meant == set(await node.find(f"самая дешёвая {text}", store=RUSSIAN))
