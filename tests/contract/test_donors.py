"""What a take-over of vectors relies on of a cluster: the fake of the unit tests and a real node answer alike."""

import orjson
import pytest
from opensearchpy import AsyncOpenSearch
from support.builds import an_accepted
from support.index_meta import a_meta
from support.indices import FakeCluster

from indexer.load.bulk import BulkWriter, encode
from indexer.load.indices import entrance
from indexer.load.mapping import build_body
from indexer.records import Accepted
from indexer.runs.resume import Donor, DonorPlan, Donors, Held, open_donors
from sandbox.openai_server.vectors import bag_of_stems
from shared.indices import RagNames

DIMENSION = 8


def digits(product: Accepted) -> bytes:
    return orjson.dumps(vector_of(product), option=orjson.OPT_SERIALIZE_NUMPY)


def vector_of(product: Accepted):
    return bag_of_stems(product.document.text, DIMENSION)


class DonorsContract:
    """Each subclass gives `client`; `names` are this test's own."""

    @pytest.fixture
    def names(self) -> RagNames:
        return RagNames(prefix="rag", alias="rag-active")

    async def build(self, client, index: str, *products: Accepted) -> str:
        """An index that was loaded and never refreshed, as a killed run leaves it."""
        body = build_body(a_meta(state="building", dimension=DIMENSION))
        await client.indices.create(index=index, body={**body, "aliases": {entrance(index): {}}})
        window = [encode(one.document, text_hash=one.text_hash, vector=vector_of(one)) for one in products]
        assert (await BulkWriter(client, index).write(window)).indexed == len(products)
        return index

    async def open(self, client, *indices: str) -> Donors:
        return await open_donors(client, DonorPlan(tuple(map(Donor, indices))), dimension=DIMENSION)

    async def test_what_was_never_refreshed_is_found_to_the_digit(self, client, names: RagNames) -> None:
        products = [an_accepted(number) for number in range(30)]
        index = await self.build(client, f"{names.base}-1", *products)
        donors = await self.open(client, index)
        found = await donors.find({product.text_hash for product in products} | {an_accepted(99).text_hash})
        assert found == {product.text_hash: Held(index, digits(product)) for product in products}

    async def test_the_first_donor_answers_for_what_several_hold(self, client, names: RagNames) -> None:
        one, two, three = (an_accepted(number) for number in (1, 2, 3))
        newer = await self.build(client, f"{names.base}-2", one, two)
        older = await self.build(client, f"{names.base}-1", two, three)
        for order in ((newer, older), (older, newer)):
            found = await (await self.open(client, *order)).find([one.text_hash, two.text_hash, three.text_hash])
            holders = [found[product.text_hash].holder for product in (one, two, three)]
            assert holders == [newer, order[0], older]

    async def test_a_text_of_many_products_crowds_no_other_out(self, client, names: RagNames) -> None:
        crowd = [an_accepted(number, text="a gift card") for number in range(40)]
        index = await self.build(client, f"{names.base}-1", *crowd, an_accepted(99, text="a wool jacket"))
        found = await (await self.open(client, index)).find(
            [crowd[0].text_hash, an_accepted(text="a wool jacket").text_hash]
        )
        assert len(found) == 2

    async def test_texts_that_look_like_json_come_back_whole(self, client, names: RagNames) -> None:
        products = [
            an_accepted(1, text='"vector":[0]},"fields":{"text_hash":["'),
            an_accepted(2, text="\\ «ёлка» \u2028"),
        ]
        index = await self.build(client, f"{names.base}-1", *products)
        found = await (await self.open(client, index)).find({product.text_hash for product in products})
        assert found == {product.text_hash: Held(index, digits(product)) for product in products}

    async def test_a_donor_deleted_meanwhile_is_no_error(self, client, names: RagNames) -> None:
        one, two = an_accepted(1), an_accepted(2)
        gone, stays = await self.build(client, f"{names.base}-1", one), await self.build(client, f"{names.base}-2", two)
        donors = await self.open(client, gone, stays)
        await client.indices.delete(index=gone)
        assert set(await donors.find([one.text_hash, two.text_hash])) == {two.text_hash}
        await client.indices.delete(index=stays)
        assert await donors.find([one.text_hash, two.text_hash]) == {}

    async def test_a_donor_that_is_not_there_is_left_out(self, client, names: RagNames) -> None:
        index = await self.build(client, f"{names.base}-1", an_accepted(1))
        assert (await self.open(client, f"{names.base}-9", index)).indices == (index,)


class TestFakeCluster(DonorsContract):
    @pytest.fixture
    def client(self) -> FakeCluster:
        return FakeCluster()


class TestRealNode(DonorsContract):
    @pytest.fixture
    def client(self, cluster: AsyncOpenSearch) -> AsyncOpenSearch:
        return cluster

    @pytest.fixture
    def names(self, namespace: str) -> RagNames:
        return RagNames(prefix=f"{namespace}rag", alias=f"{namespace}rag-active")

    async def test_the_answer_of_this_node_is_cut_and_not_parsed(
        self, client: AsyncOpenSearch, names: RagNames, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def parsed(answer: str) -> dict[str, Held]:
            raise AssertionError(f"not of the expected form: {answer[:200]}")

        monkeypatch.setattr("indexer.runs.resume._parsed", parsed)
        index = await self.build(client, f"{names.base}-1", an_accepted(1))
        assert len(await (await self.open(client, index)).find([an_accepted(1).text_hash])) == 1

    async def test_a_closed_donor_is_left_out(self, client: AsyncOpenSearch, names: RagNames) -> None:
        index = await self.build(client, f"{names.base}-1", an_accepted(1))
        await client.indices.close(index=index)
        assert (await self.open(client, index)).indices == ()

    async def test_a_donor_closed_meanwhile_is_no_error(self, client: AsyncOpenSearch, names: RagNames) -> None:
        index = await self.build(client, f"{names.base}-1", an_accepted(1))
        donors = await self.open(client, index)
        await client.indices.close(index=index)
        assert await donors.find([an_accepted(1).text_hash]) == {}
