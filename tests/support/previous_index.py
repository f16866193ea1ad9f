"""The kept index of the schema version before (tests/data/index_v1), and the native one it was built from."""

import json
from pathlib import Path
from typing import Any, Final

from opensearchpy import AsyncOpenSearch
from support.faults import a_product, put_shop

VERSION: Final = 1
PRODUCTS: Final = 12

_KEPT = Path(__file__).parents[1] / "data" / f"index_v{VERSION}"


def native_product(number: int, **changes: Any) -> dict[str, Any]:
    """The document of then."""
    colour = "Red" if number % 2 else "Blue"
    return a_product(number, color=[str(10 + number % 2)], color_value=[colour], **changes)


async def put_native(client: AsyncOpenSearch, namespace: str) -> str:
    """The native index, behind its alias; says its name."""
    return await put_shop(client, namespace, {str(number): native_product(number) for number in range(PRODUCTS)})


async def put_kept(client: AsyncOpenSearch, index: str, **meta: Any) -> None:
    """The kept index under the name `index`. meta: what its `_meta` says otherwise; None = not at all."""
    body = json.loads((_KEPT / "index.json").read_text(encoding="utf-8"))
    said = body["mappings"]["_meta"]["vitrina"] | meta
    body["mappings"]["_meta"]["vitrina"] = {name: value for name, value in said.items() if value is not None}
    await client.indices.create(index=index, body=body)
    lines: list[Any] = []
    for line in (_KEPT / "documents.ndjson").read_text(encoding="utf-8").splitlines():
        kept = json.loads(line)
        lines += [{"index": {"_id": kept["_id"]}}, kept["_source"]]
    done = await client.bulk(body=lines, index=index, params={"refresh": "true"})
    assert not done["errors"], done
