"""The rankings that are compared: ours, and what OpenSearch gives whoever only turns it on.

BM25 alone is `multi_match` over the name, twice as heavy, and the text, in the analyser of the store's language; k-NN
alone is the nearest vectors; stock is their reciprocal rank fusion with k = 60. All of 100 candidates. Where the model
does not know the store's language there is nothing to fuse, and neither of the two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bench.quality.measures import Rankings
from bench.quality.stand import ALIAS, STORE, Stand
from runtime.retrieval.hits import Retrieval, RetrievalRequest
from runtime.retrieval.retriever import Retriever
from shared import catalog
from shared.embedding.embedder import Embedder
from shared.hybrid.fuse import fuse
from shared.hybrid.query import build_semantic
from shared.hybrid.settings import RankingSettings

DEPTH: Final = 100

BM25: Final = "BM25"
KNN: Final = "k-NN"
STOCK: Final = "stock RRF"
OURS: Final = "ours"

_FIELDS: Final = (f"{catalog.NAME}^2", catalog.BODY)
_CODE: Final = "code"
"""Kind of the condition that says which code a question named."""


class Question(Protocol):
    """What is asked. kind: the class its figures are reported under."""

    @property
    def id(self) -> str: ...

    @property
    def text(self) -> str: ...

    @property
    def kind(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What ours said to one question. skus: of its hits, the best first. total, message: as in Retrieval. understood:
    the texts of its conditions. codes: those that it says the question named, as the catalogue has them.
    """

    skus: tuple[str, ...] = ()
    total: int = 0
    message: str = ""
    understood: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    @classmethod
    def of(cls, found: Retrieval) -> "Answer":
        """What counts of a retrieval."""
        return cls(
            skus=tuple(hit.document.sku for hit in found.hits),
            total=found.total,
            message=found.message,
            understood=tuple(one.text for one in found.understood),
            codes=tuple(str(one.value) for one in found.understood if one.kind == _CODE),
        )


@dataclass(frozen=True, slots=True)
class Answers:
    """What every system said. rankings: system -> query id -> ids, the best first. ours: query id -> our answer."""

    rankings: Mapping[str, Rankings]
    ours: Mapping[str, Answer]


async def ask_all(stand: Stand, questions: Sequence[Question]) -> Answers:
    """Every system on every question, one after the other."""
    rankings: dict[str, dict[str, list[str]]] = {}
    ours: dict[str, Answer] = {}
    for question in questions:
        for system, ids in (await _stock(stand, question.text)).items():
            rankings.setdefault(system, {})[question.id] = ids
        ours[question.id] = await _ask(stand.retriever, question)
    return Answers(rankings={**rankings, OURS: {id: list(answer.skus) for id, answer in ours.items()}}, ours=ours)


async def ask_tuned(
    stand: Stand, questions: Sequence[Question], settings: Mapping[str, RankingSettings]
) -> dict[str, Rankings]:
    """Name of the settings -> query id -> ids by the retriever under them."""
    return {
        name: {question.id: (await _ask(stand.retriever.tuned(tuned), question)).skus for question in questions}
        for name, tuned in settings.items()
    }


async def _ask(retriever: Retriever, question: Question) -> Answer:
    return Answer.of(await retriever.retrieve(RetrievalRequest(text=question.text, store=STORE, limit=DEPTH)))


async def _stock(stand: Stand, text: str) -> dict[str, list[str]]:
    lexical = await _bm25(stand, text)
    if stand.embedder is None:
        return {BM25: lexical}
    legs = {BM25: lexical, KNN: await _knn(stand, stand.embedder, text)}
    return {**legs, STOCK: [hit.id for hit in fuse(legs)]}


async def _bm25(stand: Stand, text: str) -> list[str]:
    query = {"multi_match": {"query": text, "fields": list(_FIELDS)}}
    return await _search(stand, {"query": query, "size": DEPTH})


async def _knn(stand: Stand, embedder: Embedder, text: str) -> list[str]:
    if not text.strip():
        return []
    vector = await embedder.embed_query(text)
    return await _search(stand, build_semantic(vector, filters=[], size=DEPTH))


async def _search(stand: Stand, body: dict[str, object]) -> list[str]:
    wanted = {**body, "_source": [catalog.SKU]}
    answer = await stand.client.search(index=ALIAS, body=wanted)
    hits = sorted(answer["hits"]["hits"], key=lambda hit: (-hit["_score"], hit["_id"]))
    return [hit["_source"][catalog.SKU] for hit in hits]
