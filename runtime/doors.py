"""Who may ask, how often, and what for: doors, limits, visitors and budgets, made of settings."""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from limits.errors import ConfigurationError as LimitsConfigurationError

from runtime.chat.purse import Purses
from runtime.llm.providers import ProviderPlan
from runtime.setting_values import KeySetting, KeysName, parse_keys
from runtime.settings import RuntimeSettings
from runtime.storefront.endpoints import CONFIG_RATE
from runtime.storefront.feedback import FEEDBACK_RATE
from runtime.web.auth import ActionDoor, ApiKey, ChatDoor, ClosedDoor, Door, KeyRing
from runtime.web.budget import Allowance, Budgets
from runtime.web.key_file import KeyFile
from runtime.web.ledger import Ledger
from runtime.web.rate_limit import RateLimit
from runtime.web.visitors import Visitors
from shared.errors import ConfigurationError

_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """The way in. widget: the chat's door, whether or not the chat is switched on. budgets: None where none is set."""

    actions: Door
    chat: Door
    widget: Door
    action_limit: RateLimit
    chat_limit: RateLimit
    widget_limit: RateLimit
    feedback_limit: RateLimit
    visitors: Visitors
    purses: Purses
    budgets: Budgets | None


def build_doors(settings: RuntimeSettings, providers: ProviderPlan | None) -> Doors:
    """The doors of `settings`; nothing is connected to. Raises ConfigurationError."""
    open_door = ChatDoor(
        build_key_ring(settings, "chat_api_keys"),
        origins=settings.cors_allowed_origins,
        open_to_all=settings.chat_open,
        own=settings.own_origin,
    )
    storage, times = settings.rate_limit_storage, settings.rate_limit_address_times
    try:
        budgets = build_budgets(settings, providers)
        return Doors(
            actions=ActionDoor(build_key_ring(settings, "action_api_keys")),
            chat=open_door if settings.chat_enabled else ClosedDoor(),
            widget=open_door,
            action_limit=RateLimit(settings.rate_limit_actions, area="actions", storage=storage),
            chat_limit=RateLimit(settings.rate_limit_chat, area="chat", storage=storage, address_times=times),
            widget_limit=RateLimit(CONFIG_RATE, area="widget", storage=storage, address_times=times),
            feedback_limit=RateLimit(FEEDBACK_RATE, area="feedback", storage=storage, address_times=times),
            visitors=build_visitors(settings),
            purses=Purses(budgets, prices=[one.price for one in providers.providers if one.price] if providers else ()),
            budgets=budgets,
        )
    except LimitsConfigurationError as exc:
        advice = "`make install` and the image bring the extra `redis`"
        raise ConfigurationError([f"RATE_LIMIT_STORAGE: {exc}; {advice}"]) from exc


def build_visitors(settings: RuntimeSettings) -> Visitors:
    """Who signs the tokens of visitors, with the secret of the settings or one that nobody else has."""
    if settings.visitor_secret is None:
        return Visitors(secrets.token_bytes(_SECRET_BYTES))
    return Visitors(settings.visitor_secret.get_secret_value().encode())


def build_budgets(settings: RuntimeSettings, providers: ProviderPlan | None) -> Budgets | None:
    """The budgets of a day; None where none is set. Raises ConfigurationError where a cost would go uncounted."""
    shop = Allowance(settings.budget_tokens_day, settings.budget_cost_day)
    caller = Allowance(settings.budget_tokens_day_caller, settings.budget_cost_day_caller)
    if not shop and not caller:
        return None
    if providers and (mistakes := _unpriced(settings, providers)):
        raise ConfigurationError(mistakes)
    return Budgets(
        Ledger(settings.rate_limit_storage),
        shop=shop,
        caller=caller,
        address_times=settings.rate_limit_address_times,
    )


def _unpriced(settings: RuntimeSettings, providers: ProviderPlan) -> list[str]:
    """Why budgets of money cannot be kept with these providers."""
    found = []
    for setting in ("budget_cost_day", "budget_cost_day_caller"):
        if getattr(settings, setting) is None:
            continue
        without = [one.name for one in providers.providers if one.price is None]
        currencies = sorted({one.price.currency for one in providers.providers if one.price})
        if without:
            found.append(
                f"{setting.upper()}: the price of {', '.join(without)} is not known; set price_prompt and "
                "price_completion in CHAT_PROVIDERS, or BUDGET_TOKENS_DAY instead"
            )
        elif len(currencies) > 1:
            found.append(f"{setting.upper()}: prices are in {' and '.join(currencies)}; it takes one currency for all")
    return found


def build_key_ring(
    settings: RuntimeSettings, setting: KeysName, *, clock: Callable[[], float] = time.monotonic
) -> KeyRing:
    """The keys of `setting`: for good, or, where a secrets file says them, as it says them from time to time.

    clock: seconds, monotonic.
    """
    keys = _api_keys(settings.action_api_keys if setting == "action_api_keys" else settings.chat_api_keys)
    file = settings.key_file(setting)
    if file is None:
        return KeyRing(keys)
    stores = [store.code for store, _ in settings.store_views()]

    def parse(text: str) -> Sequence[ApiKey]:
        return _api_keys(parse_keys(setting, text, stores=stores))

    return KeyRing(KeyFile(file.read, parse, setting=setting.upper(), keys=keys, clock=clock).current)


def _api_keys(entries: Sequence[KeySetting]) -> tuple[ApiKey, ...]:
    return tuple(ApiKey(name=entry.name, store=entry.store, digest=entry.digest) for entry in entries)
