"""Questions that compare: "A vs B", "difference between A and B", «чем отличается A от B». Pure."""

from collections.abc import Sequence
from typing import Final

from runtime.retrieval.understanding.asking import asked
from runtime.retrieval.understanding.catalogue import Vocabulary
from runtime.retrieval.understanding.phrases import Phrases
from runtime.retrieval.understanding.stems import ADJECTIVE, stem
from runtime.retrieval.understanding.tokens import Span, Tokens, at, compose, read_tokens

MOST_SIDES: Final = 4

_OPENERS: Final = Phrases(
    {
        "compares": "compare|can you compare|could you compare|please compare"
        "|comparing|comparison of|comparison between|a comparison of|difference between"
        "|differences between|the difference between|what is the difference between|what's the difference between"
        "|what are the differences between|which is better|which one is better|what is better|what's better"
        "|which should i buy|choose between|choosing between|deciding between"
        "|сравни|сравните|сравнить|сравнение|чем отличается|чем отличаются|чем различаются|в чем разница между"
        "|в чем отличие|в чем отличия|какая разница между|разница между|отличия|отличие|что лучше|какой лучше"
        "|какая лучше|какое лучше|какие лучше|выбрать между|выбираю между",
    }
)
_WHICH: Final = frozenset({"which", "what", "какой", "какая", "какое", "какие", "что"})
_BETTER: Final = frozenset({"better", "best", "лучше"})
_LONGEST_CHOICE: Final = 8
"""Words from "which" to "better"."""
_VERSUS: Final = frozenset({"vs", "versus"})
"""Compares without an opener."""
_BETWEEN: Final = _VERSUS | {"and", "with", "to", "from", "or", "и", "с", "со", "от", "или", "против"}
"""Parts the sides behind an opener."""
_BUYING: Final = frozenset({"to", "buy", "get", "choose", "купить", "взять", "выбрать", "подарить", "заказать"})
"""What one may be going to do with the better one."""
_OR: Final = frozenset({"or", "или"})
"""Without an opener these offer a choice: of two models it is a comparison, of two colours it is none."""


def compared(text: str) -> tuple[str, ...]:
    """What `text` compares, two to MOST_SIDES sides; empty when it compares nothing."""
    text = compose(text)
    tokens = read_tokens(text)
    if not tokens:
        return ()
    start, end = asked(tokens)
    opened = _behind_choice(tokens, start) or _OPENERS.skip(tokens, start)
    while opened > start and at(tokens, opened).key in _BUYING | {":", ","}:
        opened += 1
    sides = _sides(tokens, opened, end, between=_BETWEEN if opened > start else _VERSUS)
    if len(sides) < 2 and opened == start:
        sides = _sides(tokens, start, end, between=_OR)
        sides = sides if all(_is_model(tokens, side) for side in sides) else []
    if not 2 <= len(sides) <= MOST_SIDES:
        return ()
    return tuple(text[tokens[first].start : tokens[behind - 1].end] for first, behind in sides)


def completed(sides: Sequence[str], vocabulary: Vocabulary) -> tuple[str, ...]:
    """`sides` with the thing they share in each: a side of one adjective or value leaves out what another one ends in,
    as "leather" does in "leather vs suede boots".
    """
    words = [side.split() for side in sides]
    ends = (said[-1] for said in words if len(said) > 1)
    thing = next((end for end in ends if _kinds(end, vocabulary) == {"category"}), None)
    if thing is None:
        return tuple(sides)
    return tuple(
        f"{side} {thing}" if len(said) == 1 and _only_describes(side, vocabulary) else side
        for side, said in zip(sides, words, strict=True)
    )


def _only_describes(word: str, vocabulary: Vocabulary) -> bool:
    return ADJECTIVE.fullmatch(word.lower()) is not None or _kinds(word, vocabulary) == {"attribute"}


def _kinds(word: str, vocabulary: Vocabulary) -> set[str]:
    """What the catalogue knows by the name of `word`."""
    return {meaning.kind for meaning in vocabulary.phrases.get((stem(word.lower().replace("ё", "е")),), ())}


def _behind_choice(tokens: Tokens, start: int) -> int:
    """The index behind "which lamp is better," or «какая лампа лучше:»; 0 where no such choice begins at `start`."""
    if at(tokens, start).key not in _WHICH:
        return 0
    for index in range(start + 1, min(start + _LONGEST_CHOICE, len(tokens))):
        if tokens[index].key in _BETTER and at(tokens, index + 1).key in (":", ","):
            return index + 2
    return 0


def _sides(tokens: Tokens, start: int, end: int, *, between: frozenset[str]) -> list[Span]:
    """What stands between the words that part; nothing where a side is empty."""
    sides: list[Span] = []
    for index in range(start, end + 1):
        if index == end or tokens[index].key in between:
            sides.append((start, index))
            start = index + 2 if at(tokens, index + 1).key == "." else index + 1
    return sides if all(first < behind for first, behind in sides) else []


def _is_model(tokens: Tokens, side: Span) -> bool:
    """Whether a side reads like the name of a product: a word, and a number or a word with a digit in it."""
    words = [token for token in tokens[slice(*side)] if token.kind in ("word", "number", "code")]
    return len(words) > 1 and any(character.isdigit() for word in words for character in word.key)
