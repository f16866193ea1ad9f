import pytest
from support.understanding import ENGLISH

from runtime.retrieval.understanding.understand import understand


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Do you sell skillets?", "skillets"),
        ("hi, do you have any anvils please", "anvils"),
        ("Hello! I'm looking for an anvil.", "anvil"),
        ("hello do you still have the anvil?", "the anvil"),
        ("could you recommend something sturdy", "something sturdy"),
        ("нет ли у вас наковальни?", "наковальни"),
        ("Здравствуйте, подскажите, есть ли у вас наковальня", "наковальня"),
        ("ищу наковальню, пожалуйста", "наковальню"),
        ("Покажите мне наковальни", "наковальни"),
    ],
)
def test_what_a_question_asks_with_is_not_among_its_words(text: str, wanted: str) -> None:
    understood = understand(text, ENGLISH, language="en")
    assert (understood.words, understood.described) == (wanted, wanted)


@pytest.mark.parametrize(
    "text",
    [
        "hello kitty mug", "need for speed", "hi hat cymbal", "please and thank you cards", "thanks giving decor",
        "have a nice day mug", "find my device tag", "show rack", "привет мастер", "есть такая книга", "дайте",
        "do you have", "i need",
    ],
)  # fmt: skip
def test_a_name_that_has_such_words_stays_whole(text: str) -> None:
    assert understand(text, ENGLISH, language="en").words == text
