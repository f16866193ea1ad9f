"""The sample shop's pages for the compose file: `python -m sandbox.compose.storefront`."""

import argparse
import sys

from aiohttp import web

from sandbox.shop.server import application
from sandbox.stack import views_at


def main() -> int:
    """Serve until SIGTERM; the exit code."""
    asked = _arguments().parse_args()
    shop = application(views_at(asked.shop_url), assistant=asked.assistant)
    web.run_app(shop, host=asked.host, port=asked.port, print=None, access_log=None)
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.compose.storefront", description=__doc__)
    parser.add_argument("--host", default="0.0.0.0", help="address to listen on; all without it")
    parser.add_argument("--port", type=int, default=8001, help="8001 without it")
    parser.add_argument("--shop-url", required=True, help="where shoppers reach the shop, no slash at its end")
    parser.add_argument("--assistant", required=True, help="where they reach the runtime, no slash at its end")
    return parser


if __name__ == "__main__":
    sys.exit(main())
