"""Builders for the indexer's second half: accepted products, jobs and workshops on the fakes."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from support.embedding import FakeEmbedder
from support.indices import NAMES, FakeCluster
from support.records import a_record, a_store, accepted
from support.sources import FakeSource

from indexer.embed.sending import Sender
from indexer.records import Accepted
from indexer.transform.chunk import hash_text
from indexer.workshop import Job, Workshop
from shared.indices import IndexMeta
from shared.opensearch import ClusterAddress

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def an_accepted(number: int = 1, *, text: str | None = None) -> Accepted:
    """Product `number`; its `text` may be laid down."""
    product = accepted(a_record(id=str(number), skus=(f"SKU-{number}",), names=(f"Product {number}",)))
    if text is not None:
        document = replace(product.document, text=text)
        product = replace(product, document=document, text_hash=hash_text(text))
    return product


class Clock:
    """Stands still until someone sleeps."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def a_job(**store: Any) -> Job:
    return Job(store=a_store(**store), names=NAMES)


def a_workshop(
    cluster: FakeCluster,
    source: FakeSource,
    *,
    embedder: FakeEmbedder | None = None,
    retain: int = 1,
    clock: Clock | None = None,
) -> Workshop:
    clock = clock or Clock()
    return Workshop(
        open_source=source.open,
        target=cluster,
        address=ClusterAddress(url="http://127.0.0.1:9200"),
        sender=Sender(embedder or FakeEmbedder()),
        retain=retain,
        now=clock,
        sleep=clock.sleep,
    )


def a_question_model(meta: IndexMeta) -> FakeEmbedder:
    """The model of `meta`, ready for questions."""
    return FakeEmbedder(dimension=meta.dimension, name=meta.model, provider=meta.provider)


async def stream(products: Iterable[Accepted] | Sequence[Any]) -> Any:
    """The products as the generator that the stages read."""
    for product in products:
        yield product
