"""What ranking is tuned by, as values: what words weigh where, and how the legs are joined. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from shared.hybrid.legs import LEXICAL, SEMANTIC


@dataclass(frozen=True, slots=True)
class LexicalSettings:
    """Weights in the BM25 leg.

    name, specs, categories, body: of a word in these fields. plain: share of them that counts for words as they stand,
    whatever their language, which is how brands, models and foreign words are found. other: of a wording that the
    shopper did not choose. unwanted: what the score of a product is multiplied by that has what is not wanted.
    """

    name: float = 1.5
    specs: float = 2.0
    categories: float = 1.0
    body: float = 1.0
    plain: float = 0.2
    other: float = 0.9
    unwanted: float = 0.8


@dataclass(frozen=True, slots=True)
class FusionSettings:
    """How the legs are joined: score = lexical / (k + rank) + semantic / (k + rank)."""

    k: int
    lexical: float
    semantic: float = 1.0

    @property
    def weights(self) -> Mapping[str, float]:
        """By leg."""
        return {LEXICAL: self.lexical, SEMANTIC: self.semantic}


@dataclass(frozen=True, slots=True)
class RankingSettings:
    """lexical: of the BM25 leg. known: of a question whose words some product has every one of. compared: of one that
    names products, to compare them or with a number. unknown: of any other.
    """

    lexical: LexicalSettings = field(default_factory=LexicalSettings)
    known: FusionSettings = FusionSettings(k=20, lexical=3.0)
    unknown: FusionSettings = FusionSettings(k=20, lexical=0.8)
    compared: FusionSettings = FusionSettings(k=20, lexical=20.0)


OURS: Final = RankingSettings()
"""What answers are ranked by. Chosen on judgments (docs/benchmarks.md)."""
