"""Settings of the embedding service, and the models they mean."""

from typing import Annotated, Any, Literal, get_args

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

from shared.embedding.embedder import EmbeddingModel
from shared.embedding.providers import LOCAL, offer_of
from shared.errors import ConfigurationError
from shared.indices import IndexMeta
from shared.setting_sources import split
from shared.stores import Currency, WebAddress

Provider = Literal["openai", "local"]

_MODELS: dict[Provider, tuple[str, int, tuple[str, ...]]] = {
    "openai": ("text-embedding-3-small", 1536, ()),
    "local": ("all-MiniLM-L6-v2", 384, ("en",)),
}


class EmbeddingSettings(BaseSettings):
    """What texts and questions are embedded with."""

    embedding_provider: Provider = "openai"
    """`openai` (any OpenAI-compatible endpoint) or `local` (all-MiniLM-L6-v2 inside the process)."""
    embedding_model: str | None = None
    """Recorded in the index, and asked with. By provider when unset: text-embedding-3-small, all-MiniLM-L6-v2."""
    embedding_dimension: int | None = Field(None, ge=1, le=16_000)
    """By provider when unset: 1536, 384."""
    embedding_query_model: str | None = None
    """Model of search queries where it is another one than that of documents; Yandex's is known when unset."""
    embedding_languages: Annotated[tuple[str, ...] | None, NoDecode] = None
    """ISO 639-1 codes it knows; others are searched by words alone. By provider when unset: all, en."""
    embedding_max_tokens: int | None = Field(None, ge=16, le=1_000_000)
    """Tokens of the longest text the model reads; by model and host when unset."""
    embedding_batch_texts: int | None = Field(None, ge=1, le=100_000)
    """Texts of one request at most; by model and host when unset: 2048 for OpenAI's, 1 for Yandex, else 32."""
    embedding_batch_tokens: int | None = Field(None, ge=16, le=10_000_000)
    """Tokens of one request at most; by model and host when unset: 300,000 for OpenAI's."""
    embedding_requests_per_minute: int | None = Field(None, ge=1, le=10_000_000)
    """The account's quota, for providers that do not tell it in their headers; by host when unset: 600 for Yandex."""
    embedding_price_per_million: float | None = Field(None, ge=0, le=1_000_000, allow_inf_nan=False)
    """Price of a million tokens, for the cost a run reports; by model when unset, where it is known."""
    embedding_price_currency: Currency = "USD"
    """Currency of EMBEDDING_PRICE_PER_MILLION; prices by model are in US dollars."""
    embedding_base_url: WebAddress | None = None
    """Where embeddings come from; OPENAI_BASE_URL when unset."""
    embedding_api_key: SecretStr | None = None
    """Key of that service; OPENAI_API_KEY when unset."""
    openai_api_key: SecretStr | None = None
    """Key of the language model and, unless they have their own, of embeddings."""
    openai_base_url: WebAddress | None = None
    """OpenAI-compatible endpoint of both; OpenAI's own when unset."""

    @field_validator("embedding_languages", mode="before")
    @classmethod
    def _languages(cls, value: Any) -> Any:
        return split(value.lower()) if isinstance(value, str) else value

    def embedding_endpoint(self) -> tuple[str | None, SecretStr | None]:
        """Base URL and key of the embedding service, each falling back to OPENAI_*."""
        return self.embedding_base_url or self.openai_base_url, self.embedding_api_key or self.openai_api_key

    def embedding(self) -> EmbeddingModel:
        """The model that new documents are embedded with."""
        usual_name, dimension, languages = _MODELS[self.embedding_provider]
        name = self.embedding_model or usual_name
        offer = LOCAL if self.embedding_provider == "local" else offer_of(name, url=self.embedding_endpoint()[0])
        query_name = self.embedding_query_model or offer.query_name
        price = self.embedding_price_per_million
        return EmbeddingModel(
            provider=self.embedding_provider,
            name=name,
            dimension=self.embedding_dimension or offer.dimension or dimension,
            query_name=None if query_name == name else query_name,
            languages=languages if self.embedding_languages is None else self.embedding_languages,
            max_tokens=self.embedding_max_tokens or offer.max_tokens,
            batch_texts=self.embedding_batch_texts or offer.batch_texts,
            batch_tokens=self.embedding_batch_tokens or offer.batch_tokens,
            requests_per_minute=self.embedding_requests_per_minute or offer.requests_per_minute,
            price=offer.price if price is None else price,
            currency="USD" if price is None else self.embedding_price_currency,
        )

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
            # An index that names no other model was embedded to be asked with its own.
            "embedding_query_model": meta.query_model or meta.model,
        }
        return self.model_copy(update=named).embedding()
