"""The certificates of the compose file's cluster: `python -m sandbox.compose.certificates FOLDER`.

FOLDER/authority/ca.pem                      whom to trust; for everybody
FOLDER/node/{ca,node,node-key}.pem           the node's own
FOLDER/admin/{ca,admin,admin-key}.pem        of whom the node takes every order

The authority's key is kept nowhere: it has signed these two, and signs nothing ever again. What is there stays.
"""

import sys
from pathlib import Path
from typing import Final

import trustme
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

ORGANIZATION: Final = "Vitrina"
UNIT: Final = "compose"
NODE: Final = "opensearch"
ADMIN: Final = "vitrina-admin"


def main() -> int:
    """Make what is missing; the exit code."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    if (folder / "authority" / "ca.pem").exists():
        print("the certificates are there")
        return 0
    write_certificates(folder)
    print("the certificates are made")
    return 0


def write_certificates(folder: Path) -> None:
    """All three parts below `folder`, that of everybody last: whoever finds it finds the others."""
    authority = trustme.CA(organization_name=ORGANIZATION, organization_unit_name=UNIT)
    # The admin is no host, yet Java takes no certificate whose list of names is empty.
    for name, hosts in ((NODE, (NODE, "localhost", "127.0.0.1")), (ADMIN, (ADMIN,))):
        certificate = authority.issue_cert(
            *hosts, common_name=name, organization_name=ORGANIZATION, organization_unit_name=UNIT
        )
        part = "node" if name == NODE else "admin"
        _write(folder / part / "ca.pem", authority.cert_pem.bytes())
        _write(folder / part / f"{part}.pem", b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
        _write(folder / part / f"{part}-key.pem", _as_java_reads_it(certificate.private_key_pem.bytes()))
    _write(folder / "authority" / "ca.pem", authority.cert_pem.bytes())


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _as_java_reads_it(key: bytes) -> bytes:
    """The key as PKCS#8."""
    return load_pem_private_key(key, password=None).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


if __name__ == "__main__":
    sys.exit(main())
