"""What the scripted chat model says when nobody told it what to say: the products of its prompt, in words. Pure.

It reads the prompt as a model would be asked to: products are paragraphs that open with a numbered name and hold a
`Price:` and perhaps a `Link:` line. Failing that, any line with an address in it counts, `name | price | address`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MAX_NAMED = 3

_TITLE = re.compile(r"^\s*(?:\[\d+\]|\d+[.)]|[-*•])\s+(?P<name>\S.*?)\s*$")
_PRICE = re.compile(r"^\W*(?:price|цена)\s*:\s*(?P<price>.+?)\s*$", re.IGNORECASE | re.MULTILINE)
_LINK = re.compile(r"^\W*(?:link|url|ссылка)\s*:\s*(?P<url>https?://\S+)", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"https?://[^\s|<>()\[\]\"']+")
_SEPARATOR = re.compile(r"\s+[|—–]\s+|\s*\|\s*")
_NUMBER = re.compile(r"^\s*(?:\[\d+\]|\d+[.)])\s+")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ToldProduct:
    """A product as the prompt tells it."""

    name: str
    price: str
    url: str


def shop_answer(messages: Sequence[tuple[str, str]]) -> str:
    """The answer to a prompt given as (role, text): its first products with price and link, or that there is none."""
    is_russian = _asks_in_russian(messages)
    # Answers given before repeat products of earlier questions.
    told = [product for role, text in messages if role != "assistant" for product in find_products(text)]
    if not told:
        return "Подходящего товара в этом магазине нет." if is_russian else "Nothing in this shop fits that."
    opening = "Вот что подойдёт:" if is_russian else "Here is what fits:"
    lines = [
        f"- {' — '.join(part for part in (product.name, product.price, product.url) if part)}"
        for product in dict.fromkeys(told)
    ]
    return "\n".join((opening, *lines[:MAX_NAMED]))


def find_products(text: str) -> Iterator[ToldProduct]:
    """Products told in `text`, in order."""
    found = [product for paragraph in re.split(r"\n\s*\n", text) for product in _from_paragraph(paragraph)]
    yield from found or _from_lines(text)


def _from_paragraph(paragraph: str) -> Iterator[ToldProduct]:
    price = _PRICE.search(paragraph)
    if price is None:
        return
    title = next((match for line in paragraph.splitlines() if (match := _TITLE.match(line))), None)
    if title is None:
        return
    link = _LINK.search(paragraph)
    yield ToldProduct(name=title["name"], price=price["price"], url=link["url"] if link else "")


def _from_lines(text: str) -> Iterator[ToldProduct]:
    for line in text.splitlines():
        address = _ADDRESS.search(line)
        if address is None:
            continue
        words = _NUMBER.sub("", line.replace(address[0], ""))
        named = [part for part in (part.strip(" -*•:") for part in _SEPARATOR.split(words)) if part]
        if named:
            yield ToldProduct(name=named[0], price=named[1] if len(named) > 1 else "", url=address[0])


def _asks_in_russian(messages: Sequence[tuple[str, str]]) -> bool:
    """By the last paragraph of the last message a user sent: the question stands at the end of any prompt."""
    asked = next((text for role, text in reversed(messages) if role == "user"), "")
    question = asked.strip().rsplit("\n", 1)[-1]
    return len(_CYRILLIC.findall(question)) > len(_LATIN.findall(question))
