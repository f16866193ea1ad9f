"""The attributes of a native index: those that are read, those that wait for the operator, those nobody may have.

Pure.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from indexer.attributes import is_part
from indexer.discover.findings import AttributeState, FoundAttribute
from indexer.extract.fields import IDENTIFIERS, STEERING, FieldPlan
from indexer.records import SourceRecord
from indexer.transform.labels import spec_order
from indexer.transform.markup import plain
from indexer.transform.text import shorten
from shared.magento.internal import is_internal

_VALUES: Final = 3
_LONGEST: Final = 40
_TEXT_TYPES: Final = frozenset({"text", "keyword"})
_NO_ATTRIBUTES: Final = frozenset({
    "_search", "search", "spelling", "type_id", "children_attributes", "configurable_attributes",
    "indexed_attributes", "options", "meta_title", "meta_keyword", "meta_description",
})  # fmt: skip
"""Text fields that are no attributes, or say nothing that a product's own texts do not."""


def wanted_fields(properties: Mapping[str, Any], plan: FieldPlan) -> list[str]:
    """Native fields whose presence is worth counting: of attributes that are read, and of those that could be."""
    return sorted({*plan.attributes, *_unvouched(properties, plan)})


def found_attributes(
    records: Sequence[SourceRecord], plan: FieldPlan, *, coverage: Mapping[str, int], documents: int
) -> tuple[FoundAttribute, ...]:
    """Every attribute that some product carries, in the order of specifications.

    records: a sample of the index's `documents`. coverage: of `wanted_fields`, by native field.
    """
    sampled = Counter(code for record in records for code in {*record.attributes, *record.enriched.attributes})
    natives = {code: native for native, code in plan.attributes.items()}
    values, labels = _values(records), _labels(records)
    found = [
        FoundAttribute(
            code=code,
            state=_state(natives.get(code), plan, has_values=code in values),
            products=max(coverage.get(natives.get(code, ""), 0), _extrapolated(sampled[code], len(records), documents)),
            values=tuple(shorten(plain(value), _LONGEST) for value in values.get(code, ())[:_VALUES]),
            label=labels.get(code),
        )
        for code in natives.keys() | values.keys()
    ]
    waiting = (code for code in coverage if code not in plan.attributes)
    found += [FoundAttribute(code=code, state="unvouched", products=coverage[code]) for code in waiting]
    return tuple(sorted((one for one in found if one.products), key=lambda one: spec_order(one.code)))


def _state(native: str | None, plan: FieldPlan, *, has_values: bool) -> AttributeState:
    # A text that is there but of which nothing was taken holds ids, or numbers without their unit.
    return "numbers" if native in plan.free_texts and not has_values else "read"


def _extrapolated(seen: int, sampled: int, documents: int) -> int:
    return round(documents * seen / sampled) if sampled else 0


def refused_codes(properties: Iterable[str]) -> tuple[str, ...]:
    """Attributes that look like figures of the merchant's own; the fields with their labels go without saying."""
    names = set(properties)
    return tuple(sorted(name for name in names if is_internal(name) and not _is_label(name, names)))


def _unvouched(properties: Mapping[str, Any], plan: FieldPlan) -> Iterator[str]:
    """Text attributes that no list of ours names, so that the operator has to."""
    names = properties.keys()
    for code, field in properties.items():
        of_text = isinstance(field, dict) and field.get("type") in _TEXT_TYPES
        ours = is_part(code) or code in STEERING or code in IDENTIFIERS or code in _NO_ATTRIBUTES
        known = code in plan.attributes or code in plan.attributes.values() or _is_label(code, names)
        if of_text and not ours and not known and not is_internal(code):
            yield code


def _is_label(name: str, names: Iterable[str]) -> bool:
    return name.removesuffix("_value").removeprefix("option_text_") in set(names) - {name}


def _values(records: Iterable[SourceRecord]) -> dict[str, list[str]]:
    """The values each attribute has in the sample, the most frequent first."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for record in records:
        for code, attribute in {**record.attributes, **record.enriched.attributes}.items():
            counts[code].update(attribute.values)
    return {code: [value for value, _ in found.most_common()] for code, found in counts.items()}


def _labels(records: Iterable[SourceRecord]) -> dict[str, str]:
    """What the documents themselves call their attributes; the first says it for all."""
    labels: dict[str, str] = {}
    for record in records:
        for code, attribute in record.enriched.attributes.items():
            if attribute.label:
                labels.setdefault(code, plain(attribute.label))
    return labels
