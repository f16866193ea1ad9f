"""What is known of a prompt's size once the prompt itself was let go."""

import pytest
from support.chat import a_document, a_hit, a_jacket, a_question

from runtime.chat.prompt import build_messages
from runtime.llm.model import Message
from runtime.llm.prompt_size import PromptSize
from shared.embedding.tokens import estimate_tokens

TEXTS = {
    "english": " ".join(f"{word} number {place}" for place, word in enumerate(["jacket", "waterproof"] * 400)),
    "russian": "Непромокаемая куртка для города и леса, 4 990 ₽. " * 200,
    "both": "Warm jacket, тёплая куртка, " * 300,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_long_prompt_is_told_from_samples(text: str) -> None:
    assert PromptSize([Message("user", text)]).tokens == pytest.approx(estimate_tokens(text), rel=0.1)


@pytest.mark.parametrize("text", ["", "abcd efgh", "Куртка до 5 000 ₽ " * 40])
def test_a_short_one_is_counted(text: str) -> None:
    assert PromptSize([Message("system", text), Message("user", text)]).tokens == 2 * estimate_tokens(text)


@pytest.mark.parametrize("dense", ["🎒" * 200, "непромокаемая " * 15])
def test_words_of_another_density_at_the_end_count_for_what_they_are(dense: str) -> None:
    text = "Sturdy cotton canvas shopper with long handles. " * 140 + dense
    assert PromptSize([Message("user", text)]).tokens == pytest.approx(estimate_tokens(text), rel=0.2)


def test_a_prompt_of_ours_is_told_to_a_tenth() -> None:
    hits = [a_hit(document) for document in [a_document(), a_jacket()] * 5]
    messages = build_messages(a_question(), hits, language="en")
    whole = sum(estimate_tokens(message.content) for message in messages)
    assert PromptSize(messages).tokens == pytest.approx(whole, rel=0.1)
