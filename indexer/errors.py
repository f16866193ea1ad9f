"""What can go wrong after the source has been read (extract and shared have their own).

Terminal
├── AliasTaken          an index has the alias' name
├── AliasAmbiguous      the alias names several indices
├── AliasForeign        the alias names an index that Vitrina did not build
├── SwapConflict        someone moved the alias since the run looked at it
├── BuildSpoiled        the index under construction cannot be written, or is no longer ours
├── NothingToRollBack   no complete index to go back to
└── BuildRefused        built, but not fit to go live; carries the reasons
"""

from collections.abc import Sequence

from shared.errors import Terminal


class AliasTaken(Terminal):
    """An index has the name our alias should have; it is never deleted."""

    def __init__(self, alias: str) -> None:
        super().__init__(
            f"Alias {alias!r} cannot be used: an index has this name. Choose another RAG_ALIAS (or RAG_INDEX_PREFIX), "
            "or remove that index yourself."
        )
        self.alias = alias


class AliasAmbiguous(Terminal):
    """The alias names more than one index, so nobody can say which one is live."""

    def __init__(self, alias: str, indices: Sequence[str]) -> None:
        super().__init__(
            f"Alias {alias!r} names {len(indices)} indices ({', '.join(sorted(indices))}). "
            "Leave it on the one that should be live, then run again."
        )
        self.alias = alias


class AliasForeign(Terminal):
    """The alias names somebody else's index, such as Magento's own; it is never moved."""

    def __init__(self, alias: str, index: str) -> None:
        super().__init__(
            f"Alias {alias!r} names {index!r}, which Vitrina did not build, so it is not moved. Choose another "
            "RAG_ALIAS (or RAG_INDEX_PREFIX), or remove that alias yourself."
        )
        self.alias = alias


class SwapConflict(Terminal):
    """The alias is no longer where the run saw it; nothing was moved."""

    def __init__(self, alias: str, *, expected: str | None, found: Sequence[str]) -> None:
        super().__init__(
            f"Alias {alias!r} was moved by someone else: it named {expected or 'nothing'} when this run began and now "
            f"names {', '.join(found) or 'nothing'}. Nothing was changed; run again."
        )
        self.alias = alias


class BuildSpoiled(Terminal):
    """The index under construction was closed, blocked, replaced or deleted by something else."""

    def __init__(self, index: str, reason: str) -> None:
        super().__init__(f"Index {index!r} cannot be built any further: {reason}")
        self.index = index


class NothingToRollBack(Terminal):
    """No index that `rollback` may switch to."""

    def __init__(self, alias: str, reason: str) -> None:
        super().__init__(f"Alias {alias!r} stays as it is: {reason}")
        self.alias = alias


class BuildRefused(Terminal):
    """A complete build that must not go live."""

    def __init__(self, index: str, reasons: Sequence[str]) -> None:
        super().__init__(f"Index {index!r} does not go live: {'; '.join(reasons)}")
        self.index = index
        self.reasons = tuple(reasons)
