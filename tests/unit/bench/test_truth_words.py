"""Wording of the generated truth set: slips are slips, other words are other words, codes are written otherwise."""

import re
from functools import cache

import pytest

from bench.quality.truth import Kind, TruthQuery, build_truth
from bench.quality.truth.lexicon import lexicon
from bench.quality.truth.mistakes import CYRILLIC, SCHEMES, in_latin, in_other_layout, mistyped
from bench.quality.truth.russian import decline
from sandbox.magento.catalogue import Dice
from sandbox.magento.product import LOCALES, Locale, ShopProduct
from sandbox.magento.vocabulary import vocabulary

WORD = re.compile(r"[^\W_]+")
STOP = frozenset({
    "a", "an", "and", "any", "at", "buy", "by", "do", "for", "from", "i", "in", "it", "my", "not", "of", "on", "online",
    "or", "please", "sell", "the", "to", "with", "you",
    "а", "бывает", "в", "вас", "для", "есть", "и", "из", "к", "купить", "на", "от", "подскажите", "с", "у", "чтобы",
})  # fmt: skip
"""Words that say nothing of a product."""


@cache
def the_truth(language: Locale) -> tuple[dict[str, ShopProduct], tuple[TruthQuery, ...]]:
    truth = build_truth(language, products=900, per_class=25)
    return {product.sku: product for product in truth.products}, truth.queries


def asked(language: Locale, kind: Kind) -> list[TruthQuery]:
    return [query for query in the_truth(language)[1] if query.kind == kind]


def words(text: str) -> set[str]:
    return set(WORD.findall(re.sub(r"<[^>]*>|&[a-z]+;|\{\{.*?\}\}", " ", text).lower().replace("ё", "е")))


def words_of(product: ShopProduct, language: Locale) -> frozenset[str]:
    """Everything a shopper can read of a product, labels of attributes included."""
    return _words_of(language)[product.sku]


@cache
def _words_of(language: Locale) -> dict[str, frozenset[str]]:
    products, _ = the_truth(language)
    return {sku: frozenset(words(readable(product, language))) for sku, product in products.items()}


def readable(product: ShopProduct, language: Locale) -> str:
    text = product.texts[language]
    options = [option.labels[language] for values in product.options.values() for option in values]
    options += [option.labels[language] for variant in product.variants for option in variant.options.values()]
    names = [category.names[language] for category in product.categories]
    labels = [attribute.labels[language] for attribute in vocabulary().model.attributes]
    return " ".join([text.name, text.short_description, text.description, *options, *names, *labels])


def share_a_stem(one: str, other: str) -> bool:
    """Whether the first four letters agree; a shorter word must be the other one but for an ending of two letters."""
    short, long = sorted((one, other), key=len)
    if len(short) >= 4:
        return short[:4] == long[:4]
    return len(short) == 3 and long.startswith(short) and len(long) <= len(short) + 2


def edits(one: str, other: str) -> int:
    """Optimal string alignment: the fewest insertions, deletions, substitutions and swaps of neighbours."""
    rows = [[i + j if i * j == 0 else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i, a in enumerate(one, start=1):
        for j, b in enumerate(other, start=1):
            rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


@pytest.mark.parametrize("language", LOCALES)
def test_a_paraphrase_shares_no_stem_with_what_it_is_graded_for(language: Locale) -> None:
    products, _ = the_truth(language)
    for query in asked(language, "paraphrase"):
        said = words(query.text) - STOP
        assert said, query.text
        full = set().union(*(words_of(products[sku], language) for sku, grade in query.grades.items() if grade == 3))
        assert not [(a, b) for a in said for b in full - STOP if share_a_stem(a, b)], query.text


@pytest.mark.parametrize("language", LOCALES)
def test_no_other_word_of_the_lexicon_shares_a_stem_with_what_it_stands_for(language: Locale) -> None:
    products, _ = the_truth(language)
    phrases: dict[str, set[str]] = {}
    for product in products.values():
        own = words_of(product, language) - STOP
        for other in lexicon(language).nouns[product.categories[-1].key].paraphrases:
            phrases.setdefault(other, set()).update(own)
        for synonym in lexicon(language).synonyms:
            if synonym.means & {option.key for option in product.options.get(synonym.code, ())}:
                for other in synonym.says:
                    phrases.setdefault(other, set()).update(own)
    assert len(phrases) > 70
    for other, read in phrases.items():
        assert not [(a, b) for a in words(other) - STOP for b in read if share_a_stem(a, b)], other


@pytest.mark.parametrize("language", LOCALES)
def test_a_typo_is_one_edit_in_one_word_of_five_letters_or_more(language: Locale) -> None:
    nouns = lexicon(language).nouns.values()
    known = {word for noun in nouns for word in noun.one.split()}
    known |= {word for brand in vocabulary().brands for word in brand.labels["en"].lower().split()}
    for adjective in vocabulary().adjectives:
        known |= {adjective.en.lower(), *map(str.lower, adjective.ru)}
    for color in vocabulary().colors:
        known |= set(lexicon(language).value("color", color).nominative)
    for query in asked(language, "typo"):
        strange = [word for word in query.text.split() if word not in known]
        assert len(strange) == 1, query.text
        meant = [word for word in known if len(word) >= 5 and edits(strange[0], word) == 1]
        assert meant, query.text


@pytest.mark.parametrize("language", LOCALES)
def test_mistyping_is_one_edit_whatever_the_word(language: Locale) -> None:
    for number in range(300):
        slip = mistyped(
            "переводчик" if language == "ru" else "translator", Dice(1, number), language=language, known=()
        )
        assert slip is None or edits(slip, "переводчик" if language == "ru" else "translator") == 1


def test_a_slip_that_is_another_word_of_the_shop_is_none() -> None:
    throws = [Dice(1, number) for number in range(200)]
    slips = {slip for dice in throws if (slip := mistyped("tundra", dice, language="en", known=()))}
    assert len(slips) > 5
    again = [Dice(1, number) for number in range(200)]
    assert {mistyped("tundra", dice, language="en", known=slips) for dice in again} == {None}


LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
CYRILLIC_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбю"


@pytest.mark.parametrize(
    ("language", "typed"), [("ru", "rehnrf lj 5000"), ("ru", "n`gkfz rtgrf"), ("en", "офслуе гтвук 65")]
)
def test_the_other_layout_is_the_same_keys(language: Locale, typed: str) -> None:
    meant = {"rehnrf lj 5000": "куртка до 5000", "n`gkfz rtgrf": "тёплая кепка", "офслуе гтвук 65": "jacket under 65"}
    assert in_other_layout(meant[typed], language) == typed


@pytest.mark.parametrize("language", LOCALES)
def test_layout_questions_map_back_to_a_kind_that_is_graded_in_full(language: Locale) -> None:
    products, _ = the_truth(language)
    back = str.maketrans(LATIN_KEYS, CYRILLIC_KEYS) if language == "ru" else str.maketrans(CYRILLIC_KEYS, LATIN_KEYS)
    for query in asked(language, "layout"):
        assert re.search("[а-яё]" if language == "ru" else "[a-z]", query.text) is None, query.text
        meant = query.text.translate(back)
        full = {products[sku].categories[-1].key for sku, grade in query.grades.items() if grade == 3}
        assert [noun for key, noun in lexicon(language).nouns.items() if key in full and noun.one in meant], query.text
        assert len(full) == 1


def test_russian_words_are_transliterated_as_people_do() -> None:
    assert {in_latin("чёрная куртка", scheme) for scheme in SCHEMES} == {
        "chyornaya kurtka", "chernaya kurtka", "chernaia kurtka",
    }  # fmt: skip
    assert in_latin("объём", SCHEMES[0]) == "obyom"


def test_transliterated_questions_have_no_letter_of_the_store_s_own_alphabet_but_for_known_words() -> None:
    for query in asked("ru", "transliteration"):
        heard = [word for names in CYRILLIC.values() for word in names.split()]
        assert re.search("[а-яё]", query.text) is None or any(word in query.text.split() for word in heard), query.text
    for query in asked("en", "transliteration"):
        assert re.search("[а-яё]", query.text), query.text


def test_every_brand_and_series_can_be_heard() -> None:
    names = {brand.labels["en"].lower() for brand in vocabulary().brands} | set(map(str.lower, vocabulary().series))
    assert names == CYRILLIC.keys()


@pytest.mark.parametrize("language", LOCALES)
def test_morphology_has_a_form_that_no_product_graded_in_full_is_named_by(language: Locale) -> None:
    products, _ = the_truth(language)
    for query in asked(language, "morphology"):
        full = [products[sku] for sku, grade in query.grades.items() if grade == 3]
        for product in full[:5]:
            named = words(product.texts[language].name) | words(" ".join(c.names[language] for c in product.categories))
            assert words(query.text) - STOP - named, query.text


@pytest.mark.parametrize(
    ("masculine", "forms"),
    [
        ("чёрный", ("чёрная", "чёрное", "чёрные", "чёрную", "чёрного", "чёрных")),
        ("тёмно-синий", ("тёмно-синяя", "тёмно-синее", "тёмно-синие", "тёмно-синюю", "тёмно-синего", "тёмно-синих")),
        ("лёгкий", ("лёгкая", "лёгкое", "лёгкие", "лёгкую", "лёгкого", "лёгких")),
        ("мужской", ("мужская", "мужское", "мужские", "мужскую", "мужского", "мужских")),
        ("льняной", ("льняная", "льняное", "льняные", "льняную", "льняного", "льняных")),
        ("унисекс", ("унисекс",) * 6),
    ],
)
def test_adjectives_decline(masculine: str, forms: tuple[str, ...]) -> None:
    found = decline(masculine)
    assert found.nominative[0] == found.wanted[0] == masculine
    assert (*found.nominative[1:], found.wanted[1], found.of_masculine, found.of_many) == forms


def test_declined_adjectives_of_the_catalogue_are_its_own() -> None:
    for adjective in vocabulary().adjectives:
        assert tuple(map(str.lower, adjective.ru)) == decline(adjective.ru[0].lower()).nominative


def joined(text: str) -> str:
    return "".join(WORD.findall(text)).lower()


@pytest.mark.parametrize("language", LOCALES)
def test_codes_come_as_written_and_in_every_other_spelling(language: Locale) -> None:
    queries = [*asked(language, "identifier"), *asked(language, "variant")]
    products, _ = the_truth(language)
    spelled = set()
    for query in queries:
        (sku,) = query.grades
        product = products[sku]
        codes = [sku, product.ean, product.texts["en"].free["mpn"], *(v.ean for v in product.variants)]
        codes = [query.variant] if query.variant else codes
        (code,) = [code for code in codes if code and joined(code) in joined(query.text)]
        spelled.add(
            "as it is" if code in query.text
            else "without case" if code.lower() in query.text
            else "joined" if joined(code) in query.text.lower()
            else "with other separators"
        )  # fmt: skip
    assert spelled == {"as it is", "without case", "joined", "with other separators"}


@pytest.mark.parametrize("language", LOCALES)
def test_a_nonexistent_code_is_nowhere_in_the_catalogue(language: Locale) -> None:
    products, _ = the_truth(language)
    codes = {joined(code) for product in products.values() for code in codes_of(product)}
    for query in asked(language, "nonexistent"):
        assert not [code for code in codes if code in joined(query.text)], query.text
        assert re.search(r"\d{4}", joined(query.text)), query.text


def codes_of(product: ShopProduct) -> set[str]:
    own = {product.sku, product.texts["en"].free["mpn"], *([product.ean] if product.ean else [])}
    return own.union(*({variant.sku, variant.ean or variant.sku} for variant in product.variants))
