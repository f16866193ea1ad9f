"""What can be wrong with a source.

Transient
└── SourceVanished      the index, or the view of it, went away while it was read
Terminal
├── SourceUnknown       no such alias or index
├── SourceAmbiguous     the name stands for several indices
├── SourceUnreadable    neither core Magento nor ElasticSuite wrote it
├── SourceEmpty         no document in it
└── SourceIncomplete    fewer or more documents came than there are
"""

from collections.abc import Sequence

from shared.errors import Terminal, Transient


class SourceVanished(Transient):
    """The pinned index is gone (Magento deletes it after a full reindex): start over, never continue half."""

    def __init__(self, index: str, reason: str) -> None:
        super().__init__(
            f"Source index {index!r} went away while it was read ({reason}); the read has to start over from what "
            "the alias names now."
        )
        self.index = index


class SourceUnknown(Terminal):
    """MAGENTO_INDEX names nothing; `similar` are names that exist."""

    def __init__(self, name: str, *, store: str, where: str, similar: Sequence[str]) -> None:
        hint = f"Similar names there: {', '.join(similar)}." if similar else "No similar name could be found there."
        super().__init__(
            f"MAGENTO_INDEX={name!r} (store view {store!r}) is neither an alias nor an index of {where}. {hint} "
            "Set MAGENTO_INDEX, or magento_index in stores.toml, to the native product alias."
        )
        self.name = name
        self.similar = tuple(similar)


class SourceAmbiguous(Terminal):
    """MAGENTO_INDEX names several indices at once."""

    def __init__(self, name: str, *, store: str, indices: Sequence[str]) -> None:
        super().__init__(
            f"MAGENTO_INDEX={name!r} (store view {store!r}) stands for {len(indices)} indices: "
            f"{', '.join(indices[:10])}. Name one of them, or repair the alias with a Magento reindex."
        )
        self.indices = tuple(indices)


class SourceUnreadable(Terminal):
    """An index that neither core Magento nor ElasticSuite wrote."""

    def __init__(self, index: str, *, seen: Sequence[str]) -> None:
        shown = ", ".join(seen[:30]) or "no fields at all"
        super().__init__(
            f"Index {index!r} is no Magento product index. Seen: {shown}. Expected `sku` beside `name`, "
            "`store_id`, `visibility`, `status`, `category_ids` or `url_key`, or `price_<group>_<website>` (core "
            "Magento), or nested `price` and `category`, `option_text_<code>` or `indexed_attributes` (ElasticSuite). "
            "Check MAGENTO_INDEX."
        )
        self.index = index


class SourceEmpty(Terminal):
    """A source without a single document."""

    def __init__(self, index: str) -> None:
        super().__init__(
            f"Source index {index!r} is empty: there is nothing to index. Run `bin/magento indexer:reindex "
            "catalogsearch_fulltext`, or check MAGENTO_INDEX."
        )
        self.index = index


class SourceIncomplete(Terminal):
    """The read did not return every document exactly once."""

    def __init__(self, index: str, *, expected: int, read: int) -> None:
        super().__init__(
            f"Source index {index!r} holds {expected} documents, but {read} were read. Nothing may go live on that; "
            "run again, with SOURCE_SLICES=auto if it was set."
        )
        self.expected = expected
        self.read = read
