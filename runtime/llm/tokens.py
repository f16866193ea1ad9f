"""How many tokens a text is, near enough for budgets, without a tokenizer to download. Pure."""

_ASCII_PER_TOKEN = 4
_OTHER_PER_TOKEN = 2


def estimate_tokens(text: str) -> int:
    """Tokens of `text`, erring on the high side.

    Four ASCII characters or two others make a token: English prose runs at four to five and Russian at two to
    four characters a token in the vocabularies of current models, so a budget kept by this count is kept.
    """
    wide = 0 if text.isascii() else sum(character > "\x7f" for character in text)
    return -(-(len(text) - wide) // _ASCII_PER_TOKEN) - (-wide // _OTHER_PER_TOKEN)
