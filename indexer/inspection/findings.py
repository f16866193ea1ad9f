"""What `inspect` found about a product, for operators and for machines."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from indexer.extract.find import FoundProduct
from indexer.load.indices import OwnIndex
from indexer.records import Accepted, Outcome, Rejected, Skipped, SourceSnapshot
from shared import catalog

_LONGEST: Final = 160
_CALLED: Final = {"sku": "SKU", "variant": "SKU of a variant", "code": "another code", "id": "id"}


class Difference(NamedTuple):
    """A field whose live value a run would change."""

    field: str
    live: Any
    now: Any


@dataclass(frozen=True, slots=True)
class Live:
    """The live index, and the product's copy in it if it has one."""

    index: OwnIndex
    copy: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Inspection:
    """All of it. would_be: what a run would index now, as the RAG index keeps it. live: None when nothing is live."""

    word: str
    store: str
    source: SourceSnapshot
    product: FoundProduct | None
    similar: tuple[str, ...]
    outcome: Outcome | None
    tokens: int | None
    would_be: Mapping[str, Any] | None
    live: Live | None
    differences: tuple[Difference, ...]

    @property
    def known(self) -> bool:
        """Whether anything was found, in either index."""
        return self.product is not None or self._copy is not None

    @property
    def verdict(self) -> str:
        """Where the product is or where it was lost, and what comes next."""
        match self.outcome:
            case None:
                return self._verdict_without_source()
            case Skipped(reason=reason):
                return f"left out on purpose: {reason}{self._still_live()}"
            case Rejected(reason=reason):
                return f"rejected: {reason}{self._still_live()}"
            case Accepted():
                return self._verdict_of_accepted()

    def as_json(self) -> dict[str, Any]:
        """The inspection as machines read it; every text in full."""
        product, accepted = self.product, self.outcome if isinstance(self.outcome, Accepted) else None
        return {
            "word": self.word,
            "store": self.store,
            "verdict": self.verdict,
            "source": {"index": self.source.index, "dialect": self.source.dialect, "documents": self.source.total},
            "id": product.record.id if product else None,
            "found_by": product.match if product else None,
            "others": list(product.others) if product else [],
            "similar": list(self.similar),
            "native": product.source if product else None,
            "outcome": type(self.outcome).__name__.lower() if self.outcome else None,
            "reason": self.outcome.reason if isinstance(self.outcome, Skipped | Rejected) else None,
            "warnings": list(accepted.warnings) if accepted else [],
            "document": self.would_be,
            "text": accepted.document.text if accepted else None,
            "tokens": self.tokens,
            "live_index": self.live.index.name if self.live else None,
            "live": self._copy,
            "differences": [one._asdict() for one in self.differences],
        }

    def lines(self) -> Iterator[str]:
        """The inspection as an operator reads it; long values are cut."""
        yield f"{self.word} in {self.store}: {self.verdict}"
        if self.similar:
            yield f"  similar SKUs: {', '.join(self.similar)}"
        if self.product:
            yield from self._native_lines(self.product)
        if isinstance(self.outcome, Accepted) and self.would_be is not None:
            yield from self._document_lines(self.outcome, self.would_be)
        if self.live and self._copy is not None:
            yield from self._live_lines(self.live)

    @property
    def _copy(self) -> Mapping[str, Any] | None:
        return self.live.copy if self.live else None

    def _verdict_without_source(self) -> str:
        where = f"{self.source.index} ({self.source.total:,} documents)"
        if self._copy is not None:
            return f"gone from {where}, but still live; the next run takes it out"
        return (
            f"not in {where}, and not live. Magento puts a product there when it is enabled, visible and in the "
            "store's website; a variant is part of its configurable product, so ask for that one's SKU"
        )

    def _still_live(self) -> str:
        return "; the copy that is still live goes with the next run" if self._copy is not None else ""

    def _verdict_of_accepted(self) -> str:
        if self.live is None:
            return "will be indexed by the next run; nothing is live yet"
        if self._copy is None:
            return f"not live, though nothing is wrong with it: {self._why_missing(self.live.index)}"
        if self.differences:
            return f"live; the next run changes {', '.join(one.field for one in self.differences)}"
        return "live, just as a run would index it now"

    def _why_missing(self, index: OwnIndex) -> str:
        if index.meta is None:
            return "the next run adds it"
        built = f"{index.name} was built at {index.meta.started_at:%Y-%m-%d %H:%M} UTC from {index.meta.source_index}"
        if index.meta.source_uuid == self.source.uuid:
            return (
                f"{built}, which the product joined later, or which was read under other settings; the next run adds it"
            )
        return f"{built}, before {self.source.index} was there; the next run adds it"

    def _native_lines(self, product: FoundProduct) -> Iterator[str]:
        yield f"native document {product.record.id} of {self.source.index}, found by {_CALLED[product.match]}"
        if product.match == "variant":
            yield f"  {self.word} is a variant of {product.record.sku}"
        if product.others:
            yield f"  {self.word} means these documents too: {', '.join(product.others)}"
        yield from _value_lines(product.source)

    def _document_lines(self, accepted: Accepted, document: Mapping[str, Any]) -> Iterator[str]:
        yield "as a run would index it now"
        yield from _value_lines({name: value for name, value in document.items() if name != catalog.TEXT})
        if accepted.warnings:
            yield f"  warnings: {', '.join(accepted.warnings)}"
        yield f"embedded text, {self.tokens:,} tokens"
        yield from (f"  | {line}" for line in accepted.document.text.splitlines())

    def _live_lines(self, live: Live) -> Iterator[str]:
        yield f"live copy in {live.index.name}"
        if not self.differences and self.would_be is not None:
            yield "  the same in every field"
        for one in self.differences:
            yield f"  {one.field}: {_shown(one.live)}"
            yield f"  {' ' * len(one.field)}  now {_shown(one.now)}"
        if self.would_be is None:
            yield from _value_lines({name: value for name, value in (self._copy or {}).items() if name != catalog.TEXT})


def _value_lines(values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        if value not in (None, [], {}, ""):
            yield f"  {name}: {_shown(value)}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text):,} characters)"
