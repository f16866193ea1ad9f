"""What is asked: questions of the truth set about the first products of the catalogue, which every size of it has."""

from dataclasses import dataclass
from typing import Final

from bench.quality.truth import Kind, build_truth
from bench.shop import SEED

KINDS: Final[tuple[Kind, ...]] = (
    "keyword", "paraphrase", "morphology", "attribute", "price", "negation", "superlative", "variant",
)  # fmt: skip
"""What is asked of a shop every day, and has an answer."""

PER_KIND: Final = 25
ASKED_ABOUT: Final = 3_000
"""Products of the catalogue that questions are made from."""


@dataclass(frozen=True, slots=True)
class Question:
    """text: as a shopper types it. kind: its class in the truth set."""

    text: str
    kind: Kind


def build_questions(*, per_kind: int = PER_KIND) -> tuple[Question, ...]:
    """`per_kind` English questions of each of KINDS, in turns, all different. Pure."""
    truth = build_truth("en", products=ASKED_ABOUT, per_class=per_kind, seed=SEED)
    by_kind = {kind: [Question(one.text, kind) for one in truth.queries if one.kind == kind] for kind in KINDS}
    return tuple(question for turn in zip(*by_kind.values(), strict=True) for question in turn)
