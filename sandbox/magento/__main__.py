"""A shop as Magento would index it, for the node of `make node`: `python -m sandbox.magento`.

Without --documents it is the hand-written sample shop, with it so many products made from a seed.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterable
from typing import get_args

from sandbox.magento.catalogue import generate_catalogue, seeded_model
from sandbox.magento.load import Dialect, NativeStore, load_store, native_store
from sandbox.magento.product import ENGLISH, RUSSIAN, Locale, ShopProduct, StoreView
from sandbox.magento.sample import read_sample_shop
from shared.errors import AppError, Terminal
from shared.opensearch import ClusterAddress, connect, translated

DEFAULT_URL = "http://127.0.0.1:9200"
SEED = 1

_VIEWS: dict[Locale, StoreView] = {"en": ENGLISH, "ru": RUSSIAN}


class NameTaken(Terminal):
    """The alias is there already. It may be a real shop's, so it is never moved."""

    def __init__(self, alias: str, *, where: str) -> None:
        super().__init__(f"{alias} is there already on {where}; a fresh `make node` is empty.")


def main() -> int:
    asked = _arguments().parse_args()
    try:
        store, products = _shop(asked.locale, asked.dialect, asked.documents, prefix=asked.prefix)
        count = asyncio.run(_load(asked.url, store, products))
    except AppError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{count} products are in {store.alias}; for the indexer: MAGENTO_INDEX={store.alias}")
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.magento", description="Load a shop into an OpenSearch.")
    parser.add_argument("--url", default=DEFAULT_URL, help=f"of the node; {DEFAULT_URL} without it")
    parser.add_argument("--documents", type=int, help="so many made-up products in place of the sample shop")
    parser.add_argument("--locale", choices=sorted(_VIEWS), default="en", help="language of the store view")
    parser.add_argument("--prefix", default="magento2", help="of the index; magento2 without it, as in Magento")
    parser.add_argument("--dialect", choices=get_args(Dialect), default="core", help="which search module wrote it")
    return parser


def _shop(
    locale: Locale, dialect: Dialect, documents: int | None, *, prefix: str
) -> tuple[NativeStore, Iterable[ShopProduct]]:
    if documents is None:
        shop = read_sample_shop()
        return native_store(_VIEWS[locale], shop.model, dialect=dialect, prefix=prefix), shop.products
    products = generate_catalogue(documents, seed=SEED)
    return native_store(_VIEWS[locale], seeded_model(), dialect=dialect, prefix=prefix), products


async def _load(url: str, store: NativeStore, products: Iterable[ShopProduct]) -> int:
    """How many documents there are now. Raises NameTaken, NativeLoadFailed, and what shared.opensearch lists."""
    address = ClusterAddress(url=url, name="--url")
    async with connect(address) as client:
        with translated(address.shown):
            taken = await client.indices.exists(index=store.alias)
        if taken:
            raise NameTaken(store.alias, where=address.shown)
        return await load_store(client, store, products)


if __name__ == "__main__":
    sys.exit(main())
