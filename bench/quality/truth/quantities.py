"""Questions whose answer is a place, a number, or a pair: superlatives, counts, comparisons; and stock. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from bench.quality.truth.lexicon import template_fields
from bench.quality.truth.naming import color_of
from bench.quality.truth.prices import costs, pick_bound, written_sum
from bench.quality.truth.query import FULL, NEAR, SAME_DEPARTMENT, Draft
from bench.quality.truth.shop import Shop, Test, Ware, has, judge
from sandbox.magento.catalogue import Dice
from sandbox.magento.product import Locale

Templates = Mapping[Locale, tuple[str, ...]]

_FIRST: Final = 10
"""How many of the cheapest are worth showing."""

_CHEAPEST: Final[Templates] = {
    "en": ("cheapest {one}", "cheapest {color} {one}", "cheapest {one} you have",
           "{brand} {one} lowest price", "the least expensive {color} {one}", "cheapest {one} by {brand}"),
    "ru": ("{cheapest} {one}", "{cheapest} {color} {one}", "{one} {brand} {cheapest}", "{many}: какие самые дешёвые?",
           "{one} подешевле всех", "{cheapest} {one} {brand}"),
}  # fmt: skip
_DEAREST: Final[Templates] = {
    "en": ("most expensive {one}", "most expensive {color} {one}", "show me your most expensive {one}",
           "{brand} {one} highest price", "the priciest {one}", "most expensive {one} by {brand}"),
    "ru": ("{dearest} {one}", "{dearest} {color} {one}", "{one} {brand} {dearest}", "{many}: какие самые дорогие?",
           "{dearest} {one} {brand}"),
}  # fmt: skip
_EXTREMES: Final = {
    "cheapest": ("самый дешёвый", "самая дешёвая", "самое дешёвое", "самые дешёвые"),
    "dearest": ("самый дорогой", "самая дорогая", "самое дорогое", "самые дорогие"),
}
"""By the gender of the noun."""

_HOW_MANY: Final[Templates] = {
    "en": ("how many {many} do you have", "how many {many} are there?", "how many {color} {many} do you have?",
           "number of {brand} {many}", "how many {many} by {brand} do you have"),
    "ru": ("сколько у вас {of_many}", "сколько всего {of_many}?", "сколько у вас {of_color} {of_many}?",
           "сколько {of_many} {brand}", "сколько есть {of_many} {brand}?"),
}  # fmt: skip
_HOW_MANY_IN_STOCK: Final[Templates] = {
    "en": ("how many {many} are in stock", "how many {many} are in stock now?"),
    "ru": ("сколько {of_many} в наличии", "сколько {of_many} сейчас в наличии?"),
}
_SO_MANY: Final[Templates] = {
    "en": ("{number} {many} under {sum}", "i need {number} {many} up to {sum}"),
    "ru": ("{number} {counted} до {sum}", "нужно {number} {counted} до {sum}"),
}
_GIFTS: Final[Mapping[Locale, tuple[str, str]]] = {"en": ("gifts", "gifts"), "ru": ("подарка", "подарков")}
"""After two to four, and after five."""
_GIFT_WORDS: Final = ("gift", "present", "подар")
"""Parts of the words in which a text speaks of gifts."""
_NUMBERS: Final[Mapping[Locale, Mapping[str, int]]] = {
    "en": {"2": 2, "3": 3, "5": 5, "two": 2, "three": 3, "four": 4},
    "ru": {"2": 2, "3": 3, "5": 5, "три": 3, "четыре": 4, "пять": 5},
}
_FIVE: Final = 5
"""From here on a Russian noun is in the genitive plural."""

_COMPARED: Final[Templates] = {
    "en": ("{a} or {b}", "{a} vs {b}", "compare {a} with {b}", "which {one} is better, {a} or {b}?",
           "difference between {a} and {b}"),
    "ru": ("{a} или {b}", "{a} vs {b}", "сравни {a} и {b}", "что лучше: {a} или {b}?", "{one} {a} или {b}",
           "чем отличается {a} от {b}"),
}  # fmt: skip
_NAMED: Final[Templates] = {
    "en": ("{title} {one}", "{title}", "do you still have the {title} {one}?", "{sku}"),
    "ru": ("{one} {title}", "{title}", "есть {one} {title}?", "{sku}"),
}
_GENERAL: Final[Templates] = {
    "en": ("{label} {one} please", "{many} from {label}", "show me {label} {many}"),
    "ru": ("{many} от {label}", "покажите {many} {label}", "что есть от {label}: {many}"),
}


def superlative(shop: Shop, dice: Dice) -> Draft | None:
    """The cheapest or dearest of a kind, of a colour, of a brand. 3: at the best price among what can be bought now; 2:
    the nine next to it; 1: the rest of the department. On request is no price."""
    ware = dice.pick(shop.wares)
    ascending = dice.one_in(2)
    template = dice.pick((_CHEAPEST if ascending else _DEAREST)[shop.language])
    narrowed = _narrowed(template, ware, shop, dice)
    if narrowed is None:
        return None
    text, hard = narrowed
    draft = judge(shop, text, kind=ware.kind, hard=(*hard, costs()))
    return None if draft is None else _by_price(draft, shop.by_kind[ware.kind], ascending=ascending)


def _narrowed(template: str, ware: Ware, shop: Shop, dice: Dice) -> tuple[str, tuple[Test, ...]] | None:
    """A template filled with a kind and whatever else it names, which are hard conditions."""
    noun = shop.words.nouns[ware.kind]
    color, of_color, hard = "", "", []
    if "color}" in template:
        key = color_of(ware, dice)
        if key is None:
            return None
        value = shop.words.value("color", shop.option("color", key))
        color, of_color = value.nominative[noun.gender], value.of_many
        hard.append(has("color", key))
    if "{brand}" in template:
        hard.append(has("manufacturer", ware.brand.key))
    extremes = {name: forms[noun.gender] for name, forms in _EXTREMES.items()}
    brand = ware.brand.labels["en"].lower()
    text = template.format(color=color, of_color=of_color, brand=brand, **extremes, **template_fields(noun))
    return text, tuple(hard)


def _by_price(draft: Draft, wares: Sequence[Ware], *, ascending: bool) -> Draft | None:
    fitting = draft.fitting or frozenset()
    priced = [(ware.price, ware.sku) for ware in wares if ware.sku in fitting and ware.in_stock and ware.price]
    if len(priced) < 2:
        return None
    priced.sort(reverse=not ascending)
    best, last = priced[0][0], priced[:_FIRST][-1][0]
    grades = {sku: min(grade, SAME_DEPARTMENT) for sku, grade in draft.grades.items()}
    for price, sku in priced:
        if price == best:
            grades[sku] = FULL
        elif (price <= last) if ascending else (price >= last):
            grades[sku] = NEAR
    return replace(draft, grades=grades)


def count(shop: Shop, dice: Dice) -> Draft | None:
    """How many there are, or so many of them, or so many gifts, up to a sum.

    3 for whatever is counted, 1 for the rest of the department. "How many" counts what the shop lists; only "in stock"
    leaves out what cannot be bought.
    """
    return dice.pick((_how_many, _how_many, _how_many_in_stock, _so_many, _so_many_gifts))(shop, dice)


def _how_many(shop: Shop, dice: Dice) -> Draft | None:
    ware = dice.pick(shop.wares)
    narrowed = _narrowed(dice.pick(_HOW_MANY[shop.language]), ware, shop, dice)
    return None if narrowed is None else _counted(shop, ware, *narrowed)


def _how_many_in_stock(shop: Shop, dice: Dice) -> Draft | None:
    ware = dice.pick(shop.wares)
    text = dice.pick(_HOW_MANY_IN_STOCK[shop.language]).format(**template_fields(shop.words.nouns[ware.kind]))
    return _counted(shop, ware, text, (lambda other: other.in_stock,))


def _counted(shop: Shop, ware: Ware, text: str, hard: tuple[Test, ...]) -> Draft | None:
    draft = judge(shop, text, kind=ware.kind, hard=hard)
    return None if draft is None or draft.fitting is None else replace(draft, count=len(draft.fitting))


def _so_many(shop: Shop, dice: Dice) -> Draft | None:
    ware = dice.pick(shop.wares)
    noun, bound = shop.words.nouns[ware.kind], pick_bound(shop.by_kind[ware.kind], dice)
    if bound is None or noun.one == noun.many:
        return None
    text, limit = _numbered(shop, dice, few=noun.few, of_many=noun.of_many, bound=bound)
    draft = judge(shop, text, kind=ware.kind, hard=(costs(most=bound),))
    return None if draft is None or len(draft.fitting or ()) < limit else replace(draft, limit=limit)


def _so_many_gifts(shop: Shop, dice: Dice) -> Draft | None:
    """3 for what the shop has under gifts, 2 for what its text calls one; all within the sum."""
    bound = pick_bound([ware for ware in shop.wares if has("activity", "gift")(ware)], dice)
    if bound is None:
        return None
    few, of_many = _GIFTS[shop.language]
    text, limit = _numbered(shop, dice, few=few, of_many=of_many, bound=bound)
    affordable = [ware for ware in shop.wares if costs(most=bound)(ware)]
    grades = {ware.sku: NEAR for ware in affordable if _is_called_gift(ware, shop.language)}
    grades |= {ware.sku: FULL for ware in affordable if has("activity", "gift")(ware)}
    return Draft(text, grades, frozenset(grades), limit=limit)


def _is_called_gift(ware: Ware, language: Locale) -> bool:
    text = ware.product.texts[language]
    told = f"{text.short_description} {text.description}".lower()
    return any(word in told for word in _GIFT_WORDS)


def _numbered(shop: Shop, dice: Dice, *, few: str, of_many: str, bound: int) -> tuple[str, int]:
    number, limit = dice.pick(tuple(_NUMBERS[shop.language].items()))
    text = dice.pick(_SO_MANY[shop.language]).format(
        number=number,
        many=of_many,
        counted=of_many if limit >= _FIVE else few,
        sum=written_sum(bound, shop.language, dice),
    )
    return text, limit


def comparison(shop: Shop, dice: Dice) -> Draft | None:
    """Two products of a kind, of different brands, by name. 3 for both, 1 for the rest of their kind."""
    one = dice.pick(shop.wares)
    other = dice.pick(shop.by_kind[one.kind])
    if one.brand == other.brand or not (_is_only(one, shop) and _is_only(other, shop)):
        return None
    noun = shop.words.nouns[one.kind]
    text = dice.pick(_COMPARED[shop.language]).format(a=one.title.lower(), b=other.title.lower(), one=noun.one)
    grades = {ware.sku: SAME_DEPARTMENT for ware in shop.by_kind[one.kind]} | {one.sku: FULL, other.sku: FULL}
    return Draft(text, grades, frozenset({one.sku, other.sku}))


def _is_only(ware: Ware, shop: Shop) -> bool:
    """Whether no other product has the same title."""
    return sum(other.title == ware.title for other in shop.wares) == 1


def out_of_stock(shop: Shop, dice: Dice) -> Draft | None:
    """What cannot be bought now, by its name or code: 3, and nothing else. Or a kind and a brand of which some can: 3
    for what can be bought, 2 for what cannot, 1 for the rest of the department."""
    ware = dice.pick(shop.wares)
    if ware.in_stock:
        return None
    noun, names = shop.words.nouns[ware.kind], {"title": ware.title.lower(), "label": ware.brand.labels["en"].lower()}
    if dice.one_in(2):
        template = dice.pick(_NAMED[shop.language])
        text = template.format(sku=ware.sku, **names, **template_fields(noun))
        return Draft(text, {ware.sku: FULL}, frozenset({ware.sku})) if _is_only(ware, shop) else None
    text = dice.pick(_GENERAL[shop.language]).format(**names, **template_fields(noun))
    brand = has("manufacturer", ware.brand.key)
    return judge(shop, text, kind=ware.kind, hard=(brand,))
