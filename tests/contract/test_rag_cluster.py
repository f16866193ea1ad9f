"""What the load stage relies on of a cluster: the fake of the unit tests and a real node answer alike."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta

import pytest
from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import TransportError
from support.builds import NOW, Clock, a_question_model, an_accepted
from support.embedding import FakeEmbedder
from support.index_meta import a_meta
from support.indices import FakeCluster

from indexer.errors import AliasForeign, AliasTaken, BuildSpoiled, NoRoom, NothingToRollBack, SwapConflict
from indexer.load.bulk import BulkWriter, encode
from indexer.load.canaries import Canary, embed_canaries
from indexer.load.capacity import check_capacity
from indexer.load.create import create_index
from indexer.load.indices import fetch_alias, fetch_live, fetch_own, write_meta
from indexer.load.retention import Removal, plan_removal, prune
from indexer.load.rollback import roll_back
from indexer.load.seal import MERGE_UP_TO_DOCUMENTS, seal
from indexer.load.swap import swap
from indexer.load.verify import Claim, Pass, Refused, verify
from indexer.proof import Proof
from indexer.records import Accepted
from sandbox.openai_server.vectors import bag_of_stems
from shared.catalog import to_source
from shared.indices import BuildCounts, IndexMeta, RagNames
from shared.opensearch import ClusterAddress, IndexMissing

DIMENSION = 8
ADDRESS = ClusterAddress(url="http://rag:9200")
NO_SOURCE = "no product could be compared with the source once more: what the run read is gone"


class RagClusterContract:
    """Each subclass gives `client`; `names` are this test's own."""

    @pytest.fixture
    def names(self) -> RagNames:
        return RagNames(prefix="rag", alias="rag-active")

    async def create(self, client, names: RagNames, *, clock: Clock | None = None, **meta: object) -> str:
        described: IndexMeta = a_meta(**{"state": "building", "run_id": "this-run", "dimension": DIMENSION} | meta)
        clock = clock or Clock()
        return await create_index(client, names, meta=described, now=clock, sleep=clock.sleep)

    async def write(self, client, index: str, count: int) -> int:
        products = [an_accepted(number) for number in range(1, count + 1)]
        window = [
            encode(one.document, text_hash=one.text_hash, vector=bag_of_stems(one.document.text, DIMENSION))
            for one in products
        ]
        return (await BulkWriter(client, index).write(window)).indexed

    async def load(self, client, index: str, count: int) -> int:
        indexed = await self.write(client, index, count)
        await seal(client, index, documents=indexed)
        return indexed

    async def test_a_taken_name_waits_for_the_next_second(self, client, names: RagNames) -> None:
        first = await self.create(client, names)
        clock = Clock()
        second = await self.create(client, names, clock=clock)
        assert (first, second) == (f"{names.base}-20261120-030000", f"{names.base}-20261120-030001")

    async def test_an_index_tells_what_it_recorded(self, client, names: RagNames) -> None:
        index = await self.create(client, names)
        told = a_meta(state="ready", started_at=NOW, run_id="this-run")
        await write_meta(client, index, told)
        [found] = await fetch_own(client, names)
        assert (found.name, found.aliases, found.meta) == (index, frozenset(), told)

    async def test_nothing_is_recorded_in_an_index_that_another_run_made(self, client, names: RagNames) -> None:
        index = await self.create(client, names)
        with pytest.raises(BuildSpoiled, match="another index in its place"):
            await write_meta(client, index, a_meta(state="failed", run_id="another-run"))
        with pytest.raises(BuildSpoiled, match="deleted it"):
            await write_meta(client, f"{names.base}-20990101-000000", a_meta(state="failed"))

    async def test_a_bulk_never_makes_an_index(self, client, names: RagNames) -> None:
        index = await self.create(client, names)
        await client.indices.delete(index=index)
        with pytest.raises(BuildSpoiled, match="something deleted it"):
            await self.write(client, index, 3)
        assert await fetch_own(client, names) == ()

    async def test_a_sealed_index_takes_no_bulk_any_more(self, client, names: RagNames) -> None:
        index = await self.create(client, names)
        await self.load(client, index, 3)
        with pytest.raises(BuildSpoiled):
            await self.write(client, index, 4)
        assert (await client.count(index=index))["count"] == 3

    async def test_nobody_rolls_back_to_an_index_that_lost_its_documents(self, client, names: RagNames) -> None:
        clock, counts = Clock(), BuildCounts(read=3, indexed=3)
        emptied = await self.create(client, names, clock=clock, state="live", counts=counts)
        live = await self.create(client, names, clock=clock, state="live")
        await swap(client, names.alias, old=None, new=live)
        with pytest.raises(NothingToRollBack, match="holds 0 documents, and 3 when it was proven"):
            await roll_back(client, names, open_embedder=a_question_model)
        assert await fetch_alias(client, names.alias) == (live,)
        await self.load(client, emptied, 3)
        assert (await roll_back(client, names, open_embedder=a_question_model)).live == emptied

    async def test_an_index_without_our_mark_is_listed_with_its_problem(self, client, names: RagNames) -> None:
        await client.indices.create(index=names.dated(NOW), body={})
        [found] = await fetch_own(client, names)
        assert found.meta is None
        assert "Vitrina did not build it" in (found.problem or "")

    async def test_no_alias_is_nothing(self, client, names: RagNames) -> None:
        assert await fetch_alias(client, names.alias) == ()

    async def test_an_index_with_the_name_of_the_alias_is_seen(self, client, names: RagNames) -> None:
        await client.indices.create(index=names.alias, body={})
        with pytest.raises(AliasTaken):
            await fetch_alias(client, names.alias)

    async def test_an_alias_of_somebody_elses_index_is_not_ours_to_move(self, client, names: RagNames) -> None:
        foreign = f"{names.base}magento2_product_1_v1"
        await client.indices.create(index=foreign, body={})
        await swap(client, names.alias, old=None, new=foreign)
        with pytest.raises(AliasForeign, match="RAG_ALIAS"):
            await fetch_live(client, names)

    async def test_an_index_of_another_prefix_is_ours_by_its_mark(self, client, names: RagNames) -> None:
        earlier = await self.create(client, RagNames(prefix=f"{names.base}-earlier", alias=names.alias))
        await swap(client, names.alias, old=None, new=earlier)
        assert await fetch_live(client, names) == earlier

    async def test_the_alias_moves_as_a_whole_or_not_at_all(self, client, names: RagNames) -> None:
        clock = Clock()
        one, two, three = [await self.create(client, names, clock=clock) for _ in range(3)]
        await swap(client, names.alias, old=None, new=one)
        assert await fetch_alias(client, names.alias) == (one,)
        await swap(client, names.alias, old=one, new=two)
        assert await fetch_alias(client, names.alias) == (two,)
        for stale in (None, one):
            with pytest.raises(SwapConflict):
                await swap(client, names.alias, old=stale, new=three)
            assert await fetch_alias(client, names.alias) == (two,)

    async def test_a_blind_first_swap_over_another_is_refused_by_the_cluster(self, client, names: RagNames) -> None:
        one, two = await self.create(client, names), await self.create(client, names)
        add = {"alias": names.alias, "is_write_index": True}
        await client.indices.update_aliases(body={"actions": [{"add": {"index": one, **add}}]})
        with pytest.raises(TransportError, match="illegal_state_exception"):
            await client.indices.update_aliases(body={"actions": [{"add": {"index": two, **add}}]})
        assert await fetch_alias(client, names.alias) == (one,)

    async def test_a_swap_to_an_index_that_is_gone_moves_nothing(self, client, names: RagNames) -> None:
        index = await self.create(client, names)
        await swap(client, names.alias, old=None, new=index)
        with pytest.raises(IndexMissing):
            await swap(client, names.alias, old=index, new=f"{names.base}-20990101-000000")
        assert await fetch_alias(client, names.alias) == (index,)

    async def test_a_loaded_index_proves_itself(self, client, names: RagNames) -> None:
        index = await self.create(client, names)
        assert await self.load(client, index, 25) == 25
        counts = BuildCounts(read=25, indexed=25)
        claim = Claim(index=index, total=25, counts=counts, meta=a_meta(run_id="this-run", dimension=DIMENSION))
        proof = Proof(documents=25, sampled=25, sound_vectors=25, searched=25, found=25, notes=(NO_SOURCE,))
        assert await verify(client, claim) == Pass(proof)

    async def test_a_loaded_index_is_proven_by_its_source_its_predecessor_and_the_operators_questions(
        self, client, names: RagNames
    ) -> None:
        clock = Clock()
        previous, index = [await self.create(client, names, clock=clock) for _ in range(2)]
        for one in (previous, index):
            await self.load(client, one, 25)
        meta = a_meta(run_id="this-run", dimension=DIMENSION)
        claim = Claim(index=index, total=25, counts=BuildCounts(read=25, indexed=25), meta=meta, previous=previous)
        canaries = [Canary(query="Product 7", sku="sku 7"), Canary(query="hoodie", sku="SKU-9", price_max=10.0)]
        canaries.append(Canary(query="hoodie", sku="NOBODY"))
        asked = await embed_canaries(canaries, FakeEmbedder(dimension=DIMENSION), store="default", language="en")

        async def recheck(ids: Sequence[str]) -> Mapping[str, Accepted]:
            return {key: an_accepted(int(key)) for key in ids if key != "3"}

        found = await verify(client, claim, asked=asked, recheck=recheck)
        assert isinstance(found, Refused)
        assert found.reasons == (
            "1 of 25 sampled products are not what the source says: 3 (not in the source)",
            "canary 'hoodie': SKU-9 is not among the first 50 by words or by meaning that pass its filters",
            "canary 'hoodie': the index has no product NOBODY",
        )
        assert (found.proof.previous_documents, found.proof.overlap, found.proof.same_as_source) == (25, 1.0, 24)

    async def test_a_cluster_with_room_has_nothing_to_say(self, client, names: RagNames) -> None:
        live = await self.create(client, names)
        await self.load(client, live, 25)
        asking = {"documents": 1000, "dimension": DIMENSION, "previous": live}
        assert await check_capacity(client, ADDRESS, names, **asking) == ()
        with pytest.raises(NoRoom, match="free disk"):
            await check_capacity(client, ADDRESS, names, **{**asking, "documents": 10**14})

    async def test_an_index_that_a_full_disk_made_read_only_is_seen(self, client, names: RagNames) -> None:
        live = await self.create(client, names)
        await client.indices.put_settings(index=live, body={"index": {"blocks": {"read_only_allow_delete": "true"}}})
        with pytest.raises(NoRoom, match=f"the disk that holds index '{live}' is full"):
            await check_capacity(client, ADDRESS, names, documents=1000, dimension=DIMENSION)

    async def test_documents_come_back_as_they_were_sent(self, client, names: RagNames) -> None:
        index = await self.create(client, names)
        await self.load(client, index, 1)
        answer = await client.search(index=index, body={"size": 1, "sort": [{"text_hash": "asc"}]})
        [hit] = answer["hits"]["hits"]
        product = an_accepted(1)
        source = {name: value for name, value in hit["_source"].items() if name != "vector"}
        assert source == to_source(product.document, text_hash=product.text_hash)

    async def test_back_forward_and_clean(self, client, names: RagNames) -> None:
        clock = Clock()
        old = await self.create(client, names, clock=clock, state="live")
        new = await self.create(client, names, clock=clock, state="live")
        await self.create(client, names, clock=clock, state="failed")
        await swap(client, names.alias, old=None, new=new)
        assert (await roll_back(client, names, open_embedder=a_question_model)).live == old
        assert (await roll_back(client, names, open_embedder=a_question_model, to=new)).live == new
        await prune(client, names, retain=1, now=NOW + timedelta(hours=2))
        assert [index.name for index in await fetch_own(client, names)] == [new, old]

    async def test_an_index_that_became_live_in_the_moment_of_its_removal_stays(self, client, names: RagNames) -> None:
        clock = Clock()
        doomed, live = [await self.create(client, names, clock=clock, state="live") for _ in range(2)]
        await swap(client, names.alias, old=None, new=live)
        actions = plan_removal(Removal(doomed, "beyond the 0 kept"), alias=names.alias, live=live)
        await swap(client, names.alias, old=live, new=doomed)
        with pytest.raises(TransportError, match="aliases_not_found_exception"):
            await client.indices.update_aliases(body={"actions": actions})
        assert await fetch_alias(client, names.alias) == (doomed,)
        assert [index.name for index in await fetch_own(client, names)] == [live, doomed]


class TestFakeCluster(RagClusterContract):
    @pytest.fixture
    def client(self) -> FakeCluster:
        return FakeCluster()


class TestRealNode(RagClusterContract):
    @pytest.fixture
    def client(self, cluster: AsyncOpenSearch) -> AsyncOpenSearch:
        return cluster

    @pytest.fixture
    def names(self, namespace: str) -> RagNames:
        return RagNames(prefix=f"{namespace}rag", alias=f"{namespace}rag-active")

    @pytest.fixture
    async def careless(self, cluster: AsyncOpenSearch, namespace: str) -> AsyncIterator[None]:
        """A template of the shop's, by which writes are acknowledged before they are on disk."""
        name, settings = f"{namespace}template", {"index.translog.durability": "async"}
        body = {"index_patterns": [f"{namespace}rag-*"], "template": {"settings": settings}}
        await cluster.indices.put_index_template(name=name, body=body)
        yield
        await cluster.indices.delete_index_template(name=name)

    @pytest.mark.usefixtures("careless")
    async def test_what_a_build_writes_is_on_disk_whatever_a_template_says(self, client, names: RagNames) -> None:
        index = await self.create(client, names)
        settings = await client.indices.get_settings(index=index, params={"flat_settings": "true"})
        assert settings[index]["settings"]["index.translog.durability"] == "request"

    @pytest.mark.parametrize("documents", [25, MERGE_UP_TO_DOCUMENTS + 1], ids=["merged", "left as it is"])
    async def test_nothing_of_a_sealed_index_is_left_to_the_translog(
        self, client, names: RagNames, documents: int
    ) -> None:
        index = await self.create(client, names)
        await self.write(client, index, 25)
        await seal(client, index, documents=documents)
        stats = await client.indices.stats(index=index, metric="translog")
        assert stats["_all"]["primaries"]["translog"]["uncommitted_operations"] == 0
