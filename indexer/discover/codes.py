"""Codes for store views that were found: what names their alias and their model id. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from indexer.discover.findings import FoundIndex

_ELASTICSUITE: Final = re.compile(r"[^_]+_(?P<code>.+)_catalog_product")
_LONGEST: Final = 32


def store_codes(stores: Sequence[FoundIndex]) -> list[str]:
    """A code for each, all different: `default` for a single one, else Magento's own, else `store_<id>`.

    ElasticSuite has the store view's code in the name of the index, core Magento only its number.
    """
    if len(stores) == 1:
        return ["default"]
    wanted = [_wanted(store) for store in stores]
    taken: list[str] = []
    for store, code in zip(stores, wanted, strict=True):
        # Of two shops on one cluster both have a first store view.
        best = code if wanted.count(code) == 1 else _code(store.name.replace("_product", ""))
        taken.append(next(code for code in _variations(best) if code not in taken))
    return taken


def _wanted(store: FoundIndex) -> str:
    named = _ELASTICSUITE.fullmatch(store.name)
    if named:
        return _code(named["code"])
    return "store" if store.store_id is None else _code(f"store_{store.store_id}")


def _code(text: str) -> str:
    """`text` as a store code can be: letters, digits and underscores, a letter first."""
    return re.sub(r"[^a-z0-9_]", "_", text.lower()).lstrip("_0123456789") or "store"


def _variations(code: str) -> Iterator[str]:
    yield code[:_LONGEST]
    for number in range(2, 10_000):
        ending = f"_{number}"
        yield code[: _LONGEST - len(ending)] + ending
