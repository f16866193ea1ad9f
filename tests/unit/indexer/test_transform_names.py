"""Names in the case a shopper should read."""

import pytest
from support.records import a_record, enriched_record

from indexer.transform.names import display_name, restore_case
from shared.magento.enrichment import SourceAttribute


def test_vitrina_wins_over_everything() -> None:
    record = enriched_record({"names": ("chaz",), "case_lost": True}, name="CHAZ Hoodie")
    assert display_name(record, ["The Chaz"], language="en") == ("CHAZ Hoodie", False)


def test_a_name_that_kept_its_case_is_left_alone() -> None:
    record = a_record(names=("iittala kastehelmi", "child"))
    assert display_name(record, ["Iittala Kastehelmi"], language="en") == ("iittala kastehelmi", False)


def test_entities_and_tags_leave_a_name() -> None:
    assert display_name(a_record(names=("Fusion&trade; <b>Pack</b>",)), [], language="en")[0] == "Fusion™ Pack"


def test_a_missing_name_is_empty() -> None:
    assert display_name(a_record(names=()), [], language="en") == ("", False)


def test_a_text_that_spells_the_name_out_is_believed() -> None:
    text = "Ideal for training, the Chaz Kangeroo HOODie promises warmth."
    assert restore_case("chaz kangeroo hoodie", [text], labels=[], language="en") == ("Chaz Kangeroo HOODie", False)


@pytest.mark.parametrize(
    ("name", "texts", "labels", "expected"),
    [
        pytest.param("chaz kangeroo hoodie", [], [], "Chaz Kangeroo Hoodie", id="title case"),
        pytest.param("jacket for the rain and wind", [], [], "Jacket for the Rain and Wind", id="small words"),
        pytest.param("zip-off pants, 2-in-1", [], [], "Zip-Off Pants, 2-in-1", id="compounds"),
        pytest.param("women's t-shirt", [], [], "Women's T-Shirt", id="apostrophe and hyphen"),
        pytest.param("bottle 500 ml", [], [], "Bottle 500 ml", id="unit behind a number"),
        pytest.param("usb-c hub xl 4k", [], [], "USB-C Hub XL 4k", id="abbreviations"),
        pytest.param("ck-20 knife", [], [], "CK-20 Knife", id="model without a vowel"),
        pytest.param("café crème", [], [], "Café Crème", id="accents"),
        pytest.param("iphone case", ["Fits any iPhone."], [], "iPhone Case", id="odd word of a text"),
        pytest.param("asus laptop", [], ["ASUS"], "ASUS Laptop", id="brand as its label writes it"),
        pytest.param("wool hat", ["BUY THIS WOOL HAT NOW"], [], "Wool Hat", id="shouting is no evidence"),
        pytest.param("yoga mat", ["Yoga mat, thick."], [], "Yoga Mat", id="start of a sentence is no evidence"),
    ],
)
def test_english_names_are_guessed_word_by_word(name: str, texts: list[str], labels: list[str], expected: str) -> None:
    assert restore_case(name, texts, labels=[tuple(labels)], language="en") == (expected, True)


@pytest.mark.parametrize(
    ("name", "texts", "labels", "expected", "guessed"),
    [
        pytest.param("утеплённая куртка Альпина", [], [], "Утеплённая куртка Альпина", True, id="first letter only"),
        pytest.param("Зонт-автомат squall 98", [], [], "Зонт-автомат Squall 98", True, id="Latin word is a brand"),
        pytest.param("Куртка tarnvik", [], ["Tarnvik"], "Куртка Tarnvik", True, id="brand as its label writes it"),
        pytest.param("Кабель usb xl", [], [], "Кабель USB XL", True, id="abbreviations"),
        pytest.param(
            "Рюкзак trail 28",
            ["Наш рюкзак Trail 28 вмещает всё."],
            [],
            "Рюкзак Trail 28",
            False,
            id="spelled out, Cyrillic letters stay as they are",
        ),
    ],
)
def test_russian_names_keep_their_cyrillic_case(
    name: str, texts: list[str], labels: list[str], expected: str, guessed: bool
) -> None:
    assert restore_case(name, texts, labels=[tuple(labels)], language="ru") == (expected, guessed)


def test_other_languages_are_written_like_a_sentence() -> None:
    assert restore_case("chaise en bois", [], labels=[("IKEA",)], language="fr") == ("Chaise en bois", True)


def test_labels_come_from_attributes_and_categories() -> None:
    record = a_record(
        names=("luma gtx jacket",),
        case_lost=True,
        attributes={"manufacturer": SourceAttribute(values=("LUMA",))},
        categories=("GTX Jackets",),
    )
    assert display_name(record, [], language="en") == ("LUMA GTX Jacket", True)
