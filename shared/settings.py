"""Settings both programs read: environment, `.env`, or a directory of secret files (`SECRETS_DIR`).

Field names are the environment's names in lower case. Read once, at the entry (`cli`, `wiring`); everything
below gets values as arguments.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import orjson
from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from shared.cache import cache_directory
from shared.cluster_settings import ClusterSettings, cluster_mistakes
from shared.embedding_settings import EmbeddingSettings
from shared.errors import ConfigurationError
from shared.indices import RagNames, named_store_names
from shared.mistakes import written
from shared.renamed_settings import WithOldNames, outdated, renaming_mistakes
from shared.setting_mistakes import value_mistakes
from shared.setting_sources import WithoutEmpty, secrets_directory, split
from shared.stores import (
    Currency,
    HttpsAddress,
    LinkKind,
    Locale,
    Positive,
    PriceNote,
    ProductRules,
    Prompt,
    StoreCode,
    StoreView,
    Tone,
    UrlSuffix,
    WebAddress,
    load_stores,
)

IndexName = Annotated[str, written(r"[a-z0-9][a-z0-9_-]*", "lower-case letters, digits, - and _, such as products-rag")]


class SharedSettings(ClusterSettings, EmbeddingSettings):
    """What indexer and runtime have in common."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        hide_input_in_errors=True,
    )

    rag_alias: IndexName = "products-rag-active"
    """Alias the runtime reads and the indexer switches."""
    rag_index_prefix: IndexName = "products-rag"
    """Dated indices are `<prefix>-YYYYMMDD-HHMMSS`."""

    stores_file: Path | None = None
    """`stores.toml`: several store views; the `STORE_*` settings are then not read."""
    magento_index: str = Field("magento2_product_1", min_length=1)
    """Native alias or index of the one store view."""
    store_code: StoreCode = "default"
    """Code of the one store view, and part of its model id: `vitrina-<code>`."""
    store_name: str = ""
    """The shop's name, as shoppers read it; the code when unset."""
    store_base_url: WebAddress | None = None
    """Address that links of products begin with."""
    store_locale: Locale = "en_US"
    """Language and country, such as ru_RU: of the texts, and of the runtime's own sentences."""
    store_currency: Currency = "USD"
    """ISO 4217 code of the prices shown."""
    store_url_suffix: UrlSuffix = ".html"
    """What addresses of products end in; set, and empty, where they end in nothing."""
    store_media_url: WebAddress | None = None
    """Address that pictures of products begin with."""
    store_sites: Annotated[tuple[WebAddress, ...], NoDecode] = ()
    """Addresses of other hosts of the shop, such as a CDN; the widget goes to no host it does not know."""
    store_customer_group: int = Field(0, ge=0)
    """Customer group whose native prices are read; 0 is NOT LOGGED IN."""
    store_website_id: int = Field(1, ge=0)
    """Website whose native prices are read."""
    store_price_factor: Positive = 1.0
    """What native prices, which are in the website's base currency, are multiplied by."""
    store_price_round: Positive | None = None
    """Shown prices are rounded to a multiple of this, such as 10 or 0.05."""
    store_price_note: PriceNote | None = None
    """Words that stand behind every price, such as `incl. VAT`."""
    store_zero_price: Literal["on-request", "free"] = "on-request"
    """What a native price of 0 means: on request (no price is shown), or free."""
    store_include: Annotated[ProductRules, NoDecode] = ProductRules()
    """JSON object of `categories`, `skus` (with `*`), `attributes` (code -> values): only these products."""
    store_exclude: Annotated[ProductRules, NoDecode] = ProductRules()
    """The same: all but these products."""
    store_links: Annotated[dict[LinkKind, HttpsAddress], NoDecode] = Field(default_factory=dict)
    """JSON object: delivery, returns, contacts, privacy -> https address."""
    store_prompt: Prompt | None = None
    """How the assistant is introduced to the language model (`{{STORE_NAME}}` is filled in); our rules follow."""
    store_tone: Tone | None = None
    """How it is to speak."""

    vitrina_cache_dir: Path | None = None
    """Where the local model is kept once converted; a system directory when unset."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Least important lines that are logged, as JSON on standard error."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The usual sources, the strongest first, none of which can hide another one by an empty value."""
        sources = (init_settings, env_settings, dotenv_settings, file_secret_settings)
        return tuple(WithoutEmpty(WithOldNames(source)) for source in sources)

    @field_validator("store_sites", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return split(value) if isinstance(value, str) else value

    @field_validator("store_links", "store_include", "store_exclude", mode="before")
    @classmethod
    def _parse_object(cls, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, str):
            return value
        example = '{"delivery": "https://…"}' if info.field_name == "store_links" else '{"skus": ["TEST-*"]}'
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            raise ValueError(f"must be a JSON object such as {example}") from None

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @classmethod
    def read(cls, *, conflicts: Callable[[Self], Iterable[str]] = lambda settings: (), **overrides: Any) -> Self:
        """Settings from environment, `.env` and `SECRETS_DIR`, overrides first.

        conflicts: mistakes no single value shows. Raises ConfigurationError with every mistake at once: of single
        values, of `stores.toml`, of what it takes to reach a cluster, and those conflicts.
        """
        secrets = secrets_directory()
        problems: list[str] = []
        unusable: set[str] = set()
        try:
            settings = cls(_secrets_dir=secrets, **overrides)
        except UnicodeDecodeError as exc:
            raise ConfigurationError([".env: the file is no UTF-8 text"]) from exc
        except SettingsError as exc:
            reason = exc.__cause__.strerror if isinstance(exc.__cause__, OSError) else "no UTF-8 text"
            raise ConfigurationError([f"SECRETS_DIR: {exc}: {reason}"]) from exc
        except ValidationError as exc:
            problems += value_mistakes(exc, known=cls)
            # The rest can still be checked with the unusable values out of the way.
            unusable = {str(error["loc"][0]) for error in exc.errors()}
            defaults = {name: cls.model_fields[name].get_default(call_default_factory=True) for name in unusable}
            settings = cls(_secrets_dir=secrets, **{**overrides, **defaults})
        try:
            settings.store_views()
        except ConfigurationError as exc:
            problems += exc.problems
        # What has no usable value is told, and not missed as well.
        told = {name.upper() for name in unusable}
        problems += [problem for problem in cluster_mistakes(settings) if problem.partition(":")[0] not in told]
        problems += renaming_mistakes(cls.sources())
        problems += conflicts(settings)
        if problems:
            raise ConfigurationError(problems)
        return settings

    @classmethod
    def sources(cls) -> tuple[EnvSettingsSource, ...]:
        """Environment, `.env` and secret files, the strongest first."""
        files = () if (secrets := secrets_directory()) is None else (SecretsSettingsSource(cls, secrets_dir=secrets),)
        return (EnvSettingsSource(cls), DotEnvSettingsSource(cls), *files)

    @classmethod
    def names_in_environment(cls) -> frozenset[str]:
        """The settings that the environment or `.env` gives a value, so that a secrets file has no say."""
        return frozenset(name for source in cls.sources()[:2] for name in WithoutEmpty(WithOldNames(source))())

    @classmethod
    def old_names(cls) -> tuple[str, ...]:
        """What to say of every setting that is given by a name it had before."""
        return tuple(renamed.told for renamed in outdated(cls.sources()))

    def cache(self) -> Path:
        """The directory for files that can be made again."""
        return self.vitrina_cache_dir or cache_directory(os.environ, is_root=os.geteuid() == 0)

    def companion(self, name: str) -> Path | None:
        """The file `name` beside STORES_FILE, else in the working directory; None when neither has one."""
        directories = [Path()] if self.stores_file is None else [self.stores_file.parent, Path()]
        return next((path for directory in directories if (path := directory / name).is_file()), None)

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
