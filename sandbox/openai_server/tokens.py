"""The server's own tokenizer, another one than any client's: what usage and limits are counted in. Pure."""

import re

_TOKEN = re.compile(r"[A-Za-z]{1,6}|\d{1,3}|[^\W\dA-Za-z]{1,3}|[^\w\s]{1,2}")


def count_tokens(text: str) -> int:
    """Tokens of `text`: up to six Latin letters, three others, three digits or two signs each."""
    return sum(1 for _ in _TOKEN.finditer(text))
