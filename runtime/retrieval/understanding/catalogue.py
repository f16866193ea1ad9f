"""What the catalogue knows of categories and attribute values, and how a question's words find it. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final, Literal

from runtime.retrieval.understanding.stems import noun_stems, stem
from runtime.retrieval.understanding.tokens import DASHES, Tokens, read_tokens
from runtime.retrieval.understanding.wearers import Stems, wearers_of
from runtime.retrieval.understanding.words import FUNCTION_WORDS, LABELS

REPEATED: Final = 0.8
"""Share of an attribute's uses that must fall on values of more than one product for it to filter. Below it the values
are free text: whoever asks for "blue" would lose everything that says "ocean blue"."""
COVERED: Final = 0.5
"""Uses per product from which an attribute says something of any product; for an axis, with its several values, 1."""
DOMINANT: Final = 10
"""How many times more often than all others a meaning must occur for a word to mean it and nothing else."""
LONGEST: Final = 5
"""Words of a value or a category that a question may name; what is longer is prose."""

_PARTS: Final = re.compile(r"\s*(?:[,&/+]|\s(?:and|и)\s)\s*")
_PLURAL_ENDING: Final = re.compile(r"(?<=[а-яё]{3})ы$")
_SIZE_LETTERS: Final = str.maketrans("мслх", "mslx")


@dataclass(frozen=True, slots=True)
class AttributeWords:
    """One attribute. values: as shown -> number of products. axis: products come in several of its values."""

    code: str
    label: str
    values: Mapping[str, int]
    axis: bool = False

    @property
    def filters(self) -> bool:
        """Whether its values repeat enough for a hard condition."""
        uses = sum(self.values.values())
        return uses > 0 and sum(count for count in self.values.values() if count > 1) >= REPEATED * uses


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase may mean: a category (`code` is empty) or values of one attribute, spelt in these ways.

    besides: other values of it that will do where it is wanted. count: products. filters: the attribute's. common: the
    attribute says something of any product of the catalogue.
    """

    kind: Literal["category", "attribute"]
    names: tuple[str, ...]
    count: int
    code: str = ""
    label: str = ""
    filters: bool = True
    common: bool = False
    besides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a catalogue knows. categories: name -> number of products. currency: ISO 4217. products: how many in all.

    Built once per index; its dictionaries of stems make understanding a question independent of the catalogue's size.
    """

    categories: Mapping[str, int]
    attributes: tuple[AttributeWords, ...]
    currency: str
    products: int
    phrases: Mapping[Stems, Sequence[Meaning]] = field(init=False, repr=False, compare=False)
    labels: Mapping[Stems, Sequence[str]] = field(init=False, repr=False, compare=False)
    families: Mapping[str, frozenset[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", _labels(self.attributes))
        object.__setattr__(self, "families", _families(self.labels))
        object.__setattr__(self, "phrases", _index([*_categories(self.categories), *self._values()]))

    def _values(self) -> Iterator[tuple[Stems, Meaning]]:
        for attribute in self.attributes:
            covered = sum(attribute.values.values()) / max(self.products, 1)
            common = covered >= (1.0 if attribute.axis else COVERED)
            kinds = _kinds(attribute.values)
            worn = _wearers(attribute, common=common) if attribute.code in self.families["gender"] else {}
            yield from worn.items()
            for value, count in attribute.values.items():
                meaning = Meaning(
                    "attribute", kinds[value], count, attribute.code, attribute.label, attribute.filters, common
                )
                yield from ((stems, meaning) for stems in _spellings(value) if stems not in worn)


def stems_of(text: str) -> Stems:
    """The stems of the words of `text`, hyphens aside; empty when it has too many."""
    tokens = [token for token in read_tokens(text[:200]) if token.key not in DASHES]
    return tuple(stem(token.key) for token in tokens) if len(tokens) <= LONGEST else ()


def meanings_at(vocabulary: Vocabulary, tokens: Tokens, start: int) -> tuple[Sequence[Meaning], int]:
    """What the longest known phrase from `start` on may mean, and the index behind it; nothing where none begins."""
    for stems, end in reversed(list(_runs(tokens, start))):
        found = vocabulary.phrases.get(stems)
        if found is not None:
            return found, end
    return (), start


def adjective_at(vocabulary: Vocabulary, tokens: Tokens, start: int) -> Sequence[Meaning]:
    """Values that the adjective at `start` is made of: «кожаная» of «Кожа»."""
    for noun in noun_stems(stem(tokens[start].key)):
        found = [meaning for meaning in vocabulary.phrases.get((noun,), ()) if meaning.kind == "attribute"]
        if found:
            return found
    return ()


def label_at(vocabulary: Vocabulary, tokens: Tokens, start: int) -> tuple[Sequence[str], int]:
    """Codes of the attributes whose label stands at `start`, and the index behind it."""
    for stems, end in reversed(list(_runs(tokens, start))):
        found = vocabulary.labels.get(stems)
        if found is not None:
            return found, end
    return (), start


def codes_of(vocabulary: Vocabulary, *families: str) -> frozenset[str]:
    """Codes of the attributes of these families, each by the first of its LABELS: «Производитель» is a "brand"."""
    return frozenset(code for family in families for code in vocabulary.families[family])


def value_at(vocabulary: Vocabulary, tokens: Tokens, start: int, *, codes: Sequence[str]) -> tuple[Meaning | None, int]:
    """The value at `start` of one of the attributes `codes`, however short, and the index behind it."""
    for stems, end in reversed(list(_runs(tokens, start))):
        for spelt in (stems, tuple(part.translate(_SIZE_LETTERS) for part in stems)):
            for meaning in vocabulary.phrases.get(spelt, ()):
                if meaning.code in codes and meaning.filters:
                    return meaning, end
    return None, start


def sole(meanings: Sequence[Meaning]) -> Meaning | None:
    """The one thing that is meant: the only meaning, or one far more frequent than all others together."""
    if not meanings:
        return None
    best = max(meanings, key=lambda meaning: meaning.count)
    others = sum(meaning.count for meaning in meanings) - best.count
    return best if len(meanings) == 1 or best.count >= DOMINANT * max(others, 1) else None


def stands_alone(stems: Stems) -> bool:
    """Whether a phrase is plain without its label: more than digits, two letters, or words of grammar."""
    return any(len(part) > 2 and not part.isdecimal() and part not in _grammar() for part in stems)


@cache
def _grammar() -> frozenset[str]:
    return frozenset(map(stem, FUNCTION_WORDS)) | FUNCTION_WORDS


def _runs(tokens: Tokens, start: int) -> Iterator[tuple[Stems, int]]:
    """Words from `start` on, one more each time, with the index behind them; hyphens are passed over."""
    stems: list[str] = []
    for index in range(start, min(start + 2 * LONGEST, len(tokens))):
        token = tokens[index]
        if stems and token.key in DASHES and not token.spaced:
            continue
        if token.kind not in ("word", "number", "code") and token.key not in "&,'+":
            return
        if token.kind == "hidden" or len(stems) == LONGEST:
            return
        stems.append(stem(token.key))
        yield tuple(stems), index + 1


def _wearers(attribute: AttributeWords, *, common: bool) -> Mapping[Stems, Meaning]:
    """The words for whom a thing is made, each as the value that suits best, with the others that will do besides."""
    code, label, filters = attribute.code, attribute.label, attribute.filters
    return {
        stems: Meaning("attribute", (best,), attribute.values[best], code, label, filters, common, tuple(others))
        for stems, (best, *others) in wearers_of(attribute.values, stems_of)
    }


def _categories(categories: Mapping[str, int]) -> Iterator[tuple[Stems, Meaning]]:
    """Every category by its name, and by a part of it ("Hoodies & Sweatshirts") that no other category has."""
    whole = {stems_of(name) for name in categories}
    parts: dict[Stems, list[str]] = {}
    for name, count in categories.items():
        meaning = Meaning("category", (name,), count)
        yield from ((stems, meaning) for stems in _spellings(name))
        for part in {stems_of(part) for part in _PARTS.split(name)} - whole:
            parts.setdefault(part, []).append(name)
    for part, names in parts.items():
        if len(names) == 1:
            yield part, Meaning("category", (names[0],), categories[names[0]])


def _kinds(values: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Each value with those that are a kind of it, because they end in it: "Wool" and "Merino Wool"."""
    stems = {value: stems_of(value) for value in values}
    endings: dict[Stems, list[str]] = {}
    for value, found in stems.items():
        for start in range(len(found)):
            endings.setdefault(found[start:], []).append(value)
    return {value: tuple(dict.fromkeys((value, *endings.get(found, ())))) for value, found in stems.items()}


def _spellings(name: str) -> set[Stems]:
    """The stems of `name` as it is, with its hyphens left out ("T-Shirts" and "tshirts"), and of how many there are of
    it: «чемоданов» has another stem than «чемоданы».
    """
    unhyphened = "".join(letter for letter in name if letter not in DASHES)
    return {stems_of(name), stems_of(unhyphened), stems_of(_PLURAL_ENDING.sub("ов", name))}


def _index(entries: Iterable[tuple[Stems, Meaning]]) -> Mapping[Stems, Sequence[Meaning]]:
    index: dict[Stems, dict[tuple[str, str], Meaning]] = {}
    for stems, meaning in entries:
        if stems:
            known = index.setdefault(stems, {})
            known[meaning.kind, meaning.code] = _merged(known.get((meaning.kind, meaning.code)), meaning)
    return {stems: tuple(known.values()) for stems, known in index.items()}


def _merged(known: Meaning | None, other: Meaning) -> Meaning:
    if known is None:
        return other
    names = tuple(dict.fromkeys((*known.names, *other.names)))
    return replace(known, names=names, count=known.count + other.count)


def _families(labels: Mapping[Stems, Sequence[str]]) -> Mapping[str, frozenset[str]]:
    return {
        family[0]: frozenset(code for word in family for code in labels.get(stems_of(word), ())) for family in LABELS
    }


def _labels(attributes: Iterable[AttributeWords]) -> Mapping[Stems, Sequence[str]]:
    labels: dict[Stems, list[str]] = {}
    for attribute in attributes:
        own = {stems_of(attribute.label), stems_of(attribute.code.replace("_", " "))}
        for family in LABELS:
            spelt = {stems_of(word) for word in family}
            own |= spelt if own & spelt else set()
        for stems in own - {()}:
            labels.setdefault(stems, []).append(attribute.code)
    return labels
