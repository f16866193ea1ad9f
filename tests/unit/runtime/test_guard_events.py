"""The guard among the events of an answer: their order, what it holds back and how long, what it counts."""

from dataclasses import replace

import pytest
from prometheus_client import REGISTRY
from support.chat import AS_OF, a_document, a_hit
from support.guarded_shop import BAGS, ENGLISH

from runtime.chat.events import ChatEvent, Delta, Failed, Finish, Started, Usage
from runtime.chat.guard import TruthGuard
from runtime.chat.question import ChatQuestion

OPENING = Started(store="default", as_of=AS_OF, hits=tuple(map(a_hit, BAGS)))
BROKEN = Failed("broken off", code="llm_interrupted")


def passed(*events: ChatEvent) -> list[ChatEvent]:
    guard = TruthGuard(ChatQuestion(store=ENGLISH, text="a bag?"))
    return [checked for event in events for checked in guard.feed(event)]


def counted(kind: str) -> float:
    return REGISTRY.get_sample_value("vitrina_guard_corrections_total", {"kind": kind}) or 0.0


def test_text_that_claims_nothing_passes_as_the_very_same_event() -> None:
    delta = Delta("A roomy bag ")
    assert passed(OPENING, delta)[1] is delta


def test_only_what_is_suspicious_is_held_back() -> None:
    events = passed(OPENING, Delta("The Joust Duffle Bag is $3"), Delta("9.00 and roomy, "), Delta("so go"))
    assert events[1:] == [
        Delta("The Joust Duffle Bag is "),
        Delta("$34.00 and roomy, "),
        Delta("so go"),
    ]


@pytest.mark.parametrize("text", ["word " * 400, "size " + "word " * 400, "$34 " + "word " * 400, "[" + "word " * 400])
def test_never_more_is_held_than_a_sentence(text: str) -> None:
    guard = TruthGuard(ChatQuestion(store=ENGLISH, text="a bag?"))
    list(guard.feed(OPENING))
    held = 0
    for letter in text:
        held += 1 - sum(len(event.text) for event in guard.feed(Delta(letter)) if isinstance(event, Delta))
        assert held <= 310


def test_what_is_held_goes_out_checked_before_an_answer_breaks_off() -> None:
    assert passed(OPENING, Delta("The Joust Duffle Bag is $77.00"), BROKEN)[1:] == [
        Delta("The Joust Duffle Bag is "),
        Delta("$34.00"),
        BROKEN,
    ]


def test_what_is_held_goes_out_before_the_usage_that_follows_all_text() -> None:
    events = passed(OPENING, Delta("It is in st"), Delta("ock"), Usage(3, 4), Finish("stop"))
    assert events[1:] == [Delta("It is "), Delta("in stock"), Usage(3, 4), Finish("stop")]


def test_cards_pass_untouched() -> None:
    card = Delta("1. Joust Duffle Bag — $99.00")
    opening = replace(OPENING, degraded="llm")
    assert passed(opening, card, Finish("stop", named=("1",))) == [opening, card, Finish("stop", named=("1",))]


def test_corrections_are_counted_by_kind_and_told_at_the_finish() -> None:
    before = {kind: counted(kind) for kind in ("price", "link", "stock")}
    events = passed(
        OPENING,
        Delta("The Joust Duffle Bag is $77.00 and out of stock: https://evil.example/x\n"),
        Finish("stop", named=("1",)),
    )
    assert events[-1] == Finish("stop", named=("1",), corrections=3)
    assert {kind: counted(kind) - was for kind, was in before.items()} == {"price": 1, "link": 1, "stock": 1}


def test_products_named_are_those_of_the_text_that_went_out() -> None:
    events = passed(OPENING, Delta("Joust Duffle Bag: https://shop.test/mj03.html\n"), Finish("stop", named=("1", "2")))
    assert events[-1] == Finish("stop", named=("1",), corrections=1)


@pytest.mark.parametrize(
    ("said", "goes_out"),
    [
        ("The nearest by price is “Wool Jacket”: $80.00.", "The nearest by price is “Wool Jacket”: $80.00."),
        ("“Wool Jacket” costs $60.00 now.", "“Wool Jacket” costs $80.00 now."),
    ],
)
@pytest.mark.parametrize("opening", [replace(OPENING, hits=()), OPENING], ids=["nothing shown", "others shown"])
def test_price_of_the_nearest_is_known_though_it_is_not_shown(said: str, goes_out: str, opening: Started) -> None:
    wool = a_document(id="wool", sku="WJ", name="Wool Jacket", price_text="$80.00", price_from=80.0, price_to=80.0)
    events = passed(replace(opening, nearest=wool), Delta(said), Finish("stop"))
    assert "".join(event.text for event in events if isinstance(event, Delta)) == goes_out
    assert isinstance(events[-1], Finish)
    assert events[-1].named == ()
