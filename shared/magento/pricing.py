"""What turns a native price into a shown one, as one fingerprint. Pure.

The indexer writes it into the index; a runtime whose settings give another one would show other prices, and so rather
reads none again.
"""

import hashlib
import json
from typing import Final

from shared.stores import StoreView

_SETTINGS: Final = (
    "magento_index", "currency", "locale", "customer_group", "website_id", "price_factor", "price_round", "price_note",
    "zero_price",
)  # fmt: skip


def pricing_of(store: StoreView) -> str:
    """16 hexadecimal digits, the same for store views whose prices are read and shown alike."""
    told = [str(getattr(store, setting)) for setting in _SETTINGS]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
