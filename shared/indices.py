"""Names of our indices and what each one says about itself in `_meta`. Pure."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.errors import Terminal

SCHEMA_VERSION = 2
"""Version of the RAG document. A runtime serves this one and OLDEST_SERVED, and refuses any other by name."""

OLDEST_SERVED = SCHEMA_VERSION - 1
"""The version before: what is live while both programs are upgraded, one after the other."""

FIRST_SCHEMA_VERSION = 1
"""From which on every version says what its indices are, so that they can be told apart and pruned."""

META_KEY = "vitrina"
"""Our object inside the mapping's `_meta`, beside whatever others keep there."""

_STAMP = "%Y%m%d-%H%M%S"


class UnreadableIndex(Terminal):
    """An index behind our alias that Vitrina did not build, or built by a schema version that is not served."""

    def __init__(self, index: str, reason: str) -> None:
        super().__init__(
            f"Index {index!r} cannot be served: {reason}. Run `vitrina-indexer run` of this version, or "
            "`vitrina-indexer rollback`."
        )
        self.index = index


@dataclass(frozen=True, slots=True)
class RagNames:
    """Alias and dated index names of one store view.

    prefix: `products-rag`. code: the store view's code when it is a named one of `stores.toml`, else None.
    """

    prefix: str
    alias: str
    code: str | None = None

    @property
    def base(self) -> str:
        """What every dated name of this store view begins with, without the last dash."""
        return self.prefix if self.code is None else f"{self.prefix}-{self.code}"

    def dated(self, moment: datetime) -> str:
        """`<base>-YYYYMMDD-HHMMSS` of an aware `moment`, in UTC."""
        return f"{self.base}-{moment.astimezone(UTC).strftime(_STAMP)}"

    def owns(self, index: str) -> bool:
        """Whether `index` is a dated name of exactly this store view; nothing else may ever be pruned."""
        return re.fullmatch(re.escape(self.base) + r"-[0-9]{8}-[0-9]{6}", index) is not None


def named_store_names(code: str, *, prefix: str) -> RagNames:
    """Names of a store view of `stores.toml`: `<prefix>-<code>-active`."""
    return RagNames(prefix=prefix, alias=f"{prefix}-{code}-active", code=code)


BuildState = Literal["building", "ready", "live", "failed"]


class BuildCounts(BaseModel):
    """Documents of one run: read = indexed + rejected + skipped."""

    model_config = ConfigDict(frozen=True)

    read: int = 0
    indexed: int = 0
    rejected: int = 0
    skipped: int = 0


class IndexMeta(BaseModel):
    """What a RAG index records about itself, under `_meta.vitrina` of its mapping."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    schema_version: int
    schema_hash: str
    state: BuildState
    run_id: str
    store: str
    locale: str
    currency: str
    provider: str
    model: str
    query_model: str | None = None
    """Model of queries where it is another one than that of the documents."""
    dimension: int
    languages: tuple[str, ...] = ()
    """ISO 639-1 codes the model knows, empty = all; in another language the k-NN leg weighs 0."""
    template_version: int
    recipe: str | None = None
    """Fingerprint of everything but the native document that an indexed one depends on."""
    pricing: str | None = None
    """`shared.magento.pricing.pricing_of` the store view: what native prices were turned into shown ones by."""
    source_index: str
    source_uuid: str
    synonyms: tuple[str, ...] = ()
    """Rules of the native index's own settings, each a line of shared.synonyms."""
    started_at: datetime
    finished_at: datetime | None = None
    counts: BuildCounts = BuildCounts()
    texts_sent: int = 0
    tokens_sent: int = 0
    """What this build has sent to the model, or was about to: written before it is sent."""
    reason: str | None = None
    """Why a failed build failed."""


def meta_body(meta: IndexMeta) -> dict[str, Any]:
    """The `_meta` object of an index body or of a put-mapping call."""
    return {META_KEY: meta.model_dump(mode="json")}


def read_meta(index: str, mapping: Mapping[str, Any], *, oldest: int = SCHEMA_VERSION) -> IndexMeta:
    """`IndexMeta` of a `GET /<index>/_mapping` entry's `mappings` object.

    oldest: schema version that will do: OLDEST_SERVED where it is searched, FIRST_SCHEMA_VERSION where it is tidied up.
    Raises UnreadableIndex when the index is not one of ours or of an unknown schema version.
    """
    found = (mapping.get("_meta") or {}).get(META_KEY)
    if found is None:
        raise UnreadableIndex(index, f"its mapping has no _meta.{META_KEY}, so Vitrina did not build it")
    version = found.get("schema_version") if isinstance(found, dict) else None
    if not isinstance(version, int) or not oldest <= version <= SCHEMA_VERSION:
        known = " and ".join(map(str, range(oldest, SCHEMA_VERSION + 1)))
        has = "no schema version" if version is None else f"schema version {version!r}"
        raise UnreadableIndex(index, f"it has {has} and this program reads {known}")
    try:
        return IndexMeta.model_validate(found)
    except ValidationError as exc:
        fields = ", ".join(sorted({str(error["loc"][0]) for error in exc.errors() if error["loc"]}))
        raise UnreadableIndex(index, f"its _meta.{META_KEY} is damaged ({fields})") from exc


def older_version(index: str, meta: IndexMeta) -> str:
    """What is to be said of an index of the version before, which is served, and not for ever."""
    return (
        f"{index} is of schema version {meta.schema_version}, and this program writes {SCHEMA_VERSION}: it is served "
        "as well as its fields allow, and by no later version"
    )


def schema_hash(properties: Mapping[str, Any]) -> str:
    """Fingerprint of a mapping's `properties`: the first 16 hex digits of SHA-256 over canonical JSON."""
    canonical = json.dumps(properties, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
