"""Any text at all, made of what the guard looks for: it comes out the same however it is cut, and nothing is lost."""

import itertools
import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.chat import AS_OF, a_hit
from support.guarded_shop import BAGS, ENGLISH, FACTS_EN, RUSSIAN, THINGS, guarded

from runtime.chat.events import Delta, Started
from runtime.chat.guard import TruthGuard
from runtime.chat.question import ChatQuestion

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


_ANYTHING = st.lists(
    st.sampled_from([f"{part} " for part in _PARTS] + list(_PARTS))
    | st.text(max_size=6)
    | st.text(st.characters(categories=("Cs", "Nd", "Sc", "Zs", "Pd")), max_size=4),
    max_size=30,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(_ANYTHING, st.lists(st.integers(0, 400), max_size=8))
def test_no_text_breaks_the_guard_nor_do_cuts_matter(text: str, cuts: list[int]) -> None:
    places = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    pieces = [text[start:end] for start, end in itertools.pairwise(places)]
    whole = guarded(text, products=BAGS, store=ENGLISH, facts=FACTS_EN)
    assert guarded(pieces, products=BAGS, store=ENGLISH, facts=FACTS_EN) == whole
    assert whole[0] == text or whole[1]


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        " ",
        "7",
        "$",
        "$1 ",
        "1,",
        "[",
        "![",
        "[a](",
        "(",
        "one ",
        "one-",
        "in ",
        "~",
        "| $1 ",
        "5k ",
        "-1",
        "\ud800",
        ".",
    ],
)
def test_what_is_held_back_is_bounded_whatever_comes(unit: str) -> None:
    guard = TruthGuard(ChatQuestion(store=ENGLISH, text="a bag?"))
    list(guard.feed(Started(store="default", as_of=AS_OF, hits=tuple(map(a_hit, BAGS)))))
    held = 0
    for _ in range(2_000 // len(unit)):
        sent = sum(len(event.text) for event in guard.feed(Delta(unit)) if isinstance(event, Delta))
        held += len(unit) - sent
        assert held <= 700
