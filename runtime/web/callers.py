"""What a caller is counted under: by limits, budgets and the counters of use."""

import ipaddress
from functools import lru_cache
from typing import Final

from starlette.requests import Request

from runtime.web.auth import Caller

_HOUSEHOLD: Final = 64
"""Bits of an IPv6 address that are one customer's: the rest is theirs to choose, as often as they like."""


def name_of(caller: Caller, address: str) -> str:
    """The key, else the visitor, else the address."""
    if caller.via == "key":
        return f"key:{caller.name}"
    return f"visitor:{caller.visitor}" if caller.visitor else f"address:{address}"


def key_label(caller: Caller) -> str:
    """The key's name for a metric; those without a key are one. A name of a key has no brackets."""
    return caller.name if caller.via == "key" else f"({caller.via})"


def address_of(request: Request) -> str:
    """The address a request came from, of IPv6 its customer's network."""
    return _network(request.client.host) if request.client else "unknown"


@lru_cache(maxsize=4_096)
def _network(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # Whatever a trusted proxy names its client.
        return host
    if not isinstance(address, ipaddress.IPv6Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), _HOUSEHOLD), strict=False))
