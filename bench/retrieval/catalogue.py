"""The searched catalogue: seeded products, transformed as the indexer does, in an index of as many shards as wanted.

A run of the indexer makes one shard, and these figures are for three; so the stages are put together here without the
run around them. Vectors are computed in place: texts that share words are near each other.
"""

import itertools
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from functools import partial
from typing import Final

from opensearchpy import AsyncOpenSearch

from bench.merges import settle
from bench.shop import PATIENCE, SEED
from bench.vectors import related
from indexer.extract.fields import plan_store
from indexer.extract.magento import read_document
from indexer.load.bulk import BulkWriter, encode
from indexer.load.indices import entrance
from indexer.load.mapping import build_body, build_properties
from indexer.load.neighbours import Turns
from indexer.load.seal import seal
from indexer.records import Accepted, BulkDocument, SourceRecord
from indexer.transform.product import transform_batch
from sandbox.magento.catalogue import generate_catalogue, seeded_model
from sandbox.magento.core import CoreStore
from sandbox.magento.product import ENGLISH
from shared.embedding.embedder import EmbeddingModel
from shared.indices import SCHEMA_VERSION, IndexMeta, RagNames, schema_hash
from shared.magento.pricing import pricing_of
from shared.stores import StoreView

DIMENSION: Final = 384
MODEL: Final = EmbeddingModel(provider="openai", name=f"bench-{DIMENSION}", dimension=DIMENSION)
STORE: Final = StoreView.model_validate(
    {"base_url": "https://shop.example.com/", "media_url": "https://shop.example.com/media/catalog/product/"}
)
NAMES: Final = RagNames(prefix="bench-retrieval", alias="bench-retrieval-active")

_TOGETHER: Final = 200
"""Products transformed and embedded at a time."""

_LETTERS_A_TOKEN: Final = 4


async def build_index(client: AsyncOpenSearch, *, node: str, products: int, shards: int) -> tuple[str, int]:
    """An index of the first `products` products of the seeded catalogue behind NAMES.alias, which has one index only.

    Gives its name and how many products are in it: those that a shop hides are not. Raises what the stages raise.
    """
    index = f"{NAMES.prefix}-{products}-{shards}"
    await client.indices.create(index=index, body=_body(index, shards=shards))
    writer, turns = BulkWriter(client, index), Turns(_always)
    async with aclosing(writer.write_all(_documents(products), turns=turns)) as outcomes:
        indexed = sum([outcome.indexed async for outcome in outcomes])
    await seal(client, index, documents=indexed)
    await settle(node)
    await client.indices.put_alias(index=index, name=NAMES.alias)
    return index, indexed


async def drop_index(client: AsyncOpenSearch, index: str) -> None:
    """Make room for the next one."""
    await client.indices.delete(index=index, params={"request_timeout": PATIENCE})


async def _always() -> bool:
    """Nobody else searches this node."""
    return True


def _body(index: str, *, shards: int) -> dict[str, object]:
    body = build_body(_meta(index))
    body["settings"]["index"]["number_of_shards"] = shards
    return {**body, "aliases": {entrance(index): {}}}


def _meta(index: str) -> IndexMeta:
    return IndexMeta(
        schema_version=SCHEMA_VERSION,
        schema_hash=schema_hash(build_properties(STORE.locale, dimension=DIMENSION)),
        state="live",
        run_id=index,
        store=STORE.code,
        locale=STORE.locale,
        currency=STORE.currency,
        provider=MODEL.provider,
        model=MODEL.name,
        dimension=DIMENSION,
        template_version=1,
        pricing=pricing_of(STORE),
        source_index=STORE.magento_index,
        source_uuid="generated",
        started_at=datetime.now(UTC),
    )


async def _documents(products: int) -> AsyncGenerator[BulkDocument, None]:
    native = CoreStore(ENGLISH, seeded_model())
    read = partial(read_document, plan=plan_store(native.body()["mappings"]["properties"], STORE, dialect="core"))
    documents = map(native.document, generate_catalogue(products, seed=SEED))
    while together := list(itertools.islice(documents, _TOGETHER)):
        for document in _encoded([read(one.id, one.source) for one in together]):
            yield document


def _encoded(records: Sequence[SourceRecord]) -> Iterator[BulkDocument]:
    outcomes = transform_batch(records, STORE, model_limit=MODEL.max_tokens, count_tokens=_estimated_tokens)
    accepted = [outcome for outcome in outcomes if isinstance(outcome, Accepted)]
    vectors = related([one.document.text for one in accepted], dimension=DIMENSION)
    for one, vector in zip(accepted, vectors, strict=True):
        yield encode(one.document, text_hash=one.text_hash, vector=vector, warnings=one.warnings)


def _estimated_tokens(text: str) -> int:
    return 1 + len(text) // _LETTERS_A_TOKEN
