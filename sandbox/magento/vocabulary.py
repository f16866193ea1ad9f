"""The words the seeded catalogue is made of, read once from `vocabulary.toml`."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from sandbox.magento.product import Attribute, AttributeInput, Category, Locale, Option, ShopModel

_FILE = Path(__file__).with_name("vocabulary.toml")
_FIRST_DEPARTMENT_ID, _FIRST_KIND_CATEGORY_ID, _FIRST_OPTION_ID = 3, 11, 49

_LABELS: dict[str, tuple[AttributeInput, str, str]] = {
    "color": ("select", "Color", "Цвет"),
    "size": ("select", "Size", "Размер"),
    "material": ("multiselect", "Material", "Материал"),
    "manufacturer": ("select", "Brand", "Бренд"),
    "gender": ("select", "Gender", "Пол"),
    "season": ("multiselect", "Season", "Сезон"),
    "activity": ("multiselect", "Activity", "Назначение"),
    "capacity": ("text", "Capacity", "Объём"),
    "weight_text": ("text", "Weight", "Вес"),
}
"""Input, English and Russian label of the shop's own attributes, in the order of the model."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Phrase(_Entry):
    """The same sentence or word in both languages."""

    en: str
    ru: str

    @property
    def by_locale(self) -> dict[Locale, str]:
        return {"en": self.en, "ru": self.ru}


class Adjective(_Entry):
    """ru: masculine, feminine, neuter, plural."""

    en: str
    ru: tuple[str, str, str, str]


class _Word(Phrase):
    key: str


class _KindEntry(_Entry):
    key: str
    department: str
    prefix: str
    en: str
    ru: str
    gender: Literal[0, 1, 2, 3]
    category: Phrase
    price: tuple[int, int]
    materials: tuple[str, ...]
    activities: tuple[str, ...]
    axes: tuple[Literal["color", "size"], ...]
    sizes: tuple[str, ...] = ()
    litres: tuple[int, int] | None = None


class _File(_Entry):
    brands: tuple[str, ...]
    series: tuple[str, ...]
    departments: dict[str, Phrase]
    color: tuple[_Word, ...]
    size: tuple[_Word, ...]
    material: tuple[_Word, ...]
    gender: tuple[_Word, ...]
    season: tuple[_Word, ...]
    activity: tuple[_Word, ...]
    adjective: tuple[Adjective, ...]
    feature: tuple[Phrase, ...]
    use: tuple[Phrase, ...]
    kind: tuple[_KindEntry, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of product. categories: department and leaf. price: base currency, lowest and highest."""

    prefix: str
    en: str
    ru: str
    gender: Literal[0, 1, 2, 3]
    slug: str
    categories: tuple[Category, Category]
    price: tuple[int, int]
    materials: tuple[Option, ...]
    activities: tuple[Option, ...]
    genders: tuple[Option, ...]
    axes: tuple[tuple[str, tuple[Option, ...]], ...]
    litres: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything a seeded product is put together from."""

    model: ShopModel
    kinds: tuple[Kind, ...]
    brands: tuple[Option, ...]
    series: tuple[str, ...]
    colors: tuple[Option, ...]
    seasons: tuple[Option, ...]
    adjectives: tuple[Adjective, ...]
    features: tuple[Phrase, ...]
    uses: tuple[Phrase, ...]


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary of this package."""
    file = _File.model_validate(tomllib.loads(_FILE.read_text(encoding="utf-8")))
    options = _options(file)
    categories = _categories(file)
    return Vocabulary(
        model=ShopModel(attributes=_attributes(options), categories=tuple(categories.values())),
        kinds=tuple(_kind(entry, options, categories) for entry in file.kind),
        brands=tuple(options["manufacturer"].values()),
        series=file.series,
        colors=tuple(options["color"].values()),
        seasons=tuple(options["season"].values()),
        adjectives=file.adjective,
        features=file.feature,
        uses=file.use,
    )


def _options(file: _File) -> dict[str, dict[str, Option]]:
    brands = tuple(_Word(key=name.lower().replace(" ", "-"), en=name, ru=name) for name in file.brands)
    words: dict[str, Sequence[_Word]] = {
        "color": file.color,
        "size": file.size,
        "material": file.material,
        "manufacturer": brands,
        "gender": file.gender,
        "season": file.season,
        "activity": file.activity,
    }
    ids = count(_FIRST_OPTION_ID)
    return {
        code: {
            word.key: Option(id=next(ids), key=word.key, labels=word.by_locale, position=position)
            for position, word in enumerate(listed)
        }
        for code, listed in words.items()
    }


def _attributes(options: dict[str, dict[str, Option]]) -> tuple[Attribute, ...]:
    return tuple(
        Attribute(code=code, labels={"en": en, "ru": ru}, input=kind, options=tuple(options.get(code, {}).values()))
        for code, (kind, en, ru) in _LABELS.items()
    )


def _categories(file: _File) -> dict[str, Category]:
    categories = {
        key: Category(id=category_id, key=key, names=name.by_locale)
        for category_id, (key, name) in enumerate(file.departments.items(), start=_FIRST_DEPARTMENT_ID)
    }
    for category_id, kind in enumerate(file.kind, start=_FIRST_KIND_CATEGORY_ID):
        names = kind.category.by_locale
        categories[kind.key] = Category(id=category_id, key=kind.key, names=names, parent=kind.department)
    return categories


def _kind(entry: _KindEntry, options: dict[str, dict[str, Option]], categories: dict[str, Category]) -> Kind:
    values = {"color": tuple(options["color"].values()), "size": tuple(options["size"][key] for key in entry.sizes)}
    return Kind(
        prefix=entry.prefix,
        en=entry.en,
        ru=entry.ru,
        gender=entry.gender,
        slug=entry.en.lower().replace(" ", "-"),
        categories=(categories[entry.department], categories[entry.key]),
        price=entry.price,
        materials=tuple(options["material"][key] for key in entry.materials),
        activities=tuple(options["activity"][key] for key in entry.activities),
        genders=tuple(options["gender"].values()) if entry.department == "clothes" else (),
        axes=tuple((axis, values[axis]) for axis in entry.axes),
        litres=entry.litres,
    )
