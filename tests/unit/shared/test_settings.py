from pathlib import Path

import pytest
from pydantic import SecretStr

from shared.errors import ConfigurationError
from shared.settings import SharedSettings
from shared.stores import ProductRules

PLANTED = "p1anted-va1ue"

pytestmark = pytest.mark.usefixtures("bare_settings")


def put(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def problems() -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        SharedSettings.read()
    return list(refused.value.problems)


def test_defaults_are_the_documented_ones() -> None:
    settings = SharedSettings.read()
    ((store, names),) = settings.store_views()
    assert settings.cluster().url == "http://127.0.0.1:9200"
    assert (names.alias, names.prefix) == ("products-rag-active", "products-rag")
    assert (store.code, store.title, store.locale, store.currency) == ("default", "default", "en_US", "USD")
    assert (store.magento_index, store.url_suffix, store.zero_price) == ("magento2_product_1", ".html", "on-request")
    assert (store.customer_group, store.website_id, store.price_factor) == (0, 1, 1.0)


@pytest.mark.parametrize(
    ("provider", "name", "dimension", "languages"),
    [("openai", "text-embedding-3-small", 1536, ()), ("local", "all-MiniLM-L6-v2", 384, ("en",))],
)
def test_model_defaults_follow_the_provider(
    monkeypatch: pytest.MonkeyPatch, provider: str, name: str, dimension: int, languages: tuple[str, ...]
) -> None:
    put(monkeypatch, EMBEDDING_PROVIDER=provider)
    model = SharedSettings.read().embedding()
    assert (model.provider, model.name, model.dimension, model.languages) == (provider, name, dimension, languages)


def test_model_settings_win_over_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, EMBEDDING_MODEL="bge-m3", EMBEDDING_DIMENSION="1024", EMBEDDING_LANGUAGES="ru, EN,")
    model = SharedSettings.read().embedding()
    assert (model.name, model.dimension, model.languages) == ("bge-m3", 1024, ("ru", "en"))


def test_limits_and_price_follow_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    model = SharedSettings.read().embedding()
    assert (model.max_tokens, model.batch_texts, model.batch_tokens, model.price) == (8192, 2048, 300_000, 0.02)
    put(monkeypatch, EMBEDDING_MODEL="bge-m3", EMBEDDING_BASE_URL="http://10.0.0.7:8080/v1")
    model = SharedSettings.read().embedding()
    assert (model.max_tokens, model.batch_texts, model.batch_tokens, model.price) == (8192, 32, 100_000, None)


def test_yandex_is_known_by_its_model_and_host(monkeypatch: pytest.MonkeyPatch) -> None:
    put(
        monkeypatch,
        EMBEDDING_MODEL="emb://b1g/text-search-doc/latest",
        EMBEDDING_BASE_URL="https://ai.api.cloud.yandex.net/v1",
    )
    model = SharedSettings.read().embedding()
    assert (model.dimension, model.batch_texts, model.requests_per_minute) == (256, 1, 600)
    assert model.query_name == "emb://b1g/text-search-query/latest"


def test_settings_of_the_embedding_service_win_over_what_is_known_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    put(
        monkeypatch,
        EMBEDDING_QUERY_MODEL="asker",
        EMBEDDING_MAX_TOKENS="512",
        EMBEDDING_BATCH_TEXTS="16",
        EMBEDDING_BATCH_TOKENS="5000",
        EMBEDDING_REQUESTS_PER_MINUTE="30",
        EMBEDDING_PRICE_PER_MILLION="0",
    )
    model = SharedSettings.read().embedding()
    assert (model.max_tokens, model.batch_texts, model.batch_tokens) == (512, 16, 5000)
    assert (model.query_name, model.requests_per_minute, model.price) == ("asker", 30, 0.0)


def test_a_query_model_that_is_the_documents_own_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, EMBEDDING_QUERY_MODEL="text-embedding-3-small")
    assert SharedSettings.read().embedding().query_name is None


def test_every_wrong_setting_is_named_at_once_and_no_value_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {
        "OPENSEARCH_URL": f"ftp://{PLANTED}",
        "RAG_ALIAS": f"Upper {PLANTED}",
        "RAG_INDEX_PREFIX": f"-{PLANTED}",
        "STORE_CODE": f"1{PLANTED}",
        "STORE_BASE_URL": PLANTED,
        "STORE_MEDIA_URL": PLANTED,
        "STORE_SITES": f"https://cdn.test,{PLANTED}",
        "STORE_LOCALE": PLANTED,
        "STORE_CURRENCY": PLANTED,
        "STORE_CUSTOMER_GROUP": PLANTED,
        "STORE_WEBSITE_ID": "-1",
        "STORE_PRICE_FACTOR": "nan",
        "STORE_PRICE_ROUND": "0",
        "STORE_PRICE_NOTE": PLANTED * 6,
        "STORE_URL_SUFFIX": PLANTED * 3,
        "STORE_ZERO_PRICE": PLANTED,
        "STORE_LINKS": f'{{"delivery": "http://{PLANTED}"}}',
        "STORE_INCLUDE": f'{{"skus": ["{PLANTED * 20}"]}}',
        "STORE_EXCLUDE": f'{{"skus": "{PLANTED}"}}',
        "EMBEDDING_PROVIDER": PLANTED,
        "EMBEDDING_DIMENSION": "0",
        "EMBEDDING_BASE_URL": PLANTED,
        "OPENAI_BASE_URL": f"file:///{PLANTED}",
        "LOG_LEVEL": PLANTED,
    }
    put(monkeypatch, **wrong)
    found = problems()
    assert {problem.split(":")[0].split(".")[0] for problem in found} == set(wrong)
    assert PLANTED not in "\n".join(found).lower()
    assert all("\n" not in problem for problem in found)


@pytest.mark.parametrize("links", ["delivery=https://shop.test", "[]", '"x"', '{"imprint": "https://shop.test"}'])
def test_links_are_a_json_object_of_known_kinds(monkeypatch: pytest.MonkeyPatch, links: str) -> None:
    put(monkeypatch, STORE_LINKS=links)
    (problem,) = problems()
    assert problem.startswith("STORE_LINKS")


def test_links_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, STORE_LINKS='{"delivery": "https://shop.test/d", "returns": "https://shop.test/r"}')
    ((store, _),) = SharedSettings.read().store_views()
    assert store.links == {"delivery": "https://shop.test/d", "returns": "https://shop.test/r"}


def test_sites_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, STORE_SITES="https://cdn.test/a, https://Img.test:8443,")
    ((store, _),) = SharedSettings.read().store_views()
    assert store.sites == ("https://cdn.test/a", "https://Img.test:8443")


def test_rules_are_a_json_object_of_known_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, STORE_INCLUDE="TEST-*", STORE_EXCLUDE='{"sku": ["TEST-*"]}')
    first, second = problems()
    assert first.startswith('STORE_INCLUDE: must be a JSON object such as {"skus": ["TEST-*"]}')
    assert second.startswith("STORE_EXCLUDE.sku: there is no such key; did you mean skus?")


def test_rules_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, STORE_EXCLUDE='{"categories": ["Gift cards"], "attributes": {"brand": ["Acme", "Ларец"]}}')
    ((store, _),) = SharedSettings.read().store_views()
    assert store.include == ProductRules()
    assert store.exclude == ProductRules(categories=("Gift cards",), attributes={"brand": ("Acme", "Ларец")})


def test_a_file_beside_stores_file_comes_before_one_in_the_working_directory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    beside, here = tmp_path / "beside", tmp_path / "here"
    for directory in (beside, here):
        directory.mkdir()
        (directory / "both.toml").touch()
    (here / "one.toml").touch()
    (beside / "stores.toml").write_text('[[store]]\ncode = "a"\n', encoding="utf-8")
    monkeypatch.chdir(here)
    settings = SharedSettings.read(stores_file=beside / "stores.toml")
    assert settings.companion("both.toml") == beside / "both.toml"
    assert settings.companion("one.toml") == Path("one.toml")
    assert settings.companion("none.toml") is None
    assert SharedSettings.read().companion("both.toml") == Path("both.toml")


def test_every_store_setting_reaches_the_store_view(monkeypatch: pytest.MonkeyPatch) -> None:
    put(
        monkeypatch,
        MAGENTO_INDEX="magento2_product_3",
        STORE_CODE="ru",
        STORE_NAME="Лума",
        STORE_BASE_URL="http://shop.test/ru",
        STORE_LOCALE="ru_RU",
        STORE_CURRENCY="RUB",
        STORE_MEDIA_URL="http://shop.test/media",
        STORE_CUSTOMER_GROUP="2",
        STORE_WEBSITE_ID="3",
        STORE_PRICE_FACTOR="92.5",
        STORE_PRICE_ROUND="10",
        STORE_PRICE_NOTE="с НДС",
        STORE_ZERO_PRICE="free",
    )
    ((store, _),) = SharedSettings.read().store_views()
    assert (store.magento_index, store.code, store.title, store.language) == ("magento2_product_3", "ru", "Лума", "ru")
    assert (store.base_url, store.media_url) == ("http://shop.test/ru", "http://shop.test/media")
    assert (store.customer_group, store.website_id) == (2, 3)
    assert (store.currency, store.price_factor, store.price_round, store.price_note) == ("RUB", 92.5, 10, "с НДС")
    assert store.zero_price == "free"


def test_empty_value_means_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, OPENAI_API_KEY="", OPENSEARCH_URL="", EMBEDDING_DIMENSION="", STORE_LINKS="", LOG_LEVEL="")
    settings = SharedSettings.read()
    assert settings.openai_api_key is None
    assert settings.opensearch_url == "http://127.0.0.1:9200"
    assert settings.embedding().dimension == 1536
    assert settings.log_level == "INFO"


def test_empty_url_suffix_is_a_suffix(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, STORE_URL_SUFFIX="")
    ((store, _),) = SharedSettings.read().store_views()
    assert store.url_suffix == ""


def test_empty_value_hides_no_weaker_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "opensearch_password").write_text("of-the-secrets")
    (secrets / "embedding_api_key").write_text("of-the-secrets")
    (tmp_path / ".env").write_text("OPENAI_API_KEY=of-the-file\nEMBEDDING_API_KEY=\nSTORE_NAME=Luma\n")
    put(
        monkeypatch,
        OPENAI_API_KEY="",
        OPENSEARCH_USERNAME="writer",
        OPENSEARCH_PASSWORD="",
        STORE_NAME="",
        SECRETS_DIR=str(secrets),
    )
    settings = SharedSettings.read()
    keys = (settings.openai_api_key, settings.opensearch_password, settings.embedding_api_key)
    assert [key and key.get_secret_value() for key in keys] == ["of-the-file", "of-the-secrets", "of-the-secrets"]
    assert settings.store_name == "Luma"


def test_empty_url_suffix_hides_a_weaker_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("STORE_URL_SUFFIX=.htm\n")
    put(monkeypatch, STORE_URL_SUFFIX="")
    assert SharedSettings.read().store_url_suffix == ""


def test_empty_secrets_file_is_no_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "openai_api_key").write_text("\n")
    put(monkeypatch, SECRETS_DIR=str(tmp_path))
    assert SharedSettings.read().openai_api_key is None


def test_environment_wins_over_file_and_file_over_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name in ("openai_api_key", "embedding_api_key", "opensearch_password"):
        (secrets / name).write_text(f"{name}-of-secrets\n")
    (tmp_path / ".env").write_text("OPENAI_API_KEY=of-the-file\nEMBEDDING_API_KEY=of-the-file\n")
    put(monkeypatch, OPENAI_API_KEY="of-the-environment", OPENSEARCH_USERNAME="writer", SECRETS_DIR=str(secrets))
    settings = SharedSettings.read()
    keys = (settings.openai_api_key, settings.embedding_api_key, settings.opensearch_password)
    assert [key.get_secret_value() for key in keys if key] == [
        "of-the-environment",
        "of-the-file",
        "opensearch_password-of-secrets",
    ]


def test_missing_secrets_directory_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, SECRETS_DIR=str(tmp_path / "absent"))
    (problem,) = problems()
    assert problem.startswith("SECRETS_DIR")
    assert "absent" in problem


def test_secret_file_that_is_no_text_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "openai_api_key").write_bytes(b"\xff\xfe")
    put(monkeypatch, SECRETS_DIR=str(tmp_path))
    (problem,) = problems()
    assert problem.startswith("SECRETS_DIR: ")
    assert "openai_api_key" in problem
    assert problem.endswith("no UTF-8 text")


def test_unknown_names_in_the_file_are_no_mistake(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SOMETHING_ELSE=1\nSTORE_NAME=Luma\n")
    assert SharedSettings.read().store_name == "Luma"


def test_secrets_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    put(
        monkeypatch,
        OPENAI_API_KEY=PLANTED,
        EMBEDDING_API_KEY=PLANTED,
        OPENSEARCH_USERNAME="writer",
        OPENSEARCH_PASSWORD=PLANTED,
    )
    settings = SharedSettings.read()
    assert PLANTED not in f"{settings!r} {settings} {settings.cluster()!r}"
    assert settings.openai_api_key == SecretStr(PLANTED)


def test_stores_file_replaces_the_store_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "stores.toml"
    path.write_text('[[store]]\ncode = "en"\n[[store]]\ncode = "ru"\nmagento_index = "magento2_product_2"\n')
    put(monkeypatch, STORES_FILE=str(path), STORE_CODE="ignored", RAG_INDEX_PREFIX="shop")
    views = SharedSettings.read().store_views()
    assert [(store.code, names.alias) for store, names in views] == [
        ("en", "shop-en-active"),
        ("ru", "shop-ru-active"),
    ]


def test_cache_directory_is_a_setting_like_any_other(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("VITRINA_CACHE_DIR=/data/cache\n", encoding="utf-8")
    assert SharedSettings.read().cache() == Path("/data/cache")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, (None, None)),
        ({"OPENAI_BASE_URL": "http://a.test/v1", "OPENAI_API_KEY": "sk-a"}, ("http://a.test/v1", "sk-a")),
        ({"OPENAI_API_KEY": "sk-a", "EMBEDDING_BASE_URL": "http://b.test/v1"}, ("http://b.test/v1", "sk-a")),
        ({"OPENAI_API_KEY": "sk-a", "EMBEDDING_API_KEY": "sk-b"}, (None, "sk-b")),
    ],
    ids=["nothing", "the model's", "own address", "own key"],
)
def test_embedding_endpoint_falls_back_to_the_models(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], expected: tuple[str | None, str | None]
) -> None:
    put(monkeypatch, **values)
    base_url, key = SharedSettings.read().embedding_endpoint()
    assert (base_url, key and key.get_secret_value()) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"OPENSEARCH_PASSWORD": PLANTED}, "OPENSEARCH_USERNAME: OPENSEARCH_PASSWORD is set and this is not"),
        ({"OPENSEARCH_USERNAME": PLANTED}, "OPENSEARCH_PASSWORD: OPENSEARCH_USERNAME is set and this is not"),
    ],
    ids=["no user", "no password"],
)
def test_half_a_login_is_a_mistake(monkeypatch: pytest.MonkeyPatch, given: dict[str, str], expected: str) -> None:
    put(monkeypatch, **given)
    assert problems() == [f"{expected}; set both, or neither"]


def test_ca_file_that_cannot_be_read_is_told_beside_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, OPENSEARCH_CA_FILE="absent.pem", STORE_CURRENCY="euro")
    currency, ca_file = problems()
    assert currency == "STORE_CURRENCY: must be an ISO 4217 code in capitals, such as USD or EUR"
    assert ca_file == "OPENSEARCH_CA_FILE: cannot read 'absent.pem' as PEM (No such file or directory)"


def test_env_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"LOG_LEVEL=\xff\xfe")
    assert problems() == [".env: the file is no UTF-8 text"]
