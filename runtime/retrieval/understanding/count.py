"""How many products a question asks for, or whether it asks how many there are. Pure."""

import re
from typing import Final

from runtime.retrieval.understanding.catalogue import Vocabulary, codes_of, meanings_at, sole
from runtime.retrieval.understanding.findings import Finding, Named, Number
from runtime.retrieval.understanding.phrases import Phrases
from runtime.retrieval.understanding.stems import PLURAL
from runtime.retrieval.understanding.tokens import Token, Tokens, at, hide, joined_to_next
from runtime.retrieval.understanding.units import PEOPLE, UNIT_MARKS, UNITS
from runtime.retrieval.understanding.words import (
    ADJECTIVES,
    ASKING,
    FUNCTION_WORDS,
    JOINERS,
    LABELS,
    NUMBERS,
    PERSONS,
    PREPOSITIONS,
    THINGS,
    word_set,
)

MOST: Final = 50
"""Products that one answer may hold; a larger number is no number of products."""

_COUNTED: Final = UNITS | PEOPLE
_TOP: Final[Phrases[bool]] = Phrases(
    {True: "top|the top|best|the best|first|the first|топ|лучшие|лучших|первые|первых|топ-|top-"}
)
_COUPLE: Final[Phrases[bool]] = Phrases({True: "a couple of|couple of|пару|парочку"})
_PAIRED: Final = word_set(
    "носков чулок колготок перчаток варежек рукавиц кроссовок кед ботинок туфель сапог тапок тапочек сандалий",
    "босоножек лыж коньков роликов сережек серег гантелей наушников ласт линз колонок сланцев шлепанцев унтов валенок",
)
"""What comes in pairs: «пару носков» is one product."""
_REQUESTS: Final = word_set(
    "show find give get need want suggest recommend list buy see me looking like display search",
    "покажи покажите найди найдите дай дайте нужно нужны нужен нужна надо хочу подбери подберите посоветуй посоветуйте",
    "порекомендуй порекомендуйте предложи предложите ищу ищем подобрать хотел хотела хотелось",
)
"""With one of these a number that follows is of products; of the words that only ask, articles are not among them."""
_HOW_MANY: Final[Phrases[bool]] = Phrases({True: "how many|what number of|сколько|сколько всего|сколько видов"})
_IN_SHOP: Final[Phrases[bool]] = Phrases(
    {
        True: (
            "do you have|have you got|are there|do you sell|do you offer|you have|you sell|in your shop|in your store|"
            "in the shop|in the store|in the catalog|in the catalogue|are available|"
            "есть у вас|у вас есть|у вас|есть|всего|в магазине|у вас в магазине|в каталоге|в ассортименте|имеется|"
            "продается|вы продаете"
        )
    }
)
_PRODUCTS: Final[Phrases[bool]] = Phrases(
    {
        True: (
            "products|items|goods|different products|different items|товаров|разных товаров|позиций|наименований"
            "|артикулов|вещей"
        )
    }
)
"""Behind "how many" they mean whatever the shop sells."""
_QUESTIONS_OF_ITS_OWN: Final = word_set(
    "стоит стоят стоил стоила будет весит весят длится времени лет держит держат служит вмещает литров человек мест",
    "градусов ватт liters litres people persons watts hours years days times calories does is can",
)
"""Behind "how many" they ask for a property of a product, not for the number of products."""
_SINGULAR_ADJECTIVE: Final = re.compile(r"[а-я]+(?:ая|яя|ый|ой|ое)")


def read_count(tokens: Tokens, vocabulary: Vocabulary) -> list[Finding]:
    """The number of products wanted, or that their number is asked for."""
    how_many = _read_how_many(tokens, vocabulary)
    return how_many + _read_limit(hide(tokens, [finding.span for finding in how_many]), vocabulary)


def _read_how_many(tokens: Tokens, vocabulary: Vocabulary) -> list[Finding]:
    for index in range(len(tokens)):
        match = _HOW_MANY.match(tokens, index)
        if match is None:
            continue
        after = at(tokens, match[1])
        if after.key in _QUESTIONS_OF_ITS_OWN or (
            after.key in _COUNTED and not meanings_at(vocabulary, tokens, match[1])[0]
        ):
            return []
        asides = _asides(tokens, match[1])
        hidden = any(token.kind == "hidden" for token in tokens[match[1] :])
        anything = _anything(tokens, match[1])
        if anything and (asides or hidden or at(tokens, anything[0].span[1]).kind in ("mark", "hidden")):
            return [Finding((index, match[1]), Number(None)), *anything, *asides]
        if asides or hidden or meanings_at(vocabulary, tokens, match[1])[0]:
            return [Finding((index, match[1]), Number(None)), *asides]
        return []
    return []


def _anything(tokens: Tokens, start: int) -> list[Finding]:
    """A word for whatever the shop sells, if one is what is counted."""
    place = _IN_SHOP.skip(tokens, start)
    end = _PRODUCTS.skip(tokens, place)
    return [Finding((place, end), "aside")] if end > place else []


def _asides(tokens: Tokens, start: int) -> list[Finding]:
    """What says that the shop's products are counted."""
    found: list[Finding] = []
    index = start
    while index < len(tokens):
        match = _IN_SHOP.match(tokens, index)
        if match:
            found.append(Finding((index, match[1]), "aside"))
        index = match[1] if match else index + 1
    return found


def _read_limit(tokens: Tokens, vocabulary: Vocabulary) -> list[Finding]:
    """Every number of products, so that none is left among the words, and what is counted where it is a value; the
    first number counts.
    """
    found: list[Finding] = []
    while one := _read_top(tokens, vocabulary) or _read_opening(tokens, vocabulary):
        found.append(one)
        tokens = hide(tokens, [one.span])
        counted = _counted_value(tokens, one.span[1], vocabulary)
        found += counted
        tokens = hide(tokens, [value.span for value in counted])
    return found


def _counted_value(tokens: Tokens, start: int, vocabulary: Vocabulary) -> list[Finding]:
    """A value that stands for a thing: "3 souvenirs" where souvenirs are a purpose. Nobody counts a colour."""
    meanings, end = meanings_at(vocabulary, tokens, start)
    meaning = sole(meanings)
    if meaning is None or meaning.kind == "category" or not meaning.filters or not _ends(tokens, end):
        return []
    describing = codes_of(vocabulary, *(family[0] for family in LABELS))
    return [] if meaning.code in describing else [Finding((start, end), Named(meaning))]


def _read_top(tokens: Tokens, vocabulary: Vocabulary) -> Finding | None:
    for index in range(len(tokens)):
        top = _TOP.match(tokens, index)
        number = _number(at(tokens, top[1])) if top else None
        if top and number and _is_free(tokens, top[1]) and _counts_things(tokens, top[1], vocabulary, asked=True):
            return Finding((index, top[1] + 1), Number(number))
    return None


def _read_opening(tokens: Tokens, vocabulary: Vocabulary) -> Finding | None:
    start = _opening(tokens)
    asked = any(token.key in _REQUESTS for token in tokens[:start])
    couple = _COUPLE.match(tokens, start)
    if couple and _is_couple(tokens, couple[1], vocabulary):
        return Finding((start, couple[1]), Number(2))
    limit = _number(at(tokens, start))
    if limit and _is_free(tokens, start) and _counts_things(tokens, start, vocabulary, asked=asked):
        return Finding((start, start + 1), Number(limit))
    return None


def _is_couple(tokens: Tokens, index: int, vocabulary: Vocabulary) -> bool:
    """Whether two of what begins at `index` are wanted, and not a pair of it, nor something with friends on it."""
    place = _behind_adjectives(tokens, index, vocabulary)
    thing = at(tokens, place)
    if thing.kind != "word" or (tokens[index - 1].key == "пару" and thing.key in _PAIRED):
        return False
    return _goes_no_further(tokens, max(meanings_at(vocabulary, tokens, place)[1], place + 1), vocabulary)


def _opening(tokens: Tokens) -> int:
    """Behind the words that only ask: a number of products is the first thing a question says."""
    index = 0
    while index < len(tokens) and tokens[index].key not in NUMBERS:
        token = tokens[index]
        if token.key not in ASKING and token.kind not in ("mark", "hidden"):
            break
        index += 1
    return index


def _number(token: Token) -> int | None:
    number = int(token.key) if token.kind == "number" and token.key.isdecimal() else NUMBERS.get(token.key)
    return number if number is not None and 1 <= number <= MOST else None


def _is_free(tokens: Tokens, index: int) -> bool:
    """Whether the number is neither measured nor part of a code, and a word may be what it counts."""
    after = at(tokens, index + 1)
    if (
        joined_to_next(tokens, index)
        or after.key in _COUNTED
        or after.key in UNIT_MARKS
        or after.kind in ("number", "code")
    ):
        return False
    return after.spaced or after.kind == "hidden" or after.kind == "mark"


def _counts_things(tokens: Tokens, index: int, vocabulary: Vocabulary, *, asked: bool) -> bool:
    """Whether products follow, perhaps behind adjectives: "3 black dresses", and no "3 ring binder".

    What the catalogue does not know is counted only where so many are `asked` for: "show me 5 lamps" is a number of
    them, and "7 wonders" or «12 стульев» is a name.
    """
    place = _behind_adjectives(tokens, index + 1, vocabulary)
    thing, one = at(tokens, place), _number(tokens[index]) == 1
    if thing.kind != "word" or thing.key in FUNCTION_WORDS:
        # The value itself is what is counted: "3 gifts" where gifts are an occasion.
        return not one and place > index + 1 and _ends(tokens, place)
    meanings, end = meanings_at(vocabulary, tokens, place)
    if any(meaning.kind == "category" for meaning in meanings):
        return one or (_is_plural(tokens[end - 1].key) and _goes_no_further(tokens, end, vocabulary))
    asked = asked or thing.key in THINGS or at(tokens, index + 1).kind == "hidden"
    ends = _ends(tokens, place + 1) or at(tokens, place + 1).key in PERSONS
    return asked and not one and _is_plural(thing.key) and ends


def _is_plural(word: str) -> bool:
    return bool(PLURAL.fullmatch(word)) if word.isascii() else not _SINGULAR_ADJECTIVE.fullmatch(word)


def _goes_no_further(tokens: Tokens, index: int, vocabulary: Vocabulary) -> bool:
    """Whether no unknown word makes another thing of what is counted: "3 bags full", «12 стульев книга»."""
    after = at(tokens, index).key
    return (
        _ends(tokens, index)
        or after in ADJECTIVES | ASKING | PERSONS
        or bool(meanings_at(vocabulary, tokens, index)[0])
    )


def _behind_adjectives(tokens: Tokens, index: int, vocabulary: Vocabulary) -> int:
    """Behind words that only describe, values of the catalogue among them."""
    while index < len(tokens):
        meanings, end = meanings_at(vocabulary, tokens, index)
        if meanings and all(meaning.kind == "attribute" for meaning in meanings):
            index = end
        elif tokens[index].key in ADJECTIVES or tokens[index].kind == "hidden":
            index += 1
        else:
            break
    return index


def _ends(tokens: Tokens, index: int) -> bool:
    token = at(tokens, index)
    return token.kind in ("mark", "hidden") or token.key in PREPOSITIONS | JOINERS
