"""The guess at a store view's locale."""

import pytest

from indexer.discover.language import guess_locale, stemmers_of

ENGLISH = "A warm jacket for the city and the trail, with pockets in all of the right places."
RUSSIAN = "Тёплая куртка Northfold TX-900 для города и гор, с карманами где надо. Объём небольшой."
UKRAINIAN = "Тепла куртка для міста і гір, з кишенями там, де їх треба, її легко прати."
BELARUSIAN = "Цёплая куртка для горада і гор, з кішэнямі, якая была зроблена ў Мінску і ўжо ў продажы."
BULGARIAN = "Топло яке за града и планината, с джобове там, където трябва, и със здрава подплата за зимата."
GERMAN = "Eine warme Jacke für die Stadt und den Berg, mit Taschen aus Nylon und der Kapuze."
FRENCH = "Une veste chaude pour la ville et les montagnes, avec des poches dans le dos."
POLISH = "Ciepła kurtka na miasto i w góry, z kieszeniami, dla kobiet oraz mężczyzn, do prania w pralce."
NAMES = "Route Zip-Off Hiking Pants\nLuna Crossbody Bag"


@pytest.mark.parametrize(
    ("text", "stemmers", "locale"),
    [
        (ENGLISH, ["english"], "en_US"),
        (RUSSIAN, ["russian"], "ru_RU"),
        (RUSSIAN, ["english"], "ru_RU"),
        (UKRAINIAN, ["english"], "uk_UA"),
        (BELARUSIAN, [], "be_BY"),
        (BULGARIAN, ["bulgarian"], "bg_BG"),
        (GERMAN, ["english"], "de_DE"),
        (FRENCH, ["light_french"], "fr_FR"),
        (POLISH, [], "pl_PL"),
        (NAMES, ["german2"], "de_DE"),
        (NAMES, [], "en_US"),
        ("", ["russian"], "ru_RU"),
        ("12 34", ["possessive_english"], "en_US"),
        ("", [], "en_US"),
    ],
)
def test_locale_is_guessed_from_texts_before_the_stemmer(text: str, stemmers: list[str], locale: str) -> None:
    assert guess_locale([text], stemmers=stemmers).locale == locale


def test_guess_says_what_speaks_for_it_and_what_against() -> None:
    assert "Cyrillic, though the index has a stemmer for 'en'" in guess_locale([RUSSIAN], stemmers=["english"]).because
    assert "words such as" in guess_locale([ENGLISH], stemmers=[]).because
    assert "the texts tell nothing" in guess_locale([NAMES], stemmers=["english"]).because
    assert "neither" in guess_locale([], stemmers=[]).because


def test_stemmers_are_those_of_the_analysis_settings() -> None:
    filters = {"default_stemmer": {"type": "stemmer", "language": "russian"}, "unique_stem": {"type": "unique"}}
    assert stemmers_of({"analysis": {"filter": filters}}) == ["russian"]
    assert stemmers_of({"analysis": {"analyzer": {}}}) == stemmers_of({}) == []
