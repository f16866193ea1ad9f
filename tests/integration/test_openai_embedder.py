"""The OpenAI adapter against a real HTTP server: what it sends, what it makes of good, bad and no answers."""

import asyncio
import base64
import time
from email.utils import formatdate
from typing import Any

import numpy as np
import pytest
from support.openai import DIMENSION, KEY, an_embedder, edit_data, edit_vector, eventually
from support.tokens import PUBLISHED

from sandbox.openai_server import Drop, Embed, Hang, Junk, Plan, Quota, Refuse, ScriptedServer
from shared.embedding.embedder import AnswerLost, EmbeddingMalformed, EmbeddingRefused, EmbeddingUnavailable
from shared.embedding.quota import Allowance, Answer
from shared.errors import AppError, Terminal, Transient
from shared.retry import Backoff, retry

TEXTS = ["rain jacket", "yoga mat", "duffle bag"]


async def failure_of(server: ScriptedServer, plan: Plan, **options: Any) -> AppError:
    """What one call raises under `plan`."""
    server.embeddings.then(plan)
    async with an_embedder(server, **options) as embedder:
        with pytest.raises(AppError) as raised:
            await embedder.embed_documents(TEXTS)
    return raised.value


async def test_request_carries_texts_model_dimension_and_key(openai_server: ScriptedServer) -> None:
    async with an_embedder(openai_server) as embedder:
        await embedder.embed_documents(TEXTS)
    (request,) = openai_server.embeddings.requests
    assert request.body == {
        "input": TEXTS,
        "model": "text-embedding-3-small",
        "dimensions": DIMENSION,
        "encoding_format": "float",
    }
    assert request.headers["authorization"] == f"Bearer {KEY}"


async def test_dimensions_are_asked_only_of_models_that_take_them(openai_server: ScriptedServer) -> None:
    async with an_embedder(openai_server, name="house-model") as embedder:
        vectors = await embedder.embed_documents(TEXTS)
    assert vectors.shape == (3, DIMENSION)
    assert "dimensions" not in openai_server.embeddings.requests[0].body


async def test_queries_go_to_their_own_model_and_documents_do_not(openai_server: ScriptedServer) -> None:
    async with an_embedder(openai_server, query_name="house-model") as embedder:
        await embedder.embed_documents(TEXTS)
        await embedder.embed_query("jacket")
    documents, query = openai_server.embeddings.requests
    assert (documents.body["model"], query.body["model"]) == ("text-embedding-3-small", "house-model")
    assert "dimensions" not in query.body


async def test_a_provider_of_one_text_a_call_gets_a_string(openai_server: ScriptedServer) -> None:
    async with an_embedder(openai_server, batch_texts=1) as embedder:
        await embedder.embed_documents(["rain jacket"])
        await embedder.embed_query("jacket")
    assert [request.body["input"] for request in openai_server.embeddings.requests] == ["rain jacket", "jacket"]


async def test_counted_tokens_and_quotas_are_told(openai_server: ScriptedServer) -> None:
    answers: list[Answer] = []
    async with an_embedder(openai_server) as embedder:
        await embedder.embed_documents(TEXTS, on_answer=answers.append)
        tokens = sum(map(embedder.count_tokens, TEXTS))
    (answer,) = answers
    assert answer.counted == tokens
    assert answer.tokens is not None
    assert answer.tokens.limit == Quota().tokens
    assert answer.tokens.rate == pytest.approx(Quota().tokens / 60, rel=0.01)
    assert answer.requests is not None
    assert answer.requests.limit == Quota().requests


async def test_a_refusal_tells_its_quotas_too(openai_server: ScriptedServer) -> None:
    told = {"x-ratelimit-limit-tokens": "1000", "x-ratelimit-remaining-tokens": "3", "x-ratelimit-reset-tokens": "1m"}
    openai_server.embeddings.then(Refuse(429, retry_after=2, headers=told))
    answers: list[Answer] = []
    async with an_embedder(openai_server) as embedder:
        with pytest.raises(EmbeddingUnavailable) as raised:
            await embedder.embed_documents(TEXTS, on_answer=answers.append)
    assert answers == [Answer(tokens=Allowance(1000, 3, 60.0))]
    assert raised.value.retry_after == 2


async def test_no_answer_tells_nothing(openai_server: ScriptedServer) -> None:
    openai_server.embeddings.then(Drop())
    answers: list[Answer] = []
    async with an_embedder(openai_server) as embedder:
        with pytest.raises(EmbeddingUnavailable):
            await embedder.embed_documents(TEXTS, on_answer=answers.append)
    assert answers == []


async def test_tokens_are_counted_as_the_server_counts_them(openai_server: ScriptedServer) -> None:
    texts = [text for _, text in PUBLISHED.values()]
    answers: list[Answer] = []
    async with an_embedder(openai_server) as embedder:
        await embedder.embed_documents(texts, on_answer=answers.append)
        assert [answer.counted for answer in answers] == [sum(map(embedder.count_tokens, texts))]


async def test_an_estimate_learns_from_a_server_that_counts_more(openai_server: ScriptedServer) -> None:
    openai_server.embeddings.then(Embed(edit=lambda body: {**body, "usage": {"prompt_tokens": 500}}))
    async with an_embedder(openai_server, name="house-model") as embedder:
        before = [embedder.count_tokens(text) for text in TEXTS]
        await embedder.embed_documents(TEXTS)
        after = [embedder.count_tokens(text) for text in TEXTS]
    assert all(later > earlier for earlier, later in zip(before, after, strict=True))


async def test_base64_and_floats_give_the_same_vectors(openai_server: ScriptedServer) -> None:
    async with an_embedder(openai_server, encoding="base64") as packed, an_embedder(openai_server) as plain:
        np.testing.assert_allclose(await packed.embed_documents(TEXTS), await plain.embed_documents(TEXTS), atol=1e-6)


async def test_floats_are_accepted_where_base64_was_asked(openai_server: ScriptedServer) -> None:
    openai_server.embeddings.then(Embed(force_float=True))
    async with an_embedder(openai_server, encoding="base64") as embedder:
        assert (await embedder.embed_documents(TEXTS)).shape == (3, DIMENSION)
    assert openai_server.embeddings.requests[0].body["encoding_format"] == "base64"


async def test_answers_out_of_order_are_put_in_order_by_index(openai_server: ScriptedServer) -> None:
    async with an_embedder(openai_server) as embedder:
        expected = await embedder.embed_documents(TEXTS)
        openai_server.embeddings.then(Embed(edit=edit_data(lambda data: data[::-1])))
        np.testing.assert_array_equal(await embedder.embed_documents(TEXTS), expected)


async def test_vectors_of_any_length_become_unit_vectors(openai_server: ScriptedServer) -> None:
    openai_server.embeddings.then(Embed(edit=edit_vector(lambda vector: [number * 1000 for number in vector])))
    async with an_embedder(openai_server) as embedder:
        vectors = await embedder.embed_documents(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)


async def test_server_without_keys_is_asked_without_ours(openai_server: ScriptedServer) -> None:
    failure = await failure_of(openai_server, Embed(), api_key=None)
    assert isinstance(failure, EmbeddingRefused)
    assert openai_server.embeddings.requests[0].headers["authorization"] == "Bearer none"


async def test_blank_and_absent_texts_send_nothing(openai_server: ScriptedServer) -> None:
    async with an_embedder(openai_server) as embedder:
        assert (await embedder.embed_documents([])).shape == (0, DIMENSION)
        with pytest.raises(EmbeddingRefused):
            await embedder.embed_documents(["", "a"])
    assert openai_server.embeddings.requests == ()


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 529])
async def test_status_that_may_pass_is_transient(openai_server: ScriptedServer, status: int) -> None:
    failure = await failure_of(openai_server, Refuse(status))
    assert isinstance(failure, EmbeddingUnavailable)
    assert isinstance(failure, Transient)
    assert str(status) in str(failure)
    assert failure.retry_after is None


@pytest.mark.parametrize(
    ("plan", "setting"),
    [
        (Refuse(401), "EMBEDDING_API_KEY (or OPENAI_API_KEY)"),
        (Refuse(403), "EMBEDDING_API_KEY (or OPENAI_API_KEY)"),
        (Refuse(404), "EMBEDDING_MODEL"),
        (Refuse(400, message="dimensions must be at most 1536"), "dimensions must be at most 1536"),
        (Refuse(422), "EMBEDDING_MODEL"),
        (Refuse(402, message="Insufficient Balance"), "Insufficient Balance"),
        (Refuse(429, code="insufficient_quota", type="insufficient_quota"), "no quota left"),
    ],
    ids=["401", "403", "404", "400", "422", "402", "quota"],
)
async def test_refusal_is_terminal_and_names_the_setting(
    openai_server: ScriptedServer, plan: Refuse, setting: str
) -> None:
    failure = await failure_of(openai_server, plan)
    assert isinstance(failure, EmbeddingRefused)
    assert isinstance(failure, Terminal)
    assert setting in str(failure)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
async def test_key_is_never_repeated_even_when_the_server_does(openai_server: ScriptedServer, status: int) -> None:
    failure = await failure_of(openai_server, Refuse(status, message="Wrong key {key}, really: {key}!"))
    assert KEY not in str(failure)


async def test_long_words_of_a_server_are_cut(openai_server: ScriptedServer) -> None:
    page = Junk(b"<html>" + b"x" * 100_000, status=502, content_type="text/html")
    assert len(str(await failure_of(openai_server, page))) < 500


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        ({"retry-after": "soon"}, None),
    ],
    ids=["seconds", "milliseconds", "illegible"],
)
async def test_wait_the_server_asks_for_is_carried(
    openai_server: ScriptedServer, headers: dict[str, str], expected: float | None
) -> None:
    failure = await failure_of(openai_server, Refuse(429, headers=headers))
    assert isinstance(failure, EmbeddingUnavailable)
    assert failure.retry_after == expected


async def test_wait_until_a_date_is_carried_in_seconds(openai_server: ScriptedServer) -> None:
    tomorrow = formatdate(time.time() + 86_400, usegmt=True)
    failure = await failure_of(openai_server, Refuse(429, headers={"retry-after": tomorrow}))
    assert isinstance(failure, EmbeddingUnavailable)
    assert failure.retry_after == pytest.approx(86_400.0, rel=0.01)


@pytest.mark.parametrize(
    ("status", "told", "kind"), [(429, "false", EmbeddingRefused), (400, "true", EmbeddingUnavailable)]
)
async def test_server_that_says_whether_to_retry_is_believed(
    openai_server: ScriptedServer, status: int, told: str, kind: type[AppError]
) -> None:
    failure = await failure_of(openai_server, Refuse(status, headers={"x-should-retry": told}))
    assert isinstance(failure, kind)


@pytest.mark.parametrize(
    "plan", [Drop(), Embed(cut_at_byte=50), Embed(cut_at_byte=0)], ids=["no byte", "cut body", "headers only"]
)
async def test_broken_connection_is_transient_and_names_the_address_setting(
    openai_server: ScriptedServer, plan: Plan
) -> None:
    failure = await failure_of(openai_server, plan)
    assert isinstance(failure, AnswerLost)
    assert "EMBEDDING_BASE_URL" in str(failure)


async def test_silent_server_is_left_after_the_timeout(openai_server: ScriptedServer) -> None:
    failure = await failure_of(openai_server, Hang(), seconds=0.2)
    assert isinstance(failure, AnswerLost)


async def test_slow_server_is_left_after_the_timeout_by_the_wall_clock(openai_server: ScriptedServer) -> None:
    failure = await failure_of(openai_server, Embed(delay=5.0), seconds=0.2)
    assert isinstance(failure, EmbeddingUnavailable)


async def test_nobody_listening_is_transient() -> None:
    async with an_embedder(None, base_url="http://127.0.0.1:9/v1") as embedder:
        with pytest.raises(EmbeddingUnavailable, match="EMBEDDING_BASE_URL") as caught:
            await embedder.embed_query("jacket")
    assert not isinstance(caught.value, AnswerLost)


async def test_address_without_its_path_is_explained(openai_server: ScriptedServer) -> None:
    async with an_embedder(openai_server, base_url=openai_server.base_url.removesuffix("/v1")) as embedder:
        with pytest.raises(EmbeddingRefused, match="EMBEDDING_BASE_URL"):
            await embedder.embed_query("jacket")


async def test_unknown_model_is_explained(openai_server: ScriptedServer) -> None:
    async with an_embedder(openai_server, name="text-embedding-9") as embedder:
        with pytest.raises(EmbeddingRefused, match=r"text-embedding-9.*EMBEDDING_MODEL"):
            await embedder.embed_query("jacket")


async def test_one_call_is_one_request_whatever_happens(openai_server: ScriptedServer) -> None:
    openai_server.embeddings.always(Refuse(500))
    async with an_embedder(openai_server) as embedder:
        with pytest.raises(EmbeddingUnavailable):
            await embedder.embed_documents(TEXTS)
    assert len(openai_server.embeddings.requests) == 1


async def test_shared_retry_carries_a_call_over_failures(openai_server: ScriptedServer) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    openai_server.embeddings.then(Refuse(429, retry_after=3), Drop(), Refuse(503))
    async with an_embedder(openai_server) as embedder:
        vectors = await retry(
            lambda: embedder.embed_documents(TEXTS), Backoff(attempts=4, base=1.0), sleep=sleep, jitter=lambda: 0.5
        )
    assert vectors.shape == (3, DIMENSION)
    assert waits == [3.0, 1.0, 2.0]


MALFORMED = {
    "one missing": Embed(edit=edit_data(lambda data: data[:-1])),
    "one too many": Embed(edit=edit_data(lambda data: [*data, data[0]])),
    "none at all": Embed(edit=edit_data(lambda data: [])),
    "an index twice": Embed(edit=edit_data(lambda data: [data[0], data[1], data[1]])),
    "indices from one": Embed(edit=edit_data(lambda data: [{**entry, "index": entry["index"] + 1} for entry in data])),
    "no index": Embed(edit=edit_data(lambda data: [{"embedding": entry["embedding"]} for entry in data])),
    "no embedding": Embed(edit=edit_data(lambda data: [{"index": entry["index"]} for entry in data])),
    "data is null": Embed(edit=edit_data(lambda data: None)),
    "data of strings": Embed(edit=edit_data(lambda data: ["a", "b", "c"])),
    "body is a list": Embed(edit=lambda body: [body]),
    "shorter vector": Embed(edit=edit_vector(lambda vector: vector[:-1])),
    "longer vectors": Embed(
        edit=edit_data(lambda data: [{**entry, "embedding": [*entry["embedding"], 0.5]} for entry in data])
    ),
    "empty vector": Embed(edit=edit_vector(lambda vector: [])),
    "nested vector": Embed(edit=edit_vector(lambda vector: [vector])),
    "null in a vector": Embed(edit=edit_vector(lambda vector: [None, *vector[1:]])),
    "words in a vector": Embed(edit=edit_vector(lambda vector: ["much", *vector[1:]])),
    "vector is a number": Embed(edit=edit_vector(lambda vector: 1.0)),
    "beyond float32": Embed(edit=edit_vector(lambda vector: [1e300, *vector[1:]])),
    "zero vector": Embed(edit=edit_vector(lambda vector: [0.0] * len(vector))),
    "broken base64": Embed(edit=edit_vector(lambda vector: "AAAA?")),
    "base64 of odd length": Embed(edit=edit_vector(lambda vector: base64.b64encode(b"12345").decode())),
    "a page": Junk(b"<html>Please log in</html>", content_type="text/html"),
    "nothing": Junk(b""),
    "half a body": Junk(b'{"data": [{"index": 0'),
    "NaN literal": Junk(b'{"data": [{"index": 0, "embedding": [NaN]}]}'),
    "error under 200": Junk(b'{"error": {"message": "no"}}'),
    "no text": Junk(b"\xff\xfe\x00"),
}


@pytest.mark.parametrize("plan", MALFORMED.values(), ids=MALFORMED.keys())
async def test_answer_that_is_no_set_of_vectors_is_malformed(openai_server: ScriptedServer, plan: Plan) -> None:
    failure = await failure_of(openai_server, plan)
    assert isinstance(failure, EmbeddingMalformed)
    assert "text-embedding-3-small" in str(failure)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
async def test_numbers_that_are_none_are_malformed_in_base64_too(openai_server: ScriptedServer, bad: float) -> None:
    plan = Embed(edit=edit_vector(lambda vector: [bad, *vector[1:]]))
    failure = await failure_of(openai_server, plan, encoding="base64")
    assert isinstance(failure, EmbeddingMalformed)


async def test_cancelled_call_leaves_the_server_at_once(openai_server: ScriptedServer) -> None:
    openai_server.embeddings.then(Hang())
    async with an_embedder(openai_server) as embedder:
        call = asyncio.create_task(embedder.embed_documents(TEXTS))
        await eventually(lambda: openai_server.embeddings.requests)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await eventually(lambda: openai_server.embeddings.requests[0].ended == "client_left")
