"""Vocabularies of a small English and a small Russian shop, and of a market in each language that sells everything, for
tests of query understanding.
"""

from collections.abc import Collection
from typing import Final

from runtime.retrieval.understanding.catalogue import AttributeWords, Vocabulary
from runtime.retrieval.understanding.understand import understand
from runtime.retrieval.understanding.understood import Understood

ENGLISH: Final = Vocabulary(
    categories={"Jackets": 40, "Dresses": 20, "T-Shirts": 30, "Bags": 40, "Shoes": 50, "Hoodies & Sweatshirts": 20},
    attributes=(
        AttributeWords(
            "color", "Color", {"Black": 60, "White": 40, "Red": 10, "Dark Blue": 12, "Blue": 9, "Olive": 5}, axis=True
        ),
        AttributeWords("size", "Size", {"S": 30, "M": 30, "XL": 30, "42": 20}, axis=True),
        AttributeWords("material", "Material", {"Leather": 20, "Cotton": 40, "Wood": 10, "Stainless Steel": 9}),
        AttributeWords("season", "Season", {"Winter": 20, "Summer": 30}),
        AttributeWords("brand", "Brand", {"Summer": 25, "Marlow": 30}),
        AttributeWords("notes", "Notes", {"ocean mist": 1, "straw yellow": 1, "sand": 1, "crimson": 1}),
        AttributeWords("washable", "Washable", {"No": 90, "Yes": 80}),
        AttributeWords("purpose", "Purpose", {"Souvenir": 20, "Travel": 10}),
    ),
    currency="USD",
    products=250,
)
RUSSIAN: Final = Vocabulary(
    categories={"Куртки": 40, "Платья": 20, "Футболки": 30, "Сумки": 40, "Рюкзаки": 30, "Худи и толстовки": 20},
    attributes=(
        AttributeWords(
            "color", "Цвет", {"Чёрный": 60, "Белый": 40, "Красный": 10, "Тёмно-синий": 12, "Синий": 9}, axis=True
        ),
        AttributeWords("size", "Размер", {"S": 30, "M": 30, "XL": 30, "42": 20}, axis=True),
        AttributeWords("material", "Материал", {"Кожа": 20, "Хлопок": 40, "Дерево": 10, "Нержавеющая сталь": 9}),
        AttributeWords("season", "Сезон", {"Зима": 20, "Лето": 30}),
        AttributeWords("washable", "Стирка", {"Нет": 90, "Да": 80}),
        AttributeWords("purpose", "Назначение", {"Сувенир": 20, "Поездка": 10}),
    ),
    currency="RUB",
    products=250,
)
ENGLISH_MARKET: Final = Vocabulary(
    categories=dict.fromkeys(
        (
            "Jackets",
            "Dresses",
            "Bags",
            "Jewelry",
            "Soaps",
            "Perfumes",
            "Vinegar",
            "Oils",
            "Tea",
            "Wine",
            "Glasses",
            "Mugs",
            "Cookies",
            "Fish Food",
            "Toys",
            "Puzzles",
            "Books",
            "Board Games",
            "Phones",
            "Phone Cases",
            "TVs",
            "Laptops",
            "Lamps",
            "Drills",
            "Towels",
            "Chairs",
            "Records",
            "Planners",
        ),
        40,
    ),
    attributes=(
        AttributeWords(
            "color",
            "Color",
            dict.fromkeys(
                ("Black", "White", "Red", "Green", "Brown", "Olive", "Rose", "Gold", "Silver", "Orange", "Chocolate"),
                120,
            ),
            axis=True,
        ),
        AttributeWords("brand", "Brand", dict.fromkeys(("Apple", "Marlow", "Oakmere", "Harbor", "Cheap Sunday"), 220)),
        AttributeWords("material", "Material", dict.fromkeys(("Leather", "Cotton", "Wood", "Steel", "Glass"), 140)),
        AttributeWords("season", "Season", {"Winter": 200, "Summer": 250, "Spring": 200}),
        AttributeWords("age", "Age", {"3-5 years": 30, "6-8 years": 30}),
    ),
    currency="USD",
    products=1120,
)
RUSSIAN_MARKET: Final = Vocabulary(
    categories=dict.fromkeys(
        (
            "Куртки", "Платья", "Сумки", "Украшения", "Мыло", "Духи", "Масла", "Чай", "Вино", "Бокалы", "Кружки",
            "Печенье", "Корма", "Игрушки", "Пазлы", "Книги", "Настольные игры", "Телефоны", "Чехлы", "Телевизоры",
            "Ноутбуки", "Лампы", "Дрели", "Полотенца", "Стулья", "Пластинки", "Шлемы", "Подарки",
        ),
        40,
    ),
    attributes=(
        AttributeWords(
            "color",
            "Цвет",
            dict.fromkeys(
                ("Чёрный", "Белый", "Красный", "Зелёный", "Коричневый", "Оливковый", "Розовый", "Золотой", "Лимонный"),
                140,
            ),
            axis=True,
        ),
        AttributeWords("brand", "Бренд", dict.fromkeys(("Тополь", "Marlow", "Oakmere", "Apple"), 280)),
        AttributeWords("material", "Материал", dict.fromkeys(("Кожа", "Хлопок", "Дерево", "Сталь", "Стекло"), 140)),
        AttributeWords("season", "Сезон", {"Зима": 200, "Лето": 250, "Весна": 200}),
    ),
    currency="RUB",
    products=1120,
)  # fmt: skip


def ask(text: str, *drop: str) -> Understood:
    """`text` understood by the shop of its language; `drop`: ids of conditions."""
    return _ask(text, ENGLISH, RUSSIAN, drop)


def ask_market(text: str, *drop: str) -> Understood:
    """The same by the market of its language."""
    return _ask(text, ENGLISH_MARKET, RUSSIAN_MARKET, drop)


def _ask(text: str, english: Vocabulary, russian: Vocabulary, drop: Collection[str]) -> Understood:
    is_russian = any("а" <= letter <= "я" for letter in text.lower())
    return understand(text, russian if is_russian else english, language="ru" if is_russian else "en", drop=drop)
