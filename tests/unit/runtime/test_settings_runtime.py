"""Settings of the runtime: each mistake named, all at once, no value repeated that may be a secret."""

from pathlib import Path

import pytest
from support.index_meta import a_meta

from runtime.cli import known_secrets
from runtime.setting_values import KeySetting, SecretFile
from runtime.settings import RuntimeSettings
from shared.errors import ConfigurationError

DIGEST = "ab" * 32

pytestmark = pytest.mark.usefixtures("bare_settings")


def read(monkeypatch: pytest.MonkeyPatch, **values: str) -> RuntimeSettings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return RuntimeSettings.read()


def test_defaults_are_those_of_the_contract() -> None:
    settings = RuntimeSettings.read()

    assert (settings.host, settings.port, settings.public_url, settings.metrics_port) == ("127.0.0.1", 8000, None, None)
    assert (settings.chat_model, settings.chat_temperature, settings.chat_open) == ("gpt-4o", 0.1, False)
    assert (settings.rate_limit_chat, settings.rate_limit_actions) == ("20/minute", "60/minute")
    assert settings.model_configured is False


def test_keys_are_read_with_and_without_a_store(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, STORE_CODE="ru", ACTION_API_KEYS=f"gpt:{DIGEST}, partner@ru:{DIGEST}")

    assert settings.action_api_keys == (KeySetting("gpt", None, DIGEST), KeySetting("partner", "ru", DIGEST))


def test_every_mistake_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(monkeypatch, PORT="99999", RATE_LIMIT_CHAT="often", PUBLIC_URL="shop.example", CHAT_TEMPERATURE="1.5")

    assert {problem.split(":")[0] for problem in caught.value.problems} == {
        "PORT",
        "RATE_LIMIT_CHAT",
        "PUBLIC_URL",
        "CHAT_TEMPERATURE",
    }


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("ACTION_API_KEYS", "vk_plain-secret-key", "name:sha256hex"),
        ("ACTION_API_KEYS", f"gpt:{DIGEST},gpt:{'cd' * 32}", "names gpt twice"),
        ("CHAT_API_KEYS", f"a@Store:{DIGEST}", "name:sha256hex"),
        ("CHAT_API_KEYS", "a:" + "AB" * 32, "name:sha256hex"),
        ("CORS_ALLOWED_ORIGINS", "https://shop.example/", "has more than scheme, host and port"),
        ("CORS_ALLOWED_ORIGINS", "https://shop.example/path", "has more than scheme, host and port"),
        ("CORS_ALLOWED_ORIGINS", "*", "is no origin"),
        ("CORS_ALLOWED_ORIGINS", "null", "is no origin"),
        ("CORS_ALLOWED_ORIGINS", "https://shop.example:443", "names the usual port"),
        ("CORS_ALLOWED_ORIGINS", "http://shop.example:80", "write http://shop.example"),
        ("FORWARDED_ALLOW_IPS", "*", "is no address and no network"),
        ("FORWARDED_ALLOW_IPS", "127.0.0.1,nginx", "'nginx' is no address"),
        ("FORWARDED_ALLOW_IPS", "10.0.0.5/8", "is no address and no network"),
        ("RATE_LIMIT_STORAGE", "redis://:hunter2-of-redis@cache:port/0", "must be `memory` or a redis:// address"),
        ("RATE_LIMIT_STORAGE", "redis:///0", "must be `memory` or a redis:// address"),
        ("VISITOR_SECRET", "short", "32"),
        ("BUDGET_TOKENS_DAY", "0", "1"),
        ("BUDGET_COST_DAY", "-1", "0"),
        ("BUDGET_COST_DAY_CALLER", "nan", "finite"),
        ("RATE_LIMIT_ADDRESS_TIMES", "0", "1"),
        ("CORS_ALLOWED_ORIGINS", "shop.example", "is no origin"),
        ("CORS_ALLOWED_ORIGINS", "https://Shop.example", "lower case"),
        ("CORS_ALLOWED_ORIGINS", "https://user@shop.example", "is no origin"),
        ("PUBLIC_URL", "https://shop.example/?a=1", "without query"),
        ("RATE_LIMIT_ACTIONS", "0/minute", "one rate such as 20/minute"),
        ("RATE_LIMIT_ACTIONS", "5/minute;100/hour", "one rate such as 20/minute"),
        ("RATE_LIMIT_STORAGE", "memcached://x", "redis://"),
        ("METRICS_PORT", "0", "greater than or equal to 1"),
    ],
)
def test_wrong_value_is_named_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(monkeypatch, **{name: value})

    (problem,) = caught.value.problems
    assert problem.startswith(f"{name}: ")
    assert "hunter2" not in problem
    assert reason in problem


def test_key_put_in_plain_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(monkeypatch, ACTION_API_KEYS="vk_plain-secret-key")

    assert "plain-secret" not in str(caught.value)


def test_keys_of_unknown_stores_are_told_with_every_other_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"ACTION_API_KEYS": f"a@nl:{DIGEST}", "CHAT_API_KEYS": f"b@de:{DIGEST},c@default:{DIGEST}", "PORT": "0"}

    with pytest.raises(ConfigurationError) as caught:
        read(monkeypatch, **wrong)

    port, *scopes = caught.value.problems
    assert port.startswith("PORT: ")
    assert scopes == [
        "ACTION_API_KEYS: key 'a' names store 'nl'; known: default",
        "CHAT_API_KEYS: key 'b' names store 'de'; known: default",
    ]


def test_broken_store_file_is_told_with_every_other_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(monkeypatch, STORES_FILE="none.toml", PORT="0")

    assert [problem.split(":")[0] for problem in caught.value.problems] == ["PORT", "STORES_FILE"]


@pytest.mark.parametrize(
    ("url", "prefix"),
    [("https://shop.example", ""), ("https://shop.example/", ""), ("https://shop.example/assistant/", "/assistant")],
)
def test_path_of_the_public_url_is_the_prefix(monkeypatch: pytest.MonkeyPatch, url: str, prefix: str) -> None:
    assert read(monkeypatch, PUBLIC_URL=url).path_prefix == prefix


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"CHAT_OPEN": "true"}, False),
        ({"CHAT_OPEN": "true", "HOST": "0.0.0.0"}, True),
        ({"HOST": "0.0.0.0"}, False),
    ],
    ids=["open on loopback", "open to a network", "closed on a network"],
)
def test_chat_open_beyond_loopback_is_noticed(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], expected: bool
) -> None:
    assert read(monkeypatch, **values).open_beyond_loopback is expected


class TestKeyFile:
    @pytest.fixture
    def secrets(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        secrets = tmp_path / "secrets"
        secrets.mkdir()
        (secrets / "action_api_keys").write_text(f"gpt:{DIGEST}\n")
        monkeypatch.setenv("SECRETS_DIR", str(secrets))
        return secrets

    def test_keys_come_from_the_file_and_may_come_from_one_later(self, secrets: Path) -> None:
        settings = RuntimeSettings.read()

        assert settings.action_api_keys == (KeySetting("gpt", None, DIGEST),)
        assert settings.key_file("action_api_keys") == SecretFile(secrets, "action_api_keys")
        assert settings.key_file("chat_api_keys") == SecretFile(secrets, "chat_api_keys")

    @pytest.mark.usefixtures("secrets")
    def test_environment_hides_the_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        settings = read(monkeypatch, ACTION_API_KEYS=f"env:{DIGEST}")

        assert [key.name for key in settings.action_api_keys] == ["env"]
        assert settings.key_file("action_api_keys") is None

    @pytest.mark.usefixtures("secrets")
    def test_env_file_hides_the_secrets_file(self, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text(f"ACTION_API_KEYS=env:{DIGEST}\n")

        assert RuntimeSettings.read().key_file("action_api_keys") is None

    def test_empty_value_hides_no_file(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, secrets: Path) -> None:
        (tmp_path / ".env").write_text("ACTION_API_KEYS=\nCHAT_API_KEYS=\n")
        settings = read(monkeypatch, ACTION_API_KEYS="")

        assert [key.name for key in settings.action_api_keys] == ["gpt"]
        assert settings.key_file("action_api_keys") == SecretFile(secrets, "action_api_keys")
        assert settings.key_file("chat_api_keys") == SecretFile(secrets, "chat_api_keys")

    def test_no_secrets_directory_is_no_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert read(monkeypatch, ACTION_API_KEYS=f"gpt:{DIGEST}").key_file("action_api_keys") is None
        assert RuntimeSettings.model_construct().key_file("chat_api_keys") is None

    def test_mistake_in_the_file_stops_the_start(self, secrets: Path) -> None:
        (secrets / "action_api_keys").write_text("vk_plain-secret-key")

        with pytest.raises(ConfigurationError, match="ACTION_API_KEYS: must be name:sha256hex") as caught:
            RuntimeSettings.read()
        assert "plain-secret" not in str(caught.value)


class TestQueryModel:
    def test_model_of_the_index_wins_over_the_settings(self) -> None:
        meta = a_meta(provider="local", model="all-MiniLM-L6-v2", dimension=384, languages=("en",))

        model = RuntimeSettings.read().query_model(meta)

        assert (model.provider, model.name, model.dimension) == ("local", "all-MiniLM-L6-v2", 384)

    def test_languages_are_those_the_index_records(self, monkeypatch: pytest.MonkeyPatch) -> None:
        settings = read(monkeypatch, EMBEDDING_LANGUAGES="en,ru")

        assert settings.query_model(a_meta(provider="openai", languages=("de",))).languages == ("de",)
        assert settings.query_model(a_meta(provider="openai", languages=())).languages == ()

    def test_queries_go_to_the_model_the_index_records_for_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        settings = read(monkeypatch, EMBEDDING_QUERY_MODEL="of the settings")

        recorded = settings.query_model(a_meta(provider="openai", model="doc", query_model="query"))
        assert (recorded.name, recorded.query_name) == ("doc", "query")
        assert settings.query_model(a_meta(provider="openai", model="doc")).query_name is None

    def test_unknown_provider_is_refused_by_name(self) -> None:
        with pytest.raises(ConfigurationError, match="'cohere'"):
            RuntimeSettings.read().query_model(a_meta(provider="cohere"))


def test_answer_events_for_a_log_that_takes_none_are_a_mistake() -> None:
    with pytest.raises(ConfigurationError) as told:
        RuntimeSettings.read(answer_events="log", log_level="WARNING")
    (problem,) = told.value.problems
    assert problem == "ANSWER_EVENTS: `log` needs LOG_LEVEL=INFO, and it is WARNING; name a directory instead"
    assert RuntimeSettings.read(answer_events="log").answer_events == "log"
    assert RuntimeSettings.read(answer_events="/answers", log_level="ERROR").answer_events == "/answers"


@pytest.mark.parametrize(
    ("password", "secrets"), [("p@ss:w0rd", {"p@ss:w0rd"}), ("p%40ss", {"p%40ss", "p@ss"}), ("", set())]
)
def test_what_no_log_line_may_hold_is_ours_and_that_of_libraries(
    monkeypatch: pytest.MonkeyPatch, password: str, secrets: set[str]
) -> None:
    given = {"OPENAI_API_KEY": "sk-1", "AWS_SESSION_TOKEN": "of-amazon", "LANGSMITH_API_KEY": "of-langsmith"}
    redis = f"redis://:{password}@cache:6379/0" if password else "redis://cache:6379/0"
    known = known_secrets(read(monkeypatch, RATE_LIMIT_STORAGE=redis, **given), None)
    assert {secret.get_secret_value() for secret in known if secret} == {*given.values(), *secrets}
