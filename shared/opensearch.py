"""The OpenSearch client, what its failures mean, and what a cluster says it is.

Transient
├── ClusterUnreachable    no connection, no answer in time
└── ClusterBusy           429, 502, 503, 504
Terminal
├── AccessDenied          401, 403; no AWS credentials to sign by
├── IndexMissing          404 for an index or alias
├── IndexBlocked          a block on the index or the cluster: a full disk, or an operator's
├── RequestRefused        any other 4xx or 5xx; carries OpenSearch's own reason
├── TlsRefused            a certificate that is not trusted, or no TLS at all
└── UnsuitableCluster     Elasticsearch, a version too old, a plugin missing, or no cluster at all
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import (
    AuthenticationException,
    AuthorizationException,
    ConnectionError,
    NotFoundError,
    SerializationError,
    SSLError,
    TransportError,
)
from pydantic import SecretStr

from shared.access import ClientCertificate, Signing
from shared.connection import BytesConnection
from shared.errors import AppError, Terminal, Transient
from shared.serializer import OrjsonSerializer
from shared.signing import CredentialsLate, CredentialsMissing, SignedConnection
from shared.tls import TlsConnection, present, trust

MINIMUM_RELEASE: Final = (2, 4)
"""The first release with points in time, and with a filter inside a Lucene k-NN query."""

_BUSY: Final = (429, 502, 503, 504)

_CHECK_LOGIN: Final = "check user and password, or what stands in their place (OPENSEARCH_AUTH)"
_CHECK_ROLE: Final = "the user's role does not allow this: docs/permissions.md lists what it takes"

_BLOCKS: Final = ("cluster_block_exception", "index_create_block_exception")


class ClusterUnreachable(Transient):
    """No connection to the cluster, or no answer in time."""


class ClusterBusy(Transient):
    """The cluster asks for patience (429, 502, 503, 504)."""


class AccessDenied(Terminal):
    """The cluster knows us and says no, or does not know us."""


class IndexMissing(Terminal):
    """An index or alias that is not there, or is there no more."""


class IndexBlocked(Terminal):
    """The cluster takes no writes there; the message says what lifts the block."""


class RequestRefused(Terminal):
    """The cluster refused the request; `status` and `kind` (`index_not_found_exception`, …) say how."""

    def __init__(self, message: str, *, status: int, kind: str) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind


class TlsRefused(Terminal):
    """Nothing is said to a cluster whose certificate is not trusted, or that speaks no TLS."""


class UnsuitableCluster(Terminal):
    """The cluster answers, but cannot do what Vitrina needs of it."""


@dataclass(frozen=True, slots=True)
class ClusterAddress:
    """Where a cluster is and as whom to speak to it. `name` is the setting an operator would change.

    A certificate or a signature stands in the place of user and password.
    """

    url: str
    name: str = "OPENSEARCH_URL"
    username: str | None = None
    password: SecretStr | None = None
    ca_file: str | None = None
    certificate: ClientCertificate | None = None
    signing: Signing | None = None

    @property
    def settings(self) -> str:
        """What the names of this cluster's settings begin with, such as `OPENSEARCH_`."""
        return self.name.removesuffix("URL")

    @property
    def shown(self) -> str:
        """Setting and URL for messages, without credentials."""
        parts = urlsplit(self.url)
        return f"{self.name}={parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    @property
    def who(self) -> str | None:
        """Who asks, for messages; None = nobody in particular."""
        stand_in = self.certificate or self.signing
        return stand_in.holder if stand_in else self.username

    @property
    def remedy(self) -> str:
        """What to look at when the cluster cannot be spoken to."""
        stand_in = self.certificate or self.signing
        credentials = stand_in.shown if stand_in else "user, password"
        return f"check {self.name}, its {credentials} and CA file, and that it runs"


def connect(address: ClusterAddress, *, timeout: float = 30.0, pool: int = 16) -> AsyncOpenSearch:
    """An open client with `timeout` seconds a call and `pool` connections; the caller closes it.

    The client never retries by itself: shared.retry is the only loop. Raises ConfigurationError for files of
    certificates that cannot be used.
    """
    options: dict[str, Any] = {"connection_class": BytesConnection}
    if address.username is not None:
        password = address.password.get_secret_value() if address.password else ""
        options["http_auth"] = (address.username, password)
    if urlsplit(address.url).scheme == "https":
        context = trust(address.ca_file, setting=f"{address.settings}CA_FILE")
        if address.certificate is not None:
            present(context, address.certificate, settings=address.settings)
        options |= {"connection_class": TlsConnection, "settings": address.settings, "ssl_context": context}
    if address.signing is not None:
        options |= {"connection_class": SignedConnection, "settings": address.settings, "signing": address.signing}
    return AsyncOpenSearch(
        hosts=[address.url],
        timeout=timeout,
        maxsize=pool,
        max_retries=0,
        retry_on_timeout=False,
        serializer=OrjsonSerializer(),
        **options,
    )


@contextmanager
def translated(subject: str) -> Iterator[None]:
    """Turn the client's exceptions into ours; `subject` ("index 'x'", "OPENSEARCH_URL") opens the message."""
    try:
        yield
    except SSLError as exc:
        raise TlsRefused(f"{subject}: {exc.error}") from exc
    except CredentialsMissing as exc:
        raise AccessDenied(f"{subject}: {exc.error}") from exc
    except CredentialsLate as exc:
        raise ClusterUnreachable(f"{subject}: {exc.error}") from exc
    except ConnectionError as exc:
        raise ClusterUnreachable(
            f"{subject}: no answer from the cluster ({exc.error}); check that it runs and can be reached"
        ) from exc
    except TransportError as exc:
        raise _meaning(subject, exc) from exc
    except SerializationError as exc:
        raise _no_opensearch(subject) from exc


def _meaning(subject: str, exc: TransportError) -> AppError:
    """Our error for an answer that is none of 2xx."""
    reason = _reason(exc)
    if is_block(exc.status_code, exc.error):
        return IndexBlocked(f"{subject}: {reason}; {block_advice(reason)}")
    if isinstance(exc, AuthenticationException | AuthorizationException):
        fix = _CHECK_LOGIN if isinstance(exc, AuthenticationException) else _CHECK_ROLE
        return AccessDenied(f"{subject}: the cluster answered {exc.status_code}; {reason}; {fix}")
    if isinstance(exc, NotFoundError):
        return IndexMissing(f"{subject}: {reason}")
    message = f"{subject}: the cluster answered {exc.status_code}; {reason}"
    if exc.status_code in _BUSY:
        return ClusterBusy(message)
    return RequestRefused(message, status=int(exc.status_code), kind=str(exc.error))


def is_block(status: int | str, kind: str | None) -> bool:
    """Whether a refusal of this kind lasts until somebody does something, though a full disk is told with 429.

    With 503 the same kind says that the cluster is still coming up, or has no manager for a moment.
    """
    return kind in _BLOCKS and status in (403, 429)


def block_advice(reason: str) -> str:
    """What lifts the block that OpenSearch describes as `reason`."""
    if "flood-stage" in reason:
        return (
            "a disk of the cluster is full: delete indices or files there (`vitrina-indexer prune` removes what "
            "earlier runs left behind), and OpenSearch lifts the block by itself"
        )
    return "somebody set this block; lift it, then run again"


def raise_part(subject: str, error: Mapping[str, Any], *, status: int) -> NoReturn:
    """Raise for the failed part of a bundled answer (`_msearch`, `_mget`), as `translated` does for a whole one."""
    kind, words = _root_cause(error, "error")
    message = f"{subject}: {words}"
    if kind == "security_exception":
        raise AccessDenied(f"{message}; {_CHECK_LOGIN if status == 401 else _CHECK_ROLE}")
    if kind == "index_not_found_exception" or status == 404:
        raise IndexMissing(message)
    if status in _BUSY:
        raise ClusterBusy(message)
    raise RequestRefused(message, status=status, kind=kind)


@dataclass(frozen=True, slots=True)
class ClusterInfo:
    """What `GET /` says. Elasticsearch has no `distribution`."""

    distribution: str
    version: str

    @property
    def release(self) -> tuple[int, int]:
        """(major, minor)."""
        major, minor = [*self.version.split("."), "0"][:2]
        return int(major), int(minor)


def require_opensearch(info: ClusterInfo | None, address: ClusterAddress) -> None:
    """Raise UnsuitableCluster for Elasticsearch and for an OpenSearch too old; what nobody may know passes."""
    if info is None:
        return
    needed = ".".join(map(str, MINIMUM_RELEASE))
    if info.distribution != "opensearch":
        raise UnsuitableCluster(
            f"{address.shown} is {info.distribution.capitalize()} {info.version}; Vitrina needs OpenSearch {needed} or "
            f"newer. Name such a cluster in {address.name}."
        )
    if info.release < MINIMUM_RELEASE:
        raise UnsuitableCluster(f"{address.shown} is OpenSearch {info.version}; Vitrina needs {needed} or newer.")


async def fetch_cluster_info(client: AsyncOpenSearch, address: ClusterAddress) -> ClusterInfo | None:
    """Distribution and version, or None where the credentials may not ask (`cluster:monitor/main`).

    Raises ClusterUnreachable, ClusterBusy, AccessDenied, RequestRefused, UnsuitableCluster.
    """
    try:
        with translated(address.shown):
            answer: Any = await client.info()
    except AccessDenied as denied:
        if isinstance(denied.__cause__, AuthorizationException):
            return None
        raise
    except (IndexMissing, RequestRefused) as refused:
        status = 404 if isinstance(refused, IndexMissing) else refused.status
        if status >= 500:
            raise
        # Whoever may ask OpenSearch this gets an answer, so somebody else refused it, in words of no use here.
        raise _no_opensearch(address.shown, status=status) from refused
    version = answer.get("version") if isinstance(answer, Mapping) else None
    if not isinstance(version, Mapping) or "number" not in version:
        raise _no_opensearch(address.shown)
    return ClusterInfo(distribution=version.get("distribution", "elasticsearch"), version=version["number"])


def _no_opensearch(subject: str, *, status: int = 200) -> UnsuitableCluster:
    answer = "the answer" if status == 200 else f"the answer ({status})"
    return UnsuitableCluster(f"{subject}: {answer} is not OpenSearch's; check the address")


def _reason(error: TransportError) -> str:
    """OpenSearch's own words about a refused request, without the request."""
    found = error.info
    cause = found.get("error") if isinstance(found, dict) else None
    if isinstance(cause, dict):
        return _root_cause(cause, str(error.error))[1]
    # Amazon's doors say more after the first line of `message`: the whole request, with its session token.
    said = found.get("message") if isinstance(found, dict) else None
    words = str(said or error.error).strip().partition("\n")[0]
    return "a web page, as a proxy sends one" if words.startswith("<") else words[:500]


def _root_cause(error: Mapping[str, Any], unnamed: str) -> tuple[str, str]:
    """Type, and type with reason, of what lies below a failure; the failure itself may only say that shards failed."""
    root = (error.get("root_cause") or [error])[0]
    kind = str(root.get("type", unnamed))
    reason = root.get("reason")
    return kind, (f"{kind}: {reason}" if reason else kind)[:500]
