"""What a build is judged by: the reject budget, what counts alone tell, and the figures of its proof. Pure."""

from dataclasses import asdict, dataclass
from typing import Any, Final

SHRINK_LIMIT: Final = 0.9
"""Share of the live index' documents that a new one has to have; fewer look like a half-read source."""


@dataclass(frozen=True, slots=True)
class ErrorBudget:
    """How many documents of a source may be rejected before the build must not go live."""

    share: float = 0.005
    least: int = 1

    def allowed(self, total: int) -> int:
        """Rejects that `total` documents may have."""
        return max(self.least, int(total * self.share))

    def exceeded(self, rejected: int, *, of: int) -> bool:
        """Whether it is certain that the build will not go live; nothing more need be paid for then."""
        return rejected > self.allowed(of)

    def complaints(self, rejected: int, *, of: int) -> list[str]:
        """The reason against going live, if there is one."""
        if not self.exceeded(rejected, of=of):
            return []
        return [
            f"{rejected} of {of} documents were rejected, at most {self.allowed(of)} may be; mend what the report "
            "lists, and run again"
        ]


NO_LIMIT: Final = ErrorBudget(share=1.0)
"""Nothing is too much, where nothing is paid for."""


def complaints_by_count(
    documents: int, *, previous: str | None, previous_documents: int | None, allow_shrink: bool
) -> list[str]:
    """What speaks against an index of so many `documents`, even before there is one.

    previous, previous_documents: the live index it is to replace, as far as there is one and it can be counted.
    """
    reasons = [] if documents else ["there is not a single product in it"]
    if previous_documents and documents < SHRINK_LIMIT * previous_documents and not allow_shrink:
        reasons.append(
            f"the live index {previous} holds {previous_documents} documents, this one {documents} "
            f"({documents / previous_documents:.0%}, at least {SHRINK_LIMIT:.0%} are expected); if the catalogue did "
            "shrink, or rules leave more of it out now, run once with --allow-shrink"
        )
    return reasons


@dataclass(frozen=True, slots=True)
class Proof:
    """The figures by which a build was judged.

    documents: of the new index; previous: the live one, None when there was none; previous_documents: its, None when
    it could not be counted. sampled: products read back, of which sound_vectors had a finite vector of unit length and
    the model's dimension, and same_as_source were what the source says (None: it could not be asked again). searched:
    products a search for themselves was made for. canaries: the operator's questions. overlap: share of the live
    index' first answers that the new one gives too, None when there was nothing to compare; overlap_by_words: whether
    both were asked without vectors, for they are of different models. notes: what is no reason to stop and yet worth a
    look.
    """

    documents: int
    previous: str | None = None
    previous_documents: int | None = None
    sampled: int = 0
    sound_vectors: int = 0
    same_as_source: int | None = None
    searched: int = 0
    found: int = 0
    canaries: int = 0
    canaries_found: int = 0
    overlap: float | None = None
    overlap_by_words: bool = False
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """JSON-ready, under the names above."""
        return {**asdict(self), "notes": list(self.notes)}

    def line(self) -> str:
        """In one line; the notes are told apart."""
        parts = [f"{self.documents} documents, {self._before()}"]
        if self.sampled:
            source = "could not be asked again" if self.same_as_source is None else f"confirms {self.same_as_source}"
            parts += [
                f"of {self.sampled} sampled {self.sound_vectors} vectors sound, the source {source}",
                f"{self.found} of {self.searched} find themselves",
            ]
        if self.canaries:
            parts.append(f"{self.canaries_found} of {self.canaries} canaries found")
        if self.overlap is not None:
            asked = ", both asked by words alone" if self.overlap_by_words else ""
            parts.append(f"{self.overlap:.0%} of the live index' first answers{asked}")
        return "; ".join(parts)

    def _before(self) -> str:
        if self.previous_documents is not None:
            return f"{self.previous_documents} live before"
        return "no live index before" if self.previous is None else f"the live index {self.previous} cannot be counted"
