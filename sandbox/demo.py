"""`make demo`: the sample shop in two store views, served until Ctrl-C."""

import json
import os
import signal
import sys
import tempfile
from pathlib import Path

from sandbox.opensearch.errors import NodeError
from sandbox.stack import Runtime, Shop, StackFailed, free_port, indexed_shop, running_runtime, stopped_by_signal


def main() -> int:
    """Start everything, print where it is, wait for Ctrl-C; the exit code."""
    try:
        with stopped_by_signal(), tempfile.TemporaryDirectory(prefix="vitrina-demo-") as folder:
            print("Starting OpenSearch, loading the sample shop, running the indexer …", flush=True)
            with indexed_shop(Path(folder)) as shop, running_runtime(shop, port=_port()) as runtime:
                print(_welcome(shop, runtime), flush=True)
                signal.pause()
    except KeyboardInterrupt:
        print("\nStopped: no process and no port is left.", flush=True)
    except (StackFailed, NodeError) as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


def _port() -> int:
    return free_port(int(os.environ.get("PORT") or 8000))


def _welcome(shop: Shop, runtime: Runtime) -> str:
    totals = shop.report
    model = (
        f"answers by {os.environ.get('CHAT_MODEL', 'gpt-4o')}"
        if os.environ.get("OPENAI_API_KEY") or os.environ.get("OPENAI_BASE_URL")
        else "no model configured: answers are product cards in words (set OPENAI_API_KEY for prose)"
    )
    url, key = runtime.url, runtime.key.secret
    return f"""
Vitrina serves the sample shop: {totals["indexed"]} products indexed from two native indices, {model}.

  chat          {url}/v1      models: vitrina-en, vitrina-ru; any key
  Action API    {url}/api/v1/actions/retrieve_products
  Action key    {key}
  OpenAPI       {url}/openapi.json
  Custom GPT    {url}/.well-known/gpt-actions/openapi.json
  metrics       {url}/metrics
  OpenSearch    {shop.node.url}

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
