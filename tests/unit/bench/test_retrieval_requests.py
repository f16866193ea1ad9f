"""bench.retrieval: what is asked, what of the recorded requests is sent again, and the server's form of the same."""

from typing import Any

import numpy as np
import orjson
import pytest

from bench.retrieval.fusion import legs_of
from bench.retrieval.measure import ProductsTooFew, Sizes
from bench.retrieval.questions import ASKED_ABOUT, KINDS, PER_KIND, Question, build_questions
from bench.retrieval.recording import Recorded, Sent, searches_of
from bench.retrieval.subject import PreparedEmbedder
from bench.vectors import embeddings, related
from runtime.retrieval.lookup import build_known
from sandbox.openai_server.vectors import bag_of_stems
from shared.embedding.embedder import EmbeddingModel
from shared.hybrid.filters import ProductFilter, build_filter
from shared.hybrid.query import build_lexical, build_semantic
from shared.hybrid.words import Words

FILTERS = build_filter(ProductFilter(price_max=50.0))
LEXICAL = build_lexical(Words("warm jacket"), filters=FILTERS, size=100)
SEMANTIC = build_semantic([0.5, 0.5], filters=FILTERS, size=100)
CARDS = Sent("POST", "/products-1/_mget?_source_includes=id", orjson.dumps({"ids": ["1"]}))


def a_record(*bodies: dict[str, Any]) -> Recorded:
    lines = [line for body in bodies for line in ({"index": "products-1"}, body)]
    search = Sent("POST", "/_msearch", b"".join(orjson.dumps(line) + b"\n" for line in lines))
    return Recorded(Question("warm jacket", "keyword"), (search, CARDS), found=("1",))


def test_questions_are_many_and_different_and_always_the_same() -> None:
    questions = build_questions()
    assert len({question.text.lower() for question in questions}) == len(KINDS) * PER_KIND == 200
    assert [question.kind for question in questions[: len(KINDS)]] == list(KINDS)
    assert questions == build_questions()


def test_a_catalogue_smaller_than_its_questions_is_refused() -> None:
    with pytest.raises(ProductsTooFew, match=str(ASKED_ABOUT)):
        Sizes(products=ASKED_ABOUT - 1)
    assert Sizes(products=5_000).small == ASKED_ABOUT
    assert (Sizes().small, Sizes().products, Sizes().large) == (10_000, 50_000, 200_000)


def test_only_the_candidates_and_the_cards_are_sent_again() -> None:
    recorded = a_record(LEXICAL, SEMANTIC)
    more = Recorded(recorded.question, (*recorded.requests, CARDS), found=())
    assert more.needed == recorded.requests == recorded.needed


def test_searches_are_read_out_of_an_msearch_alone() -> None:
    assert searches_of(a_record(LEXICAL, SEMANTIC).requests[0]) == [
        ({"index": "products-1"}, LEXICAL),
        ({"index": "products-1"}, SEMANTIC),
    ]
    assert searches_of(CARDS) == []


def test_the_server_is_asked_with_the_same_two_legs() -> None:
    topic = build_lexical(Words("jacket"), filters=[], size=1)
    legs = legs_of(a_record(LEXICAL, SEMANTIC, topic, build_known(["jaket"])))
    assert legs is not None
    assert legs.hybrid["query"]["hybrid"] == {
        "queries": [LEXICAL["query"], SEMANTIC["query"]],
        "pagination_depth": 100,
    }
    assert (legs.index, legs.hybrid["size"]) == ("products-1", 10)
    told = set(LEXICAL) - {"query", "size"}
    assert {name: legs.hybrid[name] for name in told} == {name: LEXICAL[name] for name in told}


@pytest.mark.parametrize(
    "recorded",
    [
        pytest.param(a_record(LEXICAL), id="words alone"),
        pytest.param(Recorded(Question("any", "keyword"), (CARDS,), found=()), id="no search at all"),
    ],
)
def test_a_question_of_one_leg_has_nothing_to_fuse(recorded: Recorded) -> None:
    assert legs_of(recorded) is None


async def test_queries_get_the_vectors_of_the_scripted_service() -> None:
    text = "warm jackets"
    edit = embeddings("related").edit
    assert edit is not None
    served = edit({"data": [{"embedding": bag_of_stems(text, 384).tolist()}]})["data"][0]["embedding"]
    embedder = PreparedEmbedder(EmbeddingModel(provider="openai", name="bench-384", dimension=384))
    vector = await embedder.embed_query(text)
    assert np.allclose(vector, served, atol=1e-7)
    assert await embedder.embed_query(text) is vector
    assert related([], dimension=384).shape == (0, 384)
