"""Forms of Russian adjectives, from the masculine nominative. Pure."""

from dataclasses import dataclass
from typing import Final, Literal

Gender = Literal[0, 1, 2, 3]
"""Masculine, feminine, neuter, plural."""

_VELARS: Final = "кгх"
_ENDINGS: Final = {
    "hard": ("ая", "ое", "ые", "ую", "ого", "ых"),
    "velar": ("ая", "ое", "ие", "ую", "ого", "их"),
    "soft": ("яя", "ее", "ие", "юю", "его", "их"),
}
"""Of feminine, neuter and plural; accusative feminine; genitive masculine, and plural."""


@dataclass(frozen=True, slots=True)
class Adjective:
    """nominative: by gender. wanted: accusative of inanimate nouns, by gender. of_masculine, of_many: genitive."""

    nominative: tuple[str, str, str, str]
    wanted: tuple[str, str, str, str]
    of_masculine: str
    of_many: str


def decline(masculine: str) -> Adjective:
    """The forms of `masculine`; a word without an adjective's ending (`унисекс`) never changes."""
    stem, ending = masculine[:-2], masculine[-2:]
    if ending not in ("ый", "ий", "ой"):
        return Adjective((masculine,) * 4, (masculine,) * 4, masculine, masculine)
    pattern = "velar" if stem[-1] in _VELARS else "soft" if ending == "ий" else "hard"
    feminine, neuter, many, wanted, of_masculine, of_many = [stem + one for one in _ENDINGS[pattern]]
    return Adjective(
        nominative=(masculine, feminine, neuter, many),
        wanted=(masculine, wanted, neuter, many),
        of_masculine=of_masculine,
        of_many=of_many,
    )
