"""Texts with known token counts, and the characters two Unicode tables of different years agree on."""

from typing import Final

from hypothesis import strategies as st

PUBLISHED: Final = {
    "english": (27, "Hello, my name is GPT-4o. I'm a new type of language model, it's nice to meet you!"),
    "russian": (39, "Привет, меня зовут GPT-4o. Я — новая языковая модель, приятно познакомиться!"),
    "german": (34, "Hallo, mein Name is GPT-4o. Ich bin ein neues KI-Sprachmodell. Es ist schön, dich kennenzulernen."),
    "turkish": (39, "Merhaba, benim adım GPT-4o. Ben yeni bir dil modeli türüyüm, tanıştığımıza memnun oldum!"),
    "chinese": (34, "你好,我的名字是GPT-4o。我是一种新型的语言模型,很高兴见到你!"),
    "arabic": (53, "مرحبًا، اسمي جي بي تي-4o. أنا نوع جديد من نموذج اللغة، سررت بلقائك!"),
    "signs": (
        57,
        "Many words map to one token, but some don't: indivisible.\n\nUnicode characters like emojis may be split "
        "into many tokens containing the underlying bytes: 🤚🏾\n\nSequences of characters commonly found next to each "
        "other may be grouped together: 1234567890",
    ),
}
"""Counts of cl100k_base as OpenAI published them: "Hello GPT-4o" (May 2024, language tokenization, the greater number
of each pair) and the default text of the Tokenizer page."""

ASSIGNED: Final = st.characters(exclude_categories=("Cn", "Co", "Cs"))
"""Characters that some Unicode version has assigned; of others, implementations differ in what is a letter."""
