"""A hit of a native Magento index as a SourceRecord, whichever dialect wrote it. Pure.

Nothing here raises on any JSON document: what cannot be understood is left out and named by a warning.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from indexer.extract.fields import FieldPlan
from indexer.records import SourceRecord
from shared.magento import core, elasticsuite
from shared.magento.enrichment import SourceAttribute, read_enrichment
from shared.magento.values import MAX_VALUES, first_text, integer, lines, texts

NO_SELECTION = "no_selection"
"""What Magento stores where no image was chosen."""

_NULL_DATE = "0000-00-00"
_REMEMBERED_CHARACTERS = 200
_REMEMBERED_VALUES = 20
_LOWER = re.compile("[a-z]")
_UPPER = re.compile("[A-Z]")


def read_hit(hit: Mapping[str, Any], plan: FieldPlan) -> SourceRecord:
    """The record of one search hit (`_id`, `_source`)."""
    source = hit.get("_source")
    return read_document(str(hit["_id"]), source if isinstance(source, dict) else {}, plan)


def read_document(
    document_id: str, source: Mapping[str, Any], plan: FieldPlan, *, source_hash: str = ""
) -> SourceRecord:
    """The record of a native document's `_source`."""
    enriched, warnings = read_enrichment(source)
    names, case_lost = _names(source, plan)
    lowest, highest, bad_price = _prices(source, plan)
    if bad_price:
        warnings.append("bad_price")
    if any([len(value) > MAX_VALUES for value in source.values() if isinstance(value, list)]):
        warnings.append("values_cut")
    dialect = core if plan.dialect == "core" else elasticsuite
    return SourceRecord(
        id=document_id,
        skus=tuple(lines(_value(source, plan.structure["sku"]))),
        names=names,
        case_lost=case_lost,
        description=first_text(_value(source, plan.structure["description"])) or "",
        short_description=first_text(_value(source, plan.structure["short_description"])) or "",
        price=lowest,
        price_max=highest,
        in_stock=dialect.read_stock(source),
        categories=dialect.read_categories(source),
        attributes=_attributes(source, plan),
        identifiers=_identifiers(source, plan),
        url_key=first_text(_value(source, plan.structure["url_key"])),
        image=_image(source, plan),
        status=integer(source.get("status")),
        visibility=integer(source.get("visibility")),
        enriched=enriched,
        warnings=tuple(warnings),
        source_hash=source_hash,
    )


def _value(source: Mapping[str, Any], natives: Iterable[str]) -> Any:
    """What the first of the fields that says anything says."""
    for native in natives:
        if value := source.get(native):
            return value
    return None


def _names(source: Mapping[str, Any], plan: FieldPlan) -> tuple[tuple[str, ...], bool]:
    """Names of the product and its children, and whether Magento lower-cased them.

    Core Magento lower-cases the ASCII letters of `name` for sorting; a field that the operator mapped is as the
    merchant wrote it.
    """
    field = next((name for name in plan.structure["name"] if source.get(name)), "name")
    found = tuple(lines(source.get(field)))
    return found, plan.dialect == "core" and field not in plan.mapped and _is_lowered("".join(found))


def _is_lowered(text: str) -> bool:
    if text.isascii():
        return text.islower()
    return _LOWER.search(text) is not None and _UPPER.search(text) is None


def _prices(source: Mapping[str, Any], plan: FieldPlan) -> tuple[Decimal | None, Decimal | None, bool]:
    if plan.dialect == "elasticsuite":
        return elasticsuite.read_price(source, customer_group=plan.customer_group)
    found, bad = core.read_price(source, customer_group=plan.customer_group, website_id=plan.website_id)
    return found, None, bad


def _attributes(source: Mapping[str, Any], plan: FieldPlan) -> dict[str, SourceAttribute]:
    found: dict[str, SourceAttribute] = {}
    for native, value in source.items():
        code = plan.attributes.get(native)
        if code is not None and (attribute := _attribute(value, free=native in plan.free_texts)).values:
            found[code] = attribute
    return found


def _attribute(value: Any, *, free: bool) -> SourceAttribute:
    """An attribute's values, none where they say nothing."""
    if isinstance(value, str) and len(value) <= _REMEMBERED_CHARACTERS:
        return _remembered(free, value)
    if isinstance(value, list) and len(value) <= _REMEMBERED_VALUES:
        try:
            return _remembered(free, *value)
        except TypeError:  # An object among the values.
            pass
    return _read_attribute(free, value)


@lru_cache(maxsize=4096, typed=True)  # Thousands of products share a few hundred values; 1 and True are not one.
def _remembered(free: bool, *values: Any) -> SourceAttribute:
    return _read_attribute(free, list(values))


def _read_attribute(free: bool, value: Any) -> SourceAttribute:
    return SourceAttribute(values=tuple([text for text in texts(value) if _says_something(text, free=free)]))


def _says_something(text: str, *, free: bool) -> bool:
    # Digits alone in a field without labels are an option id or a number without its unit.
    return not text.startswith(_NULL_DATE) and text != NO_SELECTION and not (free and text.isdecimal())


def _identifiers(source: Mapping[str, Any], plan: FieldPlan) -> tuple[str, ...]:
    present = [source[native] for native in plan.identifiers if native in source]
    return tuple(dict.fromkeys([code for value in present for code in lines(value)])) if present else ()


def _image(source: Mapping[str, Any], plan: FieldPlan) -> str | None:
    for native in plan.structure["image"]:
        if (value := source.get(native)) and (path := first_text(value)) and path != NO_SELECTION:
            return path
    return None
