"""What the stages hand to each other: the source as pinned, a product as read, and what became of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

import orjson

from shared.catalog import CatalogDocument
from shared.embedding.embedder import Vector
from shared.magento.enrichment import NOT_ENRICHED, Enrichment, SourceAttribute
from shared.runs import RejectKind

Dialect = Literal["core", "elasticsuite"]


@dataclass(frozen=True, slots=True)
class SourceSnapshot:
    """The one concrete native index a run reads.

    total: documents in its point in time. synonyms: rules of its settings, each a line of shared.synonyms. notes: what
    an operator is to know of it.
    """

    index: str
    uuid: str
    dialect: Dialect
    total: int
    synonyms: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A native document as it stands, as far as it is read. source_hash: of `json`, 32 hexadecimal digits."""

    id: str
    json: bytes
    source_hash: str


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One product of a native index, whatever the dialect; nothing is interpreted beyond what the dialect means.

    skus, names: the product's own first, then its children's. case_lost: the names were lower-cased by Magento.
    description, short_description: HTML as stored. price, price_max: of the wanted customer group and website, in
    the website's base currency; None where there is no usable one. in_stock: None where the index does not say.
    categories: names, the root left out. identifiers: EAN and the like. image: a path below the media address, or
    an address. warnings: codes of what could not be understood. source_hash: of the SourceDocument it was read from.
    """

    id: str
    skus: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    case_lost: bool = False
    description: str = ""
    short_description: str = ""
    price: Decimal | None = None
    price_max: Decimal | None = None
    in_stock: bool | None = None
    categories: tuple[str, ...] = ()
    attributes: Mapping[str, SourceAttribute] = field(default_factory=dict)
    identifiers: tuple[str, ...] = ()
    url_key: str | None = None
    image: str | None = None
    status: int | None = None
    visibility: int | None = None
    enriched: Enrichment = NOT_ENRICHED
    warnings: tuple[str, ...] = ()
    source_hash: str = ""

    @property
    def sku(self) -> str | None:
        """The product's own SKU."""
        return self.skus[0] if self.skus else None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A product ready for embedding and indexing.

    text_hash: of `document.text` and nothing else. warnings: codes of what the product lacks or lost (`no_price`,
    `no_url`, …), sorted. source_hash: of the native document.
    """

    document: CatalogDocument
    text_hash: str
    warnings: tuple[str, ...] = ()
    source_hash: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A product that cannot be indexed; `reason` names what is missing, `kind` what sort of reason that is."""

    id: str
    sku: str | None
    reason: str
    kind: RejectKind


@dataclass(frozen=True, slots=True)
class Skipped:
    """A product that must not be indexed; reason: `disabled`, `not_visible`, or the rule that leaves it out."""

    id: str
    sku: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class BulkDocument:
    """A document as the Bulk API takes it: `lines` are action and source, each with its newline.

    paid: whether its vector was bought by this run.
    """

    id: str
    sku: str | None
    lines: bytes
    paid: bool = False


PLAIN_JSON_BYTES: Final = 2_000
"""What an indexed product takes as JSON without its vector, where nobody knows better."""

_DIGITS_BYTES: Final = 12


def json_bytes(dimension: int) -> int:
    """About what an indexed product takes as JSON with a vector of `dimension` numbers."""
    return dimension * _DIGITS_BYTES + PLAIN_JSON_BYTES


JsonVector = Vector | orjson.Fragment
"""A vector as orjson writes it: an array just embedded, or the digits of one that an earlier build holds."""

Outcome = Accepted | Rejected | Skipped
