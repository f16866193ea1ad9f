"""What a request may say, what is refused, and what it comes to as a question."""

from typing import Any

import pytest
from pydantic import ValidationError
from support.chat import ENGLISH_STORE

from runtime.chat.question import ChatQuestion, Turn, question_of
from runtime.chat.schemas import MAX_MESSAGES, MAX_OTHER_CHARACTERS, MAX_USER_CHARACTERS, ChatRequest
from runtime.errors import InvalidRequest

HELLO = {"role": "user", "content": "hello"}


def ask(*messages: dict[str, Any], **members: Any) -> ChatQuestion:
    request = ChatRequest.model_validate({"messages": list(messages or [HELLO]), **members})
    return question_of(request, store=ENGLISH_STORE)


def refused(**members: Any) -> tuple[tuple[int | str, ...], str]:
    """Where and why a request is refused."""
    with pytest.raises(ValidationError) as caught:
        ChatRequest.model_validate({"messages": [HELLO], **members})
    first = caught.value.errors(include_input=False)[0]
    return first["loc"], first["msg"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        pytest.param("a bag", "a bag", id="string"),
        pytest.param([{"type": "text", "text": "a bag"}], "a bag", id="one-part"),
        pytest.param([{"type": "text", "text": "a"}, {"type": "text", "text": "bag"}], "a\nbag", id="parts"),
        pytest.param("a\u0000 b\u0007ag\n", "a bag", id="control-characters"),
        pytest.param("сумка 🎒", "сумка 🎒", id="unicode"),
    ],
)
def test_content_comes_to_text(content: Any, text: str) -> None:
    assert ask({"role": "user", "content": content}).text == text


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        pytest.param([{"type": "image_url", "image_url": {"url": "x"}}], "part 0 is of type image_url", id="image"),
        pytest.param([{"type": "text", "text": "a"}, {"type": "input_audio"}], "part 1 is of type", id="audio"),
        pytest.param([{"type": "text", "text": 5}], "part 0 must be", id="text-is-a-number"),
        pytest.param(["a bag"], "part 0 must be", id="part-is-a-string"),
        pytest.param(5, "must be a string, null", id="number"),
        pytest.param({"text": "a"}, "must be a string, null", id="object"),
        pytest.param("\ud800", "half a surrogate pair", id="lone-surrogate"),
        pytest.param("я" * (MAX_USER_CHARACTERS + 1), "has 8,001 characters and may have 8,000", id="too-long"),
    ],
)
def test_content_that_is_no_text_is_refused_where_it_stands(content: Any, complaint: str) -> None:
    where, why = refused(messages=[HELLO, HELLO, {"role": "user", "content": content}])
    assert where == ("messages", 2, "content")
    assert complaint in why


def test_other_roles_may_be_longer_but_not_endless() -> None:
    fits = "x" * MAX_OTHER_CHARACTERS
    assert ask({"role": "assistant", "content": fits}, HELLO).history == (Turn("assistant", fits),)
    where, _ = refused(messages=[{"role": "system", "content": fits + "x"}, HELLO])
    assert where == ("messages", 0, "content")


@pytest.mark.parametrize(
    ("members", "where"),
    [
        pytest.param({"stream": 0}, ("stream",), id="stream-is-a-number"),
        pytest.param({"stream": "true"}, ("stream",), id="stream-is-text"),
        pytest.param({"temperature": float("nan")}, ("temperature",), id="temperature-nan"),
        pytest.param({"temperature": float("inf")}, ("temperature",), id="temperature-infinite"),
        pytest.param({"temperature": -0.1}, ("temperature",), id="temperature-negative"),
        pytest.param({"temperature": "0.1"}, ("temperature",), id="temperature-text"),
        pytest.param({"max_tokens": 0}, ("max_tokens",), id="no-tokens"),
        pytest.param({"max_completion_tokens": True}, ("max_completion_tokens",), id="tokens-is-a-boolean"),
        pytest.param({"stop": ["a", "b", "c", "d", "e"]}, ("stop",), id="five-stops"),
        pytest.param({"stop": [""]}, ("stop", 0), id="empty-stop"),
        pytest.param({"n": 2}, ("n",), id="two-answers"),
        pytest.param({"n": 0}, ("n",), id="no-answer"),
        pytest.param({"tools": [{"type": "function"}]}, ("tools",), id="tools"),
        pytest.param({"functions": [{"name": "f"}]}, ("functions",), id="functions"),
        pytest.param({"response_format": {"type": "json_object"}}, ("response_format",), id="json-answer"),
        pytest.param({"store": 7}, ("store",), id="store-is-a-number"),
        pytest.param({"messages": []}, ("messages",), id="no-messages"),
        pytest.param({"messages": [HELLO] * (MAX_MESSAGES + 1)}, ("messages",), id="too-many-messages"),
        pytest.param({"messages": [{"role": "king", "content": "x"}]}, ("messages", 0, "role"), id="unknown-role"),
        pytest.param({"model": None}, ("model",), id="no-model"),
        pytest.param({"vitrina": {"drop": "x"}}, ("vitrina", "drop"), id="drop-is-text"),
    ],
)
def test_member_that_cannot_be_honoured_is_named(members: dict[str, Any], where: tuple[int | str, ...]) -> None:
    assert refused(**members)[0] == where


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"stream": None, "n": None, "stop": None, "tools": None, "vitrina": None}, id="nulls"),
        pytest.param({"n": 1, "tools": [], "response_format": {"type": "text"}}, id="defaults-spelled-out"),
        pytest.param({"store": True, "user": "u1"}, id="openai-store-flag"),
        pytest.param({"top_p": 1, "seed": 3, "service_tier": "auto", "metadata": {}}, id="members-of-openai"),
        pytest.param({"never_heard_of": {"a": [1]}}, id="unknown-member"),
    ],
)
def test_member_without_meaning_here_is_ignored(members: dict[str, Any]) -> None:
    assert ask(**members).text == "hello"


def test_store_is_a_code_or_openais_flag() -> None:
    assert ChatRequest.model_validate({"messages": [HELLO], "store": "ru"}).store == "ru"
    assert ChatRequest.model_validate({"messages": [HELLO], "store": False}).store is None


def test_question_is_the_last_user_message_with_what_came_before() -> None:
    question = ask(
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": " jackets? "},
        {"role": "assistant", "content": "Montana."},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
        {"role": "tool", "content": "tool says", "tool_call_id": "1"},
        {"role": "developer", "content": "Use emoji."},
        {"role": "user", "content": "cheaper?"},
        {"role": "assistant", "content": "Sure:"},
    )
    assert question.text == "cheaper?"
    assert question.history == (Turn("user", "jackets?"), Turn("assistant", "Montana."))
    assert question.notes == ("Be brief.", "Use emoji.")
    assert question.user_turns == ("jackets?", "cheaper?")


@pytest.mark.parametrize(("asked", "taken"), [(None, None), (0, 0.0), (0.15, 0.15), (0.2, 0.2), (0.9, 0.2), (2, 0.2)])
def test_temperature_is_never_above_the_limit(asked: float | None, taken: float | None) -> None:
    assert ask(temperature=asked).temperature == taken


@pytest.mark.parametrize(
    ("members", "tokens"),
    [
        ({}, None),
        ({"max_tokens": 5}, 5),
        ({"max_completion_tokens": 7}, 7),
        ({"max_tokens": 5, "max_completion_tokens": 7}, 7),
    ],
)
def test_both_names_of_the_token_limit_are_known(members: dict[str, int], tokens: int | None) -> None:
    assert ask(**members).max_tokens == tokens


@pytest.mark.parametrize(("stop", "taken"), [("END", ("END",)), (["a", "b"], ("a", "b")), ([], ())])
def test_stop_is_one_text_or_several(stop: Any, taken: tuple[str, ...]) -> None:
    assert ask(stop=stop).stop == taken


@pytest.mark.parametrize("product_id", ["42", 42, 42.0])
def test_page_product_is_known_by_id(product_id: str | float) -> None:
    assert ask(vitrina={"context": {"product_id": product_id}}).product_id == "42"


@pytest.mark.parametrize("product_id", [4.2, float("nan"), True, [1]])
def test_page_product_is_no_other_number(product_id: Any) -> None:
    where, _ = refused(vitrina={"context": {"product_id": product_id}})
    assert where[:3] == ("vitrina", "context", "product_id")


def test_whole_numbers_may_be_written_with_a_point() -> None:
    assert ask(max_tokens=5.0, n=1.0).max_tokens == 5


@pytest.mark.parametrize("product_id", ["", "  ", None])
def test_page_without_a_product_is_no_context(product_id: str | None) -> None:
    assert ask(vitrina={"context": {"product_id": product_id}}).product_id is None


@pytest.mark.parametrize("content", ["", "   \n\t", None, [], [{"type": "text", "text": " "}]])
def test_empty_question_is_refused_by_its_place(content: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"messages\[1\]\.content is empty") as caught:
        ask(HELLO, {"role": "user", "content": content})
    assert caught.value.param == "messages[1].content"


def test_conversation_without_a_question_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="no user message") as caught:
        ask({"role": "system", "content": "hi"})
    assert caught.value.param == "messages"
