"""The sample shop for the compose file: native indices, as Magento leaves them, and the stores.toml that names them.

`python -m sandbox.compose.catalogue`: indices that are there stay as they are.
"""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from sandbox.magento.load import load_sample_shop
from sandbox.magento.product import Locale
from sandbox.stack import stores_at
from shared.errors import AppError
from shared.opensearch import ClusterAddress, connect, translated

INDICES: Final[dict[Locale, str]] = {"en": "magento2_product_1", "ru": "magento2_product_2"}
"""What Magento calls the aliases of its first two store views."""


def main() -> int:
    """Load what is missing and write the file; the exit code."""
    asked = _arguments().parse_args()
    try:
        password = SecretStr(asked.password_file.read_text(encoding="utf-8").strip())
        address = ClusterAddress(
            url=asked.url, name="--url", username=asked.username, password=password, ca_file=str(asked.ca_file)
        )
        asyncio.run(load(address))
        asked.stores.write_text(stores_at(asked.shop_url), encoding="utf-8")
    except (AppError, OSError) as failure:
        print(failure, file=sys.stderr)
        return 1
    print(f"the sample shop is in {', '.join(INDICES.values())}; {asked.stores} describes it")
    return 0


async def load(address: ClusterAddress) -> None:
    """Both store views, with pictures. Raises as load_sample_shop."""
    async with connect(address) as client:
        for store, alias in INDICES.items():
            with translated(address.shown):
                there = await client.indices.exists(index=alias)
            if not there:
                await load_sample_shop(client, store=store, enriched=True)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.compose.catalogue", description=__doc__)
    parser.add_argument("--url", required=True, help="of the cluster")
    parser.add_argument("--username", required=True, help="of one who may make indices")
    parser.add_argument("--password-file", type=Path, required=True)
    parser.add_argument("--ca-file", type=Path, required=True, help="whom to trust")
    parser.add_argument("--shop-url", required=True, help="where shoppers reach the shop, no slash at its end")
    parser.add_argument("--stores", type=Path, required=True, help="the stores.toml to write")
    return parser


if __name__ == "__main__":
    sys.exit(main())
