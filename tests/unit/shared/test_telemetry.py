import io
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from shared.telemetry import MASK, Redactor, configure_logging

SECRET = "hunter2-is-no-good"

values = st.recursive(
    st.sampled_from([SECRET, f"before {SECRET} after", f"https://x/?k={SECRET}", 5, None, True])
    | st.builds(RuntimeError, st.just(f"failed with {SECRET}"))
    | st.just(f"x{SECRET}".encode()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
    max_leaves=8,
)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What `configure_logging` writes; the machine's logging is put back afterwards."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    stream = io.StringIO()
    configure_logging(level="INFO", secrets=[SecretStr(SECRET), None], stream=stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:], level = before[0], before[1]
    root.setLevel(level)


def events(stream: io.StringIO) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in stream.getvalue().splitlines()]


@given(st.dictionaries(st.sampled_from(["event", "url", "cause"]), values))
def test_known_secret_is_masked_wherever_it_turns_up(event: dict[str, Any]) -> None:
    redacted = Redactor([SECRET])(None, "info", event)
    assert SECRET not in str(redacted)


@pytest.mark.parametrize(
    "key",
    ["password", "OPENSEARCH_PASSWORD", "api_key", "apikey", "X-Api-Key", "authorization", "cookie", "access_token"],
)
def test_value_of_a_secret_looking_key_is_masked(key: str) -> None:
    assert Redactor()(None, "info", {key: "whatever"}) == {key: MASK}
    assert Redactor()(None, "info", {"headers": {key: ["whatever"]}}) == {"headers": {key: MASK}}


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abcdef0123456789",
        "basic dXNlcjpwYXNzd29yZA==",
        "key sk-abcdefgh12345678 refused",
        "vk_0123456789abcdef",
        "https://user:passw0rd@cluster.test:9200/x",
    ],
)
def test_credential_is_masked_by_its_shape(text: str) -> None:
    redacted = Redactor().text(text)
    assert MASK in redacted
    for part in ("abcdef0123456789", "dXNlcjpwYXNzd29yZA", "abcdefgh12345678", "0123456789abcdef", "passw0rd"):
        assert part not in redacted


@pytest.mark.parametrize(
    "text",
    [
        "index_swapped",
        "https://shop.test/montana-wind-jacket.html",
        "took 5 s, 12 of 60 tokens",
        "store sk_bratislava, index products-rag-sk_bratislava-20261122-031500",
        "sku MJ03-XS, task-12345678",
        "index products-rag-20261122-031500 of run 4bf92f3577b34da6a3ce929d0e0e4736",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert Redactor().text(text) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mail a@b.test", "mail [e-mail]"),
        ("no answer for +7 916 123-45-67", "no answer for [phone]"),
        ("card 4111 1111 1111 1111", "card [card]"),
        ("паспорт 4509 123456, ИНН 7707083893", "паспорт [passport], ИНН [INN]"),
    ],
)
def test_personal_data_are_masked_in_whatever_text_holds_them(text: str, told: str) -> None:
    assert Redactor()(None, "info", {"cause": RuntimeError(text), "seen": [text]}) == {"cause": told, "seen": [told]}


@pytest.mark.parametrize("key", ["phone", "email", "e_mail", "customer_email", "passport", "inn", "card_number"])
def test_personal_value_is_masked_by_its_key(key: str) -> None:
    told = Redactor()(None, "info", {key: 79161234567, "cards": 5, "shipping": "by mail"})
    assert told == {key: MASK, "cards": 5, "shipping": "by mail"}


def test_id_of_ours_stays_whatever_it_looks_like_and_one_of_a_stranger_does_not() -> None:
    own = {"request_id": "req_15a4111111111111111f779000000000", "answer": "chatcmpl-15a4111111111111111f779000000000"}
    assert Redactor()(None, "info", own) == own
    assert Redactor()(None, "info", {"request_id": "89161234567"}) == {"request_id": "[phone]"}


def test_counts_stay_numbers_even_under_a_secret_looking_key() -> None:
    assert Redactor()(None, "info", {"max_token": 5, "token": None}) == {"max_token": 5, "token": None}


def test_longer_of_two_secrets_is_masked_whole() -> None:
    assert Redactor(["secret", "secret-and-more"]).text("secret-and-more") == MASK


def test_very_short_secret_would_mask_everything_and_is_left_out() -> None:
    assert Redactor(["a", ""]).text("banana") == "banana"


def test_event_is_one_json_line(log: io.StringIO) -> None:
    structlog.get_logger("indexer.load").info("index_swapped", old="a", new="b", documents=5)
    (event,) = events(log)
    assert event.pop("timestamp").endswith("Z")
    assert event == {
        "event": "index_swapped",
        "old": "a",
        "new": "b",
        "documents": 5,
        "level": "info",
        "logger": "indexer.load",
    }


def test_context_travels_with_every_event(log: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.get_logger("a").info("one")
        logging.getLogger("library").warning("two")
    assert [event["request_id"] for event in events(log)] == ["r-1", "r-1"]


def test_libraries_log_in_the_same_form_and_under_the_same_mask(log: io.StringIO) -> None:
    logging.getLogger("library").warning("sent %s to %s", SECRET, "somewhere")
    (event,) = events(log)
    assert (event["event"], event["level"], event["logger"]) == (f"sent {MASK} to somewhere", "warning", "library")


@pytest.mark.parametrize("logger", [structlog.get_logger("ours"), logging.getLogger("theirs")], ids=["ours", "theirs"])
def test_secret_in_an_exception_is_masked(log: io.StringIO, logger: Any) -> None:
    try:
        int(f"login with {SECRET} failed")
    except ValueError:
        logger.exception("crashed")
    assert SECRET not in log.getvalue()
    assert "ValueError" in events(log)[0]["exception"]


def test_secret_in_a_logged_object_is_masked(log: io.StringIO) -> None:
    structlog.get_logger("a").error("failed", cause=RuntimeError(SECRET), path=Path(f"/run/{SECRET}"), found={SECRET})
    assert SECRET not in log.getvalue()
    assert events(log)[0]["cause"] == MASK


def test_secret_that_was_wrapped_stays_hidden(log: io.StringIO) -> None:
    structlog.get_logger("a").info("started", given=SecretStr("not-in-the-list"))
    assert events(log)[0]["given"] == MASK


def test_values_without_a_json_form_are_written_as_text(log: io.StringIO) -> None:
    structlog.get_logger("a").info("x", at=datetime(2026, 1, 2, tzinfo=UTC), raw=b"bytes", odd={1: "a"})
    (event,) = events(log)
    assert (event["at"], event["raw"], event["odd"]) == ("2026-01-02 00:00:00+00:00", "bytes", {"1": "a"})


def test_level_is_kept(log: io.StringIO) -> None:
    structlog.get_logger("a").debug("too quiet")
    logging.getLogger("httpx2").info("GET https://shop.test")
    assert log.getvalue() == ""
