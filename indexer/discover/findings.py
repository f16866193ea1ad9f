"""What `discover` found, for operators and for machines. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from indexer.discover.language import LocaleGuess
from indexer.records import Dialect
from shared.errors import Terminal

_SHOWN = 10

AttributeState = Literal["read", "unvouched", "numbers"]
"""unvouched: a text attribute that is not read until the operator names it. numbers: one of which only digits came."""


class NothingFound(Terminal):
    """No native product index that could be read; there is nothing to write down."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"No native product index on {where} could be read, so no file was written. Run `bin/magento "
            "indexer:reindex catalogsearch_fulltext`, or check SOURCE_OPENSEARCH_URL and what its user may read."
        )


@dataclass(frozen=True, slots=True)
class FoundAttribute:
    """One attribute of an index. products: how many carry it. values: some of them, none where it is not read.

    label: as the documents themselves name it.
    """

    code: str
    state: AttributeState
    products: int
    values: tuple[str, ...] = ()
    label: str | None = None


@dataclass(frozen=True, slots=True)
class FoundIndex:
    """A native index that can be read. name: what `magento_index` should say, its alias where it has one.

    groups: customer groups with prices. websites: suffixes of core Magento's price fields. currency, base_url: as the
    documents' own `vitrina` says, None where it does not. refused: codes that look like figures of the merchant's own.
    """

    name: str
    index: str
    dialect: Dialect
    documents: int
    locale: LocaleGuess
    store_id: int | None = None
    groups: tuple[int, ...] = ()
    websites: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    currency: str | None = None
    base_url: str | None = None
    attributes: tuple[FoundAttribute, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An index that looks like a product index, and why it cannot be one or is not the one to read."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Findings:
    """All of it. where: the cluster. stores: one for each store view. others: indices that are something else."""

    where: str
    stores: tuple[FoundIndex, ...]
    unreadable: tuple[Unreadable, ...] = ()
    others: int = 0
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The findings as machines read them."""
        return {
            "where": self.where,
            "stores": [_store_json(store) for store in self.stores],
            "unreadable": [asdict(one) for one in self.unreadable],
            "others": self.others,
            "notes": list(self.notes),
        }

    def lines(self) -> Iterator[str]:
        """The findings as an operator reads them."""
        yield f"{self.where}: {_count(len(self.stores), 'store view')} can be read"
        for store in self.stores:
            yield from _store_lines(store)
        for one in self.unreadable:
            yield f"  not readable: {one.name}: {one.reason}"
        if self.others:
            yield f"  {_count(self.others, 'other index', 'other indices')} on the cluster passed over"
        for note in self.notes:
            yield f"  note: {note}"


def dialect_name(dialect: Dialect) -> str:
    """Who writes it, by name."""
    return "core Magento" if dialect == "core" else "ElasticSuite"


def _store_json(store: FoundIndex) -> dict[str, Any]:
    return {
        "magento_index": store.name,
        "index": store.index,
        "dialect": store.dialect,
        "documents": store.documents,
        "store_id": store.store_id,
        "locale": store.locale.locale,
        "locale_because": store.locale.because,
        "customer_groups": list(store.groups),
        "websites": list(store.websites),
        "names": list(store.names),
        "currency": store.currency,
        "base_url": store.base_url,
        "attributes": [asdict(attribute) for attribute in store.attributes],
        "never_read": list(store.refused),
    }


def _store_lines(store: FoundIndex) -> Iterator[str]:
    view = "" if store.store_id is None else f", store {store.store_id}"
    yield (
        f"  {store.name} -> {store.index}: {dialect_name(store.dialect)}{view}, {_count(store.documents, 'product')}, "
        f"{store.locale.locale}? ({store.locale.because})"
    )
    if store.names:
        yield f"    such as {_listed([repr(name) for name in store.names], 3)}"
    prices = _listed([str(group) for group in store.groups], _SHOWN) or "none at all"
    websites = f"; websites {_listed([str(number) for number in store.websites], _SHOWN)}" if store.websites else ""
    yield f"    prices of customer groups: {prices}{websites}"
    read = [attribute.code for attribute in store.attributes if attribute.state == "read"]
    yield f"    attributes: {_listed(read, 20) or 'none'}"
    if unvouched := [attribute.code for attribute in store.attributes if attribute.state != "read"]:
        yield f"    left out until attributes.toml names them: {_listed(unvouched, _SHOWN)}"
    if store.refused:
        yield f"    never read: {_listed(store.refused, _SHOWN)}"


def _listed(words: Sequence[str], most: int) -> str:
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
