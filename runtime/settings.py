"""Settings of the runtime. Field names are the environment's names in lower case; contracts.md lists them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import unquote, urlsplit

from pydantic import Field, PrivateAttr, SecretStr, field_validator
from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource, NoDecode

from runtime.setting_values import (
    KEYS_NAMES,
    LOOPBACK,
    KeySetting,
    KeysName,
    SecretFile,
    foreign_scopes,
    is_one_rate,
    is_redis,
    keys_of,
    parse_origin,
    parse_proxy,
    parse_public_url,
)
from shared.errors import ConfigurationError
from shared.setting_sources import secrets_directory, split
from shared.source_settings import SourceSettings

Keys = Annotated[tuple[KeySetting, ...], NoDecode]
Port = Annotated[int, Field(ge=1, le=65_535)]


class RuntimeSettings(SourceSettings):
    """What `vitrina-runtime` is configured with."""

    chat_model: str = "gpt-4o"
    """Model that writes answers, once `OPENAI_API_KEY` or `OPENAI_BASE_URL` is set; else they are cards in words."""
    chat_temperature: float = Field(0.1, ge=0, le=0.2)
    """How freely the model writes; facts want little of it."""
    chat_providers: Path | None = None
    """`providers.toml`: several providers, asked in order; CHAT_MODEL is then not read."""
    chat_condense: bool = True
    """The model makes follow-ups questions of their own before they are searched for; else a rule does."""
    chat_enabled: bool = True
    """Whether the chat answers; the switch for the whole shop."""
    chat_open: bool = False
    """Answers anyone, without key and origin; meant for loopback."""

    chat_max_running: int = Field(1_000, ge=1)
    """Answers at once; one more is refused with 503 and `Retry-After`."""

    mask_personal_data: bool = True
    """Phones, e-mail addresses, cards, passports and tax numbers in questions are masked before any model sees them."""
    answer_events: str | None = None
    """What was asked, found and spent is told for `vitrina-runtime report`: `log` for lines of the log, or a directory;
    unset = nothing of it is kept."""
    answer_events_days: int = Field(30, ge=1, le=3_650)
    """How long the files of that directory are kept."""
    trace_content: bool = False
    """Traces hold what shoppers ask, what models are told and what they say too, with personal data masked."""
    live_prices: bool = True
    """Prices and stock of what is about to be shown are read again from the native index (`SOURCE_OPENSEARCH_*`)."""
    live_prices_seconds: float = Field(0.1, gt=0, le=1, allow_inf_nan=False)
    """What that may take; what comes later is not waited for, and the prices of the last run are shown."""

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: Port = 8000
    """Port to listen on."""
    public_url: str | None = None
    """Address shops and Custom GPTs reach this service at; may have a path."""
    metrics_port: Port | None = None
    """A port of its own for Prometheus; unset = `/metrics` on PORT."""
    metrics_host: str | None = None
    """Address of that port; HOST when unset."""

    action_api_keys: Keys = ()
    """Keys of the Action API, comma-separated `name:sha256hex` or `name@store:sha256hex`; `vitrina-runtime key new`
    mints one."""
    chat_api_keys: Keys = ()
    """Keys of the chat, written alike."""
    cors_allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Exact origins of the pages that may chat, such as https://shop.example."""

    forwarded_allow_ips: Annotated[tuple[str, ...], NoDecode] = ()
    """Addresses or networks of the proxies whose X-Forwarded-For is believed, comma-separated; unset = nobody's."""
    visitor_secret: SecretStr | None = Field(None, min_length=32)
    """What visitors' tokens are signed with, the same for all replicas; unset = made up at each start."""

    rate_limit_chat: str = "20/minute"
    """Chat requests per key, else per visitor, else per address."""
    rate_limit_actions: str = "60/minute"
    """Action requests per key."""
    rate_limit_storage: str = "memory"
    """`memory`, or a redis:// address that several replicas share."""
    rate_limit_address_times: int = Field(10, ge=1)
    """How many times as much as one visitor all visitors of one address have together, in requests and budgets."""

    budget_tokens_day: int | None = Field(None, ge=1)
    """Tokens of all answers of a day (UTC); then answers are product cards until the next one."""
    budget_cost_day: float | None = Field(None, gt=0, allow_inf_nan=False)
    """The same in money, in the currency of the providers' prices."""
    budget_tokens_day_caller: int | None = Field(None, ge=1)
    """Tokens of a day for each key, else visitor, else address; then their questions are refused."""
    budget_cost_day_caller: float | None = Field(None, gt=0, allow_inf_nan=False)
    """The same in money."""

    _key_files: Mapping[KeysName, SecretFile] = PrivateAttr(default_factory=dict)

    @field_validator(*KEYS_NAMES, mode="before")
    @classmethod
    def _are_keys(cls, value: Any) -> Any:
        return keys_of(value) if isinstance(value, str) else value

    @field_validator("cors_allowed_origins", mode="before")
    @classmethod
    def _parse_origins(cls, value: Any) -> Any:
        return tuple(map(parse_origin, split(value))) if isinstance(value, str) else value

    @field_validator("forwarded_allow_ips", mode="before")
    @classmethod
    def _parse_proxies(cls, value: Any) -> Any:
        return tuple(map(parse_proxy, split(value))) if isinstance(value, str) else value

    @field_validator("public_url")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        return None if value is None else parse_public_url(value)

    @field_validator("rate_limit_chat", "rate_limit_actions")
    @classmethod
    def _is_rate(cls, value: str) -> str:
        if not is_one_rate(value):
            raise ValueError("must be one rate such as 20/minute")
        return value

    @field_validator("rate_limit_storage")
    @classmethod
    def _is_storage(cls, value: str) -> str:
        if value != "memory" and not is_redis(value):
            raise ValueError("must be `memory` or a redis:// address")
        return value

    @classmethod
    def read(cls, **overrides: Any) -> Self:
        """As SharedSettings.read; keys of store views that do not exist are mistakes too, and answer events for a log
        that takes none.
        """
        settings = super().read(conflicts=lambda read: [*read._foreign_scopes(), *read._unheard_answers()], **overrides)
        if directory := secrets_directory():
            stronger = {*overrides, *cls.names_in_environment()}
            settings._key_files = {name: SecretFile(directory, name) for name in KEYS_NAMES if name not in stronger}
        return settings

    @property
    def model_configured(self) -> bool:
        """Whether a language model writes the answers; otherwise they are product cards in words."""
        return self.openai_api_key is not None or self.openai_base_url is not None

    def secret(self, name: str) -> str | None:
        """What the environment, `.env` or the secrets directory says under `name`, which need be no setting.

        Raises ConfigurationError when its secrets file cannot be read.
        """
        cls = type(self)
        for source in (EnvSettingsSource(cls), DotEnvSettingsSource(cls)):
            if found := source.env_vars.get(name.lower()):
                return found
        directory = secrets_directory()
        if directory is None or not (file := directory / name).is_file():
            return None
        try:
            return file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as exc:
            raise ConfigurationError([f"SECRETS_DIR: the file {name} cannot be read as UTF-8 text"]) from exc

    def secrets(self) -> tuple[SecretStr | None, ...]:
        """What must not show up in a log."""
        redis = urlsplit(self.rate_limit_storage).password or ""
        return (
            *super().secrets(),
            self.visitor_secret,
            # As it is written and as it is sent.
            *(SecretStr(word) for word in {redis, unquote(redis)} if word),
        )

    @property
    def path_prefix(self) -> str:
        """Path of `PUBLIC_URL`, without its last slash."""
        return urlsplit(self.public_url).path if self.public_url else ""

    @property
    def own_origin(self) -> str | None:
        """Origin of `PUBLIC_URL`."""
        if self.public_url is None:
            return None
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def open_beyond_loopback(self) -> bool:
        """Whether anyone on a network may chat: `CHAT_OPEN`, and not this machine's own addresses alone, `PUBLIC_URL`
        included.
        """
        public = urlsplit(self.public_url).hostname if self.public_url else self.host
        return self.chat_open and not {self.host, public} <= set(LOOPBACK)

    def key_file(self, setting: KeysName) -> SecretFile | None:
        """The secrets file that `setting` comes from, or would come from; None where the environment says it."""
        return self._key_files.get(setting)

    def _unheard_answers(self) -> list[str]:
        """ANSWER_EVENTS=log and a log that is too quiet for it."""
        if self.answer_events != "log" or self.log_level in ("DEBUG", "INFO"):
            return []
        return [f"ANSWER_EVENTS: `log` needs LOG_LEVEL=INFO, and it is {self.log_level}; name a directory instead"]

    def _foreign_scopes(self) -> list[str]:
        """Keys that name a store view which is not configured."""
        try:
            codes = [store.code for store, _ in self.store_views()]
        except ConfigurationError:
            return []
        keys: dict[KeysName, tuple[KeySetting, ...]] = {
            "action_api_keys": self.action_api_keys,
            "chat_api_keys": self.chat_api_keys,
        }
        return [problem for setting in keys for problem in foreign_scopes(setting, keys[setting], stores=codes)]
