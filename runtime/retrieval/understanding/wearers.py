"""For whom a thing is made: the words a shopper says, and which values of a gender will do for them. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, Literal

Stems = tuple[str, ...]
Wearer = Literal["men", "women", "boys", "girls", "children", "anyone"]

_WORDS: Final[Mapping[Wearer, str]] = {
    "men": "men man men's male males gentlemen guys мужчина мужчины мужчине мужской парень парня парней",
    "women": "women woman women's female females lady ladies женщина женщины женщине женский девушка девушки девушек",
    "boys": "boys boy boy's мальчик мальчики мальчиков",
    "girls": "girls girl girl's девочка девочки девочек",
    "children": "children child child's children's kids kid kid's toddlers ребенок ребенка дети детей детям детский",
    "anyone": "unisex унисекс",
}
_WILL_DO: Final[Mapping[Wearer, tuple[Wearer, ...]]] = {
    "men": ("men", "anyone"),
    "women": ("women", "anyone"),
    "boys": ("boys", "children"),
    "girls": ("girls", "children"),
    "children": ("children", "boys", "girls"),
    "anyone": ("anyone",),
}
"""What a shopper of the one sort takes, the best first."""


def wearers_of(values: Iterable[str], stems_of: Callable[[str], Stems]) -> Iterator[tuple[Stems, list[str]]]:
    """Every way to name a wearer, with those of `values` that will do, the best first; none where nothing but what
    suits anyone would.
    """
    sorts = {stems_of(word): sort for sort, words in _WORDS.items() for word in words.split()}
    known: dict[Wearer, list[str]] = {}
    for value in values:
        if sort := sorts.get(stems_of(value)):
            known.setdefault(sort, []).append(value)
    for stems, sort in sorts.items():
        fitting = [value for one in _WILL_DO[sort] for value in known.get(one, ())]
        if fitting and (sort == "anyone" or set(fitting) != set(known.get("anyone", ()))):
            yield stems, fitting
