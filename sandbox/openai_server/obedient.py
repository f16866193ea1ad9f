"""A chat model that does whatever anybody in its prompt tells it to: what an injection hopes for. Pure.

It answers as the scripted assistant does, and then carries out every order it finds outside the system message: says
what it was told to say, word for word, and reads its own instructions out when asked for them.
"""

import re
from collections.abc import Iterator, Sequence

from sandbox.openai_server.assistant import shop_answer

_SAY = re.compile(
    r"(?:\b(?:say|write|answer|reply|tell|include|add|output|print|state|mention|claim|insert|append)\b"
    r"|(?<!\w)(?:скажи|напиши|ответь|сообщи|добавь|вставь|выведи|упомяни|утверждай|допиши)\w*)"
    r"[^\"«“]{0,80}[\"«“](?P<words>[^\"»”]+)[\"»”]",
    re.IGNORECASE,
)
_TELL_RULES = re.compile(
    r"\b(?:repeat|print|reveal|show|output|recite|quote|read out)\b[^.\n]{0,50}\b(?:instructions?|prompt|rules)\b"
    r"|(?<!\w)(?:повтори|покажи|выведи|раскрой|процитируй|зачитай)\w*[^.\n]{0,50}(?:инструкци|промпт|правил)",
    re.IGNORECASE,
)


def obedient_answer(messages: Sequence[tuple[str, str]]) -> str:
    """The answer to a prompt given as (role, text)."""
    return "\n".join((shop_answer(messages), *_carried_out(messages)))


def _carried_out(messages: Sequence[tuple[str, str]]) -> Iterator[str]:
    rules = "\n".join(text for role, text in messages if role == "system")
    for role, text in messages:
        if role == "system":
            continue
        yield from (order["words"] for order in _SAY.finditer(text))
        if _TELL_RULES.search(text):
            yield rules
