"""`make demo`: the sample shop in two store views, with a storefront, served until Ctrl-C."""

import json
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from sandbox.entry import run, stopped_in_order
from sandbox.programs import StackFailed
from shared.errors import ConfigurationError

if TYPE_CHECKING:
    from sandbox.shop.server import Storefront
    from sandbox.stack import Runtime, Shop

DEFAULT_PORT = "8000"


def main() -> int:
    """Start everything, print where it is, wait for Ctrl-C; the exit code."""
    return run(_demo, when_stopped=0)


def _demo() -> int:
    wanted = _wanted_port()
    observed = os.environ.get("OBSERVE", "") not in ("", "0")
    if observed:
        from sandbox.prometheus import find_prometheus

        find_prometheus()
    print("A whole shop on this machine, in about a minute; the first time it downloads OpenSearch.", flush=True)
    from sandbox.shop.server import storefront
    from sandbox.stack import free_port, indexed_shop, running_runtime, views_at

    with (
        stopped_in_order(),
        storefront(views_at, port=_next(wanted)) as front,
        indexed_shop(front.url, enriched=True) as shop,
        running_runtime(shop, port=free_port(wanted), extra={"CORS_ALLOWED_ORIGINS": front.url}) as runtime,
    ):
        front.assistant = runtime.url
        with _watched(runtime) if observed else nullcontext() as prometheus:
            print(_welcome(front, shop, runtime, wanted=wanted, prometheus=prometheus), flush=True)
            status = runtime.program.wait()
        raise StackFailed(runtime.program.failure(f"ended by itself with {status}"))


def _watched(runtime: "Runtime") -> AbstractContextManager[str]:
    """A Prometheus that scrapes `runtime`, which tells of the indexer's runs too."""
    from sandbox.prometheus import running_prometheus
    from sandbox.stack import free_port

    return running_prometheus({"vitrina-runtime": [runtime.url.removeprefix("http://")]}, port=free_port(9090))


def _wanted_port() -> int:
    port = os.environ.get("PORT") or DEFAULT_PORT
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise ConfigurationError([f"PORT={port!r} is not a port: use a number from 1 to 65535."])
    return int(port)


def _next(port: int) -> int:
    """The storefront's port; 0, any, behind the last one."""
    return port + 1 if port < 65535 else 0


def _welcome(front: "Storefront", shop: "Shop", runtime: "Runtime", *, wanted: int, prometheus: str | None) -> str:
    totals = shop.report
    model = (
        f"answers by {os.environ.get('CHAT_MODEL', 'gpt-4o')}"
        if os.environ.get("OPENAI_API_KEY") or os.environ.get("OPENAI_BASE_URL")
        else "no model configured: answers are product cards in words (set OPENAI_API_KEY for prose)"
    )
    url, key = runtime.url, runtime.key.secret
    elsewhere = "" if url.endswith(f":{wanted}") else f"\nPort {wanted} is not free; PORT=… chooses another one.\n"
    watched = (
        f"""
  Prometheus    {prometheus}/graph     e.g. vitrina_index_age_seconds
  alerts        {prometheus}/alerts    what to do: docs/runbooks.md"""
        if prometheus
        else ""
    )
    return f"""{elsewhere}
Vitrina serves the sample shop: {totals["indexed"]} products indexed from two native indices, {model}.

  shop          {front.url}/      по-русски: {front.url}/ru/

  chat          {url}/v1      models: vitrina-en, vitrina-ru; any key
  Action API    {url}/api/v1/actions/retrieve_products
  Action key    {key}
  OpenAPI       {url}/openapi.json
  Custom GPT    {url}/.well-known/gpt-actions/openapi.json
  metrics       {url}/metrics{watched}
  OpenSearch    {shop.opensearch_url}

Ask in English, спросите по-русски, search without a model:

  {_chat_command(url, model="vitrina-en", question="a waterproof jacket under $100")}

  {_chat_command(url, model="vitrina-ru", question="тёплый спальник на двоих")}

  curl {url}/api/v1/actions/retrieve_products -H 'authorization: Bearer {key}' \\
    -H 'content-type: application/json' -d '{{"query": "gift for a runner", "store": "en", "limit": 3}}'

Ctrl-C stops everything.
"""


def _chat_command(url: str, *, model: str, question: str) -> str:
    body = {"model": model, "stream": True, "messages": [{"role": "user", "content": question}]}
    return (
        f"curl -N {url}/v1/chat/completions -H 'content-type: application/json' \\\n"
        f"    -d '{json.dumps(body, ensure_ascii=False)}'"
    )


if __name__ == "__main__":
    sys.exit(main())
