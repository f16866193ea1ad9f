"""Which adapter speaks for a model. The only place that knows them all."""

from pathlib import Path

from pydantic import SecretStr

from shared.embedding.embedder import Embedder, EmbeddingModel, EmbeddingRefused
from shared.embedding.openai import OpenAIEmbedder


def build_embedder(
    model: EmbeddingModel,
    *,
    base_url: str | None,
    api_key: SecretStr | None,
    cache: Path,
    timeout: float = 30.0,
) -> Embedder:
    """The adapter for `model.provider`; the caller closes it. `local` loads its model and blocks for about a second.

    base_url, api_key: of an OpenAI-compatible endpoint, None = OpenAI's own, no key. timeout: wall-clock seconds a
    call. cache: where `local` keeps its converted model.
    Raises EmbeddingRefused for a provider, model, dimension or key that cannot work, ConfigurationError for a cache
    directory that cannot be written.
    """
    match model.provider:
        case "openai":
            return OpenAIEmbedder(model, base_url=base_url, api_key=api_key, timeout=timeout)
        case "local":
            return _build_local(model, cache)
        case unknown:
            raise EmbeddingRefused(f"EMBEDDING_PROVIDER: no provider {unknown!r} here; known are 'openai', 'local'.")


def _build_local(model: EmbeddingModel, cache: Path) -> Embedder:
    try:
        # Here and not at the top: the extra may be absent, and without need it costs half a second to import.
        from shared.embedding.local import LocalEmbedder
    except ImportError as exc:
        raise EmbeddingRefused(
            f"EMBEDDING_PROVIDER=local needs the extra `local`, and {exc.name or exc} is not installed; "
            "`make install` and the images bring it, or set another provider."
        ) from exc
    return LocalEmbedder(model, cache=cache)
