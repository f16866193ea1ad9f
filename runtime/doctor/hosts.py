"""Whether the widget will open and load what the products of a live index point at."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from opensearchpy import AsyncOpenSearch

from shared.findings import Verdict, listed, ok, warning
from shared.opensearch import translated

SAMPLE = 200
"""Products looked at."""

_DEFAULT_PORTS = {"http": 80, "https": 443}


async def fetch_addresses(client: AsyncOpenSearch, index: str) -> Sequence[str]:
    """The pages and pictures of some products of `index`. Raises as `translated` says."""
    body: dict[str, Any] = {"size": SAMPLE, "_source": ["url", "image"], "query": {"match_all": {}}}
    with translated(f"index {index!r}"):
        found = await client.search(index=index, body=body)
    sources = [hit["_source"] for hit in found["hits"]["hits"]]
    return [address for source in sources for field in ("url", "image") if (address := source.get(field))]


def judge_hosts(addresses: Sequence[str], known: Iterable[str | None]) -> Verdict:
    """known: addresses of the shop; the hosts of all others are foreign to the widget."""
    hosts = {host_of(address) for address in known if address}
    foreign = Counter(host for host in map(host_of, addresses) if host not in hosts)
    if not foreign:
        return ok(f"{len(addresses)} links and pictures are on the shop's own hosts")
    return warning(
        f"the widget opens and loads nothing from {listed(sorted(foreign))}, where {foreign.total()} of "
        f"{len(addresses)} links and pictures are",
        "name those that are the shop's in STORE_SITES (`sites` in stores.toml)",
    )


def host_of(address: str) -> str:
    """Host and port as a browser compares them: in lower case, in ASCII, without the port that goes without saying."""
    parts = urlsplit(address)
    host = (parts.hostname or "").encode("idna").decode()
    return host if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f"{host}:{parts.port}"
