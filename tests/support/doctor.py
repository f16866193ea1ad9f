"""An installation for doctor to examine: the sample shop on a real node, and values in place of settings."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from opensearchpy import AsyncOpenSearch
from support.embedding import FakeEmbedder
from support.index_meta import DIMENSION, a_meta
from support.rag_index import write_index
from support.records import a_store, accepted

from indexer.doctor.patient import Patient, Schedule
from indexer.records import SourceRecord
from indexer.workshop import Job
from sandbox.magento.load import Dialect, load_store, native_store
from sandbox.magento.product import ENGLISH
from sandbox.magento.sample import read_sample_shop
from shared.embedding.embedder import EmbeddingModel
from shared.findings import Findings, Verdict
from shared.indices import BuildCounts, RagNames
from shared.opensearch import ClusterAddress

MODEL = EmbeddingModel(provider="fake", name="fake", dimension=DIMENSION)
PRODUCTS = 12

_SHOWN = {"base_url": "https://shop.vitrina-demo.com/", "media_url": "https://shop.vitrina-demo.com/media"}


class Installation:
    """The English store view of the sample shop under names of its own; the fake model embeds.

    embedder: what both models are; its `fail` scripts them.
    """

    def __init__(self, cluster: AsyncOpenSearch, url: str, namespace: str) -> None:
        self.cluster = cluster
        self.address = ClusterAddress(url=url)
        self.prefix = f"{namespace}rag"
        self.names = RagNames(prefix=self.prefix, alias=f"{self.prefix}-active")
        self.native = f"{namespace}m2"
        self.store = a_store()
        self.total = 0
        self.embedder = FakeEmbedder(dimension=DIMENSION)

    async def load(self, dialect: Dialect = "core", **store: Any) -> None:
        """Put up the native index of a dozen products; `store` changes the store view."""
        shop = read_sample_shop()
        native = native_store(ENGLISH, shop.model, dialect=dialect, prefix=self.native)
        self.total = await load_store(self.cluster, native, shop.products[:PRODUCTS])
        self.store = a_store(**{**_SHOWN, "magento_index": native.alias, **store})

    async def make_live(self, documents: int, **meta: Any) -> str:
        """A live index of so many products."""
        started = meta.pop("started_at", datetime.now(UTC))
        index = self.names.dated(started)
        records = [SourceRecord(id=str(number), skus=(f"S{number}",), names=(f"Product {number}",))
                   for number in range(documents)]  # fmt: skip
        counts = BuildCounts(read=self.total, indexed=documents, skipped=self.total - documents)
        described = a_meta(**{"started_at": started, "counts": counts, **meta})
        await write_index(self.cluster, index, [accepted(one).document for one in records], meta=described)
        await self.cluster.indices.put_alias(index=index, name=self.names.alias)
        return index

    def patient(self, **changes: Any) -> Patient:
        """What doctor is given."""
        usual = Patient(
            source=self.cluster,
            source_address=self.address,
            target=self.cluster,
            target_address=self.address,
            prefix=self.prefix,
            jobs=(Job(store=self.store, names=self.names),),
            model=MODEL,
            open_model=lambda: self.embedder,
            open_question_model=lambda meta: self.embedder,
            schedule=Schedule("0 3 * * *", "UTC", datetime.now(UTC)),
        )
        return replace(usual, **changes)


def verdict(findings: Findings, check: str) -> Verdict:
    """The verdict of the one check of that name."""
    [found] = [finding.verdict for finding in findings.found if finding.check == check]
    return found


def by_status(findings: Findings, status: str) -> dict[str, str]:
    """Check -> what was seen, of all checks that came out so."""
    return {one.check: one.verdict.seen for one in findings.found if one.verdict.status == status}
