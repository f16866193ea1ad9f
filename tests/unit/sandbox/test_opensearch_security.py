"""What a guarded node is told: who there is, what they may do, and nothing that opens it to anybody else."""

from pathlib import Path

import pytest

from sandbox.opensearch.errors import JavaUnusable
from sandbox.opensearch.layout import Layout, server_settings
from sandbox.opensearch.security import ADMIN, HttpTls, Security, security_files, write_security

READER = {"cluster_permissions": [], "index_permissions": [{"index_patterns": ["m*"], "allowed_actions": ["x"]}]}


TLS = HttpTls(certificate=b"c", key=b"k", authority=b"a")


def test_every_role_has_a_user_of_its_own_name_and_only_the_administrator_has_all() -> None:
    files = security_files(Security(TLS, {"reader": READER}, {"somebody": ["reader"]}))
    assert files["roles"]["reader"] == READER
    assert files["internal_users"].keys() - {"_meta"} == {ADMIN, "reader", "somebody"}
    assert files["roles_mapping"]["reader"] == {"users": ["reader", "somebody"]}
    assert files["roles_mapping"]["all_access"] == {"users": [ADMIN]}
    assert {content["_meta"]["config_version"] for content in files.values()} == {2}


def test_node_without_users_hears_nothing_of_them() -> None:
    open_node, guarded = Layout(Path("/run/node")), Layout(Path("/run/node"), Security(TLS))
    assert not [name for name in server_settings(open_node, port=None) if name.startswith("plugins.security")]
    settings = server_settings(guarded, port=None)
    assert settings["plugins.security.ssl.transport.keystore_filepath"] == "/run/node/config/node.p12"
    assert settings["plugins.security.ssl.http.pemkey_filepath"] == "/run/node/config/http-key.pem"
    assert settings["network.host"] == "127.0.0.1"


def test_java_that_makes_no_certificate_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(JavaUnusable, match="made no certificate"):
        write_security(tmp_path, Security(TLS), keytool=Path("/bin/false"))
