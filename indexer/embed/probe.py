"""One text ahead of a run, so that a wrong model, key or dimension is found before anything is built."""

from typing import Final

from indexer.embed.sending import Sender, check_vectors
from shared.embedding.embedder import EmbeddingMalformed, EmbeddingRefused, Vectors
from shared.errors import ConfigurationError
from shared.retry import Backoff

PROBE_TEXT: Final = "A product"


async def probe(sender: Sender, *, backoff: Backoff | None = None) -> None:
    """Embed one text, which also tells the quota before the first batch is packed.

    Raises ConfigurationError, EmbeddingUnavailable.
    """
    embedder = sender.embedder
    tokens = embedder.count_tokens(PROBE_TEXT)

    async def attempt() -> Vectors:
        async with sender.limiter.slot(tokens) as slot:
            return await embedder.embed_documents([PROBE_TEXT], on_answer=slot.hear)

    try:
        vectors = await sender.insist(attempt, backoff=backoff or Backoff())
        check_vectors(vectors, count=1, model=embedder.model)
    except (EmbeddingMalformed, EmbeddingRefused) as exc:
        # Each names the setting that is wrong: dimension, model, key or address.
        raise ConfigurationError([str(exc)]) from exc
