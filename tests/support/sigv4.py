"""Signature Version 4 as whoever receives a request computes it: from the bytes that came, as it is published."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote, unquote

_UNRESERVED = "-_.~"


@dataclass(frozen=True)
class Received:
    """A request as it came over the wire. target: path and query, still encoded; headers: names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def access_key(self) -> str:
        """Whose request it says it is."""
        return self._credential[0]

    @property
    def _credential(self) -> list[str]:
        """Access key, day, region, service, and how such lists end."""
        found = re.search(r"Credential=([^,]+)", self.headers["authorization"])
        assert found is not None
        return found[1].split("/")

    @property
    def signed_headers(self) -> list[str]:
        """The names of the headers that the signature covers."""
        found = re.search(r"SignedHeaders=([^,]+)", self.headers["authorization"])
        assert found is not None
        return found[1].split(";")

    def is_signed_by(self, secret_key: str, *, region: str, service: str) -> bool:
        """Whether the signature is that of the holder of `secret_key`, for this very request."""
        _, day, _, _, ending = self._credential
        scope = f"{day}/{region}/{service}/{ending}"
        digest = sha256(self._canonical().encode()).hexdigest()
        to_sign = "\n".join(["AWS4-HMAC-SHA256", self.headers["x-amz-date"], scope, digest])
        key = f"AWS4{secret_key}".encode()
        for part in (day, region, service, "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
        return self.headers["authorization"].endswith(f"Signature={signature}")

    def _canonical(self) -> str:
        path, _, query = self.target.partition("?")
        pairs = [pair.partition("=") for pair in query.split("&") if pair]
        again = sorted((_encoded(name), _encoded(value)) for name, _, value in pairs)
        return "\n".join(
            [
                self.method,
                quote(path, safe=f"/{_UNRESERVED}"),
                "&".join(f"{name}={value}" for name, value in again),
                *(f"{name}:{' '.join(self.headers[name].split())}" for name in self.signed_headers),
                "",
                ";".join(self.signed_headers),
                sha256(self.body).hexdigest(),
            ]
        )


def _encoded(text: str) -> str:
    return quote(unquote(text), safe=_UNRESERVED)
