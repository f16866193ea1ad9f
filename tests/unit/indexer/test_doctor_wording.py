"""Findings in the words of STORES_FILE: keys in place of settings, values as TOML writes them."""

from pathlib import Path

import pytest

from indexer.doctor.wording import in_words_of
from shared.findings import Finding, failed, ok

FILE = Path("shop/stores.toml")


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("set STORE_BASE_URL", "set `base_url`"),
        ("set STORE_CURRENCY=EUR", 'set `currency = "EUR"`'),
        (
            "set STORE_CURRENCY=RUB and STORE_PRICE_FACTOR=92.5",
            'set `currency = "RUB"` and `price_factor = 92.5`',
        ),
        ("set STORE_CUSTOMER_GROUP=0, unless", "set `customer_group = 0`, unless"),
        ("set STORE_URL_SUFFIX to nothing at all", "set `url_suffix` to nothing at all"),
        ("set STORE_BASE_URL=https://a.example/ if so", 'set `base_url = "https://a.example/"` if so'),
    ],
)
def test_step_names_the_key_the_value_and_the_file(step: str, told: str) -> None:
    found = in_words_of(FILE, Finding("prices", failed("STORE_URL_SUFFIX='.html' is wrong", step), store="en"))
    assert found.verdict == failed("`url_suffix = '.html'` is wrong", f"{told} (in shop/stores.toml)")
    assert (found.check, found.store) == ("prices", "en")


def test_without_a_file_and_without_such_a_setting_everything_stays() -> None:
    here = Finding("prices", failed("STORE_CURRENCY is wrong", "set STORE_CURRENCY=EUR"))
    assert in_words_of(None, here) == here
    for elsewhere in (
        Finding("schedule", failed("never", "set INDEXER_SCHEDULE, not STORES_FILE")),
        Finding("alias", ok("rag-active")),
    ):
        assert in_words_of(FILE, elsewhere) == elsewhere
