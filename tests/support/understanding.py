"""Vocabularies of a small English and a small Russian shop, for tests of query understanding."""

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
        AttributeWords("material", "Material", {"Leather": 20, "Cotton": 40, "Wood": 10}),
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


def ask(text: str, *drop: str) -> Understood:
    """`text` understood by the shop of its language; `drop`: ids of conditions."""
    russian = any("а" <= letter <= "я" for letter in text.lower())
    vocabulary = RUSSIAN if russian else ENGLISH
    return understand(text, vocabulary, language="ru" if russian else "en", drop=drop)
