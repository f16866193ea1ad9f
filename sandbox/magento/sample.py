"""The hand-written sample shop: its TOML files read, checked, and turned into products.

`attributes.toml` holds categories and attributes, every other file of the folder a department's products.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from sandbox.magento.product import (
    LOCALES,
    Attribute,
    AttributeInput,
    Category,
    EnrichedField,
    Locale,
    Option,
    ProductText,
    ShopModel,
    ShopProduct,
    ShopVariant,
)
from sandbox.magento.sample_checks import Located, product_problems, repeated_names
from sandbox.magento.sample_format import (
    AttributeEntry,
    AttributesFile,
    CategoryEntry,
    Entry,
    ProductEntry,
    ProductsFile,
    VariantEntry,
)
from shared.errors import Terminal

E = TypeVar("E", bound=Entry)

SAMPLE_SHOP = Path(__file__).with_name("sample_shop")
WHOLESALE_FACTOR = 0.9
"""Wholesale groups of the sample shop pay a tenth less, so that a wrong customer group shows."""

_MODEL_FILE = "attributes.toml"
_VARIANT_IDS_PER_PRODUCT = 100
_ENRICHED: frozenset[EnrichedField] = frozenset({"name", "image", "variants"})


class SampleShopError(Terminal):
    """The sample shop's files cannot be used; `problems` names file and product of each fault."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class SampleShop:
    """The model and the products of the sample shop, in the order of the files."""

    model: ShopModel
    products: tuple[ShopProduct, ...]


def read_sample_shop(folder: Path = SAMPLE_SHOP, *, enriched: bool = False) -> SampleShop:
    """Read every file of `folder`. enriched: as if the enriching module were installed, which gives the display
    name, the image, and the variants with their stock.

    Raises SampleShopError with every fault of the format or, when there is none, every fault between the files.
    """
    file = _checked(AttributesFile, _read_toml(folder / _MODEL_FILE), where=_MODEL_FILE)
    entries = _read_products(folder)
    problems = [*product_problems(file, entries), *repeated_names(file, entries)]
    if problems:
        raise SampleShopError(problems)
    model = _model(file, [entry for _, entry in entries])
    fields = _ENRICHED if enriched else frozenset()
    return SampleShop(model=model, products=tuple(_product(entry, model, fields) for _, entry in entries))


def _read_products(folder: Path) -> list[Located]:
    """Every product with the name of its file."""
    entries: list[Located] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        if path.name == _MODEL_FILE:
            continue
        for table in _checked(ProductsFile, _read_toml(path), where=path.name).product:
            where = f"{path.name}: product {table.get('sku', '?')} (id {table.get('id', '?')})"
            try:
                entries.append((path.name, _checked(ProductEntry, table, where=where)))
            except SampleShopError as error:
                problems += error.problems
    if problems:
        raise SampleShopError(problems)
    return entries


def _checked(entry: type[E], table: Mapping[str, Any], *, where: str) -> E:
    try:
        return entry.model_validate(table)
    except ValidationError as error:
        faults = [f"{where}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
        raise SampleShopError(faults) from error


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SampleShopError([f"{path.name}: not found in {path.parent.name}"]) from error
    except tomllib.TOMLDecodeError as error:
        raise SampleShopError([f"{path.name}: no valid TOML: {error}"]) from error


def _model(file: AttributesFile, entries: Iterable[ProductEntry]) -> ShopModel:
    several = {code for entry in entries for code, keys in entry.options.items() if len(keys) > 1}
    return ShopModel(
        attributes=tuple(_attribute(entry, several=entry.code in several) for entry in file.attribute),
        categories=tuple(_category(entry) for entry in file.category),
    )


def _attribute(entry: AttributeEntry, *, several: bool) -> Attribute:
    kind: AttributeInput = "text" if not entry.option else "multiselect" if several else "select"
    options = tuple(
        Option(id=option.id, key=option.key, labels=option.labels, position=position)
        for position, option in enumerate(entry.option)
    )
    return Attribute(code=entry.code, labels=entry.labels, input=kind, options=options)


def _category(entry: CategoryEntry) -> Category:
    return Category(id=entry.id, key=entry.key, names=entry.labels, parent=entry.parent)


def _product(entry: ProductEntry, model: ShopModel, enriched: frozenset[EnrichedField]) -> ShopProduct:
    options = {a.code: {option.key: option for option in a.options} for a in model.attributes}
    categories = {category.key: category for category in model.categories}
    return ShopProduct(
        id=entry.id,
        sku=entry.sku,
        categories=tuple(categories[key] for key in entry.categories),
        texts={locale: _text(entry, locale) for locale in LOCALES},
        options={code: tuple(options[code][key] for key in keys) for code, keys in entry.options.items()},
        url_key=entry.url_key,
        price=entry.price,
        special_price=entry.special_price,
        in_stock=entry.in_stock,
        image=entry.image,
        ean=entry.ean,
        wholesale_factor=WHOLESALE_FACTOR,
        variants=tuple(
            _variant(variant, options, variant_id=entry.id * _VARIANT_IDS_PER_PRODUCT + nth)
            for nth, variant in enumerate(entry.variant, start=1)
        ),
        enriched=enriched,
    )


def _text(entry: ProductEntry, locale: Locale) -> ProductText:
    text = entry.text(locale)
    return ProductText(
        name=text.name, short_description=text.short_description, description=text.description, free=text.text
    )


def _variant(entry: VariantEntry, options: Mapping[str, Mapping[str, Option]], *, variant_id: int) -> ShopVariant:
    return ShopVariant(
        id=variant_id,
        sku=entry.sku,
        options={code: options[code][key] for code, key in entry.options.items()},
        price=entry.price,
        in_stock=entry.in_stock,
    )
