"""Words of prices: bounds, currencies, multiples. Pure."""

from collections.abc import Mapping
from typing import Final, Literal

from runtime.retrieval.understanding.phrases import Phrases

Bound = Literal["max", "min", "about"]
Strength = Literal["price", "any", "weak"]
"""How sure a word is that a bare number behind it is a price. "price": it compares prices, or hardly anything else.
"any": it compares anything. "weak": it needs a currency, or a word of price before it."""

BOUNDS: Final[Phrases[tuple[Bound, Strength]]] = Phrases(
    {
        ("max", "price"): (
            "cheaper than|less expensive than|not more expensive than|maximum price|max price|within budget|"
            "within a budget of|budget|budget of|budget is|budget up to|budget under|"
            "не дороже|не дороже чем|дешевле|дешевле чем|дешевле, чем|не дороже, чем|бюджет|бюджет до|бюджетом до|"
            "бюджетом|в бюджете|с бюджетом|с бюджетом до|максимальная цена"
        ),
        ("max", "any"): (
            "under|below|for under|for less than|for up to|for at most|for max|up to|at most|"
            "less than|no more than|not more than|not over|not above|no higher than|no over|"
            "not exceeding|not to exceed|maximum|maximum of|within|<|<=|≤|"
            "до|не больше|не более|не больше чем|не более чем|меньше|меньше чем|менее|менее чем|ниже|не выше|максимум|"
            "в пределах|не свыше|в рамках|максимум до"
        ),
        ("max", "weak"): "max|max of|макс|tops|sub|sub-|for|за|на",
        ("min", "price"): (
            "more expensive than|pricier than|costlier than|not cheaper than|no cheaper than|minimum price|min price|"
            "starting at|starting from|prices from|не дешевле|не дешевле чем|дороже|дороже чем|дороже, чем|"
            "минимальная цена"
        ),
        ("min", "any"): (
            "over|above|from|at least|more than|no less than|not less than|not under|not below|minimum|minimum of|"
            "upwards of|greater than|higher than|>|>=|≥|"
            "от|не меньше|не менее|не меньше чем|не менее чем|больше|больше чем|более|более чем|выше|свыше|не ниже|"
            "минимум|начиная от|начиная с|between|между"
        ),
        ("min", "weak"): "min|min of|мин|с",
        ("about", "price"): "for around|for about|за около",
        ("about", "any"): "around|approximately|approx|roughly|в районе|порядка|около|примерно|приблизительно|~|≈",
        ("about", "weak"): "about|circa|ровно|где-то|exactly|at|по",
    }
)
PRICE_LABELS: Final[Phrases[bool]] = Phrases(
    {
        True: (
            "price|prices|priced|price range|price of|price is|cost|costs|costing|cost of|which costs|that costs|at a "
            "price of|with a price of|in the range|in the range of|in the price range|my price|"
            "цена|цены|ценой|цену|цене|по цене|стоимость|стоимостью|стоимости|стоит|стоят|стоящие|в диапазоне|"
            "в ценовом диапазоне|ценник|с ценой"
        )
    }
)
"""Before a number, they make a price of it."""
FILLERS: Final[Phrases[bool]] = Phrases({True: ":|=|is|of|чем|, чем|the|a sum of|budget|from|от|все"})
"""What may stand between a bound, or a word of price, and the sum."""
AFTERWARDS: Final[Phrases[tuple[Bound, bool]]] = Phrases(
    {
        ("max", True): "or cheaper|and cheaper|или дешевле|и дешевле|не дороже",
        ("min", True): "or more expensive|или дороже|и дороже",
        ("max", False): "or less|and less|or lower|and lower|or under|or below|and under|and below|max|maximum|tops"
        "|at most|или меньше|и меньше|или ниже|и ниже|максимум|макс|или менее|и менее",
        ("min", False): "or more|or over|or above|and up|and above|and over|+|minimum|min|at least|или больше|и больше|"
        "или выше|и выше|минимум|и более|или более",
    }
)
"""Bounds behind a sum; True: even a bare number before it is a price."""

THOUSANDS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("k", "к", "тыс", "тыщ", "тысяч", "тысяча", "тысячи", "тысячу", "тысячей", "thousand"), 1_000),
    **dict.fromkeys(("млн", "миллион", "миллиона", "миллионов", "million"), 1_000_000),
}
"""Multiples; «к» and "k" only right behind the digits."""

_DOLLARS: Final = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"})
_ROUBLES: Final = frozenset({"RUB", "BYN"})
_CURRENCIES: Final[Mapping[frozenset[str], str]] = {
    _DOLLARS: "$ dollar dollars buck bucks доллар доллара долларов долларах доллары бакс бакса баксов долл",
    frozenset({"USD"}): "usd",
    _ROUBLES: "р руб тр рубль рубля рублей рублям рублях рубли рублики rouble roubles ruble rubles",
    frozenset({"RUB"}): "₽ rub rur",
    frozenset({"BYN"}): "byn",
    frozenset({"EUR"}): "€ eur euro euros евро",
    frozenset({"GBP"}): "£ gbp quid",
    frozenset({"KZT"}): "₸ kzt tenge тенге тг",
    frozenset({"UAH"}): "₴ uah hryvnia hryvnias грн гривна гривны гривен",
    frozenset({"JPY", "CNY"}): "¥",
    frozenset({"JPY"}): "jpy yen иен иены",
    frozenset({"CNY"}): "cny rmb yuan юань юаня юаней",
    frozenset({"INR"}): "₹ inr rupee rupees рупий",
    frozenset({"TRY"}): "₺ lira liras лир лиры",
    frozenset({"PLN"}): "pln zł zloty злотых",
    frozenset({"CHF"}): "chf",
    frozenset({"CAD"}): "cad",
    frozenset({"AUD"}): "aud",
}
CURRENCIES: Final[Mapping[str, frozenset[str]]] = {
    word: codes for codes, words in _CURRENCIES.items() for word in words.split()
}
"""Signs and words -> the currencies they may mean. A dollar is the shop's own, wherever the shop has dollars."""
_OF_COUNTRIES: Final = {"us": "USD", "ca": "CAD", "c": "CAD", "a": "AUD", "au": "AUD", "hk": "HKD", "nz": "NZD"}
DOLLAR_LETTERS: Final[Mapping[str, frozenset[str]]] = {
    letters: frozenset({code}) for letters, code in (_OF_COUNTRIES | {"s": "SGD", "sg": "SGD", "mx": "MXN"}).items()
}
"""Right before a dollar sign these tell whose dollar it is: US$, C$."""
DOLLARS_OF: Final[Phrases[str]] = Phrases(
    {
        "USD": "us dollar|us dollars|american dollars|доллар сша|доллара сша|долларов сша|американских долларов",
        "CAD": "canadian dollar|canadian dollars|канадских долларов",
        "AUD": "australian dollar|australian dollars|австралийских долларов",
    }
)
POUNDS: Final = frozenset({"pound", "pounds", "фунт", "фунта", "фунтов"})
"""Money in a shop that sells in pounds, a weight everywhere else."""
SMALL_UNITS: Final = frozenset({"RUB", "KZT", "JPY", "INR", "UAH", "KRW", "HUF", "UZS", "AMD", "CZK"})
"""Currencies in which nothing costs a few units: bare, "до 6" is an age or a size there."""
_USUAL: Final = ("USD", "RUB", "JPY")


def usual_currency(currencies: frozenset[str]) -> str:
    """What a word that may mean several currencies means where none of them is the shop's: a dollar, the American."""
    return next((code for code in _USUAL if code in currencies), min(currencies))
