"""The object `vitrina` that an enriching Magento module adds to a native document. Pure.

Its fields, their types and what they win over: docs/native-document.md. Every field is optional; one of a wrong type
is left out and named by a warning `bad_vitrina_<field>`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from shared.magento.internal import is_internal
from shared.magento.values import MAX_VALUES, first_text, flag, price, texts

VITRINA: Final = "vitrina"
"""The field it is in."""

_TEXTS: Final = ("url", "image", "name", "currency", "description_text")
_PRICES: Final = ("price", "regular_price")

VARIANT_FIELDS: Final = ("sku", "name", "options", "price", "in_stock")
"""What is read of each of its variants."""


@dataclass(frozen=True, slots=True)
class SourceAttribute:
    """One attribute of a product. label: as the shop names it, None where the native index does not say."""

    values: tuple[str, ...]
    label: str | None = None


@dataclass(frozen=True, slots=True)
class SourceVariant:
    """A child of a configurable product. options: attribute code -> value label; price as in `Enrichment`."""

    sku: str
    name: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    price: Decimal | None = None
    in_stock: bool | None = None


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What the object `vitrina` of a native document said, as far as it had the documented types.

    currency: of every price in here; None means the native one, which factor and rounding still apply to.
    """

    url: str | None = None
    image: str | None = None
    name: str | None = None
    currency: str | None = None
    price: Decimal | None = None
    regular_price: Decimal | None = None
    description_text: str | None = None
    in_stock: bool | None = None
    variants: tuple[SourceVariant, ...] = ()
    attributes: Mapping[str, SourceAttribute] = field(default_factory=dict)
    identifiers: tuple[str, ...] = ()


NOT_ENRICHED: Final = Enrichment()


def read_enrichment(source: Mapping[str, Any]) -> tuple[Enrichment, list[str]]:
    """What the document's `vitrina` says, and the warnings about it."""
    given = source.get(VITRINA)
    if given is None:
        return NOT_ENRICHED, []
    if isinstance(given, list) and len(given) == 1:
        given = given[0]
    if not isinstance(given, dict):
        return Enrichment(), [f"bad_{VITRINA}"]
    return _Reader(given).read()


class _Reader:
    """One `vitrina` object and what was wrong with it."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given
        self._bad: list[str] = []

    def read(self) -> tuple[Enrichment, list[str]]:
        words = {name: self._text(name) for name in _TEXTS}
        enrichment = Enrichment(
            url=words["url"],
            image=words["image"],
            name=words["name"],
            currency=words["currency"],
            description_text=words["description_text"],
            price=self._price("price"),
            regular_price=self._price("regular_price"),
            in_stock=self._in_stock(),
            variants=self._variants(),
            attributes=self._attributes(),
            identifiers=(*texts(self._given.get("ean")), *texts(self._given.get("identifiers"))),
        )
        return enrichment, [f"bad_{VITRINA}_{name}" for name in dict.fromkeys(self._bad)]

    def _text(self, name: str) -> str | None:
        value = self._given.get(name)
        if value is None or isinstance(value, str):
            return first_text(value)
        found = first_text(value) if isinstance(value, list) else None
        if found is None:
            self._bad.append(name)
        return found

    def _price(self, name: str) -> Decimal | None:
        value = self._given.get(name)
        found = price(value)
        if found is None and value is not None:
            self._bad.append(name)
        return found

    def _in_stock(self) -> bool | None:
        value = self._given.get("in_stock")
        found = flag(value)
        if found is None and value is not None:
            self._bad.append("in_stock")
        return found

    def _variants(self) -> tuple[SourceVariant, ...]:
        value = self._given.get("variants")
        if value is None:
            return ()
        if not isinstance(value, list) or len(value) > MAX_VALUES:
            self._bad.append("variants")
        candidates = value[:MAX_VALUES] if isinstance(value, list) else []
        read = [self._variant(candidate) for candidate in candidates]
        return tuple({variant.sku: variant for variant in read if variant is not None}.values())

    def _variant(self, given: Any) -> SourceVariant | None:
        sku = first_text(given.get("sku")) if isinstance(given, dict) else None
        if sku is None:
            self._bad.append("variants")
            return None
        cost = price(given.get("price"))
        if cost is None and given.get("price") is not None:
            self._bad.append("variants")
        return SourceVariant(
            sku=sku,
            name=first_text(given.get("name")),
            options=self._options(given.get("options")),
            price=cost,
            in_stock=flag(given.get("in_stock")),
        )

    def _options(self, given: Any) -> dict[str, str]:
        if not isinstance(given, dict):
            if given:  # PHP writes an empty object as an empty array.
                self._bad.append("variants")
            return {}
        labels = ((code, first_text(value)) for code, value in list(given.items())[:MAX_VALUES])
        return {code: label for code, label in labels if label and not is_internal(code)}

    def _attributes(self) -> dict[str, SourceAttribute]:
        given = self._given.get("attributes")
        if not isinstance(given, dict):
            if given:
                self._bad.append("attributes")
            return {}
        read = ((code, self._attribute(value)) for code, value in list(given.items())[:MAX_VALUES])
        return {code: attribute for code, attribute in read if attribute and not is_internal(code)}

    def _attribute(self, given: Any) -> SourceAttribute | None:
        label = first_text(given.get("label")) if isinstance(given, dict) else None
        values = texts(given.get("values")) if isinstance(given, dict) else texts(given)
        if not values:
            self._bad.append("attributes")
            return None
        return SourceAttribute(values=tuple(values), label=label)
