"""Which of the products an answer speaks of at a place: the one named there, before it or right behind it. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from runtime.chat.naming import occurrences
from runtime.chat.truth.folding import fold
from shared.catalog import CatalogDocument

_REACH: Final = 1_200
"""Characters before a place in which it is looked for what the place speaks of."""
_SENTENCE: Final = 320
"""Characters of a sentence that count: what is said before them is another matter."""
_REMEMBERED: Final = 16
"""Searches whose findings are kept: those of one stretch ask for the same again and again."""
_LONG_WORD: Final = 4
_NAME_WORD: Final = re.compile(r"[^\W\d_][\w'’]+")
_NUMBERED: Final = re.compile(r"([^\W\d_]+)[ -]+(\d+)(?!\w)")
_WORD_BEFORE: Final = re.compile(r"([^\W\d_]+)[\s-]+\Z")
_SENTENCE_END: Final = re.compile(r"[.!?…][\"»”)*_]*\s+(?=[^\sа-яёa-z])|\n|\bhttps?://\S+\s+(?=[A-ZА-ЯЁ])")
JOINS: Final = re.compile(
    r"[\s*_»\"”)]*(?:,|/|&|\+|\b(?:and|or|vs\.?|versus|than|и|или|либо|чем)\b)[\s*_«\"“(]*(?:(?:the|our|a|и"
    r"|and)\s+)?[*_«\"“]*",
    re.IGNORECASE,
)
_RIGHT_BEHIND: Final = re.compile(r"[\s*_,:(—–«\"“-]*(?:[^\W\d_]+\s+){0,5}[*_«\"“(\[]*")
_BARE_OPENING: Final = re.compile(r"[\s*_>|-]*(?:[^\W\d_]+\s+){0,3}")
_TURNS: Final = re.compile(r"[,;]|\b(?:and|и|while|but|whereas|than|чем|а|но|тогда)\b", re.IGNORECASE)
_PRONOUN: Final = re.compile(
    r"\b(?:it|its|it's|this one|that one|он|она|оно|его|её|ее|нем|нём|неё|нее)\b|\A[\s*_]*(?:цена|стоит"
    r"|стоимость|price)\b",
    re.IGNORECASE,
)
_LABEL_ONLY: Final = re.compile(r"[\W_]*(?:price|цена|стоимость|cost)?[\W_]*", re.IGNORECASE)
_INDENTED: Final = re.compile(r"[ \t]+\S|\s*(?:[-*•–]|\|)\s*(?:\S)")
ANNOUNCED: Final = (
    r"\b(?:SKU|(?:item|article|model|part|product|catalog(?:ue)?) (?:no\.?|number|code)|артикул\w{0,3}|арт\."
    r"|код товара)"
)
"""What is said before a code that something has."""
_AS_ITS_CODE: Final = re.compile(
    rf"(?!.*[.;!?]\s)[^\n]{{0,30}}{ANNOUNCED}\W{{0,6}}(?:(?:is|—)\W{{0,4}})?", re.IGNORECASE
)
_URL: Final = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mention:
    """A product named from `start` to `end`. product: its place among those found."""

    start: int
    end: int
    product: int


@dataclass(frozen=True, slots=True)
class Owners:
    """Of what a place speaks: places of products among those found, more than one where it speaks of them together.

    sole: it cannot be of another. each: of each of them the same is said.
    """

    products: tuple[int, ...] = ()
    sole: bool = True
    each: bool = False


class Namings:
    """Finds `products` in a text by name, SKU, link, and by words that only one of them has in its name.

    asked: what the shopper said last; products named there are `asked` of.
    """

    def __init__(self, products: Sequence[CatalogDocument], *, asked: str = "") -> None:
        self.count = len(products)
        self._found: dict[tuple[str, int, int], Sequence[Mention]] = {}
        whole: dict[str, int] = {}
        for place, product in enumerate(products):
            for sign in (product.name, product.sku, *product.variant_skus, product.url or ""):
                if len(folded := fold(sign).strip()) > 2:
                    # The same text twice would be kept as long as the answer goes on.
                    whole.setdefault(sign if folded == sign else folded, place)
        self._whole = sorted(whole.items(), key=lambda found: -len(found[0]))
        self._words = list(_own_words(products))
        self._numbered = frozenset(
            (match[1][:_LONG_WORD], match[2])
            for product in products
            for match in _NUMBERED.finditer(fold(product.name))
        )
        self.asked = tuple(dict.fromkeys(mention.product for mention in self._whole_within(fold(asked))[0]))

    def within(self, text: str, start: int, end: int) -> Sequence[Mention]:
        """Products named between `start` and `end` of `text`, in order."""
        key = (text, start, end)
        if (found := self._found.get(key)) is None:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            found = self._found[key] = self._find(text, start, end)
        return found

    def forget(self) -> None:
        """Let go of texts that have been searched."""
        self._found.clear()

    def _find(self, text: str, start: int, end: int) -> Sequence[Mention]:
        folded = fold(text[start:end])
        found, taken = self._whole_within(folded)
        for match in _URL.finditer(folded):
            taken[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
        for word, product in self._words:
            _take(found, taken, _beginnings(word, folded), len(word), product)
        found.sort(key=lambda at: at.start)
        named = _without_codes_of_others(folded, found)
        return [Mention(at.start + start, at.end + start, at.product) for at in named]

    def _whole_within(self, folded: str) -> tuple[list[Mention], bytearray]:
        """What is named by a whole name, a code or a link, and which letters that takes."""
        taken = bytearray(len(folded))
        found: list[Mention] = []
        for sign, product in self._whole:
            _take(found, taken, occurrences(sign, folded), len(sign), product)
        return found, taken

    def owners(self, text: str, start: int, end: int) -> Owners:
        """Of what `text` speaks from `start` to `end`; nobody where that cannot be told."""
        if self.count < 2:
            return Owners(tuple(range(self.count)))
        sentence = sentence_start(text, start)
        before = self.within(text, sentence, start)
        if before:
            return _nearest(text, before)
        return Owners(self._behind(text, sentence, start, end) or self._above(text, sentence, start))

    def is_of_name(self, text: str, start: int, number: str) -> bool:
        """Whether `number`, at `start`, stands behind the word that it stands behind in a product's name."""
        before = _WORD_BEFORE.search(fold(text[max(0, start - 24) : start]))
        return before is not None and (before[1][:_LONG_WORD], number) in self._numbered

    def known_before(self, text: str, start: int) -> bool:
        """Whether what follows a place cannot matter for what it speaks of."""
        return self.count < 2 or bool(self.within(text, sentence_start(text, start), start))

    def _behind(self, text: str, sentence: int, start: int, end: int) -> tuple[int, ...]:
        """The product named right behind a place: "for $34.00 you get the Joust"."""
        behind = self.within(text, end, min(len(text), end + 120))
        if not behind:
            return ()
        between = text[end : behind[0].start]
        opens = _BARE_OPENING.fullmatch(text, sentence, start) is not None
        if not _RIGHT_BEHIND.fullmatch(between) or "\n" in between or (not opens and _TURNS.search(between)):
            return ()
        return (behind[0].product,)

    def _above(self, text: str, sentence: int, start: int) -> tuple[int, ...]:
        """The product that the line, or the list entry around it, is about."""
        line = text.rfind("\n", 0, start) + 1
        if named := self.within(text, max(line, start - _REACH), start):
            return (named[-1].product,)
        above = self.within(text, max(0, start - _REACH), line)
        if not above and line >= start - _REACH:
            return self.asked if len(self.asked) == 1 else ()
        if (
            _INDENTED.match(text, line)
            or _PRONOUN.search(text, sentence, start)
            or _LABEL_ONLY.fullmatch(text, line, start)
        ):
            # Of a table, the row above is about another product.
            return (above[-1].product,) if above else ()
        return ()


@lru_cache(maxsize=256)  # Every check of a stretch asks for it.
def sentence_start(text: str, place: int) -> int:
    """Where the sentence around `place` begins."""
    start = max(0, place - _SENTENCE)
    for match in _SENTENCE_END.finditer(text, start, place):
        start = match.end()
    return start


def _nearest(text: str, before: Sequence[Mention]) -> Owners:
    """The last product named, with those joined to it: "the Joust and the Montana"."""
    group = [before[-1]]
    for mention in reversed(before[:-1]):
        if not JOINS.fullmatch(text, mention.end, group[-1].start):
            break
        group.append(mention)
    products = tuple(dict.fromkeys(mention.product for mention in reversed(group)))
    return Owners(products, sole=len({mention.product for mention in before}) == 1)


def _without_codes_of_others(text: str, found: Sequence[Mention]) -> Iterator[Mention]:
    """`found` without codes that one product is said to have and another one has: "Tent, SKU: <the backpack's>" speaks
    of the tent.
    """
    last: Mention | None = None
    for mention in found:
        if last is None or last.product == mention.product or not _AS_ITS_CODE.fullmatch(text, last.end, mention.start):
            yield mention
            last = mention


def _own_words(products: Sequence[CatalogDocument]) -> Iterator[tuple[str, int]]:
    """Words that stand with a capital letter in the name of one product alone, without their endings in Russian."""
    names = [fold(product.name) for product in products]
    together = "\n".join(names)
    for place, product in enumerate(products):
        for match in _NAME_WORD.finditer(product.name):
            word = fold(match.group())
            stem = word[:-2] if word[0] >= "а" and len(word) > _LONG_WORD + 1 else word
            if not match.group()[0].isupper() or len(stem) < _LONG_WORD:
                continue
            if together.count(stem) == names[place].count(stem):
                yield stem, place


def _beginnings(stem: str, text: str) -> Iterator[int]:
    """Where a word begins with `stem` and has at most an ending more."""
    start = text.find(stem)
    while start >= 0:
        end = start + len(stem)
        rest = re.match(r"\w*", text[end : end + 8])
        ending = len(rest.group()) if rest else 0
        if not (text[start - 1 : start].isalnum() and start) and ending <= (3 if stem[0] >= "а" else 0):
            yield start
        start = text.find(stem, end)


def _take(found: list[Mention], taken: bytearray, starts: Iterator[int], length: int, product: int) -> None:
    for start in starts:
        end = start + length
        if not any(taken[start:end]):
            taken[start:end] = b"\x01" * length
            found.append(Mention(start, end, product))
