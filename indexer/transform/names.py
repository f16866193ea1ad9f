"""The name a shopper should read. Pure.

Core Magento lower-cases the ASCII letters of names in its index (PHP 8's `strtolower`), so their case has to come
from elsewhere: the enriching module, then a text that spells the name out, then labels that share a word with it,
and only then a guess.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from indexer.records import SourceRecord
from indexer.transform.markup import one_line

MAX_NAME: Final = 500

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_ODD_WORD = re.compile(r"(?<![A-Z]{2} )\b[A-Za-z][a-z0-9]*[A-Z][A-Za-z0-9]*\b(?! [A-Z]{2})")
"""A capital that no sentence begins with, and no shouted phrase around it."""
_INNER_CAPITAL = re.compile(r"[A-Z](?<=[A-Za-z0-9].)")
"""What every odd word has and most texts have not."""
_NAME_PART = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_EVIDENCE_CHARACTERS = 4000
_TITLE_LANGUAGES = frozenset({"en", "ru"})
"""Languages whose shops write a wholly Latin name in title case."""

_SMALL: Final = frozenset({
    "a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "into", "nor", "of", "off", "on", "or", "over",
    "per", "the", "to", "vs", "via", "with", "without",
})  # fmt: skip
_UNITS: Final = frozenset({
    "mm", "cm", "m", "km", "in", "ft", "g", "kg", "oz", "lb", "lbs", "ml", "cl", "l", "w", "kw", "v", "kv", "mah", "hz",
    "pcs",
})  # fmt: skip
_MAYBE_SMALL: Final = _SMALL | _UNITS
_CAPITALS: Final = frozenset({
    "usb", "hdmi", "led", "oled", "uv", "upf", "diy", "usa", "uk", "eu", "ram", "cpu", "gpu", "atv", "suv", "ii",
    "iii", "iv", "vi", "vii", "viii", "ix",
})  # fmt: skip
_UNVOICED: Final = re.compile(r"[bcdfghjklmnpqrstvwxz]{2,4}")
"""Short words without a vowel are abbreviations: TV, XL, the CK of CK-20."""
_TITLES: Final = frozenset({"mr", "mrs", "ms", "dr", "st", "mt", "jr", "sr"})


def display_name(record: SourceRecord, texts: Iterable[str], *, language: str) -> tuple[str, bool]:
    """The name to show, empty where there is none, and whether its case is a guess.

    texts: plain texts about the product, such as its descriptions.
    """
    if record.enriched.name and (name := one_line(record.enriched.name)):
        return name[:MAX_NAME], False
    name = one_line(record.names[0])[:MAX_NAME] if record.names else ""
    if not record.case_lost or not name:
        return name, False
    return restore_case(name, texts, labels=_labels(record), language=language)


def _labels(record: SourceRecord) -> list[tuple[str, ...]]:
    return [*[attribute.values for attribute in record.attributes.values()], record.categories]


def restore_case(
    name: str, texts: Iterable[str], *, labels: Iterable[tuple[str, ...]], language: str
) -> tuple[str, bool]:
    """`name` in its probable case, and whether that is a guess. labels: words known to be written as shown."""
    excerpt = "\n".join(texts)[:_EVIDENCE_CHARACTERS]
    spelled = _spelled_out(name, excerpt)
    if spelled is not None:
        return _first_up(spelled), False
    known = _known_words(labels, excerpt)
    if _CYRILLIC.search(name):
        # The Cyrillic letters kept their case; a Latin word inside is nearly always a brand or a model.
        return _first_up(_NAME_PART.sub(lambda found: _word(found[0], known), name)), True
    if language in _TITLE_LANGUAGES:
        return _title(name, known), True
    return _first_up(_NAME_PART.sub(lambda found: known.get(found[0], found[0]), name)), True


def _spelled_out(name: str, text: str) -> str | None:
    """The name as `text` writes it, if it does so with a capital beyond that of a sentence's first word."""
    lowered = text.lower()
    if len(lowered) != len(text):  # A letter whose lower case is longer: offsets would not agree.
        return None
    wanted = name.lower()
    start = lowered.find(wanted)
    while start >= 0:
        found = text[start : start + len(name)]
        if found[1:] != found[1:].lower() and not (found.isupper() and len(found.split()) > 1):
            # Only ASCII letters lost their case; any other letter is right as it is.
            return "".join(there if own.isascii() else own for own, there in zip(name, found, strict=True))
        start = lowered.find(wanted, start + 1)
    return None


def _known_words(labels: Iterable[tuple[str, ...]], text: str) -> dict[str, str]:
    """Lower-case word -> how it is written: as labels do, and words like `iPhone` or `GTX` of the text."""
    known: dict[str, str] = {}
    for word in _ODD_WORD.findall(text) if _INNER_CAPITAL.search(text) else ():
        if not word.isupper() or len(word) <= 4:  # A longer word in capitals is shouted.
            known.setdefault(word.lower(), word)
    for values in labels:
        known.update(_label_words(values))
    return known


@lru_cache(maxsize=4096)  # Thousands of products share a few hundred values.
def _label_words(values: tuple[str, ...]) -> Mapping[str, str]:
    return {word.lower(): word for word in _WORD.findall("\n".join(values)) if word != word.lower()}


def _title(name: str, known: Mapping[str, str]) -> str:
    def written(found: re.Match[str]) -> str:
        word = found[0]
        return word if word in _MAYBE_SMALL and _stays_small(found) else _word(word, known)

    return _NAME_PART.sub(written, name)


def _stays_small(found: re.Match[str]) -> bool:
    """Whether a unit or a small word stands where it is not capitalised."""
    word, before, after = found[0], found.string[: found.start()], found.string[found.end() :]
    if word in _UNITS and before.rstrip()[-1:].isdigit():
        return True
    # The last part of a compound is capitalised ("Zip-Off"), one in its middle is not ("2-in-1").
    ends_compound = before.endswith("-") and not after.startswith("-")
    return word in _SMALL and bool(before.strip() and after) and not ends_compound


def _word(word: str, known: Mapping[str, str]) -> str:
    return known.get(word) or _usual(word)


@lru_cache(maxsize=4096)
def _usual(word: str) -> str:
    if word in _CAPITALS or (_UNVOICED.fullmatch(word) and word not in _TITLES):
        return word.upper()
    return word if _CYRILLIC.match(word) else word[0].upper() + word[1:]


def _first_up(name: str) -> str:
    return name[:1].upper() + name[1:]
