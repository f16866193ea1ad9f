"""Settings both programs read: environment, `.env`, or a directory of secret files (`SECRETS_DIR`).

Field names are the environment's names in lower case. Read once, at the entry (`cli`, `wiring`); everything
below gets values as arguments.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import orjson
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from shared.cache import cache_directory
from shared.embedding.embedder import EmbeddingModel
from shared.errors import ConfigurationError
from shared.indices import RagNames, named_store_names
from shared.opensearch import ClusterAddress
from shared.stores import (
    Currency,
    HttpsAddress,
    LinkKind,
    Locale,
    Positive,
    PriceNote,
    StoreCode,
    StoreView,
    UrlSuffix,
    WebAddress,
    load_stores,
)

Provider = Literal["openai", "local"]

_MODELS: dict[Provider, tuple[str, int, tuple[str, ...]]] = {
    "openai": ("text-embedding-3-small", 1536, ()),
    "local": ("all-MiniLM-L6-v2", 384, ("en",)),
}


class SharedSettings(BaseSettings):
    """What indexer and runtime have in common."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        hide_input_in_errors=True,
    )

    opensearch_url: WebAddress = "http://127.0.0.1:9200"
    """Cluster of the RAG index."""
    opensearch_username: str | None = None
    opensearch_password: SecretStr | None = None
    opensearch_ca_file: str | None = None
    """PEM file of the authority that signed the cluster's certificate."""

    rag_alias: str = Field("products-rag-active", pattern=r"^[a-z0-9][a-z0-9_-]*$")
    """Alias the runtime reads and the indexer switches."""
    rag_index_prefix: str = Field("products-rag", pattern=r"^[a-z0-9][a-z0-9_-]*$")
    """Dated indices are `<prefix>-YYYYMMDD-HHMMSS`."""

    stores_file: Path | None = None
    """`stores.toml`: several store views; the `STORE_*` settings are then not read."""
    magento_index: str = Field("magento2_product_1", min_length=1)
    """Native alias or index of the one store view."""
    store_code: StoreCode = "default"
    store_name: str = ""
    store_base_url: WebAddress | None = None
    store_locale: Locale = "en_US"
    store_currency: Currency = "USD"
    store_url_suffix: UrlSuffix = ".html"
    store_media_url: WebAddress | None = None
    store_customer_group: int = Field(0, ge=0)
    store_website_id: int = Field(1, ge=0)
    store_price_factor: Positive = 1.0
    store_price_round: Positive | None = None
    store_price_note: PriceNote | None = None
    store_zero_price: Literal["on-request", "free"] = "on-request"
    store_links: Annotated[dict[LinkKind, HttpsAddress], NoDecode] = Field(default_factory=dict)
    """JSON object: delivery, returns, contacts, privacy -> https address."""

    embedding_provider: Provider = "openai"
    """`openai` (any OpenAI-compatible endpoint) or `local` (all-MiniLM-L6-v2 inside the process)."""
    embedding_model: str | None = None
    """By provider when unset: text-embedding-3-small, all-MiniLM-L6-v2."""
    embedding_dimension: int | None = Field(None, ge=1, le=16_000)
    """By provider when unset: 1536, 384."""
    embedding_languages: Annotated[tuple[str, ...] | None, NoDecode] = None
    """ISO 639-1 codes the model knows, comma-separated; by provider when unset: all, en."""
    embedding_base_url: WebAddress | None = None
    embedding_api_key: SecretStr | None = None
    openai_api_key: SecretStr | None = None
    openai_base_url: WebAddress | None = None

    vitrina_cache_dir: Path | None = None
    """Where the local model is kept once converted; a system directory when unset."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, values: Any) -> Any:
        """An empty value means unset; only a URL suffix is a word of its own when it is empty."""
        return {name: value for name, value in values.items() if value != "" or name == "store_url_suffix"}

    @field_validator("embedding_languages", mode="before")
    @classmethod
    def _split_languages(cls, value: Any) -> Any:
        return (
            tuple(part.strip().lower() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("store_links", mode="before")
    @classmethod
    def _parse_links(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            raise ValueError('must be a JSON object such as {"delivery": "https://…"}') from None

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @classmethod
    def read(cls, *, conflicts: Callable[[Self], Iterable[str]] = lambda settings: (), **overrides: Any) -> Self:
        """Settings from environment, `.env` and `SECRETS_DIR`, overrides first.

        conflicts: mistakes no single value shows. Raises ConfigurationError with every mistake at once: of single
        values, of `stores.toml`, and those conflicts.
        """
        secrets = secrets_directory()
        problems: list[str] = []
        try:
            settings = cls(_secrets_dir=secrets, **overrides)
        except UnicodeDecodeError as exc:
            raise ConfigurationError([".env: the file is no UTF-8 text"]) from exc
        except SettingsError as exc:
            reason = exc.__cause__.strerror if isinstance(exc.__cause__, OSError) else "no UTF-8 text"
            raise ConfigurationError([f"SECRETS_DIR: {exc}: {reason}"]) from exc
        except ValidationError as exc:
            problems += _problems(exc)
            # The rest can still be checked with the unusable values out of the way.
            unusable = {str(error["loc"][0]) for error in exc.errors()}
            defaults = {name: cls.model_fields[name].get_default(call_default_factory=True) for name in unusable}
            settings = cls(_secrets_dir=secrets, **{**overrides, **defaults})
        try:
            settings.store_views()
        except ConfigurationError as exc:
            problems += exc.problems
        problems += conflicts(settings)
        if problems:
            raise ConfigurationError(problems)
        return settings

    def cluster(self) -> ClusterAddress:
        """The cluster of the RAG index."""
        return ClusterAddress(
            url=self.opensearch_url,
            name="OPENSEARCH_URL",
            username=self.opensearch_username,
            password=self.opensearch_password,
            ca_file=self.opensearch_ca_file,
        )

    def cache(self) -> Path:
        """The directory for files that can be made again."""
        return self.vitrina_cache_dir or cache_directory(os.environ, is_root=os.geteuid() == 0)

    def embedding_endpoint(self) -> tuple[str | None, SecretStr | None]:
        """Base URL and key of the embedding service, each falling back to OPENAI_*."""
        return self.embedding_base_url or self.openai_base_url, self.embedding_api_key or self.openai_api_key

    def store_views(self) -> tuple[tuple[StoreView, RagNames], ...]:
        """Every store view with its index names, the default one first.

        Raises ConfigurationError when `stores.toml` cannot be used.
        """
        if self.stores_file is not None:
            return tuple(
                (store, named_store_names(store.code, prefix=self.rag_index_prefix))
                for store in load_stores(self.stores_file)
            )
        values = {
            name.removeprefix("store_"): getattr(self, name)
            for name in type(self).model_fields
            if name.startswith("store_")
        }
        # The settings are of the store view's own types, so that a mistake in them was found with all others.
        store = StoreView(magento_index=self.magento_index, **values)
        return ((store, RagNames(prefix=self.rag_index_prefix, alias=self.rag_alias)),)

    def embedding(self) -> EmbeddingModel:
        """The model that new documents are embedded with."""
        name, dimension, languages = _MODELS[self.embedding_provider]
        return EmbeddingModel(
            provider=self.embedding_provider,
            name=self.embedding_model or name,
            dimension=self.embedding_dimension or dimension,
            languages=languages if self.embedding_languages is None else self.embedding_languages,
        )


def secrets_directory() -> Path | None:
    """The directory of secret files, a file a setting. Raises ConfigurationError when `SECRETS_DIR` names none."""
    named = os.environ.get("SECRETS_DIR")
    if not named:
        return None
    if not Path(named).is_dir():
        raise ConfigurationError([f"SECRETS_DIR: {named!r} is no directory"])
    return Path(named)


def _problems(error: ValidationError) -> list[str]:
    """One line a mistake: the environment's name and what is wrong; the value itself is never repeated."""
    return [
        f"{'.'.join(str(part) for part in found['loc']).upper()}: {found['msg'].removeprefix('Value error, ')}"
        for found in error.errors(include_input=False, include_url=False)
    ]
