"""Where in a text a claim may begin that has to be checked, and how far it goes: what is held back, and no more. Pure.

Both are functions of the text alone, however it is cut into pieces: a place is suspicious, or a stretch at its end,
only once no letter to come can change that.
"""

import re
from typing import Final

from runtime.chat.truth.amounts import CURRENCY_SIGNS, is_currency
from runtime.chat.truth.folding import fold
from runtime.chat.truth.link_claims import DOMAINS
from runtime.chat.truth.spelled import BEGINNINGS, spelled_end

_PHRASES: Final = """
ship |there are two|there are three|there are four|there are five|there are a |there are #|lowered|cut by|on special
подешев|снижен|теперь |цена снижен|цены снижен|цена была снижен
in stock|in-stock|out of stock|out-of-stock|sold out|not in stock|not currently|not available|isn't in|isn’t in
currently|no longer|available|ready to ship|only #|just #|there are only|there are just|сейчас |there is only
в наличии|наличие|есть в налич|есть на складе|есть сейчас|имеется |имеются |нет в |нет на |нет сейчас|пока нет
уже нет|не в налич|отсутству|распродан|закончил|остал|всего #|только #|на складе|you save|you'll save|you’ll save
you can save|you will save|buy one|buy two|buy three|buy #|takes |take #|will take|business day|working day
рабочих дн|занима|длится|дарим|даем скид|предоставля|предлагаем скид|получите скид|при покупке|распродаж|попробуйте
discount|half price|half-price|special offer|limited-time|on sale|was #|were #|used to |down from|reduced|instead of
old price|originally|save #|save up|saves you|list price|marked down|a discount|special discount|big discount
great discount|скидк|со скидк|с скидк|на распродаж|по акции|спецпредлож|вместо |раньше|старая цена|прежняя цена
экономия|сэконом|выгода|уценк|была #|есть скидк|действует скидк|дешевле на #|promo|coupon|voucher|code|use code
use the |use promo|use coupon|use our|use my|use voucher|use this|enter |apply |try |quote |type |use discount
with code|with promo|with coupon|with the promo|with the code|with voucher|the promo|our promo|промо|купон|код
использу|введите|вводите|примен|назовите|укажите|активируйте|по промо|с промо|по коду|с кодом|наш промо|ваш промо
free deliver|free shipping|free postage|free return|free pickup|free and fast|free fast|free express|free standard
next day|next-day|same day|same-day|deliver|shipping|ships|shipped|postage|dispatch|arriv|return|refund|exchange
get it|have it|send it back|бесплатн|достав|возврат|вернуть|возвращ|обмен|пересыл|самовывоз|привез|придет|приедет
получите|отправ|завтра|сегодня|stock|availab|unavail|isn't|isn’t|aren't|aren’t|недоступ|доступ|раскупил|size|in size
размер|в размер|m размер|s размер|l размер|xl размер|xs размер|sku|item n|item c|article|model n|арт.|код това
product code|part n|артикул|usd#|usd #|eur#|eur #|rub #|gbp #|us$|ca$|au$|http://|https://|hxxp://|hxxps://|ftp://
www.
""".replace("\n", "|").strip("|")
_SPELLED: Final = tuple(f"{word}{gap}" for word in BEGINNINGS for gap in " -")


Trie = dict[str, "Trie"]


def _pattern(phrases: list[str]) -> str:
    """A pattern that tries no letter twice: one of all `phrases` side by side takes three times as long."""
    trie: Trie = {}
    for phrase in sorted(phrases, key=len):
        node = trie
        for letter in phrase:
            node = node.setdefault(letter, {})
            if "" in node:
                # A shorter phrase begins alike, and is enough.
                break
        else:
            node.clear()
            node[""] = {}
    return _branches(trie)


def _branches(trie: Trie) -> str:
    told = [_LETTERS.get(letter, re.escape(letter)) + _branches(below) for letter, below in trie.items() if letter]
    return told[0] if len(told) == 1 else f"(?:{'|'.join(told)})" if told else ""


_LETTERS: Final = {" ": r"\s{1,3}", "#": rf"[{CURRENCY_SIGNS}\d]"}
_ALL: Final = [fold(phrase) for phrase in (*_PHRASES.split("|"), *_SPELLED)]
_FIRST: Final = "".join(sorted({re.escape(phrase[0]) for phrase in _ALL}))
_WORDS: Final = re.compile(rf"(?<!\w)(?=[{_FIRST}]){_pattern(_ALL)}")
_SIZE: Final = r"(?:(?<=[/,(:—–-] )|(?<=[/(]))(?:x{0,4}[sml]|xs)(?!\w)"
_ANSWER: Final = r"\|(?=[\s*_]*(?:[✅❌✓✗☑✔✘]|(?:yes|no|да|нет|есть)(?!\w)))"
_AT_WORD: Final = rf"{_SIZE}|\d|(?=[{_FIRST}]){_pattern(_ALL)}"
_AT_SIGN: Final = rf"[{CURRENCY_SIGNS}\[]|!\[|~~|(?<!\w)[−-](?=\d+\s?%)|{_ANSWER}|(?<=\w)\.(?=(?:{DOMAINS})(?![\w-]))"
_TRIGGER: Final = re.compile(rf"(?=\w)(?<!\w)(?:{_AT_WORD})|(?!\w)(?:{_AT_SIGN})")
"""Parted so that most places, which lie within words, are done with at once."""
_BEGUN: Final = frozenset(phrase[:length] for phrase in _ALL for length in range(1, len(phrase))) - {""}
_WORD: Final = re.compile(r"\w+")
_PARTS: Final = frozenset(
    word[:length] for phrase in _ALL for word in _WORD.findall(phrase) for length in range(1, len(word) + 1)
)
"""Beginnings of the words of phrases."""
_LONGEST: Final = 40
_PART: Final = 400
_WORD_START: Final = re.compile(r"(?<!\w)(?=\w)")
_BEGUN_SIZE: Final = re.compile(
    r"(?:(?<=[/,(:—–-] )|(?<=[/(]))(?:x{1,4}s?|x{0,4}[sml]?)\Z|(?<!\w)[−-](?:\d{1,3}\s?)?\Z|\|[\s*_]*\w{0,4}\Z",
    re.IGNORECASE,
)
_SIGN_OF_SIZE: Final = re.compile("[/,(:—–−-]")
_LONGEST_SIZE: Final = 8
"""Characters of a size that has begun, the sign and the space before it included."""
_BEGUN_DOMAIN: Final = re.compile(r"(?<=\w)\.\w{0,8}\Z")
_SPACES: Final = re.compile(r"\s+")

_SENTENCE_END: Final = re.compile(r"(?<!\bno)(?<!руб)(?<!\bр)(?<!тыс)(?<!\bшт)(?<!\bарт)[.!?…](?=\s)|\n", re.IGNORECASE)
_CLAUSE_END: Final = re.compile(
    rf"(?<!\bno)(?<!руб)(?<!\bр)(?<!тыс)(?<!\bшт)(?<!\bарт)[.!?…;,)](?=\s)|\n|(?=\|)|\s[—–-]\s(?=[^\d\s{CURRENCY_SIGNS}])"
)
_BETWEEN: Final = re.compile(rf"(?<![\d\s{CURRENCY_SIGNS}])\s(?=[^\s\d{CURRENCY_SIGNS}(])")
_LINK_BEGINS: Final = re.compile(r"(?<=\s)(?=!?\[|<?h(?:tt|xx)ps?://)", re.IGNORECASE)
_LINK_END: Final = re.compile(r"[\s<>\"«»|\[\]`]")
_CODES: Final = frozenset({"usd", "eur", "rub", "gbp"})
_GAP: Final = r"[\s‑-]{1,4}"
_WORD_BEHIND: Final = re.compile(
    rf"\s{{0,3}}(?P<sign>[{CURRENCY_SIGNS}])|{_GAP}(?!and\b)(?:(?P<word>\w{{1,20}})(?=[^\w‑-])|\w{{21}}|(?=[^\w\s‑-]))"
    rf"|{_GAP}and{_GAP}(?:\w{{1,20}}(?=[^\w‑-])|\w{{21}}|(?=[^\w\s‑-]))|[\s‑-]{{5}}|(?=[^\w\s‑-])"
)
"""What follows a number in words, once it is there."""
_UNFINISHED: Final = re.compile(r"\d\s*(?:k|к|тыс\.?|тысяч\w?|thousand)\s*\Z", re.IGNORECASE)
_NEXT_WORD: Final = re.compile(rf"\s*(?:[{CURRENCY_SIGNS}]|\w+(?=\W)|(?=[^\w\s]))")
_NUMBER: Final = 24
_SPARE: Final = 50
_CLAUSE: Final = 110
_SENTENCE: Final = 140
_BRACKET: Final = 300
_LINK: Final = 600


def find_suspicion(text: str, start: int) -> int | None:
    """Where behind `start` the next claim may begin; None where none does."""
    # From some letters before: whether a word or a size begins at `start` depends on them. Part by part, so that a
    # text that comes whole is not read anew for every claim in it.
    while start < len(text):
        first = max(0, start - 3)
        found = _TRIGGER.search(fold(text[first : start + _PART + _LONGEST]), start - first)
        if found and (found.start() + first < start + _PART or len(text) <= start + _PART):
            return first + found.start()
        start += _PART
    return None


def is_plain(text: str, start: int) -> bool:
    """Whether nothing behind `start` is suspicious, nor may yet become so; of a short text, as most tokens are, found
    out at one look.
    """
    size = len(text)
    if size - start > _LONGEST or size == start:
        return find_suspicion(text, start) is None and begun_at(text, start) == size
    first = max(0, start - 3)
    folded = fold(text[first:])
    return not _TRIGGER.search(folded, start - first) and _begun_in(text, folded[start - first :]) == size


def begun_at(text: str, start: int) -> int:
    """Where behind `start` something begins at the end of `text` that may yet become suspicious; its end if nothing."""
    size = len(text)
    if size == start:
        return size
    return _begun_in(text, fold(text[max(start, size - _LONGEST) :]))


def _begun_in(text: str, tail: str) -> int:
    """As `begun_at`. tail: the end of `text`, folded."""
    size = len(text)
    start = size - len(tail)
    if text[-1] in "!~":
        return size - 1
    end = size
    if "." in tail and (domain := _BEGUN_DOMAIN.search(text, start)):
        end = domain.start()
    if "|" in tail or _SIGN_OF_SIZE.search(text, max(0, size - _LONGEST_SIZE)):
        begun = _BEGUN_SIZE.search(text, start)
        end = min(end, begun.start()) if begun else end
    # The last word of most texts is in no phrase, and that is all there is to find out.
    words = _WORD.findall(tail)
    if not words or words[-1] not in _PARTS:
        return end
    for match in _WORD_START.finditer(tail):
        place = size - len(tail) + match.start()
        if (match.start() or not _is_word(text, place - 1)) and _SPACES.sub(" ", tail[match.start() :]) in _BEGUN:
            return min(place, end)
    return end


def _is_word(text: str, place: int) -> bool:
    return place >= 0 and (text[place].isalnum() or text[place] == "_")


def number_end(text: str, start: int) -> int | None:
    """The end of the stretch that tells whether the number at `start` is money; None while it is not there yet."""
    end = _until(text, start, _CLAUSE_END, start + _NUMBER)
    if end is None:
        return None
    if _UNFINISHED.search(text, max(start, end - _NUMBER), end):
        behind = _NEXT_WORD.match(text, end)
        if behind is None:
            return None
        end = behind.end()
    if _WORDS.search(fold(text[start:end]), 1):
        # Another claim goes on from it: "30-day returns".
        return clause_end(text, start)
    # Nor may the end cut one that begins there; a currency belongs to the number before it.
    begun = begun_at(text[:end], start + 1) if text[end - 1].isalnum() else end
    return end if text[begun:end].lower() in _CODES else begun


def begins_in_words(text: str, start: int) -> bool:
    """Whether a number in words begins at `start`."""
    return spelled_end(fold(text[start : start + _CLAUSE]), 0) > 0


def words_end(text: str, start: int) -> int | None:
    """The end of the number in words at `start`, or of the stretch that tells whether it is money."""
    end = start + spelled_end(fold(text[start : start + _CLAUSE]), 0)
    found = _WORD_BEHIND.match(text, end)
    if found is None:
        return end if len(text) > end + _SPARE else None
    money = found["sign"] or is_currency(found["word"] or "")
    return number_end(text, end - 1) if money else end


def sentence_end(text: str, start: int) -> int | None:
    """The end of the sentence around `start`, or of as much of it as is worth waiting for."""
    return _until(text, start, _SENTENCE_END, start + _SENTENCE)


def clause_end(text: str, start: int) -> int | None:
    """The end of the clause around `start`."""
    return _until(text, start, _CLAUSE_END, start + _CLAUSE)


def link_end(text: str, start: int) -> int | None:
    """The end of a link, or of what is in brackets, at `start`."""
    if text[start] in "![":
        return _bracket_end(text, start)
    found = _LINK_END.search(text, start, start + _LINK)
    if found:
        return found.start()
    return start + _LINK if len(text) > start + _LINK else None


def _until(text: str, start: int, pattern: re.Pattern[str], limit: int) -> int | None:
    """The first end by `pattern`; behind `limit` the end of the next word does, and soon behind it any place."""
    last = limit + _SPARE
    found = pattern.search(text, start + 1, last + 2)
    link = _LINK_BEGINS.search(text, start + 1, last + 2)
    cut = _BETWEEN.search(text, limit, last + 2) if len(text) > limit else None
    ends = [match.start() if match is cut else match.end() for match in (found, cut, link) if match]
    end = min((end for end in ends if end <= last), default=None)
    return last if end is None and len(text) > last + 2 else end


def _bracket_end(text: str, start: int) -> int | None:
    """The end of `[text](url)`, with what tells that it ends; of the bracket alone where it is no link."""
    opening = start + (text[start] == "!") + 1
    closing = next(
        (place for place in range(opening, min(len(text), opening + _BRACKET)) if text[place] in "]\n["), None
    )
    if closing is None:
        return opening if len(text) >= opening + _BRACKET else None
    if text[closing] != "]":
        return opening
    if len(text) == closing + 1:
        return None
    if text[closing + 1] != "(":
        return opening
    return _parenthesis_end(text, closing + 1, otherwise=opening)


def _parenthesis_end(text: str, start: int, *, otherwise: int) -> int | None:
    depth = 0
    for place in range(start, min(len(text), start + _LINK)):
        depth += (text[place] == "(") - (text[place] == ")")
        if text[place] == "\n":
            return otherwise
        if depth == 0:
            # One letter more: of two spaces around what is taken out one goes too.
            return (
                place + 2
                if len(text) > place + 1 and text[place + 1] == " "
                else place + 1
                if len(text) > place + 1
                else None
            )
    return otherwise if len(text) >= start + _LINK else None
