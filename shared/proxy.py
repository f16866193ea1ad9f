"""Which forward proxy the environment names for an address, and how a failure tells of it.

As every client here reads it (`urllib.request.getproxies`): HTTPS_PROXY or HTTP_PROXY by the address' scheme, else
ALL_PROXY, in capitals or not, unless NO_PROXY names the host.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from shared.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Proxy:
    """setting: the variable that names it. url: with its login, for nobody but a client."""

    setting: str
    url: str

    @property
    def shown(self) -> str:
        """Variable and address without the login, for messages."""
        parts = urlsplit(self.url)
        return f"{self.setting}={parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def proxy_for(url: str) -> Proxy | None:
    """The proxy on the way to `url`, as the environment says now.

    Raises ConfigurationError when it is of another kind than HTTP, which not every client here speaks.
    """
    parts = urlsplit(url)
    if proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    named = getproxies()
    for scheme in (parts.scheme, "all"):
        if found := named.get(scheme):
            # Often written without; the HTTP clients do not agree on what that means.
            proxy = Proxy(f"{scheme.upper()}_PROXY", found if "://" in found else f"http://{found}")
            try:
                urlsplit(proxy.url)
            except ValueError as exc:
                raise ConfigurationError(
                    [f"{proxy.setting}: is no address of a proxy; write http://host:port"]
                ) from exc
            if not proxy.url.lower().startswith(("http://", "https://")):
                raise ConfigurationError([f"{proxy.shown}: only http:// and https:// proxies are spoken to; name one"])
            return proxy
    return None


def way_to(url: str) -> str:
    """For a message about `url`: through which proxy it is asked; empty where through none."""
    proxy = proxy_for(url)
    return f"through {proxy.shown}" if proxy else ""
