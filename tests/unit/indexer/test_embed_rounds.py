"""indexer.embed.rounds: every product once, no text bought twice, memory that does not follow the catalogue."""

from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builds import an_accepted, stream
from support.embedding import FakeEmbedder
from support.index_meta import a_meta
from support.indices import FakeCluster
from support.senders import Fussy, SmallBatches, a_sender

from indexer.embed import rounds
from indexer.embed.rounds import count_all, iter_rounds
from indexer.embed.sending import Portion
from indexer.load.bulk import encode
from indexer.records import Accepted, Rejected
from indexer.runs.resume import Donor, DonorPlan, Donors, open_donors
from sandbox.openai_server.vectors import bag_of_stems
from shared import catalog
from shared.errors import Terminal

DIMENSION = 8
LIVE = "rag-20261119-030000"
FAILED = "rag-20261120-030000"
BUILD = "rag-20261121-030000"


class Build:
    """Runs rounds into an index of a fake cluster, as the pipeline does."""

    def __init__(self, embedder: FakeEmbedder, *, refusals: int = 0) -> None:
        self.cluster = FakeCluster()
        self.cluster.put(BUILD, a_meta(state="building", dimension=DIMENSION))
        self.embedder = embedder
        self.rejected: list[Rejected] = []
        self.portions: list[Portion] = []
        self.rounds = 0
        self.unwritable: set[str] = set()
        self._sender = a_sender(embedder, refusals=refusals)

    async def run(self, products: Sequence[Accepted], donors: Donors | None = None) -> None:
        await self.read(stream(products), donors, expected=len(products))

    async def read(
        self, products: AsyncGenerator[Accepted, None], donors: Donors | None = None, *, expected: int = 2
    ) -> None:
        none = Donors(self.cluster, dimension=DIMENSION)
        read = iter_rounds(products, self._sender, donors=donors or none, built=self._built, expected=expected)
        async with aclosing(read) as portions_of_rounds:
            async for portions in portions_of_rounds:
                self.rounds += 1
                async with aclosing(portions):
                    async for portion in portions:
                        self._write(portion)

    async def lend(self, index: str, *products: Accepted, state: str = "live") -> None:
        """An earlier build that holds the vectors of `products`."""
        found = self.cluster.put(index, a_meta(state=state, dimension=DIMENSION))
        for product in products:
            vector = bag_of_stems(product.document.text, DIMENSION).tolist()
            source = catalog.to_source(product.document, text_hash=product.text_hash)
            found.documents[product.document.id] = {**source, catalog.VECTOR: vector}

    async def donors(self, *names: str, interrupted: str | None = None) -> Donors:
        plan = DonorPlan(tuple(map(Donor, names)), interrupted=Donor(interrupted) if interrupted else None)
        return await open_donors(self.cluster, plan, dimension=DIMENSION)

    @property
    def texts_bought(self) -> Counter[str]:
        return Counter(text for batch in self.embedder.batches for text in batch)

    @property
    def indexed(self) -> dict[str, dict[str, object]]:
        return self.cluster.state[BUILD].documents

    def total(self, name: str) -> int:
        return sum(getattr(portion, name) for portion in self.portions)

    def assert_right(self, products: Sequence[Accepted]) -> None:
        """Every product is indexed with the vector of its own text, and no text was bought twice."""
        assert set(self.indexed) == {product.document.id for product in products}
        for product in products:
            expected = bag_of_stems(product.document.text, DIMENSION).tolist()
            assert self.indexed[product.document.id][catalog.VECTOR] == pytest.approx(expected, abs=1e-6)
        assert set(self.texts_bought.values()) <= {1}

    async def _built(self) -> Donors:
        return await self.donors(BUILD)

    def _write(self, portion: Portion) -> None:
        self.portions.append(portion)
        self.rejected.extend(portion.rejected)
        for product, vector in portion.embedded:
            if product.document.id not in self.unwritable:
                lines = encode(product.document, text_hash=product.text_hash, vector=vector).lines
                assert product.document.id not in self.indexed
                self.indexed[product.document.id] = orjson.loads(lines.splitlines()[1])


def products_of(*texts: str) -> list[Accepted]:
    return [an_accepted(number, text=text) for number, text in enumerate(texts)]


async def test_everything_is_bought_when_nothing_is_there() -> None:
    build, products = Build(SmallBatches()), products_of(*(f"text {number}" for number in range(10)))
    await build.run(products)
    build.assert_right(products)
    assert (build.total("texts"), build.total("taken_over"), build.rounds) == (10, 0, 1)


async def test_what_an_earlier_build_holds_is_not_bought() -> None:
    products = products_of(*(f"text {number}" for number in range(10)))
    build = Build(SmallBatches())
    await build.lend(LIVE, *products[:7])
    await build.run(products, await build.donors(LIVE))
    build.assert_right(products)
    assert set(build.texts_bought) == {"text 7", "text 8", "text 9"}
    assert (build.total("taken_over"), build.total("texts")) == (7, 3)
    assert build.total("tokens") == build.embedder.tokens == 6


async def test_an_unchanged_catalogue_asks_the_provider_nothing() -> None:
    products = products_of("wool", "silk")
    build = Build(SmallBatches())
    await build.lend(LIVE, *products)
    await build.run(products, await build.donors(LIVE))
    assert build.embedder.calls == 0
    assert [orjson.loads(orjson.dumps(vector)) for _, vector in build.portions[0].embedded] == [
        bag_of_stems("wool", DIMENSION).tolist(),
        bag_of_stems("silk", DIMENSION).tolist(),
    ]


async def test_a_text_met_again_far_away_is_taken_from_the_index_being_built() -> None:
    texts = [f"text {number}" for number in range(20)]
    products = products_of(*texts, *texts[:5])
    build = Build(SmallBatches())
    await build.run(products)
    build.assert_right(products)
    assert build.rounds == 2
    assert (build.total("texts"), build.total("shared"), build.total("taken_over")) == (20, 5, 0)


async def test_a_repeat_whose_first_product_could_not_be_written_is_bought_again() -> None:
    texts = [f"text {number}" for number in range(6)]
    products = products_of(*texts, texts[0], texts[0])
    build = Build(SmallBatches())
    build.unwritable = {"0"}
    await build.run(products)
    assert set(build.indexed) == {product.document.id for product in products[1:]}
    assert build.texts_bought[texts[0]] == 2


async def test_a_long_row_of_repeats_is_settled_before_more_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "HELD_REPEATS", 5)
    monkeypatch.setattr("indexer.runs.raw_search.MOST_PRODUCTS", 4)
    texts = [f"text {number % 8}" for number in range(64)]
    products = products_of(*texts)
    build = Build(SmallBatches())
    await build.run(products)
    build.assert_right(products)
    assert build.rounds > 4


@given(st.lists(st.sampled_from("abcdefghij"), max_size=40), st.integers(1, 6), st.integers(1, 8))
async def test_no_text_is_bought_twice_and_no_product_lost(drawn: list[str], held: int, window: int) -> None:
    products = products_of(*drawn)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rounds, "HELD_REPEATS", held)
        patch.setattr("indexer.runs.raw_search.MOST_PRODUCTS", window)
        build = Build(SmallBatches())
        await build.run(products)
    build.assert_right(products)
    assert (build.total("texts"), build.total("shared")) == (len(set(drawn)), len(drawn) - len(set(drawn)))


async def test_a_text_the_provider_refuses_rejects_its_products_wherever_they_stand() -> None:
    texts = [f"text {number}" for number in range(5000)]
    products = products_of("bad", *texts, "bad")
    build = Build(Fussy("bad"), refusals=5)
    await build.run(products)
    assert sorted(rejected.id for rejected in build.rejected) == ["0", "5001"]
    build.assert_right(products[1:-1])


async def test_texts_that_only_the_interrupted_build_held_are_told() -> None:
    products = products_of("one", "two words", "three words here", "two words")
    build = Build(FakeEmbedder())
    await build.lend(LIVE, products[0])
    await build.lend(FAILED, *products[:2], state="failed")
    await build.run(products, await build.donors(LIVE, FAILED, interrupted=FAILED))
    assert (build.total("taken_over"), build.total("recovered")) == (3, 1)


async def test_the_first_error_ends_the_rounds() -> None:
    async def broken():
        yield an_accepted(1)
        raise Terminal("the source broke")

    with pytest.raises(Terminal, match="the source broke"):
        await Build(FakeEmbedder()).read(broken())


async def test_who_stops_reading_closes_the_source() -> None:
    closed = []

    async def endless():
        number = 0
        try:
            while True:
                number += 1
                yield an_accepted(number)
        finally:
            closed.append(number)

    build = Build(SmallBatches())
    none = Donors(build.cluster, dimension=DIMENSION)
    read = iter_rounds(endless(), a_sender(build.embedder), donors=none, built=build._built, expected=10)
    async with aclosing(read) as portions_of_rounds, aclosing(await anext(portions_of_rounds)) as portions:
        await anext(portions)
    assert len(closed) == 1
    assert closed[0] < 30_000


async def test_a_rehearsal_counts_what_a_run_would_buy_and_sends_nothing() -> None:
    products = products_of("one", "two words", "three words here", "two words")
    build = Build(FakeEmbedder())
    await build.lend(LIVE, products[0])
    counted = count_all(
        stream(products), donors=await build.donors(LIVE), count_tokens=build.embedder.count_tokens, expected=4
    )
    portions = [portion async for portion in counted]
    assert sum(portion.taken_over for portion in portions) == 1
    assert sum(portion.texts for portion in portions) == 2
    assert sum(portion.tokens for portion in portions) == 5
    assert build.embedder.calls == 0
