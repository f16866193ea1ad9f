"""Answers in other hands' words: true ones go out untouched, what is planted in false ones does not, however cut."""

import random
import re
from collections.abc import Iterator

import pytest
from support.assembled_answers import assembled, swapped
from support.guarded_shop import guarded
from support.heard import SHOPS, Heard, false_heard, true_heard

_DOUBLED = re.compile(r"\b(\w{2,}) \1\b|  |\s[,;]|\(\)|\[\]|,,|(?<!\.)\.\.(?!\.)")


def test_no_true_answer_is_touched() -> None:
    assert len(true_heard()) >= 300
    assert [(one.text, out) for one in true_heard() if (out := one.through()) != (one.text, 0)] == []


def test_nothing_planted_goes_out() -> None:
    assert len(false_heard()) >= 300
    assert [(one.text, out) for one in false_heard() if not _is_caught(one, *(out := one.through()))] == []


def test_swaps_of_two_products_are_among_what_is_planted() -> None:
    assert sum(one.kind == "swap" for one in false_heard()) >= 40


def _is_caught(one: Heard, out: str, corrections: int) -> bool:
    """Whether what is planted has gone and the text before it stays."""
    if not corrections or out == one.text or not out.startswith(_before_planted(one)):
        return False
    around = re.fullmatch("(.*?)".join(map(re.escape, one.pieces[::2])), out, re.DOTALL)
    if around is None:
        return True
    there = zip(around.groups(), one.planted, one.right, strict=True)
    return all(found != planted or planted == right for found, planted, right in there)


def _before_planted(one: Heard) -> str:
    """What stands before the first thing planted, without the link or the size that it may be a part of."""
    return re.sub(r"[\[(][^\s(]*(?: [^\s(\[]+)*\]?\(?\S*\Z|\b(?:in )?sizes? \Z|\S*\Z", "", one.pieces[0])


def test_what_goes_out_reads_as_a_text() -> None:
    outs = [(one.text, one.through()[0]) for one in false_heard()]
    assert [out for text, out in outs if _DOUBLED.search(out) and not _DOUBLED.search(text)] == []
    begun_small = re.compile(r"(?<!см)[.!?]\s+[a-zа-яё]")
    assert [out for text, out in outs if begun_small.search(out) and not begun_small.search(text)] == []


@pytest.mark.parametrize("part", range(4))
def test_answers_come_out_the_same_however_they_are_cut(part: int) -> None:
    for one in [*true_heard(), *false_heard()][part::4]:
        whole = one.through()
        for pieces in _cuts(one.text):
            assert one.through(pieces) == whole, pieces


@pytest.mark.parametrize("language", SHOPS)
def test_true_parts_put_together_by_chance_go_out_untouched(language: str) -> None:
    shop = SHOPS[language]
    for seed in range(300):
        text = assembled(language, seed)
        pieces = next(_cuts(text)) if seed % 2 else [text]
        assert guarded(pieces, products=shop.products, store=shop.store, facts=shop.facts) == (text, 0)


@pytest.mark.parametrize("language", SHOPS)
def test_prices_swapped_by_chance_are_both_put_right(language: str) -> None:
    shop = SHOPS[language]
    for seed in range(200):
        text, *_ = swapped(language, seed)
        whole = guarded(text, products=shop.products, store=shop.store, facts=shop.facts)
        assert whole[1] == 2, (text, whole)
        assert guarded(list(text), products=shop.products, store=shop.store, facts=shop.facts) == whole


def _cuts(text: str) -> Iterator[list[str]]:
    """Letter by letter, and by chance into many and into two."""
    yield list(text)
    chance = random.Random(text)
    for count in (12, 6, 1, 1, 1, 1):
        places = sorted(chance.sample(range(1, len(text)), min(count, len(text) - 1)))
        yield [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]
