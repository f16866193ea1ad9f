"""Questions with conditions that decide: a value, a price, what must not be, and what nothing meets. Pure.

Every named condition is hard: what misses one is worth 1 as the rest of its department is, never more. Where an
adjective is named as well it is soft, and makes the difference between 3 and 2.
"""

from collections.abc import Callable, Mapping
from typing import Final

from bench.quality.truth.lexicon import Noun, template_fields
from bench.quality.truth.naming import adjective, color_of
from bench.quality.truth.prices import costs, pick_bound, rounded, written_range, written_sum
from bench.quality.truth.query import NEAR, SAME_DEPARTMENT, Draft
from bench.quality.truth.shop import Shop, Test, Ware, called, free_of, has, judge
from sandbox.magento.catalogue import Dice
from sandbox.magento.product import Locale, Option

Templates = Mapping[Locale, tuple[str, ...]]

_VALUES: Final[Mapping[str, Templates]] = {
    "color": {
        "en": ("{value} {one}", "{one} in {value}", "{value} {many}", "do you have {many} in {value}?"),
        "ru": ("{value} {one}", "{one} {of_value} цвета", "{value_many} {many}", "{one} {value}",
               "есть {value_many} {many}?"),
    },
    "material": {
        "en": ("{value} {one}", "{one} made of {of}", "{many} of {of}"),
        "ru": ("{value} {one}", "{one} из {of}", "{many} из {of}", "ищу {wanted} из {of}"),
    },
    "manufacturer": {
        "en": ("{label} {one}", "{many} by {label}", "which {many} do you have from {label}"),
        "ru": ("{one} {label}", "{many} {label}", "{one} бренда {label}", "какие есть {many} {label}"),
    },
    "gender": {
        "en": ("{value} {one}", "{many} for {of}", "{value} {many}"),
        "ru": ("{value} {one}", "{many} для {of}", "{value_many} {many}"),
    },
    "season": {
        "en": ("{value} {one}", "{many} for {value}"),
        "ru": ("{value} {one}", "{one} на {of}", "{value_many} {many}"),
    },
}  # fmt: skip
_BY_BRAND: Final[Mapping[Locale, str]] = {"en": "{text} by {brand}", "ru": "{text} {brand}"}
_FOR_BOTH: Final = frozenset({"men", "women"})
"""Whom unisex products are for as well."""

_UNDER: Final[Templates] = {
    "en": ("{one} under {sum}", "{one} up to {sum}", "{many} below {sum}", "{many} for less than {sum}",
           "{many} cheaper than {sum}", "i need {wanted}, at most {sum}"),
    "ru": ("{one} до {sum}", "{many} до {sum}", "{many} дешевле {sum}", "{one} не дороже {sum}",
           "ищу {wanted} до {sum}", "{many} в пределах {sum}"),
}  # fmt: skip
_OVER: Final[Templates] = {
    "en": (
        "{one} over {sum}",
        "{many} more than {sum}",
        "{many} above {sum}",
        "{one} from {sum}",
        "{one} at least {sum}",
    ),
    "ru": ("{one} от {sum}", "{many} дороже {sum}", "{one} не дешевле {sum}", "{many} от {sum}"),
}
_BETWEEN: Final[Templates] = {
    "en": ("{one} {range}", "{many} {range}"),
    "ru": ("{one} {range}", "{many} {range}", "ищу {wanted} {range}"),
}

_WITHOUT: Final[Mapping[str, Templates]] = {
    "color": {
        "en": ("{one} not {value}", "{many}, anything but {value}", "{one} in any color except {value}",
               "not a {value} {one}", "non-{value} {one}", "{many} but no {value} ones"),
        "ru": ("{one} не {value}", "{one}, не {value}", "{many} кроме {of_value_many}", "{one}, только не {value}",
               "не {value} {one}", "{many}, но не {value_many}"),
    },
    "material": {
        "en": ("{one} without {of}", "{many} without {of}", "{one} no {of}", "{of}-free {one}",
               "{many} not made of {of}"),
        "ru": ("{one} без {of}", "{many} без {of}", "{one} не из {of}", "ищу {wanted}, только не из {of}"),
    },
    "manufacturer": {
        "en": ("{one} not {label}", "{many} except {label}", "{many} other than {label}"),
        "ru": ("{one} не {label}", "{many} кроме {label}", "{many}, но не {label}"),
    },
}  # fmt: skip
_AND_BELOW: Final[Mapping[Locale, str]] = {"en": "{text}, under {sum}", "ru": "{text}, до {sum}"}


def _filled(template: str, shop: Shop, noun: Noun, code: str, option: Option) -> str:
    value = shop.words.value(code, option)
    return template.format(
        value=value.nominative[noun.gender],
        value_many=value.nominative[3],
        of_value=value.of_masculine,
        of_value_many=value.of_many,
        of=shop.words.of(code, option),
        label=option.labels[shop.language].lower(),
        **template_fields(noun),
    )


def _with_adjective(text: str, template: str, ware: Ware, shop: Shop, dice: Dice) -> tuple[str, tuple[Test, ...]]:
    """Every third question that an adjective can stand before gets one, a soft condition."""
    if template.startswith(("{one}", "{value} {one}")) and dice.one_in(3):
        return f"{adjective(ware, shop)} {text}", (called(ware.adjective),)
    return text, ()


def _option(ware: Ware, code: str, shop: Shop, dice: Dice) -> Option | None:
    """One of a product's values, unless it has none or the name is vague."""
    key = color_of(ware, dice) if code == "color" else dice.pick(sorted(ware.values.get(code, ())) or (None,))
    return None if key is None else shop.option(code, key)


def attribute(shop: Shop, dice: Dice) -> Draft | None:
    """A kind with a colour, material, brand, gender or season, at times with a brand besides.

    Unisex products fit men and women, but 2 only: the gender itself was asked for.
    """
    ware = dice.pick(shop.wares)
    code = dice.pick(tuple(_VALUES))
    option = _option(ware, code, shop, dice)
    if option is None:
        return None
    noun = shop.words.nouns[ware.kind]
    template = dice.pick(_VALUES[code][shop.language])
    text, soft = _with_adjective(_filled(template, shop, noun, code, option), template, ware, shop, dice)
    hard = [has(code, option.key)]
    if code == "gender" and option.key in _FOR_BOTH:
        hard, soft = [has(code, option.key, "unisex")], (*soft, has(code, option.key))
    if code != "manufacturer" and not text.endswith("?") and dice.one_in(4):
        text = _BY_BRAND[shop.language].format(text=text, brand=ware.brand.labels["en"].lower())
        hard.append(has("manufacturer", ware.brand.key))
    return judge(shop, text, kind=ware.kind, hard=hard, soft=soft)


def price(shop: Shop, dice: Dice) -> Draft | None:
    """A kind below, above, or between sums. On request is in no range."""
    return dice.pick((_below, _above, _between))(shop, dice)


def _below(shop: Shop, dice: Dice) -> Draft | None:
    return _bounded(shop, dice, _UNDER, lambda bound: costs(most=bound))


def _above(shop: Shop, dice: Dice) -> Draft | None:
    return _bounded(shop, dice, _OVER, lambda bound: costs(least=bound))


def _bounded(shop: Shop, dice: Dice, templates: Templates, test: Callable[[int], Test]) -> Draft | None:
    ware = dice.pick(shop.wares)
    bound = pick_bound(shop.by_kind[ware.kind], dice)
    if bound is None:
        return None
    template = dice.pick(templates[shop.language])
    fields = template_fields(shop.words.nouns[ware.kind])
    asked = template.format(sum=written_sum(bound, shop.language, dice), **fields)
    text, soft = _with_adjective(asked, template, ware, shop, dice)
    return judge(shop, text, kind=ware.kind, hard=(test(bound),), soft=soft)


def _between(shop: Shop, dice: Dice) -> Draft | None:
    ware = dice.pick(shop.wares)
    bounds = [pick_bound(shop.by_kind[ware.kind], dice) for _ in range(2)]
    low, high = min(one or 0 for one in bounds), max(one or 0 for one in bounds)
    if not 0 < low < high:
        return None
    template = dice.pick(_BETWEEN[shop.language])
    fields = template_fields(shop.words.nouns[ware.kind])
    asked = template.format(range=written_range(low, high, shop.language, dice), **fields)
    text, soft = _with_adjective(asked, template, ware, shop, dice)
    return judge(shop, text, kind=ware.kind, hard=(costs(least=low, most=high),), soft=soft)


def negation(shop: Shop, dice: Dice) -> Draft | None:
    """A kind without a colour, material or brand. A colour, which variants differ in, excludes only what has no other;
    any one of several materials excludes. Questions that exclude nothing are left out. At times with a price below."""
    ware = dice.pick(shop.wares)
    code = dice.pick(tuple(_WITHOUT))
    option = _option(ware, code, shop, dice)
    if option is None:
        return None
    template = dice.pick(_WITHOUT[code][shop.language])
    asked = _filled(template, shop, shop.words.nouns[ware.kind], code, option)
    text, soft = _with_adjective(asked, template, ware, shop, dice)
    test = free_of(code, option.key)
    if all(test(other) for other in shop.by_kind[ware.kind]):
        return None
    bound = pick_bound(shop.by_kind[ware.kind], dice)
    if bound is None or not template.startswith("{one}") or not dice.one_in(3):
        return judge(shop, text, kind=ware.kind, hard=(test,), soft=soft)
    text = _AND_BELOW[shop.language].format(text=text, sum=written_sum(bound, shop.language, dice))
    return judge(shop, text, kind=ware.kind, hard=(test, costs(most=bound)), soft=soft)


def impossible(shop: Shop, dice: Dice) -> Draft | None:
    """A kind under conditions that none of its products meets: a price below or above all of theirs, a material that it
    is not made of, a brand that has none in a colour. Nothing fits; 2 for the kind, which is nearest, 1 for the rest of
    the department."""
    ware = dice.pick(shop.wares)
    made = dice.pick((_too_cheap, _too_dear, _of_no_such_material, _of_no_such_brand))(ware, shop, dice)
    if made is None:
        return None
    text, test = made
    if any(test(other) for other in shop.by_kind[ware.kind]):
        return None
    department = shop.by_department[ware.department]
    grades = {other.sku: NEAR if other.kind == ware.kind else SAME_DEPARTMENT for other in department}
    return Draft(text, grades, frozenset(), expects="nothing")


Made = tuple[str, Test] | None


def _too_cheap(ware: Ware, shop: Shop, dice: Dice) -> Made:
    lowest = min(_prices(ware, shop))
    bound = rounded(lowest / dice.pick((2, 3, 4)))
    return _priced(ware, shop, dice, _UNDER, bound), costs(most=bound)


def _too_dear(ware: Ware, shop: Shop, dice: Dice) -> Made:
    highest = max(_prices(ware, shop))
    bound = rounded(highest * dice.pick((2, 3, 4)))
    return _priced(ware, shop, dice, _OVER, bound), costs(least=bound)


def _prices(ware: Ware, shop: Shop) -> list[float]:
    return [other.price for other in shop.by_kind[ware.kind] if other.price is not None]


def _priced(ware: Ware, shop: Shop, dice: Dice, templates: Templates, bound: int) -> str:
    asked = written_sum(bound, shop.language, dice)
    return dice.pick(templates[shop.language]).format(sum=asked, **template_fields(shop.words.nouns[ware.kind]))


def _of_no_such_material(ware: Ware, shop: Shop, dice: Dice) -> Made:
    key = dice.pick(sorted(dice.pick(shop.wares).values["material"]))
    template = dice.pick(_VALUES["material"][shop.language])
    return _filled(template, shop, shop.words.nouns[ware.kind], "material", shop.option("material", key)), has(
        "material", key
    )


def _of_no_such_brand(ware: Ware, shop: Shop, dice: Dice) -> Made:
    """The product's own colour, and a brand that has no such thing in it."""
    option, brand = _option(ware, "color", shop, dice), dice.pick(shop.wares).brand
    if option is None:
        return None
    asked = _filled(_VALUES["color"][shop.language][0], shop, shop.words.nouns[ware.kind], "color", option)
    color, maker = has("color", option.key), has("manufacturer", brand.key)
    text = _BY_BRAND[shop.language].format(text=asked, brand=brand.labels["en"].lower())
    return text, lambda other: color(other) and maker(other)
