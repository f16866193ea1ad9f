"""Settings become services; what cannot be used is named before anything is connected to."""

import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.datastructures import Headers
from support.chains import a_provider
from support.runtime import Clock

from runtime.doors import build_key_ring
from runtime.errors import SwitchedOff, Unauthorized
from runtime.llm.price import Price
from runtime.llm.providers import Provider, ProviderPlan
from runtime.setting_values import KeySetting
from runtime.settings import RuntimeSettings
from runtime.web.auth import ActionDoor, hash_key
from runtime.web.visitors import HEADER
from runtime.wiring import Services, build_services, read_providers
from shared.errors import ConfigurationError

KEY = "vk_wired"


def services_of(**values: Any) -> Services:
    settings = RuntimeSettings.model_construct(**values)
    return build_services(settings, read_providers(settings))


def bearer(key: str) -> Headers:
    return Headers({"authorization": f"Bearer {key}"})


def test_defaults_are_one_store_and_a_shut_chat_without_a_model() -> None:
    services = services_of()

    assert [store.code for store in services.storefronts.visible(None)] == ["default"]
    assert (services.serve_metrics, services.public_url, services.path_prefix) == (True, None, "")


def test_keys_of_the_settings_open_their_doors_only() -> None:
    key = KeySetting(name="gpt", store=None, digest=hash_key(KEY))
    services = services_of(action_api_keys=(key,), chat_open=True)

    assert services.action_door.admit(bearer(KEY)).name == "gpt"
    assert services.chat_door.admit(bearer(KEY)).via == "open"


def test_keys_of_a_secrets_file_are_those_it_holds_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, clock = tmp_path / "ACTION_API_KEYS", Clock()
    file.write_text(f"gpt:{hash_key(KEY)}")
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))
    door = ActionDoor(build_key_ring(RuntimeSettings.read(), "action_api_keys", clock=clock))
    assert door.admit(bearer(KEY)).store is None

    file.write_text(f"gpt@default:{hash_key(KEY)}")
    clock.now += 5
    assert door.admit(bearer(KEY)).store == "default"

    file.write_text("")
    clock.now += 5
    with pytest.raises(Unauthorized):
        door.admit(bearer(KEY))


def test_chat_that_is_switched_off_has_a_closed_door() -> None:
    with pytest.raises(SwitchedOff):
        services_of(chat_enabled=False, chat_open=True).chat_door.admit(bearer(KEY))


def test_metrics_port_takes_the_metrics_off_the_public_port() -> None:
    assert services_of(metrics_port=9100).serve_metrics is False


def test_public_path_becomes_the_prefix() -> None:
    assert services_of(public_url="https://shop.example/assistant").path_prefix == "/assistant"


def test_model_is_closed_with_everything_else() -> None:
    without = services_of()
    with_model = services_of(openai_api_key=SecretStr("sk-test-key-of-wiring"))

    assert len(with_model.closers) == len(without.closers) + 1


@pytest.mark.parametrize("content", [None, "no certificate"], ids=["missing", "no PEM"])
def test_ca_file_of_no_use_is_named(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)

    with pytest.raises(ConfigurationError, match="OPENSEARCH_CA_FILE"):
        services_of(opensearch_url="https://127.0.0.1:9200", opensearch_ca_file=str(file))


def test_redis_without_its_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)

    with pytest.raises(ConfigurationError, match=r"RATE_LIMIT_STORAGE: .*`make install`.*`redis`"):
        services_of(rate_limit_storage="redis://127.0.0.1:6379/0")


async def test_services_close_in_order_after_their_context() -> None:
    closed: list[str] = []

    def closer(name: str) -> Any:
        async def close() -> None:
            closed.append(name)

        return close

    services = services_of()
    replaced = Services(
        **{name: getattr(services, name) for name in Services.__slots__ if name != "closers"},
        closers=[closer("model"), closer("embedders"), closer("client")],
    )
    async with replaced.running():
        assert closed == []

    assert closed == ["model", "embedders", "client"]
    for close in services.closers:
        await close()


def priced(currency: str = "USD", name: str = "main") -> Provider:
    return a_provider(name, price=Price(prompt=1.0, completion=2.0, currency=currency))


@pytest.mark.parametrize("setting", ["budget_cost_day", "budget_cost_day_caller"])
@pytest.mark.parametrize(
    ("providers", "mistake"),
    [
        ((priced(), a_provider("free")), "the price of free is not known"),
        ((priced(), priced("RUB", "other")), "prices are in RUB and USD"),
    ],
)
def test_budget_of_money_wants_prices_in_one_currency(
    setting: str, providers: tuple[Provider, ...], mistake: str
) -> None:
    settings = RuntimeSettings.model_construct(**{setting: 5.0})
    with pytest.raises(ConfigurationError, match=f"{setting.upper()}: {mistake}"):
        build_services(settings, ProviderPlan(providers=providers))


def test_budget_of_money_is_taken_with_prices_and_one_of_tokens_without() -> None:
    assert build_services(RuntimeSettings.model_construct(budget_cost_day=5.0), ProviderPlan(providers=(priced(),)))
    tokens = RuntimeSettings.model_construct(budget_tokens_day=5)
    assert build_services(tokens, ProviderPlan(providers=(a_provider(),)))


def test_budgets_are_closed_with_everything_else() -> None:
    assert len(services_of(budget_tokens_day=5).closers) == len(services_of().closers) + 1


def test_visitors_are_known_to_whoever_has_the_secret_and_to_nobody_without_one() -> None:
    secret = SecretStr("s" * 32)
    first, second = (services_of(visitor_secret=secret).visitors for _ in range(2))
    token = Headers({HEADER: first.issue().text})
    assert second.find(token) is not None
    assert services_of().visitors.find(token) is None


def test_switched_off_chat_still_tells_pages_so() -> None:
    services = services_of(chat_enabled=False, cors_allowed_origins=("https://shop.example",))
    assert services.widget_door is not None
    assert services.widget_door.admit(Headers({"origin": "https://shop.example"})).via == "origin"
    assert services.chat_enabled is False
