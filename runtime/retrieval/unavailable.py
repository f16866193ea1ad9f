"""A catalogue that is out of reach, as callers are told of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog

from runtime.errors import CatalogUnavailable
from shared.errors import ConfigurationError, Transient
from shared.indices import UnreadableIndex
from shared.opensearch import AccessDenied, IndexMissing, TlsRefused, UnsuitableCluster

log = structlog.get_logger(__name__)

RETRY_SECONDS: Final = 2
"""What an unreachable cluster may need to come back."""
NOT_YET_SECONDS: Final = 10
"""Until someone has run the indexer or mended the settings, at best."""


@contextmanager
def as_unavailable(store: str) -> Iterator[None]:
    """Tell the caller that the catalogue is out of reach, and the log why."""
    try:
        yield
    except Transient as exc:
        log.warning("catalog_unreachable", store=store, cause=str(exc))
        raise CatalogUnavailable("The catalogue cannot be reached right now.", retry_after=RETRY_SECONDS) from exc
    except (IndexMissing, UnreadableIndex, AccessDenied, TlsRefused, UnsuitableCluster, ConfigurationError) as exc:
        log.warning("catalog_unusable", store=store, cause=str(exc))
        message = f"The catalogue of store {store!r} cannot be searched yet."
        raise CatalogUnavailable(message, retry_after=NOT_YET_SECONDS) from exc
