"""Questions that name a kind of product, in the catalogue's words or in others. Pure.

The kind is what decides, and a brand or a colour beside it, as in the classes of conditions: such words are the values
of attributes. Every other word is a soft condition: 3 with all words, 2 with all but one, 1 for the rest of the
department.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bench.quality.truth.lexicon import template_fields
from bench.quality.truth.query import FULL, NEAR, Draft
from bench.quality.truth.shop import Shop, Test, Ware, called, has, judge, words_of
from sandbox.magento.catalogue import Dice
from sandbox.magento.product import Locale

_VAGUE: Final = frozenset({"blue"})
"""Colours whose name is a part of another one's: who asks for `синий` may be content with `тёмно-синий`, which is navy.
No question names them."""

_KEYWORDS: Final[Mapping[Locale, tuple[str, ...]]] = {
    "en": (
        "{title}",
        "{title} {one}",
        "{brand} {one}",
        "{brand} {series} {many}",
        "{adjective} {one}",
        "{brand} {many}",
    ),
    "ru": (
        "{title}",
        "{one} {title}",
        "{one} {brand}",
        "{many} {brand} {series}",
        "{adjective} {one}",
        "{many} {brand}",
    ),
}
_PARAPHRASES: Final[Mapping[Locale, tuple[str, ...]]] = {
    "en": ("{other}", "{other}", "buy {other} online", "do you sell {other}?", "{other} please"),
    "ru": ("{other}", "{other}", "{other} купить", "а {other} есть?", "подскажите, {other} у вас бывает?"),
}
_WITH_SYNONYM: Final = "{other} {phrase}"
_CASES: Final[tuple[str, ...]] = (
    "ищу {adjective_wanted} {wanted}",
    "хочу купить {adjective_wanted} {wanted}",
    "нужны {adjective_many} {many}",
    "нет ли у вас {of_adjective_many} {of_many}",
    "выбор {of_adjective_many} {of_many}",
    "ищу {wanted}",
    "много {of_many}",
)
_OTHER_CASES: Final[tuple[str, ...]] = ("присматриваюсь к {form}", "интересуюсь {form}", "расскажите о {form}")
"""In the order of a noun's `forms`: dative, instrumental, prepositional."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A few words for a kind of product, and which of its products are meant: those that meet every `hard` condition,
    and rather those that meet the `soft` one, too."""

    text: str
    kind: str
    soft: tuple[Test, ...] = ()
    hard: tuple[Test, ...] = ()


def color_of(ware: Ware, dice: Dice) -> str | None:
    """The key of one of a product's colours, unless its name is vague."""
    found = dice.pick(sorted(ware.values["color"]))
    return None if found in _VAGUE else found


def spoken(shop: Shop, dice: Dice, *, foreign: bool) -> Phrase | None:
    """A kind alone, or with an adjective, a colour, or a brand (foreign: brands may be named)."""
    ware = dice.pick(shop.wares)
    noun = shop.words.nouns[ware.kind]
    choice = dice.below(5 if foreign else 3)
    if choice == 0:
        return Phrase(noun.one, ware.kind)
    if choice == 1:
        return Phrase(f"{adjective(ware, shop)} {noun.one}", ware.kind, (called(ware.adjective),))
    if choice == 2:
        if (key := color_of(ware, dice)) is None:
            return None
        word = shop.words.value("color", shop.option("color", key)).nominative[noun.gender]
        return Phrase(f"{word} {noun.one}", ware.kind, hard=(has("color", key),))
    brand = ware.brand.labels["en"].lower()
    text = f"{brand} {noun.one}" if shop.language == "en" else f"{noun.one} {brand}"
    return Phrase(text, ware.kind, hard=(of_brand(ware),))


def adjective(ware: Ware, shop: Shop) -> str:
    """The adjective of a product's name, agreeing with its kind."""
    if shop.language == "en":
        return ware.adjective.en.lower()
    return ware.adjective.ru[shop.words.nouns[ware.kind].gender].lower()


def keyword(shop: Shop, dice: Dice) -> Draft | None:
    """Words of a product's name: brand, series, number, adjective, kind.

    A name without its kind: 3 for who has it, 2 for whoever misses one of brand, series and number, in any department.
    """
    ware = dice.pick(shop.wares)
    template = dice.pick(_KEYWORDS[shop.language])
    noun = shop.words.nouns[ware.kind]
    text = template.format(
        title=ware.title.lower(),
        brand=ware.brand.labels["en"].lower(),
        series=ware.series.lower(),
        adjective=adjective(ware, shop),
        **template_fields(noun),
    )
    if template == "{title}":
        return Draft(text, named(shop, ware))
    tests = {
        "title": (of_series(ware), lambda other: other.number == ware.number),
        "series": (of_series(ware),),
        "adjective": (called(ware.adjective),),
    }
    soft = [test for word, found in tests.items() if f"{{{word}}}" in template for test in found]
    hard = [of_brand(ware)] if "{brand}" in template or "{title}" in template else []
    return judge(shop, text, kind=ware.kind, hard=hard, soft=soft)


def of_brand(ware: Ware) -> Test:
    """Whether a product is of the same brand."""
    return has("manufacturer", ware.brand.key)


def of_series(ware: Ware) -> Test:
    """Whether a product is of the same series."""
    return lambda other: other.series == ware.series


def named(shop: Shop, ware: Ware) -> dict[str, int]:
    """Grades of a question that is the title of `ware` alone."""
    grades: dict[str, int] = {}
    for other in shop.wares:
        missed = (other.brand != ware.brand) + (other.series != ware.series) + (other.number != ware.number)
        if missed < 2:
            grades[other.sku] = NEAR if missed else FULL
    return grades


def paraphrase(shop: Shop, dice: Dice) -> Draft | None:
    """Another word for a kind, alone or with another word for a material or a use, which is a soft condition. No word
    shares a stem with any product of the kind."""
    ware = dice.pick(shop.wares)
    other = dice.pick(shop.words.nouns[ware.kind].paraphrases)
    synonym = dice.pick(shop.words.synonyms)
    if dice.one_in(2):
        text = dice.pick(_PARAPHRASES[shop.language]).format(other=other)
        return judge(shop, text, kind=ware.kind)
    if synonym.means.isdisjoint(ware.values[synonym.code]):
        return None
    text = _WITH_SYNONYM.format(other=other, phrase=dice.pick(synonym.says))
    return judge(shop, text, kind=ware.kind, soft=(has(synonym.code, *synonym.means),))


def morphology(shop: Shop, dice: Dice) -> Draft | None:
    """Words in forms that the product does not have: other case, number and gender in Russian; in English the verb of
    an activity, one person of a gender, the comparative of an adjective. Adjective and use are soft."""
    ware = dice.pick(shop.wares)
    phrase = _english_forms(ware, shop, dice) if shop.language == "en" else _russian_forms(ware, shop, dice)
    if phrase is None or all(word in written(ware, shop.language) for word in words_of(phrase.text)):
        return None
    return judge(shop, phrase.text, kind=phrase.kind, hard=phrase.hard, soft=phrase.soft)


def _russian_forms(ware: Ware, shop: Shop, dice: Dice) -> Phrase | None:
    noun = shop.words.nouns[ware.kind]
    if noun.forms and dice.one_in(3):
        nth = dice.below(len(_OTHER_CASES))
        return Phrase(_OTHER_CASES[nth].format(form=noun.forms[nth]), ware.kind)
    template = dice.pick(_CASES)
    key = color_of(ware, dice)
    if "adjective" not in template:
        # A verb alone would be new as well, but what this class is about is the noun.
        changed = noun.wanted if "{wanted}" in template else noun.of_many
        return None if changed in (noun.one, noun.many) else Phrase(template.format(**template_fields(noun)), ware.kind)
    if key is None:
        return None
    value = shop.words.value("color", shop.option("color", key))
    text = template.format(
        adjective_wanted=value.wanted[noun.gender],
        adjective_many=value.nominative[3],
        of_adjective_many=value.of_many,
        **template_fields(noun),
    )
    return Phrase(text, ware.kind, hard=(has("color", key),))


def _english_forms(ware: Ware, shop: Shop, dice: Dice) -> Phrase | None:
    noun = shop.words.nouns[ware.kind]
    named_one = dice.pick((noun.one, noun.many))
    if dice.one_in(3):
        comparatives = shop.words.comparative.get(ware.adjective.en)
        if not comparatives:
            return None
        return Phrase(f"{dice.pick(comparatives)} {named_one}", ware.kind, (called(ware.adjective),))
    code = dice.pick(tuple(shop.words.inflected))
    keys = sorted(ware.values.get(code, frozenset()) & shop.words.inflected[code].keys())
    if not keys:
        return None
    key = dice.pick(keys)
    return Phrase(f"{named_one} {dice.pick(shop.words.inflected[code][key])}", ware.kind, (has(code, key),))


def written(ware: Ware, language: Locale) -> frozenset[str]:
    """Words of a product's name, categories and values."""
    labels = [option.labels[language] for options in ware.product.options.values() for option in options]
    names = [category.names[language] for category in ware.product.categories]
    return frozenset(words_of(" ".join([ware.product.texts[language].name, *names, *labels])))
