"""Settings of the runtime. Field names are the environment's names in lower case; contracts.md lists them."""

import re
from typing import Annotated, Any, Literal, NamedTuple, Self, get_args
from urllib.parse import urlsplit

from limits import parse as parse_rate
from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from shared.embedding.embedder import EmbeddingModel
from shared.errors import ConfigurationError
from shared.indices import IndexMeta
from shared.settings import Provider, SharedSettings

_KEY = re.compile(r"(?P<name>[\w.-]+)(?:@(?P<store>[a-z][a-z0-9_]*))?:(?P<digest>[0-9a-f]{64})", re.ASCII)


class KeySetting(NamedTuple):
    """One accepted key: `name:sha256hex`, or `name@store:sha256hex` for a key that sees one store view."""

    name: str
    store: str | None
    digest: str


Keys = Annotated[tuple[KeySetting, ...], NoDecode]
Port = Annotated[int, Field(ge=1, le=65_535)]


class RuntimeSettings(SharedSettings):
    """What `vitrina-runtime` is configured with."""

    chat_model: str = "gpt-4o"
    """Model that writes answers, once `OPENAI_API_KEY` or `OPENAI_BASE_URL` is set."""
    chat_temperature: float = Field(0.1, ge=0, le=0.2)
    """How freely the model writes; facts want little of it."""
    chat_enabled: bool = True
    """Whether the chat answers; the switch for the whole shop."""
    chat_open: bool = False
    """Answers anyone, without key and origin; meant for loopback."""

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

    @field_validator("action_api_keys", "chat_api_keys", mode="before")
    @classmethod
    def _parse_keys(cls, value: Any) -> Any:
        return tuple(map(_parse_key, _split(value))) if isinstance(value, str) else value

    @field_validator("action_api_keys", "chat_api_keys")
    @classmethod
    def _has_unique_names(cls, keys: tuple[KeySetting, ...]) -> tuple[KeySetting, ...]:
        names = [key.name for key in keys]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"names {', '.join(repeated)} twice; during a rotation give the two keys two names")
        return keys

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
        return super().read(conflicts=cls._foreign_scopes, **overrides)

    @property
    def model_configured(self) -> bool:
        """Whether a language model writes the answers; otherwise they are product cards in words."""
        return self.openai_api_key is not None or self.openai_base_url is not None

    @property
    def path_prefix(self) -> str:
        """Path of `PUBLIC_URL`, without its last slash."""
        return urlsplit(self.public_url).path if self.public_url else ""

    @property
    def open_beyond_loopback(self) -> bool:
        """Whether anyone on a network may chat: `CHAT_OPEN` on an address that is not this machine's own."""
        return self.chat_open and self.host not in ("127.0.0.1", "::1", "localhost")

    def query_model(self, meta: IndexMeta) -> EmbeddingModel:
        """The model an index says it was embedded with: queries must meet its vectors in the same space.

        Raises ConfigurationError for a provider this program does not have.
        """
        if meta.provider not in get_args(Provider):
            raise ConfigurationError([f"EMBEDDING_PROVIDER: the index needs {meta.provider!r}, unknown here"])
        named = {
            "embedding_provider": meta.provider,
            "embedding_model": meta.model,
            "embedding_dimension": meta.dimension,
            "embedding_languages": meta.languages,
        }
        return self.model_copy(update=named).embedding()

    def _foreign_scopes(self) -> list[str]:
        """Keys that name a store view which is not configured."""
        try:
            codes = [store.code for store, _ in self.store_views()]
        except ConfigurationError:
            return []
        rings: dict[Literal["ACTION_API_KEYS", "CHAT_API_KEYS"], tuple[KeySetting, ...]] = {
            "ACTION_API_KEYS": self.action_api_keys,
            "CHAT_API_KEYS": self.chat_api_keys,
        }
        return [
            f"{setting}: key {key.name!r} names store {key.store!r}; known: {', '.join(codes)}"
            for setting, keys in rings.items()
            for key in keys
            if key.store is not None and key.store not in codes
        ]


def _split(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


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
