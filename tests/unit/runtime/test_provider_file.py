"""`providers.toml`: what it may say, and every mistake in it told at once, without the value of a key."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from runtime.cli import main
from runtime.llm.failures import OPENAI_ADVICE
from runtime.llm.presets import PRESETS
from runtime.llm.price import Price
from runtime.llm.provider_file import load_providers
from runtime.llm.providers import Deadlines, ProviderPlan
from runtime.settings import RuntimeSettings
from runtime.wiring import build_services, read_providers
from shared.errors import ConfigurationError

SECRET = "sk-tops3cret-0123456789"
ENVIRONMENT: Mapping[str, str] = {"KEY": SECRET, "SPACED": f"{SECRET} and more", "CYRILLIC": "ключ", "EMPTY": ""}

MAIN = 'name = "main"\npreset = "openai"\nmodel = "gpt-4o"\napi_key_env = "KEY"\n'


def table(name: str, **lines: str) -> str:
    written = {"name": f'"{name}"', "preset": '"ollama"', "model": '"qwen"'} | lines
    return "[[providers]]\n" + "".join(f"{key} = {value}\n" for key, value in written.items() if value)


def load(folder: Path, text: str | bytes) -> ProviderPlan:
    file = folder / "providers.toml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_providers(file, secret=ENVIRONMENT.get)


def problems(folder: Path, text: str | bytes) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        load(folder, text)
    assert SECRET not in str(caught.value)
    return caught.value.problems


def test_file_says_everything_a_provider_may_be_told(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{SECRET}\n")
    plan = load(
        tmp_path,
        """
        budget_first_token_seconds = 5
        [[providers]]
        name = "yandex"
        preset = "yandexgpt"
        folder = "b1g"
        model = "yandexgpt/latest"
        api_key_file = "key"
        temperature = 0.2
        max_tokens = 500
        context_tokens = 8000
        system_prompt = "Say «вы»."
        price_prompt = 400
        price_completion = 400.5
        currency = "RUB"
        connect_seconds = 1
        first_token_seconds = 2
        gap_seconds = 3
        total_seconds = 4
        [[providers]]
        name = "local"
        preset = "ollama"
        model = "qwen3:14b"
        num_ctx = 16384
        """,
    )
    yandex, local = plan.providers
    assert plan.budget_first_token == 5
    assert (yandex.model, yandex.base_url) == ("gpt://b1g/yandexgpt/latest", "https://ai.api.cloud.yandex.net/v1")
    assert yandex.key is not None
    assert yandex.key.get_secret_value() == SECRET
    assert yandex.deadlines == Deadlines(connect=1, first_token=2, gap=3, total=4)
    assert yandex.price == Price(400, 400.5, "RUB")
    assert (yandex.temperature, yandex.max_tokens, yandex.context_tokens) == (0.2, 500, 8000)
    assert yandex.system_prompt == "Say «вы»."
    assert (local.base_url, local.key, local.num_ctx) == ("http://127.0.0.1:11434/v1", None, 16384)
    assert (local.deadlines, local.price) == (Deadlines(), None)


def test_key_is_found_by_the_name_of_its_variable(tmp_path: Path) -> None:
    (main_one,) = load(tmp_path, f"[[providers]]\n{MAIN}").providers
    assert main_one.key is not None
    assert (main_one.key.get_secret_value(), main_one.advice.key) == (SECRET, "KEY")
    assert main_one.dialect == PRESETS["openai"].dialect


@pytest.mark.parametrize(
    ("fallbacks", "order"),
    [
        pytest.param({}, "abcd", id="as-in-the-file"),
        pytest.param({"a": '["c", "b"]', "c": '["d"]'}, "acdb", id="each-followed-by-its-own"),
        pytest.param({"a": '["b", "c"]', "b": '["c"]', "c": '["d"]'}, "abcd", id="nobody-twice"),
    ],
)
def test_order_is_that_of_the_file_or_of_the_fallbacks(tmp_path: Path, fallbacks: dict[str, str], order: str) -> None:
    plan = load(tmp_path, "".join(table(name, fallback=fallbacks.get(name, "")) for name in "abcd"))
    assert [provider.name for provider in plan.providers] == list(order)


WRONG = {
    "unknown preset": (table("a", preset='"gemini"'), "provider 'a' (no. 1, line 1), preset: Input should be 'openai'"),
    "unknown key": (table("a", temprature="0.1"), "temprature: there is no such key; did you mean temperature?"),
    "unknown key of the file": ("budget = 3\n" + table("a"), "budget: there is no such key"),
    "table in the singular": ('[[provider]]\nname = "a"\n', "provider: there is no such key; did you mean providers?"),
    "no model": (table("a", model=""), "model: Field required"),
    "empty model": (table("a", model='""'), "model: String should have at least 1"),
    "no name": (table("a").replace('name = "a"\n', ""), "provider (no. 1, line 1), name: Field required"),
    "name no header could hold": (table("a b"), "provider (no. 1, line 1), name: must be lower-case letters"),
    "no key": (table("a", preset='"openai"'), "api_key_env: is missing; preset openai needs a key"),
    "variable that is not set": (table("a", api_key_env='"NOWHERE"'), "api_key_env: there is no key where it points"),
    "variable that is empty": (table("a", api_key_env='"EMPTY"'), "api_key_env: there is no key where it points"),
    "key of two words": (table("a", api_key_env='"SPACED"'), "api_key_env: what it points to is no key"),
    "key in Cyrillic": (table("a", api_key_env='"CYRILLIC"'), "api_key_env: what it points to is no key"),
    "key file that is not there": (table("a", api_key_file='"none"'), "api_key_file: there is no key where it points"),
    "key file with a NUL": (table("a", api_key_file='"a\\u0000b"'), "api_key_file: there is no key where it points"),
    "both places of a key": (table("a", api_key_env='"KEY"', api_key_file='"providers.toml"'), "keep one of them"),
    "the key itself": (table("a", api_key=f'"{SECRET}"'), "api_key: a key does not belong in this file"),
    "the key for its name": (table("a", api_key_env=f'"{SECRET}"'), "api_key_env: must be the name of an environment"),
    "cycle": (table("a", fallback='["b"]') + table("b", fallback='["a"]'), "in a circle: a > b > a"),
    "cycle of one": (table("a", fallback='["a"]'), "in a circle: a > a"),
    "unknown fallback": (table("a", fallback='["z"]'), "provider 'a', fallback: there is no provider 'z'; known: a"),
    "nobody's fallback": (table("a", fallback="[]") + table("b"), "provider 'b' is in nobody's fallback"),
    "price in words": (table("a", price_prompt='"cheap"'), "price_prompt: Input should be a valid number"),
    "price of true": (table("a", price_prompt="true"), "price_prompt: Input should be a valid number"),
    "price below zero": (table("a", price_completion="-1"), "price_completion: Input should be greater than or equal"),
    "price of NaN": (table("a", price_prompt="nan"), "price_prompt: Input should be a finite number"),
    "price without end": (table("a", price_prompt="inf"), "price_prompt: Input should be a finite number"),
    "currency in words": (table("a", currency='"dollars"'), "currency: must be an ISO 4217 code"),
    "the same name twice": (table("a") + table("a"), "provider 'a' is there 2 times"),
    "no providers": ("", "it names no provider"),
    "an empty list": ("providers = []", "it names no provider"),
    "a list of words": ('providers = ["a"]', "providers.0: must be a table"),
    "no TOML": ("[[providers]\nname = 1", "is no valid TOML: "),
    "no UTF-8": (b"\xff\xfe[[providers]]", "is no UTF-8 text"),
    "too hot": (table("a", temperature="0.9"), "temperature: Input should be less than or equal to 0.2"),
    "no time": (table("a", gap_seconds="0"), "gap_seconds: Input should be greater than 0"),
    "no budget": ("budget_first_token_seconds = -1\n" + table("a"), "budget_first_token_seconds: Input should be"),
    "no tokens": (table("a", max_tokens="0"), "max_tokens: Input should be greater than or equal to 1"),
    "half a token": (table("a", max_tokens="1.5"), "max_tokens: Input should be a valid integer"),
    "custom without an address": (table("a", preset='"custom"'), "base_url: is missing; preset custom knows none"),
    "address without a scheme": (table("a", base_url='"llm.test/v1"'), "base_url: must be an http"),
    "no folder": (table("a", preset='"yandexgpt"', api_key_env='"KEY"'), "folder: is missing"),
    "folder of somebody else": (table("a", folder='"b1g"'), "folder: preset ollama has no folders"),
    "context of somebody else": (
        table("a", preset='"openai"', api_key_env='"KEY"', num_ctx="4096"), "num_ctx: only ollama has it"
    ),
    "CA file that is not there": (table("a", ca_file='"none.pem"'), "ca_file: cannot read"),
    "address with a login": (table("a", base_url='"https://me:pw@h/v1"'), "base_url: must be an address without login"),
    "address with a query": (table("a", base_url='"https://h/v1?v=1"'), "base_url: must be an address without login"),
    "address of the route": (table("a", base_url='"http://h/chat/completions"'), "must end before /chat/completions"),
    "CA file that is no path": (table("a", ca_file='"a\\u0000b"'), "ca_file: is no path"),
    "number of more digits than there are": (table("a", max_tokens="1" * 5000), "is no valid TOML"),
    "CA file that is no PEM": (table("a", ca_file='"providers.toml"'), "as PEM (no certificate in it)"),
    "no scope": (table("a", preset='"gigachat"', api_key_env='"KEY"'), "scope: is missing; write which API the key"),
    "unknown scope": (
        table("a", preset='"gigachat"', api_key_env='"KEY"', scope='"PERS"'), "scope: Input should be 'GIGA"
    ),
    "scope of somebody else": (table("a", scope='"GIGACHAT_API_B2B"'), "scope: only gigachat has it; leave it out"),
    "token service of somebody else": (table("a", auth_url='"https://a.test"'), "auth_url: only gigachat has it"),
    "token service without a scheme": (
        table("a", preset='"gigachat"', api_key_env='"KEY"', scope='"GIGACHAT_API_B2B"', auth_url='"a.test"'),
        "auth_url: must be an http",
    ),
    "adapter of somebody else": (
        table("a", preset='"gigachat"', api_key_env='"KEY"', scope='"GIGACHAT_API_B2B"', adapter='"lean"'),
        "adapter: gigachat has one of its own",
    ),
    "check of certificates": (table("a", verify_ssl_certs="false"), "verify_ssl_certs: there is no such key"),
    "first token later than the budget": (
        "budget_first_token_seconds = 5\n" + table("a", first_token_seconds="6"),
        "first_token_seconds: is more than budget_first_token_seconds (5); raise that, or lower this",
    ),
    "first token later than the end": (
        "budget_first_token_seconds = 90\n" + table("a", first_token_seconds="90"),
        "total_seconds: is less than first_token_seconds (60 and 90)",
    ),
    "end before the first token": (table("a", total_seconds="5"), "total_seconds: is less than first_token_seconds"),
    "connection later than the first token": (
        table("a", connect_seconds="4", first_token_seconds="3"),
        "connect_seconds: is more than first_token_seconds (3)",
    ),
    "no room for a prompt beside the usual answer": (
        table("a", context_tokens="1000"), "context_tokens: leaves no room for a prompt beside an answer of 1024 tokens"
    ),
    "gap later than the end": (table("a", gap_seconds="90"), "gap_seconds: is more than total_seconds (60)"),
    "budget in words beside a late first token": (
        'budget_first_token_seconds = "20"\n' + table("a", first_token_seconds="15"),
        "budget_first_token_seconds: Input should be a valid number",
    ),
    "no room for a prompt": (
        table("a", max_tokens="900", context_tokens="900"), "context_tokens: leaves no room for a prompt"
    ),
    "unknown adapter": (table("a", adapter='"curl"'), "adapter: Input should be 'lean' or 'langchain'"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", WRONG)
def test_mistake_is_told_with_its_place(tmp_path: Path, mistake: str) -> None:
    text, told = WRONG[mistake]
    (problem,) = problems(tmp_path, text)
    assert problem.startswith("CHAT_PROVIDERS: ")
    assert "providers.toml'" in problem
    assert told in problem


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    text = (
        "budgett = 1\n"
        + table("a", preset='"gemini"', api_key=f'"{SECRET}"', price_prompt="nan")
        + table("b", fallback='["c", "b"]', num_ctx="0")
        + table("b", preset='"openai"')
    )
    told = "\n".join(problems(tmp_path, text))
    for part in (
        "budgett: there is no such key",
        "provider 'a' (no. 1, line 2), api_key:",
        "provider 'a' (no. 1, line 2), preset:",
        "provider 'a' (no. 1, line 2), price_prompt:",
        "provider 'b' (no. 2, line 8), num_ctx:",
        "provider 'b' (no. 3, line 14), api_key_env: is missing",
        "provider 'b' is there 2 times",
    ):
        assert part in told


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('providers = [{name = "a", preset = "gemini", model = "m"}]', id="tables in a line"),
        pytest.param('[["providers"]]\n' + table("a", preset='"gemini"').partition("\n")[2], id="header in quotes"),
        pytest.param(table("a", preset='"gemini"', system_prompt="""'''\n[[providers]]\n'''"""), id="header in a text"),
    ],
)
def test_line_that_is_not_sure_is_not_told(tmp_path: Path, text: str) -> None:
    (problem,) = problems(tmp_path, text)
    assert "provider 'a' (no. 1), preset: Input" in problem


def test_key_file_may_have_been_saved_by_an_editor_that_marks_utf_8(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{SECRET}\n", encoding="utf-8-sig")
    (provider,) = load(tmp_path, table("a", api_key_file='"key"')).providers
    assert provider.key is not None
    assert provider.key.get_secret_value() == SECRET


def test_provider_without_a_key_that_is_refused_is_told_to_have_one(tmp_path: Path) -> None:
    (provider,) = load(tmp_path, table("a")).providers
    assert (
        provider.advice.on(401)
        == "check whether provider 'a' needs a key, which api_key_env or api_key_file would name"
    )


@pytest.mark.usefixtures("bare_settings")
def test_program_with_a_wrong_file_ends_with_two_and_its_mistakes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "chain.toml").write_text(table("a", preset='"gemini"') + table("b", api_key=f'"{SECRET}"'))
    monkeypatch.setenv("CHAT_PROVIDERS", "chain.toml")
    monkeypatch.setattr("sys.argv", ["vitrina-runtime", "serve"])
    with pytest.raises(SystemExit) as caught:
        main()
    told = capsys.readouterr().err
    assert caught.value.code == 2
    assert "preset: Input should be" in told
    assert "api_key: a key does not belong" in told
    assert SECRET not in told


@pytest.mark.usefixtures("bare_settings")
def test_file_is_looked_for_beside_the_stores_then_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "stores.toml").write_text('[[store]]\ncode = "en"\n')
    monkeypatch.setenv("STORES_FILE", "shop/stores.toml")
    monkeypatch.setenv("CHAT_PROVIDERS", "chain.toml")
    with pytest.raises(ConfigurationError, match=r"cannot read 'chain.toml': No such file"):
        read_providers(RuntimeSettings.read())
    for folder in (tmp_path, tmp_path / "shop"):
        (folder / "chain.toml").write_text(table(f"in-{folder.name}"[:20].lower().replace("_", "-").rstrip("-")))
        plan = read_providers(RuntimeSettings.read())
        assert plan is not None
    assert plan.providers[0].name == "in-shop"


@pytest.mark.usefixtures("bare_settings")
def test_key_of_a_provider_comes_from_environment_dotenv_or_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = RuntimeSettings.read()
    assert settings.secret("DEEPSEEK_API_KEY") is None
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "DEEPSEEK_API_KEY").write_text("third\n")
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path / "secrets"))
    assert settings.secret("DEEPSEEK_API_KEY") == "third"
    (tmp_path / ".env").write_text("DEEPSEEK_API_KEY=second\n")
    assert settings.secret("DEEPSEEK_API_KEY") == "second"
    monkeypatch.setenv("DEEPSEEK_API_KEY", "first")
    assert settings.secret("DEEPSEEK_API_KEY") == "first"


@pytest.mark.usefixtures("bare_settings")
@pytest.mark.parametrize(
    ("values", "address"),
    [
        ({"openai_api_key": SECRET}, "https://api.openai.com/v1"),
        ({"openai_base_url": "http://127.0.0.1:8080/v1"}, "http://127.0.0.1:8080/v1"),
    ],
)
def test_one_model_of_the_settings_is_a_chain_called_main(values: dict[str, str], address: str) -> None:
    plan = read_providers(RuntimeSettings.read(chat_model="gpt-5", **values))
    assert plan is not None
    (provider,) = plan.providers
    assert provider.advice == OPENAI_ADVICE
    assert (provider.name, provider.model, provider.base_url) == ("main", "gpt-5", address)
    assert provider.dialect.limit_field == "max_completion_tokens"


@pytest.mark.usefixtures("bare_settings")
def test_nobody_writes_answers_where_nobody_is_configured() -> None:
    settings = RuntimeSettings.read()
    assert read_providers(settings) is None
    assert build_services(settings, None)
