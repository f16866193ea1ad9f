"""A node that asks who is there: OpenSearch's security plugin with users of ours, to prove roles on.

HTTP is spoken through TLS, with certificates of the caller's; whoever shows one of the same authority is the user its
common name says. The transport gets a certificate of its own that nobody else ever sees.
"""

import base64
import json
import subprocess
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sandbox.opensearch.errors import JavaUnusable

ADMIN: Final = "admin"
"""The one user who may do everything."""

PASSWORD: Final = "on-loopback-only"
"""Of every user. It protects nothing: the node lives for a test, on loopback."""

_HASH: Final = "$2y$04$gXH2YsC6R.alxA5NbvEvlem1WtLD4jN9NI/iUg7rzCyql.5cvi8D6"
"""bcrypt of PASSWORD with the fewest rounds, which matter where there is something to protect."""

_STORE: Final = "node.p12"
_HTTP_FILES: Final = {
    "pemcert_filepath": "http-certificate.pem",
    "pemkey_filepath": "http-key.pem",
    "pemtrustedcas_filepath": "http-authority.pem",
}
_KEYTOOL_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class HttpTls:
    """PEM: the node's certificate with its key (PKCS#8), and the authority that vouches for it and for users."""

    certificate: bytes
    key: bytes
    authority: bytes


@dataclass(frozen=True, slots=True)
class Security:
    """Role -> what it allows, as in `roles.yml`; every role has one user, of the same name, beside ADMIN.

    users: further ones, with their roles.
    """

    tls: HttpTls
    roles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    users: Mapping[str, Collection[str]] = field(default_factory=dict)


def security_settings(config: Path) -> Mapping[str, str | bool | list[str]]:
    """What opensearch.yml says in addition."""
    return {
        "plugins.security.allow_default_init_securityindex": True,
        # As every distribution has it: whoever may do everything may also say who else may do what.
        "plugins.security.restapi.roles_enabled": ["all_access"],
        "plugins.security.ssl.http.enabled": True,
        "plugins.security.ssl.http.clientauth_mode": "OPTIONAL",
        **{f"plugins.security.ssl.http.{setting}": str(config / file) for setting, file in _HTTP_FILES.items()},
        "plugins.security.ssl.transport.keystore_type": "PKCS12",
        "plugins.security.ssl.transport.keystore_filepath": str(config / _STORE),
        "plugins.security.ssl.transport.keystore_password": PASSWORD,
        "plugins.security.ssl.transport.truststore_type": "PKCS12",
        "plugins.security.ssl.transport.truststore_filepath": str(config / _STORE),
        "plugins.security.ssl.transport.truststore_password": PASSWORD,
        "plugins.security.ssl.transport.enforce_hostname_verification": False,
    }


def admin_headers() -> Mapping[str, str]:
    """What an HTTP request of ADMIN's says."""
    return {"authorization": "Basic " + base64.b64encode(f"{ADMIN}:{PASSWORD}".encode()).decode()}


def write_security(config: Path, security: Security, *, keytool: Path) -> None:
    """Write into a node's `config` who may do what, and the certificate of its transport. Raises JavaUnusable."""
    folder = config / "opensearch-security"
    folder.mkdir(mode=0o700)
    for name, content in security_files(security).items():
        # JSON is YAML.
        (folder / f"{name}.yml").write_text(json.dumps(content), encoding="utf-8")
    tls = security.tls
    for file, pem in zip(_HTTP_FILES.values(), (tls.certificate, tls.key, tls.authority), strict=True):
        (config / file).write_bytes(pem)
    _make_certificate(config / _STORE, keytool=keytool)


def security_files(security: Security) -> Mapping[str, Mapping[str, Any]]:
    """The plugin's own configuration files by name, without the ending. Pure."""
    holders = {role: [role, *(user for user, roles in security.users.items() if role in roles)]
               for role in security.roles}  # fmt: skip
    users = [ADMIN, *security.roles, *security.users]
    return {
        "config": _file("config", config={"dynamic": {"authc": {"certificate": _CERTIFICATE, "basic": _BASIC}}}),
        "internal_users": _file("internalusers", **{user: {"hash": _HASH} for user in users}),
        "roles": _file("roles", **security.roles),
        # `all_access` is one of the roles that the plugin brings along.
        "roles_mapping": _file(
            "rolesmapping", all_access=_held_by([ADMIN]), **{role: _held_by(held) for role, held in holders.items()}
        ),
        "action_groups": _file("actiongroups"),
        "tenants": _file("tenants"),
    }


_CERTIFICATE: Final = {
    "http_enabled": True,
    "order": 0,
    "http_authenticator": {"type": "clientcert", "challenge": False, "config": {"username_attribute": "cn"}},
    "authentication_backend": {"type": "noop"},
}
_BASIC: Final = {
    "http_enabled": True,
    "order": 1,
    "http_authenticator": {"type": "basic", "challenge": True},
    "authentication_backend": {"type": "intern"},
}


def _file(kind: str, **entries: Any) -> dict[str, Any]:
    return {"_meta": {"type": kind, "config_version": 2}, **entries}


def _held_by(users: Iterable[str]) -> dict[str, Any]:
    return {"users": list(users)}


def _make_certificate(store: Path, *, keytool: Path) -> None:
    """A key with its certificate, and beside it the certificate once more as one to trust."""
    certificate = store.with_suffix(".pem")
    name = ["-dname", "CN=vitrina-sandbox", "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "30"]
    for action in (
        ["-genkeypair", "-alias", "node", *name],
        ["-exportcert", "-alias", "node", "-rfc", "-file", str(certificate)],
        ["-importcert", "-alias", "trusted", "-noprompt", "-file", str(certificate)],
    ):
        made = subprocess.run(
            [keytool, *action, "-storetype", "PKCS12", "-keystore", store, "-storepass", PASSWORD],
            capture_output=True, text=True, check=False, timeout=_KEYTOOL_SECONDS,
        )  # fmt: skip
        if made.returncode != 0:
            raise JavaUnusable(f"{keytool} made no certificate for the node: {made.stdout or made.stderr}")
