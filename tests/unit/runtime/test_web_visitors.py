"""Tokens of visitors: only ours, only while they hold, and never worth an exception."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from support.runtime import Clock

from runtime.web.visitors import HEADER, SECONDS, Visitors

SECRET = b"s" * 32


def visitors(clock: Clock | None = None, secret: bytes = SECRET) -> Visitors:
    ids = iter(range(100))
    return Visitors(secret, clock=clock or Clock(), new_id=lambda: f"visitor-{next(ids)}")


def sent(*tokens: str) -> Headers:
    return Headers(raw=[(HEADER.encode(), token.encode("latin-1", "replace")) for token in tokens])


def test_visitor_is_known_by_the_token() -> None:
    desk = visitors()
    first, second = desk.issue(), desk.issue()
    assert (desk.find(sent(first.text)), desk.find(sent(second.text))) == ("visitor-0", "visitor-1")
    assert first.expires_in == SECONDS


def test_ids_are_random() -> None:
    desk = Visitors(SECRET)
    assert len({desk.find(sent(desk.issue().text)) for _ in range(1_000)}) == 1_000


def test_token_ends_after_an_hour_and_a_newer_one_keeps_the_visitor() -> None:
    clock = Clock()
    desk = visitors(clock)
    token = desk.issue()
    clock.now += SECONDS - 1
    known = desk.find(sent(token.text))
    assert known == "visitor-0"
    newer = desk.issue(known)
    clock.now += 1
    assert desk.find(sent(token.text)) is None
    assert desk.find(sent(newer.text)) == "visitor-0"


def test_replica_with_the_same_secret_knows_the_visitor_and_no_other_does() -> None:
    token = visitors().issue().text
    assert visitors().find(sent(token)) == "visitor-0"
    assert visitors(secret=b"t" * 32).find(sent(token)) is None


def test_two_tokens_are_none() -> None:
    desk = visitors()
    token = desk.issue().text
    assert desk.find(sent(token, token)) is None


def test_no_letter_of_a_token_can_be_changed() -> None:
    desk = visitors()
    token = desk.issue().text
    changed = [
        token[:place] + ("x" if letter != "x" else "y") + token[place + 1 :] for place, letter in enumerate(token)
    ]
    # The last letter of base64 holds bits that mean nothing; text is compared and not what it means.
    assert {desk.find(sent(text)) for text in changed} == {None}


@pytest.mark.parametrize("cut", [1, 2, 43, 60])
def test_cut_token_is_none(cut: int) -> None:
    desk = visitors()
    assert desk.find(sent(desk.issue().text[:-cut])) is None


def test_expiry_cannot_be_moved() -> None:
    clock = Clock()
    desk = visitors(clock)
    version, visitor, expiry, mac = desk.issue().text.split(".")
    clock.now += 2 * SECONDS
    assert desk.find(sent(f"{version}.{visitor}.{int(expiry) * 2}.{mac}")) is None


@given(st.text(alphabet=st.characters(max_codepoint=255), max_size=200))
def test_nothing_invented_is_a_visitor(text: str) -> None:
    assert visitors().find(sent(text)) is None
