"""The generated truth set: questions about the seeded catalogue whose answers follow from how it was made. Pure.

`build_truth` makes a `Truth`: a catalogue and its `TruthQuery`s. No search has a part in any label.
"""

from bench.quality.truth.build import build_truth
from bench.quality.truth.query import KINDS, Kind, Truth, TruthQuery

__all__ = ["KINDS", "Kind", "Truth", "TruthQuery", "build_truth"]
