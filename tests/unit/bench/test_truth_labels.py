"""Labels of the generated truth set, derived a second time: from the text of the question and the merchant's product,
not from what the question was made of."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache

import pytest

from bench.quality.truth import Kind, TruthQuery, build_truth
from bench.quality.truth.mistakes import CYRILLIC, in_other_layout
from sandbox.magento.product import LOCALES, Locale, ShopProduct
from sandbox.magento.vocabulary import vocabulary

COLOR = {
    "black": "чёрн", "white": "бел", "gray": "сер", "navy": "тёмно-син", "green": "зелён", "olive": "оливк",
    "red": "красн", "burgundy": "бордов", "yellow": "жёлт", "beige": "бежев", "brown": "коричн",
}  # fmt: skip
MATERIAL = {
    "cotton": "хлоп", "linen": "льн", "wool": "шерст", "polyester": "полиэстер", "nylon": "нейлон", "leather": "кож",
    "canvas": "парусин", "fleece": "флис", "down": "пух", "steel": "сталь|стали", "aluminium": "алюмини",
    "ceramic": "керами", "wood": "дерев", "rubber": "каучук", "cork": "пробк",
}  # fmt: skip
GENDER = {"men": "мужск|мужчин", "women": "женск|женщин", "kids": "детск|детей", "unisex": "унисекс|для всех"}
SEASON = {"winter": "зим", "spring": "весн|весен", "summer": "летн|лето", "autumn": "осен"}
BRANDS = [brand.key for brand in vocabulary().brands]
RUSSIAN = {"color": COLOR, "material": MATERIAL, "gender": GENDER, "season": SEASON}

SUM = re.compile(r"\d+(?: \d{3})*(?: тыс)?")
BELOW = re.compile(r"under|up to|below|less|cheaper|at most|\bдо\b|(?<!не )дешевле|не дороже|в пределах")
CHEAPEST = re.compile(r"cheapest|least|lowest|дешёв|дешевле")


@cache
def the_truth(language: Locale) -> tuple[dict[str, ShopProduct], tuple[TruthQuery, ...]]:
    truth = build_truth(language, products=900, per_class=25)
    return {product.sku: product for product in truth.products}, truth.queries


def asked(language: Locale, kind: Kind) -> Iterator[tuple[TruthQuery, dict[str, ShopProduct]]]:
    """Questions of a class, each with the products of the kind that it is about."""
    products, queries = the_truth(language)
    for query in queries:
        if query.kind == kind:
            best = max(query.grades, key=lambda sku: query.grades[sku])
            category = products[best].categories[-1]
            yield query, {sku: one for sku, one in products.items() if one.categories[-1] == category}


def shown_price(product: ShopProduct) -> float | None:
    """Of the cheapest variant, or of the product; zero is no price."""
    if product.variants:
        prices = [product.price if one.price is None else one.price for one in product.variants]
    else:
        prices = [product.special_price or product.price]
    known = [price for price in prices if price]
    return min(known) if known else None


def can_be_bought(product: ShopProduct) -> bool:
    return product.in_stock and (not product.variants or any(variant.in_stock for variant in product.variants))


def values(product: ShopProduct, code: str) -> set[str]:
    own = {option.key for option in product.options.get(code, ())}
    return own | {variant.options[code].key for variant in product.variants if code in variant.options}


def mentioned(text: str, language: Locale) -> dict[str, set[str]]:
    """Attribute code -> keys of the values that `text` names; in English the keys are the words themselves."""
    found = {"manufacturer": {key for key in BRANDS if re.search(rf"\b{key.replace('-', ' ')}\b", text)}}
    for code, stems in RUSSIAN.items():
        words = {key: rf"\b{key}\b" if language == "en" else rf"\b(?:{stem})" for key, stem in stems.items()}
        found[code] = {key for key, word in words.items() if re.search(word, text)}
    return {code: keys for code, keys in found.items() if keys}


def is_excluded(product: ShopProduct, code: str, key: str) -> bool:
    """Whether a product comes in that colour only, or has that value of another attribute at all."""
    return values(product, code) == {key} if code == "color" else key in values(product, code)


def has_all(product: ShopProduct, named: Mapping[str, set[str]]) -> bool:
    return all(values(product, code) & keys for code, keys in named.items())


def sums(text: str) -> list[float]:
    """Numbers of `text`; thousands may be set apart, or in words."""
    plain = text.replace("-", " - ")
    return [float(one.split(" тыс")[0].replace(" ", "")) * (1000 if "тыс" in one else 1) for one in SUM.findall(plain)]


def affordable(text: str) -> Callable[[ShopProduct], bool]:
    """Whether a product's price is what `text` asks for."""
    numbers = sums(text)
    if len(numbers) == 2:
        low, high = numbers
    else:
        (bound,) = numbers
        low, high = (0.0, bound) if BELOW.search(text) else (bound, float("inf"))

    def fits(product: ShopProduct) -> bool:
        price = shown_price(product)
        return price is not None and low <= price <= high

    return fits


@pytest.mark.parametrize("language", LOCALES)
def test_a_price_is_what_the_sum_in_the_text_says(language: Locale) -> None:
    for query, kind in asked(language, "price"):
        fits = affordable(query.text)
        assert query.fitting == frozenset(sku for sku, product in kind.items() if fits(product)), query.text


@pytest.mark.parametrize("language", LOCALES)
def test_a_price_in_the_wrong_layout_is_a_price(language: Locale) -> None:
    other: Locale = "en" if language == "ru" else "ru"
    priced = [(query, kind) for query, kind in asked(language, "layout") if sums(query.text)]
    assert priced
    for query, kind in priced:
        text = in_other_layout(query.text, other)
        fits, named = affordable(text), mentioned(text, language)
        wanted = frozenset(sku for sku, product in kind.items() if fits(product) and has_all(product, named))
        assert query.fitting == wanted, query.text


@pytest.mark.parametrize("language", LOCALES)
def test_an_attribute_is_what_the_words_in_the_text_say(language: Locale) -> None:
    for query, kind in asked(language, "attribute"):
        named = mentioned(query.text, language)
        assert named, query.text
        if named.get("gender", set()) & {"men", "women"}:
            named["gender"].add("unisex")
        assert query.fitting == frozenset(sku for sku, product in kind.items() if has_all(product, named)), query.text


@pytest.mark.parametrize("language", LOCALES)
def test_a_negation_leaves_out_what_the_text_excludes_and_nothing_else(language: Locale) -> None:
    codes = set()
    for query, kind in asked(language, "negation"):
        named = mentioned(query.text, language)
        ((code, (key,)),) = [(code, tuple(keys)) for code, keys in named.items()]
        codes.add(code)
        fits = affordable(query.text) if sums(query.text) else lambda _: True
        wanted = frozenset(
            sku for sku, product in kind.items() if fits(product) and not is_excluded(product, code, key)
        )
        assert query.fitting == wanted, query.text
        assert len(wanted) < len(kind)
    assert codes == {"color", "material", "manufacturer"}


@pytest.mark.parametrize("language", LOCALES)
def test_a_color_that_only_some_variants_have_is_not_excluded(language: Locale) -> None:
    mixed = []
    for query, kind in asked(language, "negation"):
        for key in mentioned(query.text, language).get("color", ()):
            colors = [values(kind[sku], "color") for sku in query.fitting or ()]
            mixed += [found for found in colors if key in found and len(found) > 1]
    assert mixed


@pytest.mark.parametrize("language", LOCALES)
def test_a_superlative_is_the_first_in_the_order_of_prices_that_can_be_paid(language: Locale) -> None:
    for query, kind in asked(language, "superlative"):
        named = mentioned(query.text, language)
        priced = {
            sku: price
            for sku, product in kind.items()
            if (price := shown_price(product)) and can_be_bought(product) and has_all(product, named)
        }
        best = (min if CHEAPEST.search(query.text) else max)(priced.values())
        assert {sku for sku, grade in query.grades.items() if grade == 3} == {
            sku for sku, price in priced.items() if price == best
        }, query.text
        good = [sku for sku, grade in query.grades.items() if grade > 1]
        assert len(good) >= min(10, len(priced)), query.text
        worst = (max if CHEAPEST.search(query.text) else min)(priced[sku] for sku in good)
        between = [price for price in priced.values() if min(best, worst) <= price <= max(best, worst)]
        assert len(between) == len(good), query.text


@pytest.mark.parametrize("language", LOCALES)
def test_how_many_is_the_length_of_the_list(language: Locale) -> None:
    for query, kind in asked(language, "count"):
        if query.count is None:
            continue
        named = mentioned(query.text, language)
        in_stock = "stock" in query.text or "в наличии" in query.text
        listed = [
            product for product in kind.values() if (can_be_bought(product) or not in_stock) and has_all(product, named)
        ]
        assert query.count == len(listed), query.text


@pytest.mark.parametrize("language", LOCALES)
def test_so_many_is_the_number_before_the_noun_and_the_sum_is_kept(language: Locale) -> None:
    numbers = {"two": 2, "three": 3, "four": 4, "три": 3, "четыре": 4, "пять": 5, "2": 2, "3": 3, "5": 5}
    products, _ = the_truth(language)
    limited = [query for query, _ in asked(language, "count") if query.limit is not None]
    assert {"gift" in query.text or "подар" in query.text for query in limited} == {True, False}
    for query in limited:
        (word,) = [word for word in re.split(r"\bunder|\bup to|\bдо ", query.text)[0].split() if word in numbers]
        assert query.limit == numbers[word], query.text
        fits = affordable(re.split(r"(?=\bunder|\bup to|\bдо )", query.text)[1])
        assert query.fitting
        assert len(query.fitting) >= query.limit
        assert all(fits(products[sku]) for sku in query.fitting), query.text
        full = {sku for sku, grade in query.grades.items() if grade == 3}
        if "gift" in query.text or "подар" in query.text:
            assert full == {sku for sku, one in products.items() if "gift" in values(one, "activity") and fits(one)}


@pytest.mark.parametrize("language", LOCALES)
def test_a_comparison_is_of_the_two_whose_names_are_in_the_text(language: Locale) -> None:
    products, _ = the_truth(language)
    for query, _ in asked(language, "comparison"):
        said = {sku for sku, product in products.items() if title(product) in query.text}
        assert {sku for sku, grade in query.grades.items() if grade == 3} == said
        assert len(said) == 2


def title(product: ShopProduct) -> str:
    """Brand, series and number: the English name up to its number."""
    return re.split(r"(?<=\d) ", product.texts["en"].name.lower(), maxsplit=1)[0]


@pytest.mark.parametrize("language", LOCALES)
def test_out_of_stock_is_found_by_its_name_and_stands_below_otherwise(language: Locale) -> None:
    exact = 0
    for query, kind in asked(language, "out-of-stock"):
        full = [kind[sku] for sku, grade in query.grades.items() if grade == 3]
        if len(query.grades) == 1:
            exact += 1
            assert title(full[0]) in query.text or full[0].sku == query.text
            assert not can_be_bought(full[0])
            continue
        named = mentioned(query.text, language)
        assert named.keys() == {"manufacturer"}
        assert query.fitting == frozenset(sku for sku, product in kind.items() if has_all(product, named))
        assert all(map(can_be_bought, full))
        near = [kind[sku] for sku, grade in query.grades.items() if grade == 2]
        assert near
        assert not any(map(can_be_bought, near))
    assert 5 < exact < 20


@pytest.mark.parametrize("language", LOCALES)
def test_nothing_meets_what_is_impossible(language: Locale) -> None:
    for query, kind in asked(language, "impossible"):
        if sums(query.text):
            assert not any(map(affordable(query.text), kind.values())), query.text
            continue
        named = mentioned(query.text, language)
        assert named, query.text
        for product in kind.values():
            assert not has_all(product, named), (query.text, product.sku)


@pytest.mark.parametrize("language", LOCALES)
def test_keywords_are_words_of_every_name_in_full_and_of_no_other(language: Locale) -> None:
    products, queries = the_truth(language)
    names = {sku: starts(product, language) for sku, product in products.items()}
    for query in queries:
        if query.kind == "keyword":
            said = {word[:5].rstrip("s") for word in re.split(r"[\s-]+", query.text)}
            full = {sku for sku, grade in query.grades.items() if grade == 3}
            # What is named exactly is meant though it cannot be bought.
            exact = min(query.grades.values()) > 1
            meant = {sku for sku, name in names.items() if said <= name and (exact or can_be_bought(products[sku]))}
            assert full == meant, query.text


@pytest.mark.parametrize("language", LOCALES)
def test_brands_and_series_by_ear_are_those_of_the_names(language: Locale) -> None:
    products, queries = the_truth(language)
    names = {sku: starts(product, language) for sku, product in products.items()}
    heard = 0
    for query in queries:
        text = query.text
        for latin, cyrillic in CYRILLIC.items():
            text = text.replace(cyrillic, latin)
        if query.kind == "transliteration" and text != query.text:
            heard += 1
            said = {word[:5].rstrip("s") for word in re.split(r"[\s-]+", text)}
            full = {sku for sku, grade in query.grades.items() if grade == 3}
            meant = {sku for sku, name in names.items() if said <= name and can_be_bought(products[sku])}
            assert full == meant, query.text
    assert heard > 3


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("kind", ["keyword", "morphology", "typo", "attribute", "price", "negation", "out-of-stock"])
def test_what_cannot_be_bought_is_worth_less(language: Locale, kind: Kind) -> None:
    products, _ = the_truth(language)
    for query, _ in asked(language, kind):
        if len(query.grades) > 1 and 1 in query.grades.values():
            assert all(can_be_bought(products[sku]) for sku, grade in query.grades.items() if grade == 3), query.text


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("kind", ["keyword", "typo"])
def test_brand_and_colour_decide_in_whatever_class_they_are_named(language: Locale, kind: Kind) -> None:
    decided = 0
    for query, of_kind in asked(language, kind):
        named = {
            code: keys for code, keys in mentioned(query.text, language).items() if code in ("manufacturer", "color")
        }
        if named and 1 in query.grades.values():
            decided += 1
            assert query.fitting == {sku for sku, product in of_kind.items() if has_all(product, named)}, query.text
    assert decided


def starts(product: ShopProduct, language: Locale) -> set[str]:
    """First five letters of the words of a product's name and categories, without an English plural."""
    text = " ".join([product.texts[language].name, *(category.names[language] for category in product.categories)])
    return {word[:5].rstrip("s") for word in re.split(r"[\s-]+", text.lower())}


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("kind", ["paraphrase", "morphology", "typo", "layout", "attribute", "price", "negation"])
def test_what_is_graded_above_one_is_of_one_kind_and_the_rest_of_its_department(language: Locale, kind: Kind) -> None:
    products, _ = the_truth(language)
    for query, of_kind in asked(language, kind):
        assert {sku for sku, grade in query.grades.items() if grade > 1} <= of_kind.keys()
        department = next(iter(of_kind.values())).categories[0]
        assert query.grades.keys() == {sku for sku, one in products.items() if one.categories[0] == department}
