"""Which proxy the environment names."""

import pytest

from shared.errors import ConfigurationError
from shared.proxy import proxy_for


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize("proxy", ["socks5://me:pw@house:1080", "socks5h://house", "SOCKS4://house", "ftp://house"])
def test_a_proxy_that_speaks_no_http_is_refused_without_its_login(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(ConfigurationError, match=r"ALL_PROXY=\w+://house(:1080)?: only http") as caught:
        proxy_for("https://api.openai.com/v1")
    assert "pw" not in str(caught.value)


def test_what_is_no_address_is_told_by_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://[::1")
    with pytest.raises(ConfigurationError, match="HTTPS_PROXY: is no address of a proxy"):
        proxy_for("https://api.openai.com/v1")


@pytest.mark.parametrize("proxy", ["house:3128", "http://house:3128", "HTTP://house:3128", "https://house:3128"])
def test_a_proxy_that_speaks_http_is_named_with_its_setting(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    found = proxy_for("https://api.openai.com/v1")
    assert found is not None
    assert (found.setting, found.shown.partition("://")[2]) == ("HTTPS_PROXY", "house:3128")
    assert proxy_for("http://api.openai.com/v1") is None
