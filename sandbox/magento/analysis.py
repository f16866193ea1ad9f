"""Index settings that both dialects write for a store view's language. Pure."""

from typing import Any

from sandbox.magento.product import Locale

STEMMERS: dict[Locale, str] = {"en": "english", "ru": "russian"}


def stemmer(locale: Locale) -> dict[str, Any]:
    """The stemming filter of a store view's language."""
    return {"type": "stemmer", "language": STEMMERS[locale]}


def shard_settings(shards: int) -> dict[str, int]:
    """`shards` primaries and no replica: the node is alone."""
    return {"number_of_shards": shards, "number_of_replicas": 0}


VITRINA_MAPPING: dict[str, Any] = {"type": "object", "enabled": False}
"""What an enriching module declares for its field, so that nothing of it lands in the shop's own search."""
