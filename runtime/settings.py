"""Settings of the runtime. Field names are the environment's names in lower case; contracts.md lists them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple, Self, get_args
from urllib.parse import urlsplit

from limits import parse as parse_rate
from pydantic import Field, PrivateAttr, field_validator
from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource, NoDecode

from shared.errors import ConfigurationError
from shared.setting_sources import secrets_directory
from shared.source_settings import SourceSettings

_KEY = re.compile(r"(?P<name>[\w.-]+)(?:@(?P<store>[a-z][a-z0-9_]*))?:(?P<digest>[0-9a-f]{64})", re.ASCII)


class KeySetting(NamedTuple):
    """One accepted key: `name:sha256hex`, or `name@store:sha256hex` for a key that sees one store view."""

    name: str
    store: str | None
    digest: str


Keys = Annotated[tuple[KeySetting, ...], NoDecode]
KeysName = Literal["action_api_keys", "chat_api_keys"]
KEYS_NAMES: Final[tuple[KeysName, ...]] = get_args(KeysName)
Port = Annotated[int, Field(ge=1, le=65_535)]


@dataclass(frozen=True, slots=True)
class SecretFile:
    """The file of the secrets directory that holds `setting`, found as pydantic-settings finds it at the start.

    It is looked up by name at every read, because Kubernetes swaps what lies behind the name.
    """

    directory: Path
    setting: KeysName

    def read(self) -> str | None:
        """Its text, None where there is no such file. Raises ConfigurationError when it cannot be read."""
        try:
            found = [path for path in self.directory.iterdir() if path.name.lower() == self.setting]
            within = [path for path in found if path.is_file() and self._holds(path)]
            return within[0].read_text(encoding="utf-8").strip() if within else None
        except OSError as exc:
            raise ConfigurationError([f"{self._named} cannot be read: {exc.strerror}; check owner and rights"]) from exc
        except UnicodeDecodeError as exc:
            raise ConfigurationError([f"{self._named} is no UTF-8 text; write name:sha256hex"]) from exc

    @property
    def _named(self) -> str:
        return f"{self.setting.upper()}: its file in SECRETS_DIR"

    def _holds(self, path: Path) -> bool:
        """Whether `path`, links followed, lies in the directory."""
        return self.directory.resolve() in path.resolve().parents


class RuntimeSettings(SourceSettings):
    """What `vitrina-runtime` is configured with."""

    chat_model: str = "gpt-4o"
    """Model that writes answers, once `OPENAI_API_KEY` or `OPENAI_BASE_URL` is set."""
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

    live_prices: bool = True
    """Prices and stock of what is about to be shown are read again from the native index (`SOURCE_OPENSEARCH_*`)."""
    live_prices_seconds: float = Field(0.1, gt=0, le=1, allow_inf_nan=False)
    """What that may take; what comes later is not waited for, and the prices of the last run are shown."""

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: Port = 8000
    public_url: str | None = None
    """Address shops and Custom GPTs reach this service at; may have a path."""
    metrics_port: Port | None = None
    """A port of its own for Prometheus; unset = `/metrics` on PORT."""

    action_api_keys: Keys = ()
    """Keys of the Action API, comma-separated `name:sha256hex` or `name@store:sha256hex`."""
    chat_api_keys: Keys = ()
    """Keys of the chat, written alike."""
    cors_allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Exact origins of the shop's pages, comma-separated, such as https://shop.example."""

    rate_limit_chat: str = "20/minute"
    """Chat requests per key, else per address."""
    rate_limit_actions: str = "60/minute"
    """Action requests per key."""
    rate_limit_storage: str = "memory"
    """`memory`, or a redis:// address that several replicas share."""

    _key_files: Mapping[KeysName, SecretFile] = PrivateAttr(default_factory=dict)

    @field_validator(*KEYS_NAMES, mode="before")
    @classmethod
    def _are_keys(cls, value: Any) -> Any:
        return _parse_keys(value) if isinstance(value, str) else value

    @field_validator("cors_allowed_origins", mode="before")
    @classmethod
    def _parse_origins(cls, value: Any) -> Any:
        return tuple(map(_parse_origin, _split(value))) if isinstance(value, str) else value

    @field_validator("public_url")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be an http:// or https:// address without query and fragment")
        return value.rstrip("/")

    @field_validator("rate_limit_chat", "rate_limit_actions")
    @classmethod
    def _is_rate(cls, value: str) -> str:
        try:
            amount = parse_rate(value).amount if re.search(r"[;,|]", value) is None else 0
        except ValueError:
            amount = 0
        if amount < 1:
            raise ValueError("must be one rate such as 20/minute")
        return value

    @field_validator("rate_limit_storage")
    @classmethod
    def _is_storage(cls, value: str) -> str:
        if value != "memory" and urlsplit(value).scheme not in ("redis", "rediss"):
            raise ValueError("must be `memory` or a redis:// address")
        return value

    @classmethod
    def read(cls, **overrides: Any) -> Self:
        """As SharedSettings.read; keys of store views that do not exist are mistakes too."""
        settings = super().read(conflicts=cls._foreign_scopes, **overrides)
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

    @property
    def path_prefix(self) -> str:
        """Path of `PUBLIC_URL`, without its last slash."""
        return urlsplit(self.public_url).path if self.public_url else ""

    @property
    def open_beyond_loopback(self) -> bool:
        """Whether anyone on a network may chat: `CHAT_OPEN` on an address that is not this machine's own."""
        return self.chat_open and self.host not in ("127.0.0.1", "::1", "localhost")

    def key_file(self, setting: KeysName) -> SecretFile | None:
        """The secrets file that `setting` comes from, or would come from; None where the environment says it."""
        return self._key_files.get(setting)

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
        return [problem for setting in keys for problem in _foreign_scopes(setting, keys[setting], stores=codes)]


def parse_keys(setting: KeysName, text: str, *, stores: Sequence[str]) -> tuple[KeySetting, ...]:
    """The keys that `text` gives `setting`. stores: every store code a key may name.

    Raises ConfigurationError naming the mistakes, and nothing that may be a secret.
    """
    try:
        keys = _parse_keys(text)
    except ValueError as exc:
        raise ConfigurationError([f"{setting.upper()}: {exc}"]) from exc
    if problems := _foreign_scopes(setting, keys, stores=stores):
        raise ConfigurationError(problems)
    return keys


def _foreign_scopes(setting: KeysName, keys: Sequence[KeySetting], *, stores: Sequence[str]) -> list[str]:
    return [
        f"{setting.upper()}: key {key.name!r} names store {key.store!r}; known: {', '.join(stores)}"
        for key in keys
        if key.store is not None and key.store not in stores
    ]


def _split(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _parse_keys(text: str) -> tuple[KeySetting, ...]:
    keys = tuple(map(_parse_key, _split(text)))
    names = [key.name for key in keys]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"names {', '.join(repeated)} twice; during a rotation give the two keys two names")
    return keys


def _parse_key(text: str) -> KeySetting:
    found = _KEY.fullmatch(text)
    if found is None:
        raise ValueError("must be name:sha256hex or name@store:sha256hex; `vitrina-runtime key new NAME` prints one")
    return KeySetting(name=found["name"], store=found["store"], digest=found["digest"])


def _parse_origin(text: str) -> str:
    parts = urlsplit(text)
    origin = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError(f"{text!r} is no origin; write https://shop.example")
    if text != origin:
        raise ValueError(f"{text!r} has more than scheme, host and port; write {origin}")
    if origin != origin.lower():
        raise ValueError(f"{text!r} must be written in lower case, as browsers send it")
    return origin
