"""Settings that ours is compared under: every combination of the values below, the usual ones among them. Pure."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from shared.hybrid.settings import OURS, FusionSettings, LexicalSettings, RankingSettings

NAME: Final = (1.0, 1.5, 2.0)
SPECS: Final = (1.0, 2.0)
K: Final = (20, 60)
KNOWN: Final = (1.2, 3.0)
UNKNOWN: Final = (0.8, 1.2)


def grid() -> Mapping[str, RankingSettings]:
    """Name -> settings, 48 of them."""
    named = {}
    for name, specs, k, known, unknown in itertools.product(NAME, SPECS, K, KNOWN, UNKNOWN):
        named[f"name {name:g}, specs {specs:g}, k {k}, words known {known:g}, else {unknown:g}"] = RankingSettings(
            lexical=LexicalSettings(name=name, specs=specs),
            known=FusionSettings(k=k, lexical=known),
            unknown=FusionSettings(k=k, lexical=unknown),
            compared=replace(OURS.compared, k=k),
        )
    return named
