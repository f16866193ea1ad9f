"""Whether a sentence denies what it speaks of, doubts it or asks for it: then it claims nothing. Pure."""

import re
from typing import Final

from runtime.chat.truth.mentions import sentence_start

_BEFORE: Final = re.compile(
    r"\b(?:no|not|n't|never|without|nor|none|neither|isn't|aren't|doesn't|don't|can't|cannot|won't|wasn't|unknown"
    r"|unsure"
    r"|whether|if|ask|check|confirm|about|questions?|details"
    r"|нет|не|без|ни|никаких|нельзя|неизвестн\w+|ли|если|уточн\w+|узна\w+|проверьте|спросите|условия|условиях|вопрос\w*"
    r"|информаци\w+|сведени\w+|данных|подробн\w+)\b|n[’']t\b",
    re.IGNORECASE,
)
_BEHIND: Final = re.compile(
    r"\b(?:not|no|unknown|n't|isn't|aren't|depends?|vary|varies|нет|не|неизвестн\w+|уточн\w+|завис\w+|ли)\b|n[’']t\b",
    re.IGNORECASE,
)
_CLAUSE: Final = re.compile(r"[,;:—–]\s|\b(?:but|and|but it|а|но)\b", re.IGNORECASE)
_QUESTION: Final = re.compile(r"[^.!?\n]{0,80}\?")


def denied(text: str, start: int) -> bool:
    """Whether the clause before `start` turns what stands there into no claim."""
    first = sentence_start(text, start)
    for match in _CLAUSE.finditer(text, first, start):
        first = match.end()
    return _BEFORE.search(text, first, start) is not None


def denied_behind(text: str, end: int, limit: int) -> bool:
    """Whether what follows until `limit` takes back what ends at `end`, or asks it."""
    return _BEHIND.search(text, end, limit) is not None or text[end:limit].rstrip().endswith("?")
