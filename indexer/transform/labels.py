"""What shoppers call an attribute, where the native index does not say. Pure."""

from collections.abc import Mapping
from typing import Final, Literal

Word = Literal["categories", "variants"]

_LABELS: Final[Mapping[str, tuple[str, str]]] = {
    "manufacturer": ("Brand", "Бренд"),
    "brand": ("Brand", "Бренд"),
    "color": ("Colour", "Цвет"),
    "colour": ("Colour", "Цвет"),
    "size": ("Size", "Размер"),
    "material": ("Material", "Материал"),
    "composition": ("Composition", "Состав"),
    "gender": ("Gender", "Для кого"),
    "age": ("Age", "Возраст"),
    "season": ("Season", "Сезон"),
    "activity": ("Activity", "Назначение"),
    "style": ("Style", "Стиль"),
    "style_general": ("Style", "Стиль"),
    "style_bags": ("Style", "Стиль"),
    "style_bottom": ("Style", "Стиль"),
    "fit": ("Fit", "Посадка"),
    "pattern": ("Pattern", "Рисунок"),
    "climate": ("Climate", "Погода"),
    "sleeve": ("Sleeve", "Рукав"),
    "collar": ("Collar", "Воротник"),
    "format": ("Format", "Формат"),
    "shape": ("Shape", "Форма"),
    "finish": ("Finish", "Отделка"),
    "flavor": ("Flavour", "Вкус"),
    "collection": ("Collection", "Коллекция"),
    "model": ("Model", "Модель"),
    "product_type": ("Type", "Тип"),
    "features": ("Features", "Особенности"),
    "features_bags": ("Features", "Особенности"),
    "compatibility": ("Compatible with", "Совместимость"),
    "capacity": ("Capacity", "Объём"),
    "volume": ("Volume", "Объём"),
    "dimensions": ("Dimensions", "Габариты"),
    "length": ("Length", "Длина"),
    "width": ("Width", "Ширина"),
    "height": ("Height", "Высота"),
    "weight": ("Weight", "Вес"),
    "weight_text": ("Weight", "Вес"),
    "power": ("Power", "Мощность"),
    "voltage": ("Voltage", "Напряжение"),
    "waterproof_rating": ("Waterproof rating", "Водостойкость"),
    "comfort_temperature": ("Comfort temperature", "Температура комфорта"),
    "ingredients": ("Ingredients", "Состав"),
    "care": ("Care", "Уход"),
    "care_instructions": ("Care", "Уход"),
    "size_chart": ("Size chart", "Таблица размеров"),
    "warranty": ("Warranty", "Гарантия"),
    "guarantee": ("Warranty", "Гарантия"),
    "country_of_manufacture": ("Made in", "Страна производства"),
    "eco_collection": ("Eco collection", "Эко-коллекция"),
    "performance_fabric": ("Performance fabric", "Функциональная ткань"),
    "erin_recommends": ("Recommended", "Рекомендуем"),
    "new": ("New", "Новинка"),
    "sale": ("Sale", "Распродажа"),
}
"""Codes of a fresh Magento, of its sample data, and those every shop has: English and Russian labels. Their order is
the order of a product's specifications: what identifies it first."""

_AMERICAN: Final[Mapping[str, str]] = {"Colour": "Color", "Flavour": "Flavor"}

_ORDER: Final = {code: place for place, code in enumerate(_LABELS)}

_WORDS: Final[Mapping[Word, tuple[str, str]]] = {
    "categories": ("Categories", "Категории"),
    "variants": ("Variants", "Варианты"),
}


def attribute_label(code: str, *, locale: str) -> str:
    """The label of an attribute code in the store's language, else the code made readable."""
    found = _LABELS.get(code)
    if found is None:
        return code.replace("_", " ").strip().capitalize() or code
    if locale.startswith("ru"):
        return found[1]
    return _AMERICAN.get(found[0], found[0]) if locale == "en_US" else found[0]


def spec_order(code: str) -> tuple[int, str]:
    """Sort key of specifications: the known ones in the table's order, the others after them by code."""
    return _ORDER.get(code, len(_ORDER)), code


def word(name: Word, *, locale: str) -> str:
    """A word of ours in the store's language; English where we do not speak it."""
    english, russian = _WORDS[name]
    return russian if locale.startswith("ru") else english
