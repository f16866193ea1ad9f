"""Any text at all, made of what the guard looks for: it comes out the same however it is cut, and nothing is lost."""

import random
from collections.abc import Iterator

import pytest
from support.guarded_shop import BAGS, ENGLISH, FACTS_EN, RUSSIAN, THINGS, guarded

_FRAGMENTS = (
    "Joust Duffle Bag|Montana Wind Jacket|Trail 28|Рюкзак Тропа 28|Куртка Север|$|34.00|$77|1 299|₽|"
    "руб.|USD|5k|10|–|to|and|от|до|in stock|in|stock|out of|not|в наличии|нет|only 3 left|осталось|20%|"
    "off|% off|скидка|discount|on sale|was $99|use|code|SALE10|promo code|промокод|delivery|free|"
    "доставка|за 1 день|tomorrow|30-day|returns|size|M|black|размер|42|SKU|24-MB01|артикул|ZZ-99|http|"
    "https://|shop.test/24-mb01.html|evil.example/x|www.|[|](|)|![|!|.com|.|,|;|:|?|\n|\n\n|- |1. |**|(|"
    ")|«|»|it|is|costs|стоит|the|за|for||ё|İ|\xa0|\u2009|'|’|/|-|_|<|>"
)
_PARTS = _FRAGMENTS.split("|")


def _texts(seed: int) -> Iterator[tuple[str, random.Random]]:
    chance = random.Random(seed)
    for _ in range(40):
        parts = chance.choices(_PARTS, k=chance.randrange(3, 40))
        yield "".join(part + chance.choice(("", " ", " ", " ")) for part in parts), chance


@pytest.mark.parametrize("seed", range(20))
def test_any_text_comes_out_the_same_however_it_is_cut(seed: int) -> None:
    products, store = (BAGS, ENGLISH) if seed % 2 else (THINGS, RUSSIAN)
    for text, chance in _texts(seed):
        whole = guarded(text, products=products, store=store, facts=FACTS_EN)
        assert guarded(list(text), products=products, store=store, facts=FACTS_EN) == whole
        for _ in range(6):
            places = sorted(chance.sample(range(len(text) + 1), min(4, len(text))))
            pieces = [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]
            assert guarded(pieces, products=products, store=store, facts=FACTS_EN) == whole, pieces


@pytest.mark.parametrize("seed", range(100, 110))
def test_text_that_goes_out_changed_is_counted(seed: int) -> None:
    for text, _ in _texts(seed):
        out, corrections = guarded(text, products=BAGS, store=ENGLISH)
        assert (out == text) or corrections
