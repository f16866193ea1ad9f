"""What shoppers call the kinds and values of the seeded catalogue, read from `english.toml` and `russian.toml`."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from bench.quality.truth.russian import Adjective, Gender, decline
from sandbox.magento.product import Locale, Option
from sandbox.magento.vocabulary import vocabulary

_FILES: Final[Mapping[Locale, str]] = {"en": "english.toml", "ru": "russian.toml"}


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _NounEntry(_Entry):
    many: str
    wanted: str = ""
    few: str = ""
    of_many: str = ""
    forms: tuple[str, ...] = ()
    paraphrases: tuple[str, ...]


class Synonym(_Entry):
    """Other words for one or several values of an attribute. says: phrases that stand behind the noun."""

    code: str
    means: frozenset[str]
    says: tuple[str, ...]


class _File(_Entry):
    kinds: dict[str, _NounEntry]
    values: dict[str, dict[str, str]] = {}
    of: dict[str, dict[str, str]] = {}
    inflected: dict[str, dict[str, tuple[str, ...]]] = {}
    comparative: dict[str, tuple[str, ...]] = {}
    synonym: tuple[Synonym, ...]


@dataclass(frozen=True, slots=True)
class Noun:
    """A kind of product as it is typed. wanted: what one is looking for. few: after 2, 3 and 4. of_many: after "how
    many". forms: whatever cases there are besides."""

    one: str
    wanted: str
    few: str
    many: str
    of_many: str
    forms: tuple[str, ...]
    gender: Gender
    paraphrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one language. nouns: by the key of the kind. inflected, comparative: English forms that no product
    is written in, by attribute code and option key, and by adjective. adjectives, complements: of options, as `value`
    and `of` give them."""

    language: Locale
    nouns: Mapping[str, Noun]
    synonyms: tuple[Synonym, ...]
    inflected: Mapping[str, Mapping[str, tuple[str, ...]]]
    comparative: Mapping[str, tuple[str, ...]]
    adjectives: Mapping[str, Mapping[str, str]]
    complements: Mapping[str, Mapping[str, str]]

    def value(self, code: str, option: Option) -> Adjective:
        """`option` as an adjective; in English, and where there is none, all forms are the same."""
        word = self.adjectives.get(code, {}).get(option.key, option.labels[self.language].lower())
        if self.language == "ru":
            return decline(word)
        return Adjective((word,) * 4, (word,) * 4, word, word)

    def of(self, code: str, option: Option) -> str:
        """`option` behind "of", "without" or "for"."""
        return self.complements.get(code, {}).get(option.key, option.labels[self.language].lower())


@cache
def lexicon(language: Locale) -> Lexicon:
    """The words of `language`."""
    path = Path(__file__).with_name(_FILES[language])
    file = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    return Lexicon(
        language=language,
        nouns=dict(_nouns(file, language)),
        synonyms=file.synonym,
        inflected=file.inflected,
        comparative=file.comparative,
        adjectives=file.values,
        complements=file.of,
    )


def _nouns(file: _File, language: Locale) -> Iterator[tuple[str, Noun]]:
    for kind in vocabulary().kinds:
        key = kind.categories[-1].key
        entry = file.kinds[key]
        one = (kind.en if language == "en" else kind.ru).lower()
        gender: Gender = kind.gender
        yield (
            key,
            Noun(
                one=one,
                wanted=entry.wanted or _with_article(one, entry.many),
                few=entry.few or entry.many,
                many=entry.many,
                of_many=entry.of_many or entry.many,
                forms=entry.forms,
                gender=gender,
                paraphrases=entry.paraphrases,
            ),
        )


def _with_article(one: str, many: str) -> str:
    return one if one == many else f"a {one}"


def template_fields(noun: Noun) -> dict[str, str]:
    """What the templates of every class may name of a noun."""
    return {"one": noun.one, "wanted": noun.wanted, "few": noun.few, "many": noun.many, "of_many": noun.of_many}
