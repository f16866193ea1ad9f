"""The session's node that asks who is there: TLS, the roles of deploy/opensearch, a user for each program."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from pydantic import SecretStr
from support.opensearch import prepare_embedded
from support.roles import ROLES, USERS, lessened, renamed

from sandbox.opensearch.node import start_node
from sandbox.opensearch.security import ADMIN, PASSWORD, HttpTls, Security
from shared.opensearch import ClusterAddress

START_SECONDS = 400.0

ANY_NAMESPACE = "t????????????-"
"""How the names begin that `own_namespace` gives, as a pattern of the plugin's."""


@dataclass(frozen=True)
class Place:
    """A node for both programs. ca_file: of its authority; None = plain HTTP, and nobody is asked who they are."""

    url: str
    ca_file: str | None = None

    def settings(self, user: str, prefix: str = "OPENSEARCH_") -> dict[str, str]:
        """What a program that comes as `user` has in its environment."""
        if self.ca_file is None:
            return {f"{prefix}URL": self.url}
        login = {f"{prefix}USERNAME": user, f"{prefix}PASSWORD": PASSWORD}
        return {f"{prefix}URL": self.url, f"{prefix}CA_FILE": self.ca_file, **login}

    def address(self, user: str = ADMIN) -> ClusterAddress:
        if self.ca_file is None:
            return ClusterAddress(url=self.url)
        return ClusterAddress(url=self.url, username=user, password=SecretStr(PASSWORD), ca_file=self.ca_file)

    @property
    def options(self) -> dict[str, Any]:
        """Of a blocking client of the administrator's."""
        if self.ca_file is None:
            return {}
        return {"http_auth": (ADMIN, PASSWORD), "ca_certs": self.ca_file}


@cache
def authority() -> trustme.CA:
    """Vouches for the node, for what stands in front of it, and for users with certificates."""
    return trustme.CA()


def pkcs8(key: bytes) -> bytes:
    """A key in PEM as OpenSearch reads it."""
    return load_pem_private_key(key, None).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@contextmanager
def secured_node() -> Iterator[Place]:
    """A node with a user for each program, for every published role, and for the lessened ones."""
    prepare_embedded(secured=True)
    issued = authority().issue_cert("127.0.0.1")
    tls = HttpTls(
        certificate=b"".join(blob.bytes() for blob in issued.cert_chain_pems),
        key=pkcs8(issued.private_key_pem.bytes()),
        authority=authority().cert_pem.bytes(),
    )
    roles = {name: both_ways(role) for name, role in {**ROLES, **lessened()}.items()}
    with (
        tempfile.TemporaryDirectory() as folder,
        start_node(security=Security(tls, roles, USERS), timeout=START_SECONDS, heap="768m") as node,
    ):
        ca_file = Path(folder) / "ca.pem"
        ca_file.write_bytes(tls.authority)
        yield Place(node.url, str(ca_file))


def both_ways(role: Any) -> dict[str, Any]:
    """A role for the published names, and for those of the tests beside them."""
    tests = renamed(role, ANY_NAMESPACE)
    return {**role, "index_permissions": [*role["index_permissions"], *tests["index_permissions"]]}


def given_node() -> bool:
    """Whether the tests are to run on a node that is not ours to put users on."""
    return bool(os.environ.get("OPENSEARCH_TEST_URL")) or os.environ.get("OPENSEARCH_TEST_PROVIDER", "") == (
        "testcontainers"
    )
