"""indexer.embed.sending, ledger, probe: every product its own vector, a bad text rejected alone, an end to waiting."""

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest
from support.builds import an_accepted
from support.embedding import FakeEmbedder
from support.retries import AT_ONCE
from support.senders import BadVectors, Fussy, SmallBatches, a_limiter, a_sender

from indexer.embed.ledger import MOST_AHEAD, Ledger
from indexer.embed.packing import TextBatch
from indexer.embed.probe import probe
from indexer.embed.sending import Portion, Sender, TooManyRefused, check_vectors
from sandbox.openai_server.vectors import bag_of_stems
from shared.embedding.embedder import (
    AnswerLost,
    EmbeddingMalformed,
    EmbeddingModel,
    EmbeddingRefused,
    EmbeddingUnavailable,
    OnAnswer,
    TextsRefused,
    Vectors,
)
from shared.errors import ConfigurationError, Transient
from shared.retry import Backoff, Patience

MODEL = EmbeddingModel(provider="fake", name="fake", dimension=2)


def a_batch(*texts: str, tokens: int = 5) -> TextBatch:
    """A product a text, in order."""
    products = tuple(an_accepted(number, text=text) for number, text in enumerate(texts))
    return TextBatch(products, texts, (tokens,) * len(texts), tuple(range(len(texts))))


def ids(portion: Portion) -> list[str]:
    return [product.document.id for product, _ in portion.embedded]


async def test_every_product_gets_the_vector_of_its_own_text() -> None:
    texts = [f"text {number}" for number in range(6)]
    portion = await a_sender(FakeEmbedder()).send(a_batch(*texts))
    assert ids(portion) == list("012345")
    for (_, vector), text in zip(portion.embedded, texts, strict=True):
        np.testing.assert_array_equal(vector, bag_of_stems(text, 8))
    assert (portion.texts, portion.tokens, portion.rejected) == (6, 30, ())


async def test_products_of_one_text_get_its_one_vector() -> None:
    products = (an_accepted(1, text="wool"), an_accepted(2, text="silk"), an_accepted(3, text="wool"))
    portion = await a_sender(FakeEmbedder()).send(TextBatch(products, ("wool", "silk"), (5, 5), (0, 1, 0)))
    (_, first), (_, second), (_, third) = portion.embedded
    np.testing.assert_array_equal(first, third)
    assert not np.array_equal(first, second)
    assert (portion.texts, portion.tokens) == (2, 10)


async def test_a_busy_provider_is_asked_again_and_nothing_is_embedded_twice() -> None:
    embedder = FakeEmbedder()
    embedder.fail(EmbeddingUnavailable("busy"), EmbeddingUnavailable("busy"))
    portion = await a_sender(embedder).send(a_batch("a", "b"))
    assert (ids(portion), embedder.calls, len(embedder.batches)) == (["0", "1"], 3, 1)


async def test_a_provider_that_stays_away_ends_the_run_when_the_patience_ends() -> None:
    embedder = FakeEmbedder()
    embedder.fail(*[EmbeddingUnavailable("busy")] * 1000)
    # The door makes everyone wait in an outage, so the clock goes on.
    sender = a_sender(embedder, backoff=Backoff(attempts=1000, base=0.0), patience=60.0)
    told = r"Gave up after 60 s \(EMBEDDING_GIVE_UP_SECONDS\) without a single answer; the last failure: busy"
    with pytest.raises(EmbeddingUnavailable, match=told):
        await sender.send(a_batch("a"))
    assert 3 < embedder.calls < 100


async def test_a_wait_asked_for_is_heeded_up_to_the_patience_and_no_longer() -> None:
    embedder = FakeEmbedder()
    sender = Sender(embedder, patience=Patience(60.0), limiter=a_limiter(embedder))
    embedder.fail(EmbeddingUnavailable("busy", retry_after=61.0))
    told = r"busy \(it asks for 61 s of quiet, and a run waits no longer than 60 s \(EMBEDDING_GIVE_UP_SECONDS\)\)"
    with pytest.raises(EmbeddingUnavailable, match=told):
        await sender.send(a_batch("a"))
    assert embedder.calls == 1


async def test_one_success_renews_the_patience_of_all() -> None:
    sender = a_sender(SmallBatches(), backoff=Backoff(attempts=1000, base=0.0), patience=30.0)
    for _ in range(5):
        sender.embedder.fail(*[EmbeddingUnavailable("busy")] * 9)
        assert ids(await sender.send(a_batch("a"))) == ["0"]


async def test_a_refusal_that_no_text_has_to_do_with_ends_the_run_at_once() -> None:
    embedder = FakeEmbedder()
    embedder.fail(EmbeddingRefused("wrong key"))
    with pytest.raises(EmbeddingRefused, match="wrong key"):
        await a_sender(embedder, refusals=5).send(a_batch("a", "b"))
    assert embedder.calls == 1


async def test_a_text_the_provider_does_not_take_is_rejected_alone() -> None:
    texts = [f"text {number}" for number in range(64)]
    embedder = Fussy("text 37")
    portion = await a_sender(embedder, refusals=1).send(a_batch(*texts))
    assert len(portion.embedded) == 63
    [rejected] = portion.rejected
    assert (rejected.id, rejected.sku) == ("37", "SKU-37")
    assert "against the rules" in rejected.reason
    # Halves of halves: six levels down to the one text, and a sound half beside each.
    assert embedder.calls == 1 + 2 * 6
    assert (portion.texts, portion.tokens) == (63, 315)


async def test_a_text_refused_for_many_products_rejects_all_of_them() -> None:
    products = (an_accepted(1, text="bad"), an_accepted(2, text="good"), an_accepted(3, text="bad"))
    portion = await a_sender(Fussy("bad"), refusals=1).send(TextBatch(products, ("bad", "good"), (5, 5), (0, 1, 0)))
    assert ids(portion) == ["2"]
    assert [rejected.id for rejected in portion.rejected] == ["1", "3"]


async def test_more_refusals_than_a_build_may_lose_end_the_run() -> None:
    texts = [f"text {number}" for number in range(64)]
    embedder = Fussy(*texts)
    with pytest.raises(TooManyRefused, match="refused 3 texts one by one, the last with: input 0"):
        await a_sender(embedder, refusals=2).send(a_batch(*texts))
    assert embedder.calls < 20


async def test_a_refusal_where_none_is_allowed_rises_as_it_is() -> None:
    with pytest.raises(TextsRefused, match="against the rules"):
        await a_sender(Fussy("a")).send(a_batch("a", "b"))


class JunkOnce(FakeEmbedder):
    """The first answer has a vector of zeros in it."""

    async def embed_documents(self, texts: Sequence[str], *, on_answer: OnAnswer | None = None) -> Vectors:
        vectors = await super().embed_documents(texts, on_answer=on_answer)
        if self.calls == 1:
            vectors[-1] = 0.0
        return vectors


async def test_junk_that_comes_once_costs_one_more_request_and_no_product() -> None:
    portion = await a_sender(JunkOnce(), refusals=0).send(a_batch("a", "b", "c"))
    assert ids(portion) == ["0", "1", "2"]


BAD = {
    "too few": [[1.0, 0.0]],
    "too many": [[1.0, 0.0]] * 3,
    "another dimension": [[1.0, 0.0, 0.0]] * 2,
    "zero": [[1.0, 0.0], [0.0, 0.0]],
    "not a number": [[1.0, 0.0], [float("nan"), 0.0]],
    "infinite": [[1.0, 0.0], [float("inf"), 0.0]],
    "not of unit length": [[1.0, 0.0], [0.5, 0.5]],
}


@pytest.mark.parametrize("vectors", BAD.values(), ids=BAD.keys())
async def test_an_unusable_answer_is_caught_before_anything_is_loaded(vectors: list[list[float]]) -> None:
    with pytest.raises(EmbeddingMalformed, match="fake"):
        check_vectors(await BadVectors(vectors).embed_documents(["a", "b"]), count=2, model=MODEL)


async def test_a_provider_that_answers_nothing_but_junk_ends_the_run() -> None:
    with pytest.raises(EmbeddingMalformed, match="fake"):
        await a_sender(BadVectors([[1.0, 0.0, 0.0]])).send(a_batch("a", "b"))


def test_vectors_rounded_to_a_few_digits_are_still_of_unit_length() -> None:
    check_vectors(np.array([[0.6, 0.8002], [1.0, 0.0]], dtype=np.float32), count=2, model=MODEL)


class Unhurried(FakeEmbedder):
    """Lets others have a turn before it answers."""

    async def embed_documents(self, texts: Sequence[str], *, on_answer: OnAnswer | None = None) -> Vectors:
        await asyncio.sleep(0)
        return await super().embed_documents(texts, on_answer=on_answer)


async def test_the_most_tokens_on_their_way_are_remembered() -> None:
    sender = a_sender(Unhurried())
    await asyncio.gather(sender.send(a_batch("a", tokens=70)), sender.send(a_batch("b", tokens=50)))
    await sender.send(a_batch("c", tokens=90))
    assert sender.most_on_their_way == 120


async def test_tokens_are_announced_before_they_are_sent() -> None:
    embedder, seen = FakeEmbedder(), []

    async def announce(texts: int, tokens: int) -> None:
        seen.append((texts, tokens, embedder.calls))

    sender = a_sender(embedder)
    sender.begin(refusals=0, announce=announce)
    await sender.send(a_batch("a", "b", tokens=70))
    await sender.send(a_batch("c", tokens=50))
    assert seen == [(2, 140, 0), (3, 190, 1)]


async def test_what_is_tried_twice_is_announced_once() -> None:
    embedder, seen = FakeEmbedder(), []
    embedder.fail(EmbeddingUnavailable("busy"), EmbeddingUnavailable("busy"))

    async def announce(texts: int, tokens: int) -> None:
        seen.append((texts, tokens))

    sender = a_sender(embedder)
    sender.begin(refusals=0, announce=announce)
    await sender.send(a_batch("a", "b", tokens=70))
    assert seen == [(2, 140)]


async def test_a_text_whose_answer_is_lost_is_announced_and_counted_as_sent_once_more() -> None:
    embedder, seen = FakeEmbedder(), []
    embedder.fail(AnswerLost("cut"), EmbeddingUnavailable("busy"), AnswerLost("cut"))

    async def announce(texts: int, tokens: int) -> None:
        seen.append((texts, tokens))

    sender = a_sender(embedder, backoff=Backoff(attempts=4, base=0.0))
    sender.begin(refusals=0, announce=announce)
    portion = await sender.send(a_batch("a", "b", tokens=70))
    assert (portion.texts, portion.tokens) == (2, 140)
    assert seen == [(2, 140), (4, 280), (6, 420)]
    assert (sender.texts_lost, sender.tokens_lost) == (4, 280)


async def test_an_unusable_answer_is_counted_as_lost_and_a_refusal_is_not() -> None:
    sender = a_sender(JunkOnce())
    await sender.send(a_batch("a", "b", "c"))
    assert sender.texts_lost == 3
    sender = a_sender(Fussy("b"), refusals=1)
    await sender.send(a_batch("a", "b", "c"))
    assert sender.texts_lost == 0


async def test_another_build_has_lost_nothing_yet() -> None:
    sender = a_sender(JunkOnce())
    await sender.send(a_batch("a", "b", "c"))
    sender.begin(refusals=0)
    assert (sender.texts_lost, sender.tokens_lost) == (0, 0)


async def test_a_ledger_that_cannot_be_written_stops_nothing() -> None:
    async def announce(texts: int, tokens: int) -> None:
        raise Transient("the cluster is busy")

    sender = a_sender(FakeEmbedder())
    sender.begin(refusals=0, announce=announce)
    assert ids(await sender.send(a_batch("a"))) == ["0"]


async def test_small_requests_are_announced_many_at_a_time_and_never_too_late() -> None:
    announced = []

    async def announce(texts: int, tokens: int) -> None:
        assert tokens == 50 * texts
        announced.append(texts)

    ledger = Ledger(announce)
    for number in range(1, 10_001):
        await ledger.reserve(1, 50)
        assert number <= announced[-1] <= number + min(MOST_AHEAD, number // 10)
    assert len(announced) < 150


async def test_the_probe_names_the_setting_of_a_wrong_dimension() -> None:
    with pytest.raises(ConfigurationError, match=r"EMBEDDING_DIMENSION=2\b"):
        await probe(a_sender(BadVectors([[1.0, 0.0, 0.0]])))


async def test_the_probe_makes_a_refusal_a_matter_of_configuration() -> None:
    embedder = FakeEmbedder()
    embedder.fail(EmbeddingRefused("check EMBEDDING_API_KEY"))
    with pytest.raises(ConfigurationError, match="EMBEDDING_API_KEY"):
        await probe(a_sender(embedder))


async def test_the_probe_has_no_more_patience_than_the_run() -> None:
    embedder = FakeEmbedder()
    embedder.fail(*[EmbeddingUnavailable("busy")] * 6)
    with pytest.raises(EmbeddingUnavailable, match="busy"):
        await probe(a_sender(embedder, patience=0.0), backoff=Backoff(attempts=6, base=0.0))
    assert embedder.calls == 1


async def test_the_probe_waits_for_a_busy_provider() -> None:
    embedder = FakeEmbedder()
    embedder.fail(EmbeddingUnavailable("busy"))
    await probe(a_sender(embedder), backoff=AT_ONCE)
    assert embedder.calls == 2
