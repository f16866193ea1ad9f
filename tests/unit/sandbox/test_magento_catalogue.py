"""The seeded catalogue: repeatable, unbounded, varied, and odd at the documented rates."""

from collections import Counter
from itertools import islice

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.magento.catalogue import (
    ENRICHED_FIELDS,
    ONE_IN,
    QUIRKS_ONE_IN,
    Dice,
    generate_catalogue,
    seeded_model,
    seeded_product,
)
from sandbox.magento.core import CoreStore
from sandbox.magento.elasticsuite import ElasticSuiteStore
from sandbox.magento.load import NativeStore
from sandbox.magento.product import ENGLISH, RUSSIAN, Quirk, ShopProduct, ean13, has_valid_check_digit

SEEDS = st.integers(min_value=0, max_value=2**63 - 1)
NUMBERS = st.integers(min_value=0, max_value=5_000_000)
SAMPLE = 4000
STORES: list[NativeStore] = [
    CoreStore(ENGLISH, seeded_model()),
    CoreStore(RUSSIAN, seeded_model()),
    CoreStore(RUSSIAN, seeded_model(), era="2018"),
    ElasticSuiteStore(RUSSIAN, seeded_model()),
]


@pytest.fixture(scope="module")
def products() -> list[ShopProduct]:
    return list(generate_catalogue(SAMPLE, seed=7))


@pytest.mark.parametrize("store", STORES, ids=["core-en", "core-ru", "core-2018", "elasticsuite"])
@given(seed=SEEDS, number=NUMBERS)
def test_same_seed_and_number_give_the_same_bytes(store: NativeStore, seed: int, number: int) -> None:
    once, again = (store.document(seeded_product(number, seed=seed)) for _ in range(2))
    assert orjson.dumps(once.source) == orjson.dumps(again.source)


def test_documents_never_change_from_one_release_to_the_next() -> None:
    document = CoreStore(ENGLISH, seeded_model()).document(seeded_product(0, seed=1))
    assert (document.id, document.source["name"].split("\n")[0]) == ("1", "velox atlas 121 soft hoodie")


@given(seed=SEEDS, number=st.integers(min_value=0, max_value=40))
def test_product_does_not_depend_on_how_many_are_made(seed: int, number: int) -> None:
    assert list(generate_catalogue(41, seed=seed))[number] == seeded_product(number, seed=seed)
    assert next(generate_catalogue(1, seed=seed, start=number)) == seeded_product(number, seed=seed)


def test_another_seed_gives_another_catalogue() -> None:
    assert [p.texts for p in generate_catalogue(20, seed=1)] != [p.texts for p in generate_catalogue(20, seed=2)]


def test_a_million_products_start_at_once() -> None:
    first = list(islice(generate_catalogue(1_000_000, seed=3), 3))
    assert first == list(generate_catalogue(3, seed=3))


@given(seed=SEEDS, number=NUMBERS)
def test_every_barcode_has_a_valid_check_digit(seed: int, number: int) -> None:
    product = seeded_product(number, seed=seed)
    codes = [product.ean, *(variant.ean for variant in product.variants)]
    assert all(has_valid_check_digit(code) for code in codes if code is not None)
    assert any(codes)


@given(st.integers(min_value=0, max_value=10**12 - 1), st.integers(min_value=0, max_value=12), st.integers(1, 9))
def test_check_digit_catches_any_single_wrong_digit(twelve: int, place: int, shift: int) -> None:
    code = ean13(twelve)
    wrong = code[:place] + str((int(code[place]) + shift) % 10) + code[place + 1 :]
    assert has_valid_check_digit(code)
    assert not has_valid_check_digit(wrong)


def test_known_barcode_is_valid() -> None:
    assert ean13(400638133393) == "4006381333931"
    assert not has_valid_check_digit("400638133393x")
    assert not has_valid_check_digit("٤٠٠٦٣٨١٣٣٣٩٣١")


def test_ids_skus_barcodes_and_url_keys_are_unique(products: list[ShopProduct]) -> None:
    ids = [p.id for p in products] + [v.id for p in products for v in p.variants]
    skus = [p.sku for p in products] + [v.sku for p in products for v in p.variants]
    codes = [c for p in products for c in (p.ean, *(v.ean for v in p.variants)) if c]
    for values in (ids, skus, codes, [p.url_key for p in products]):
        assert len(set(values)) == len(values)


def test_children_fit_between_two_parents(products: list[ShopProduct]) -> None:
    assert max(len(p.variants) for p in products) == 9
    assert all(p.id < v.id < p.id + 16 for p in products for v in p.variants)


def test_catalogue_is_varied(products: list[ShopProduct]) -> None:
    assert len({p.categories[-1].key for p in products}) == len(seeded_model().categories) - 4
    brands = Counter(p.options["manufacturer"][0].key for p in products)
    assert len(brands) == 16
    assert max(brands.values()) < 2 * min(brands.values())
    assert len({p.texts["en"].name for p in products}) > 0.98 * SAMPLE


def test_every_option_belongs_to_its_attribute(products: list[ShopProduct]) -> None:
    known = {attribute.code: set(o.id for o in attribute.options) for attribute in seeded_model().attributes}
    for product in products:
        for code, options in product.options.items():
            assert {option.id for option in options} <= known[code]
        for variant in product.variants:
            assert all(option.id in known[code] for code, option in variant.options.items())


def is_close(hits: int, chances: int, one_in: int) -> bool:
    """Within four standard deviations of a binomial count."""
    expected = chances / one_in
    return abs(hits - expected) <= 4 * (expected * (1 - 1 / one_in)) ** 0.5


def test_quirks_come_at_their_documented_rates(products: list[ShopProduct]) -> None:
    for quirk, one_in, composite in QUIRKS_ONE_IN:
        able = [p for p in products if p.variants or not composite]
        assert is_close(sum(quirk in p.quirks for p in able), len(able), one_in), quirk
        assert all(p.variants for p in products if composite and quirk in p.quirks)
    assert {quirk for quirk, _, _ in QUIRKS_ONE_IN} == set(Quirk)


def test_prices_are_odd_at_their_documented_rates(products: list[ShopProduct]) -> None:
    assert is_close(sum(p.price is None for p in products), SAMPLE, ONE_IN["no price"])
    priced = [p for p in products if p.price is not None]
    assert is_close(sum(p.price == 0 for p in priced), len(priced), ONE_IN["zero price"])
    simple = [p for p in priced if p.price and not p.variants]
    assert is_close(sum(p.special_price is not None for p in simple), len(simple), ONE_IN["special price"])
    assert is_close(sum(p.wholesale_factor < 1 for p in products), SAMPLE, ONE_IN["wholesale price"])


def test_the_rest_is_odd_at_its_documented_rates(products: list[ShopProduct]) -> None:
    counts = {
        "out of stock": sum(not p.in_stock for p in products),
        "not in catalogue and search": sum(p.visibility != 4 for p in products),
        "custom options": sum(bool(p.custom_options) for p in products),
        "directive": sum("{{" in p.texts["en"].description for p in products),
        "entities": sum("&trade;" in p.texts["en"].description for p in products),
    }
    for oddity, hits in counts.items():
        assert is_close(hits, SAMPLE, ONE_IN[oddity]), oddity
    assert {p.visibility for p in products} == {2, 3, 4}


def test_enrichment_changes_nothing_else() -> None:
    plain = list(generate_catalogue(200, seed=5))
    enriched = list(generate_catalogue(200, seed=5, enriched_one_in=4))
    assert is_close(sum(p.enriched == ENRICHED_FIELDS for p in enriched), 200, 4)
    store = CoreStore(ENGLISH, seeded_model())
    for before, after in zip(plain, enriched, strict=True):
        source = store.document(after).source
        source.pop("vitrina", None)
        assert store.document(before).source == source


def test_russian_adjectives_agree_with_their_nouns(products: list[ShopProduct]) -> None:
    endings = {"JK": ("ая",), "BP": ("ий", "ый"), "TW": ("ое",), "SN": ("ие", "ые")}
    for prefix, ending in endings.items():
        names = [p.texts["ru"].name for p in products if p.sku.startswith(prefix)]
        assert names
        assert all(name.split(" ")[0].endswith(ending) for name in names)


def test_dice_refuse_to_give_more_than_they_hold() -> None:
    dice = Dice(1, 1)
    assert {dice.below(6) for _ in range(96)} == {0, 1, 2, 3, 4, 5}
    with pytest.raises(ValueError, match="no more draws"):
        dice.below(2)


@given(seed=SEEDS, values=st.lists(st.integers(), min_size=1, max_size=12, unique=True), most=st.integers(1, 15))
def test_some_are_different_and_at_most_so_many(seed: int, values: list[int], most: int) -> None:
    taken = Dice(seed, 0).some(tuple(values), most)
    assert 1 <= len(taken) <= min(most, len(values))
    assert len(set(taken)) == len(taken)
    assert set(taken) <= set(values)
