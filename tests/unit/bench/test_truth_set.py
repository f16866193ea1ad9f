"""The generated truth set as a whole: every class, every text once, the same every time, and nothing the indexer
cannot know."""

from collections import Counter
from functools import cache

import pytest
from support.records import a_store, count_words

from bench.quality.truth import KINDS, Truth, build_truth
from indexer.attributes import NO_RULES
from indexer.extract.fields import plan_fields
from indexer.extract.magento import read_document
from indexer.records import Accepted
from indexer.transform.product import transform
from sandbox.magento.core import CoreStore
from sandbox.magento.product import LOCALES, Locale
from shared.stores import StoreView as ConfiguredStore

PER_CLASS = 12


@cache
def the_truth(language: Locale) -> Truth:
    return build_truth(language, products=900, per_class=PER_CLASS)


@pytest.mark.parametrize("language", LOCALES)
def test_every_class_has_the_number_of_questions_asked_for(language: Locale) -> None:
    assert Counter(query.kind for query in the_truth(language).queries) == dict.fromkeys(KINDS, PER_CLASS)


@pytest.mark.parametrize("language", LOCALES)
def test_no_text_and_no_id_is_there_twice(language: Locale) -> None:
    queries = the_truth(language).queries
    assert len({query.text.lower() for query in queries}) == len(queries)
    assert len({query.id for query in queries}) == len(queries)
    assert {query.language for query in queries} == {language}


def test_the_same_arguments_give_the_same_set() -> None:
    first, second = (build_truth("ru", products=600, per_class=3, seed=9) for _ in range(2))
    assert first == second


def test_another_seed_gives_another_set() -> None:
    ours, theirs = (build_truth("en", products=600, per_class=3, seed=seed) for seed in (5, 6))
    assert not {query.text for query in ours.queries} & {query.text for query in theirs.queries}
    assert ours.products != theirs.products


def test_the_usual_size_is_three_thousand_products_and_forty_questions_a_class() -> None:
    truth = build_truth("en")
    assert len(truth.products) == 3000
    assert len(truth.queries) == 40 * len(KINDS)


def test_too_few_products_are_refused_by_name_of_the_class() -> None:
    with pytest.raises(ValueError, match=r"30 products give \d+ different questions of class '[a-z-]+', not 60"):
        build_truth("en", products=30, per_class=60)


@pytest.mark.parametrize("language", LOCALES)
def test_grades_are_of_products_that_exist_and_from_one_to_three(language: Locale) -> None:
    truth = the_truth(language)
    known = {product.sku for product in truth.products}
    for query in truth.queries:
        assert query.grades.keys() <= known, query.id
        assert set(query.grades.values()) <= {1, 2, 3}, query.id
        assert (query.fitting or frozenset()) <= known, query.id


@pytest.mark.parametrize("language", LOCALES)
def test_what_can_be_found_has_a_full_grade_and_what_cannot_has_none(language: Locale) -> None:
    for query in the_truth(language).queries:
        assert (3 in query.grades.values()) == (query.expects == "products"), query.id
        assert (query.kind in ("nonexistent", "impossible")) == (query.expects == "nothing"), query.id


@pytest.mark.parametrize("language", LOCALES)
def test_what_is_graded_above_its_department_meets_every_hard_condition(language: Locale) -> None:
    for query in the_truth(language).queries:
        if query.fitting is not None and query.expects == "products":
            assert {sku for sku, grade in query.grades.items() if grade > 1} <= query.fitting, query.id


@pytest.mark.parametrize("language", LOCALES)
def test_only_questions_for_a_number_have_one(language: Locale) -> None:
    for query in the_truth(language).queries:
        assert (query.variant is not None) == (query.kind == "variant"), query.id
        assert [query.count is None, query.limit is None].count(False) == (query.kind == "count"), query.id


@pytest.mark.parametrize("language", LOCALES)
def test_the_indexer_reads_every_fact_that_labels_rest_on(language: Locale) -> None:
    truth = the_truth(language)
    native = CoreStore(truth.view, truth.model)
    plan = plan_fields(native.body()["mappings"]["properties"], dialect="core")
    labelled = {sku for query in truth.queries for sku, grade in query.grades.items() if grade == 3}
    store: ConfiguredStore = a_store(currency=truth.view.currency)
    for product in [one for one in truth.products if one.sku in labelled][:150]:
        written = native.document(product)
        record = read_document(written.id, written.source, plan)
        outcome = transform(record, store, model_limit=8192, count_tokens=count_words, attributes=NO_RULES)
        assert isinstance(outcome, Accepted)
        document = outcome.document
        own = [product.price if one.price is None else one.price for one in product.variants] or [
            product.special_price or product.price
        ]
        known = [price for price in own if price]
        assert document.price_from == (pytest.approx(min(known)) if known else None)
        assert document.in_stock == (
            product.in_stock and (not product.variants or any(v.in_stock for v in product.variants))
        )
        assert product.texts[language].free["mpn"] in document.identifiers
        assert {variant.ean for variant in product.variants} <= set(document.identifiers)
        assert product.categories[-1].names[language] in document.categories


@pytest.mark.parametrize("language", LOCALES)
def test_a_variant_that_is_asked_for_is_one_that_the_index_names(language: Locale) -> None:
    truth = the_truth(language)
    native = CoreStore(truth.view, truth.model)
    products = {product.sku: product for product in truth.products}
    for query in truth.queries:
        if query.variant is not None:
            (sku,) = query.grades
            assert query.variant in native.document(products[sku]).source["sku"]
