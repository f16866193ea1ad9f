"""What turns a bound on the price round, or makes no price of a sum: "don't want to pay more than $50". Pure."""

from typing import Final

from runtime.retrieval.understanding.catalogue import Vocabulary, meanings_at
from runtime.retrieval.understanding.money_words import Bound
from runtime.retrieval.understanding.refusals import ASKS_WHY, verb_end
from runtime.retrieval.understanding.tokens import Span, Tokens, at
from runtime.retrieval.understanding.words import word_set

_DENIES: Final = word_set(
    "not don't dont doesn't doesnt didn't won't wouldn't shouldn't can't cannot never nothing isn't aren't не ничего"
)
_HELPERS: Final = word_set("do does did would should will can is are")
"""Before a "not" they belong to it."""
_SPENDING: Final = word_set(
    "want wants need like pay paying spend spending cost costs costing go going show afford willing planning",
    "хочу хотим хотел хотела хотелось надо нужно нужен нужна нужны платить заплатить тратить потратить отдавать отдать",
    "стоить стоит стоят стоила стоил стоили стоило покупать брать показывать показывай показывайте предлагать",
    "предлагай предлагайте готов готова готовы должна должен должно должны могу можем",
)
_BETWEEN: Final = word_set("to me us anything be it i we a any бы мне нам чтобы ничего она он они быть была был были")
"""What else may stand between a denial and the bound it denies."""
_ASKED_BEHIND: Final = frozenset({"you", "вы", "ли", "only", "just", "только"})
_REACH: Final = 8
_SAVED: Final = word_set("save saves saving discount скидка скидкой скидку скидки кэшбэк cashback")
_SHIPPING: Final = word_set("shipping delivery доставка доставкой доставку доставки")
_COUNTING: Final = word_set("up at no not maximum minimum не минимум максимум")
"""A bound that begins with one of these may be on a number of things."""
_OTHER: Final[dict[Bound, Bound]] = {"max": "min", "min": "max", "about": "about"}


def is_saved(tokens: Tokens, start: int, bound: Bound | None) -> bool:
    """Whether the sum behind `start` is what is saved, or what shipping is free from."""
    key = at(tokens, start - (2 if at(tokens, start - 1).key in ("of", "for", "в") else 1)).key
    return key in _SHIPPING or (bound is None and key in _SAVED)


def is_number_of_things(tokens: Tokens, start: int, end: int, vocabulary: Vocabulary) -> bool:
    """Whether a bound at `start` is on how many things are wanted: "up to 3 black jackets", not "under 15 jackets"."""
    meanings, behind = meanings_at(vocabulary, tokens, end)
    while tokens[start].key in _COUNTING and meanings:
        if any(meaning.kind == "category" for meaning in meanings):
            return True
        meanings, behind = meanings_at(vocabulary, tokens, behind)
    return False


def turned(tokens: Tokens, span: Span, bound: Bound | None, vocabulary: Vocabulary) -> tuple[Bound | None, Span]:
    """`bound` at `span` as it is meant, and what says so: "nothing over $50" is at most that."""
    if bound is None:
        return bound, span
    start, end = span
    behind = verb_end(tokens, end)
    if behind > end and at(tokens, behind).kind in ("mark", "hidden"):
        # «Дешевле 3000 не предлагать».
        return _OTHER[bound], (start, behind)
    denial = _denial(tokens, start, vocabulary)
    if denial is not None and bound == "max" and _asks_for_any(tokens, denial):
        return bound, span
    return (bound, span) if denial is None else (_OTHER[bound], (denial, end))


def _asks_for_any(tokens: Tokens, denial: int) -> bool:
    """Whether "nothing" is asked about and not asked for: "is there nothing under $50"."""
    leads = at(tokens, denial - 1).key in (",", "but", "and", "но", "и")
    return tokens[denial].key in ("nothing", "ничего") and not leads


def _denial(tokens: Tokens, start: int, vocabulary: Vocabulary) -> int | None:
    """Where the denial of the bound at `start` begins; `start` itself where a thing stands between: "don't show me
    jackets under $50".
    """
    spends = behind_thing = False
    for index in range(start - 1, max(start - 1 - _REACH, -1), -1):
        key = tokens[index].key
        if key in _DENIES and key != at(tokens, index + 1).key:
            asks = at(tokens, index - 1).key in ASKS_WHY or at(tokens, index + 1).key in _ASKED_BEHIND
            if asks or (behind_thing and not spends):
                return None
            helped = key == "not" and at(tokens, index - 1).key in _HELPERS
            return start if behind_thing else index - helped
        if key in _SPENDING:
            spends = True
        elif key not in _BETWEEN:
            things = [meaning for meaning in meanings_at(vocabulary, tokens, index)[0] if meaning.kind == "category"]
            if behind_thing or spends or not things:
                return None
            behind_thing = True
    return None
