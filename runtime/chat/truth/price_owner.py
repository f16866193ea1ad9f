"""Which product a price is said of: by its column or rank, its place in a row of prices, the nearest name. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from runtime.chat.truth.amounts import Amount
from runtime.chat.truth.mentions import JOINS, Mention, Namings, Owners, sentence_start
from runtime.chat.truth.pointers import listed_above, pointed_at

_LED: Final = re.compile(
    r"(?:^|[;,.:(\n]|\b(?:and|but|while|а|и|но))[\s*_]*(?:and |but |а |и )?(?P<one>the (?:one"
    r"|other)(?: one)? |т(?:от|а),? что )?"
    r"(?:at|for|за|по)\s+(?:just |only |всего |лишь )?[*_]*\Z",
    re.IGNORECASE,
)
_TURNS: Final = re.compile(r"[;|\n]|[.!?]\s|(?<!\d)[(]|\b(?:and|but|while|а|и|но)\b", re.IGNORECASE)
_PLURAL: Final = re.compile(
    r"\b(?:they|them|each|both|these|those|они|оба|обе|кажд\w+|эти)\b(?! (?:of )?(?:us|you|вас|нас))", re.IGNORECASE
)
_FOR: Final = re.compile(r"[*_]*\s+(?:for|за)\s+(?:the |our |one |a )?[*_«\"“\[]*", re.IGNORECASE)
_ELSE: Final = re.compile(r"\b(?:else|others?|the rest|остальн\w+|други\w+|прочи\w+)\b", re.IGNORECASE)
_LOOSE: Final = re.compile(r",", re.IGNORECASE)
_BESIDE: Final = re.compile(
    r"[\s*_»\"”)`\]]*(?:\([^()\d]{0,40}\))?[\s*_:(\[—–,|·•=-]*(?:(?:at|for|from|price|цена|за|от|по|всего|just|only)\b[\s*_:—–-]*){0,3}"
    r"[*_$]*\Z",
    re.IGNORECASE,
)
_EACH: Final = re.compile(r"\b(?:each|both|either|all|оба|обе|кажд\w+|все|одинаково|apiece)\b", re.IGNORECASE)
_LISTED: Final = re.compile(
    r"[\s*_]*(?:,|/|&|\band\b|\bи\b|, and|, и|or|или)[\s*_]*(?:\b(?:for|at|за|по)\s+)?", re.IGNORECASE
)
_OBJECT: Final = re.compile(
    r"(?:\b(?:than|чем|unlike|instead of|compared (?:to|with)|like|with|вместо|в отличие от|по сравнению с|как"
    r"|\w{3,}(?:ее|ей|же|ше|че))\s+(?:the |our )?[*_«\"“\[]*)\Z",
    re.IGNORECASE,
)
_VERB_AGAIN: Final = re.compile(
    r"\b(?:and|but|и|но|а|,)\s+(?:\w+\s+){0,2}?(?:costs?|is|are|стоит|стоят|обойд\w+|продаётся)\b", re.IGNORECASE
)


def owner_of(text: str, amounts: Sequence[Amount], place: int, namings: Namings, end: int) -> Owners:
    """Of what the price `amounts[place]` of `text` is said, which is known up to `end`."""
    amount = amounts[place]
    if namings.count < 2:
        return Owners(tuple(range(namings.count)))
    sentence = sentence_start(text, amount.start)
    if (pointed := pointed_at(text, sentence, amount.start, namings)) is not None:
        return Owners((pointed,))
    if (led := _led_to(text, sentence, amount, namings, end)) is not None:
        return Owners((led,))
    if (bought := _bought_for(text, amount, namings, end)) is not None:
        return Owners((bought,))
    before = namings.within(text, sentence, amount.start)
    if not before:
        if _PLURAL.search(text, sentence, amount.start):
            return _of_those_above(text, amounts, place, sentence, namings)
        return namings.owners(text[:end], amount.start, amount.end)
    if _ELSE.search(text, before[-1].end, amount.start):
        return Owners()
    group = joined(text, before)
    if len(group) > 1:
        return _of_group(text, amounts, place, group)
    return _of_nearest(text, before, amount)


def _of_those_above(text: str, amounts: Sequence[Amount], place: int, sentence: int, namings: Namings) -> Owners:
    """The products that "they", "each" or "both" means: those named together above, else those asked about."""
    meant = tuple(listed_above(text, sentence, namings)) or namings.asked
    if len(meant) < 2:
        return Owners(meant)
    row = _row(text, amounts, sentence, place)
    if len(row) == len(meant):
        return Owners((meant[row.index(place)],))
    return Owners(meant, sole=False, each=True)


def is_settled(text: str, start: int, namings: Namings) -> bool:
    """Whether what follows `start` cannot matter for what a price there is said of."""
    if namings.count < 2:
        return True
    sentence = sentence_start(text, start)
    before = namings.within(text, sentence, start)
    return len(before) > 0 and not _LED.search(text, sentence, start) and len(joined(text, before)) == 1


def joined(text: str, before: Sequence[Mention]) -> list[Mention]:
    """The last of `before`, with those told together with it: "the Joust and the Montana"."""
    group = [before[-1]]
    for mention in reversed(before[:-1]):
        if not JOINS.fullmatch(text, mention.end, group[0].start):
            break
        if mention.product not in [one.product for one in group]:
            group.insert(0, mention)
    return group


def _led_to(text: str, sentence: int, amount: Amount, namings: Namings, end: int) -> int | None:
    """The product behind a price that its clause begins with: "and for $34.00 the Joust"."""
    led = _LED.search(text, sentence, amount.start)
    if led is None:
        return None
    # Behind a comma the name before is as near as the one that follows it.
    apart = led.group()[:1] not in (",", "(") or led["one"] is not None
    behind = namings.within(text, amount.end, min(end, amount.end + 120))
    if not behind:
        return None
    between = text[amount.end : behind[0].start]
    if _TURNS.search(between) or (_LOOSE.search(between) and not apart):
        return None
    return behind[0].product


def _bought_for(text: str, amount: Amount, namings: Namings, end: int) -> int | None:
    """The product that a price is said to be for: "$34.00 for the Joust"."""
    if _FOR.match(text, amount.end, end) is None:
        return None
    behind = namings.within(text, amount.end, min(end, amount.end + 60))
    return behind[0].product if behind and _FOR.fullmatch(text, amount.end, behind[0].start) else None


def _of_group(text: str, amounts: Sequence[Amount], place: int, group: Sequence[Mention]) -> Owners:
    products = tuple(mention.product for mention in group)
    row = _row(text, amounts, group[-1].end, place)
    if len(row) == len(group):
        return Owners((products[row.index(place)],))
    between = text[group[-1].end : amounts[place].start]
    said_of_each = _EACH.search(text, sentence_start(text, group[0].start), amounts[place].start)
    if not said_of_each and _BESIDE.fullmatch(between):
        return Owners(products[-1:])
    return Owners(products, sole=False, each=True)


def _row(text: str, amounts: Sequence[Amount], start: int, place: int) -> list[int]:
    """The amounts that stand in one row with that at `place`, behind `start`: "cost $34 and $77"."""
    row = [place]
    while row[0] > 0 and amounts[row[0] - 1].start >= start and _together(text, amounts, row[0] - 1):
        row.insert(0, row[0] - 1)
    while row[-1] + 1 < len(amounts) and _together(text, amounts, row[-1]):
        row.append(row[-1] + 1)
    return row


def _together(text: str, amounts: Sequence[Amount], place: int) -> bool:
    return _LISTED.fullmatch(text, amounts[place].end, amounts[place + 1].start) is not None


def _of_nearest(text: str, before: Sequence[Mention], amount: Amount) -> Owners:
    nearest = before[-1]
    others = [mention for mention in before if mention.product != nearest.product]
    if (
        others
        and _OBJECT.search(text[max(0, nearest.start - 40) : nearest.start])
        and _VERB_AGAIN.search(text, nearest.end, amount.start)
    ):
        # "The Joust is cheaper than the Montana and costs": of the one or of the other.
        return Owners((others[-1].product, nearest.product), sole=False)
    return Owners((nearest.product,))
