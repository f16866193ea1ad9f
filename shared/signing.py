"""Requests signed for Amazon's clusters (Signature Version 4), by opensearch-py's own signer.

Credentials are found and renewed by botocore, in the order it looks for them everywhere: environment, profile files, a
web identity, the container's or the machine's role. Each request is signed in a thread: renewing them may take a
network round trip, and hashing a bulk body some milliseconds, which no other request is to wait for.
"""

import asyncio
import threading
from collections.abc import Collection, Mapping
from importlib.util import find_spec
from typing import Any, Final
from urllib.parse import urlencode

from opensearchpy import AWSV4SignerAsyncAuth
from opensearchpy.exceptions import AuthenticationException, ConnectionError

from shared.access import Signing
from shared.tls import TlsConnection

_NONE_FOUND: Final = (
    "no AWS credentials were found: give this machine a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
    "AWS_PROFILE"
)


class CredentialsMissing(AuthenticationException):
    """Nobody says who we are; `error` is for the operator."""


class CredentialsLate(ConnectionError):
    """Whoever is to say who we are does not, or not in time; `error` is for the operator."""


def can_sign() -> bool:
    """Whether what signs is installed."""
    return find_spec("botocore") is not None


class SignedConnection(TlsConnection):
    """A connection whose requests are signed. signing: what for."""

    def __init__(self, *args: Any, signing: Signing, **options: Any) -> None:
        super().__init__(*args, **options)
        self._signing = signing
        self._signer: AWSV4SignerAsyncAuth | None = None
        self._lock = threading.Lock()

    async def perform_request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 -- the client's own argument
        ignore: Collection[int] = (),
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """As TlsConnection's; CredentialsMissing and CredentialsLate where nothing can be signed."""
        # As the request will have it: a signature of anything else is refused.
        query = f"?{urlencode(params)}" if params else ""
        address = f"{self.host}{self.url_prefix}{url}{query}"
        unsigned = {**self.headers, **(headers or {})}
        try:
            async with asyncio.timeout(timeout or self.timeout):
                signed = await asyncio.to_thread(self._sign, method, address, body, unsigned)
        except TimeoutError as exc:
            raise CredentialsLate("N/A", "AWS credentials did not come in time", exc) from exc
        return await super().perform_request(
            method, url, params=params, body=body, timeout=timeout, ignore=ignore, headers=signed
        )

    def _sign(self, method: str, address: str, body: bytes | None, headers: dict[str, str]) -> dict[str, str]:
        """The headers with a signature among them; blocks."""
        from botocore.exceptions import (
            BotoCoreError,
            ClientError,
            CredentialRetrievalError,
            HTTPClientError,
            MetadataRetrievalError,
        )

        # Their own words may hold what somebody else's service said.
        try:
            with self._lock:
                self._signer = self._signer or self._new_signer()
            return self._signer(method, address, body, headers)
        except (ClientError, CredentialRetrievalError, HTTPClientError, MetadataRetrievalError) as exc:
            raise CredentialsLate("N/A", f"no AWS credentials could be had ({type(exc).__name__})", exc) from exc
        except BotoCoreError as exc:
            raise CredentialsMissing("N/A", f"what says the AWS credentials is wrong ({type(exc).__name__})") from exc

    def _new_signer(self) -> AWSV4SignerAsyncAuth:
        from botocore.session import Session

        credentials = Session().get_credentials()
        if credentials is None:
            raise CredentialsMissing("N/A", _NONE_FOUND)
        return AWSV4SignerAsyncAuth(credentials, self._signing.region, self._signing.service)
