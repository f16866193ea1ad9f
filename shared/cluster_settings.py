"""Settings of the cluster of the RAG index, and what keeps any cluster of ours from being spoken to.

A cluster is whatever has an address `…OPENSEARCH_URL`; the rest of its settings begin as that does.
"""

import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any, Final, assert_never
from urllib.parse import urlsplit

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from shared.access import Auth, AwsService, ClientCertificate, Signing
from shared.errors import ConfigurationError
from shared.mistakes import written
from shared.opensearch import ClusterAddress
from shared.signing import can_sign
from shared.stores import WebAddress
from shared.tls import present, trust

AwsRegion = Annotated[str, written(r"[a-z0-9]+(-[a-z0-9]+)+", "a region such as eu-central-1")]

_READS: Final[Mapping[Auth, tuple[str, ...]]] = {
    "basic": ("username", "password"),
    "mtls": ("client_cert_file", "client_key_file", "client_key_password"),
    "sigv4": ("aws_region", "aws_service"),
}
"""What each way of saying who we are is made of."""


class ClusterSettings(BaseSettings):
    """Where the cluster of the RAG index is, and who we are to it."""

    opensearch_url: WebAddress = "http://127.0.0.1:9200"
    """Cluster of the RAG index."""
    opensearch_auth: Auth | None = None
    """`basic` (user and password, or nobody) when unset, `mtls` (a client certificate), `sigv4` (Amazon's)."""
    opensearch_username: str | None = None
    """User of the cluster, with its password; nobody when both are unset."""
    opensearch_password: SecretStr | None = None
    """That user's password."""
    opensearch_client_cert_file: str | None = None
    """PEM file of the certificate that says who we are, with those between it and its authority."""
    opensearch_client_key_file: str | None = None
    """PEM file of its key."""
    opensearch_client_key_password: SecretStr | None = None
    """What opens the key where it is encrypted."""
    opensearch_aws_region: AwsRegion | None = None
    """Region that requests are signed for; by whom is found as AWS's own programs find it."""
    opensearch_aws_service: AwsService | None = None
    """Service that requests are signed for: `es` when unset (OpenSearch Service), `aoss` (Serverless)."""
    opensearch_ca_file: str | None = None
    """PEM file of the authority that signed the cluster's certificate."""

    def cluster(self) -> ClusterAddress:
        """The cluster of the RAG index."""
        return cluster_at(self, "opensearch_")


def cluster_at(settings: BaseSettings, prefix: str) -> ClusterAddress:
    """The cluster whose settings begin with `prefix`, as whoever they say; without an address, it is empty."""

    def said(name: str) -> Any:
        return getattr(settings, prefix + name)

    address = ClusterAddress(url=said("url") or "", name=f"{prefix.upper()}URL", ca_file=said("ca_file"))
    auth: Auth = said("auth") or "basic"
    match auth:
        case "basic":
            return replace(address, username=said("username"), password=said("password"))
        case "mtls":
            files = ClientCertificate(said("client_cert_file"), said("client_key_file"), said("client_key_password"))
            return replace(address, certificate=files)
        case "sigv4":
            return replace(address, signing=Signing(said("aws_region"), said("aws_service") or "es"))
    assert_never(auth)


def cluster_mistakes(settings: ClusterSettings) -> Iterator[str]:
    """What keeps a cluster from being spoken to: half a login, files that cannot be read, a signature for nowhere."""
    for name in type(settings).model_fields:
        if name.endswith("opensearch_url"):
            prefix = name.removesuffix("url")
            url = getattr(settings, name) or settings.opensearch_url
            yield from _ClusterMistakes(settings, prefix, https=urlsplit(url).scheme == "https").found()


class _ClusterMistakes:
    """The mistakes in one cluster's settings."""

    def __init__(self, settings: BaseSettings, prefix: str, *, https: bool) -> None:
        self._settings = settings
        self._prefix = prefix
        self._https = https

    def found(self) -> Iterator[str]:
        auth: Auth = self._said("auth") or "basic"
        yield from self._unread(auth)
        match auth:
            case "basic":
                yield from self._half_login()
            case "mtls":
                yield from self._no_certificate()
            case "sigv4":
                yield from self._no_signature()
            case _:
                assert_never(auth)
        if (ca_file := self._said("ca_file")) is not None:
            yield from _problems(lambda: trust(ca_file, setting=self._name("ca_file")))

    def _said(self, name: str) -> Any:
        return getattr(self._settings, self._prefix + name)

    def _name(self, name: str) -> str:
        return (self._prefix + name).upper()

    def _unread(self, auth: Auth) -> Iterator[str]:
        """What is said beside what counts: nobody would see that it does not."""
        for other, names in _READS.items():
            for name in names:
                if other != auth and self._said(name) is not None:
                    yield (
                        f"{self._name(name)}: read with {self._name('auth')}={other} only, and that is {auth}; "
                        "set the one, or unset the other"
                    )

    def _half_login(self) -> Iterator[str]:
        halves = _READS["basic"]
        missing = [self._name(name) for name in halves if self._said(name) is None]
        given = [self._name(name) for name in halves if self._said(name) is not None]
        if missing and given:
            yield f"{missing[0]}: {given[0]} is set and this is not; set both, or neither"

    def _no_certificate(self) -> Iterator[str]:
        if not self._https:
            yield f"{self._name('url')}: {self._name('auth')}=mtls needs an address that begins with https://"
        missing = [name for name in ("client_cert_file", "client_key_file") if self._said(name) is None]
        for name in missing:
            yield f"{self._name(name)}: {self._name('auth')}=mtls needs it; set it to a PEM file"
        if not missing:
            certificate = ClientCertificate(*map(self._said, _READS["mtls"]))
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            yield from _problems(lambda: present(context, certificate, settings=self._prefix.upper()))

    def _no_signature(self) -> Iterator[str]:
        if self._said("aws_region") is None:
            yield f"{self._name('aws_region')}: {self._name('auth')}=sigv4 needs it, such as eu-central-1"
        if not can_sign():
            yield f"{self._name('auth')}: sigv4 needs botocore; `make install` and the images bring the extra `sigv4`"


def _problems(attempt: Callable[[], object]) -> Iterator[str]:
    try:
        attempt()
    except ConfigurationError as exc:
        yield from exc.problems
