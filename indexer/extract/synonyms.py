"""The synonym rules that a native index carries in its own settings. Pure.

Core Magento (2.4.5 and later) writes the search synonyms of a store view into a token filter `synonyms` of the type
`synonym_graph`, one group a rule (`Adapter/Index/Builder` of Magento_Elasticsearch). ElasticSuite keeps its thesaurus
in an index of its own and rewrites queries by it, so that its product index has no such filter.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.synonyms import UnreadableRule, parse_rule

MAX_RULES: Final = 2_000
MAX_BYTES: Final = 100_000
"""What is recorded of them at most: a build writes it into its mapping, which every node of the cluster keeps."""

_TYPES: Final = ("synonym", "synonym_graph")
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class NativeSynonyms:
    """rules: each a line of shared.synonyms. notes: what is left out, a sentence each."""

    rules: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


NO_SYNONYMS: Final = NativeSynonyms()


def read_synonyms(settings: Mapping[str, Any]) -> NativeSynonyms:
    """The rules in the `settings` object of a `GET /<index>` entry, in whatever synonym filter they are."""
    notes: list[str] = []
    rules: list[str] = []
    unreadable: list[str] = []
    for name, synonyms in sorted(_filters(settings).items()):
        if synonyms.get("format", "solr") != "solr" or not isinstance(synonyms.get("synonyms"), list):
            notes.append(
                f"the synonyms of filter {name[:_SHOWN]!r} are not in the native index's settings, or in another "
                "format than Magento's; write them into synonyms.txt"
            )
            continue
        for line in _lines(synonyms["synonyms"]):
            _sort_out(line, rules=rules, unreadable=unreadable)
    kept = _within_bounds(dict.fromkeys(rules))
    if unreadable:
        notes.append(f"{len(unreadable)} of Magento's synonym rules cannot be read, the first: {unreadable[0]}")
    if len(kept) < len(set(rules)):
        notes.append(
            f"of {len(set(rules))} synonym rules of Magento's the first {len(kept)} hold: no more than {MAX_RULES} and "
            f"{MAX_BYTES} bytes; write the others into synonyms.txt"
        )
    return NativeSynonyms(kept, tuple(notes))


def _filters(settings: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The synonym filters by name."""
    found: Any = settings
    for key in ("index", "analysis", "filter"):
        found = found.get(key) if isinstance(found, dict) else None
    filters = found if isinstance(found, dict) else {}
    return {name: body for name, body in filters.items() if isinstance(body, dict) and body.get("type") in _TYPES}


def _lines(rules: list[Any]) -> Iterator[Any]:
    """Each line of each rule; what is no text as it is."""
    for rule in rules:
        yield from rule.split("\n") if isinstance(rule, str) else [rule]


def _sort_out(line: Any, *, rules: list[str], unreadable: list[str]) -> None:
    """Put `line` where it belongs; a remark belongs nowhere."""
    if not isinstance(line, str) or not _is_unicode(line):
        unreadable.append("it is no text")
        return
    try:
        rule = parse_rule(line)
    except UnreadableRule as why:
        unreadable.append(f"{line[:_SHOWN]!r}: {why}")
    else:
        rules += [line.strip()] if rule else []


def _is_unicode(line: str) -> bool:
    """Whether `line` can be written: JSON may hold halves of characters."""
    return not any("\ud800" <= character <= "\udfff" for character in line)


def _within_bounds(rules: Mapping[str, None]) -> tuple[str, ...]:
    """As many of `rules`, from the first on, as may be recorded."""
    kept: list[str] = []
    size = 0
    for rule in rules:
        size += len(rule.encode())
        if size > MAX_BYTES or len(kept) == MAX_RULES:
            break
        kept.append(rule)
    return tuple(kept)
