"""Hundreds of generated answers: what is planted in false ones is caught, true ones are not touched, however cut."""

import random
import sys
from collections import Counter
from collections.abc import Iterator

import pytest
from support.guarded_shop import guarded
from support.planted_answers import false_answers
from support.said_answers import TRUE_KINDS, Said, true_answers

TRUE = list(true_answers(50))
FALSE = list(false_answers(28))


def through(said: Said, pieces: str | list[str]) -> tuple[str, int]:
    shop = said.shop
    return guarded(pieces, products=shop.products, store=shop.store, asked=said.asked, facts=shop.facts)


def report(capsys: pytest.CaptureFixture[str], what: str, told: Counter[tuple[str, str]], all_of_them: str) -> None:
    """Print how many there were of what."""
    kinds = ", ".join(f"{kind} {language} {count}" for (kind, language), count in sorted(told.items()))
    with capsys.disabled():
        sys.stdout.write(f"\n{what}: {all_of_them} ({kinds})\n")


def test_no_true_answer_is_touched(capsys: pytest.CaptureFixture[str]) -> None:
    touched = [(said.text, out) for said in TRUE if (out := through(said, said.text)) != (said.text, 0)]
    assert touched == []
    told = Counter((said.kind, said.shop.language) for said in TRUE)
    assert len(TRUE) >= 500
    assert all(told[kind, language] >= 50 for kind in TRUE_KINDS for language in ("en", "ru"))
    report(capsys, "true answers", told, f"{len(TRUE)}, none touched")


def test_everything_planted_is_caught_and_the_rest_stays(capsys: pytest.CaptureFixture[str]) -> None:
    missed = [(said.kind, said.text, out) for said in FALSE if not _is_caught(said, out := through(said, said.text))]
    assert missed == []
    told = Counter((said.kind, said.shop.language) for said in FALSE)
    assert len(FALSE) >= 500
    assert sum(count for (kind, _), count in told.items() if kind == "swaps") >= 100
    report(capsys, "answers with something planted", told, f"{len(FALSE)}, all caught")


def _is_caught(said: Said, out: tuple[str, int]) -> bool:
    text, corrections = out
    if corrections != 1 or not text.startswith(said.before) or not text.endswith(said.behind.lstrip(" ")):
        return False
    instead = text[len(said.before) : len(text) - len(said.behind.lstrip(" "))]
    if said.right is not None and said.kind != "price":
        return said.right.endswith(instead.strip().removesuffix(".")) and instead.strip() != ""
    if said.planted.startswith("!["):
        return instead == ""
    return instead.strip() not in ("", said.planted) and (said.kind == "stock" or said.planted not in instead)


@pytest.mark.parametrize("part", range(8))
def test_answers_come_out_the_same_however_they_are_cut(part: int) -> None:
    for said in [*TRUE, *FALSE][part::8]:
        whole = through(said, said.text)
        for pieces in _cuts(said.text):
            assert through(said, pieces) == whole, pieces


def _cuts(text: str) -> Iterator[list[str]]:
    """At every place into two, letter by letter, and by chance into many."""
    yield from ([text[:place], text[place:]] for place in range(1, len(text)))
    yield list(text)
    chance = random.Random(text)
    for _ in range(3):
        places = sorted(chance.sample(range(1, len(text)), min(12, len(text) - 1)))
        yield [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]


def _written(told: Counter[tuple[str, str]]) -> str:
    return ", ".join(f"{kind} {language} {count}" for (kind, language), count in sorted(told.items()))
