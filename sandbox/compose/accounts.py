"""Who may do what in the compose file's cluster: `python -m sandbox.compose.accounts`.

It speaks to the REST API of the security plugin. Roles and who has them come from deploy/opensearch, passwords from a
file for each user. It may be run again: what was changed in the files is then changed in the cluster.
"""

import argparse
import http.client
import json
import ssl
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

from shared.errors import AppError, Terminal

ADMIN: Final = "admin"
"""Who may do everything, beside the holder of the admin's certificate."""

TIMEOUT_SECONDS: Final = 30.0

Order = tuple[str, Mapping[str, Any]]
"""A path below the API, and what to put there."""


class OrderRefused(Terminal):
    """The cluster does not do what the admin asks."""

    def __init__(self, path: str, *, reason: str) -> None:
        super().__init__(f"{path}: {reason}")


def main() -> int:
    """Put everything; the exit code."""
    asked = _arguments().parse_args()
    try:
        made = orders(roles=_read(asked.roles / "roles.yml"), mapping=_read(asked.roles / "roles_mapping.yml"))
        put(asked.url, [*made, *_passwords(made, asked.passwords)], admin=asked.admin)
    except (AppError, OSError) as failure:
        print(failure, file=sys.stderr)
        return 1
    print(f"{len(made)} roles and mappings are as in {asked.roles}")
    return 0


def orders(*, roles: Mapping[str, Any], mapping: Mapping[str, Any]) -> list[Order]:
    """Roles, then who has them, ADMIN having all. Pure."""
    held = {**mapping, "all_access": {"users": [ADMIN]}}
    return [
        *((f"roles/{name}", role) for name, role in roles.items() if name != "_meta"),
        *((f"rolesmapping/{name}", holders) for name, holders in held.items() if name != "_meta"),
    ]


def put(url: str, wanted: list[Order], *, admin: Path) -> None:
    """Ask for each as the holder of the certificate in `admin`. Raises OrderRefused, OSError."""
    context = ssl.create_default_context(cafile=str(admin / "ca.pem"))
    context.load_cert_chain(admin / "admin.pem", admin / "admin-key.pem")
    connection = http.client.HTTPSConnection(urlsplit(url).netloc, timeout=TIMEOUT_SECONDS, context=context)
    for path, content in wanted:
        connection.request(
            "PUT", f"/_plugins/_security/api/{path}", json.dumps(content), {"content-type": "application/json"}
        )
        answer = connection.getresponse()
        said = answer.read()
        if answer.status not in (http.HTTPStatus.OK, http.HTTPStatus.CREATED):
            raise OrderRefused(path, reason=f"{answer.status} {_reason(said)}")
    connection.close()


def _reason(said: bytes) -> str:
    """The API's message; the rest of its answer may hold what was sent."""
    try:
        return str(json.loads(said)["message"])
    except (ValueError, KeyError, TypeError):
        return "without a reason"


def _passwords(made: list[Order], folder: Path) -> Iterator[Order]:
    """An order for each user who has a role. Raises OSError."""
    users = {user for path, content in made if path.startswith("rolesmapping/") for user in content.get("users", ())}
    for user in sorted(users):
        yield f"internalusers/{user}", {"password": (folder / user).read_text(encoding="utf-8").strip()}


def _read(path: Path) -> dict[str, Any]:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    return dict(found)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.compose.accounts", description=__doc__)
    parser.add_argument("--url", required=True, help="of the cluster")
    parser.add_argument("--admin", type=Path, required=True, help="folder of the admin's certificate")
    parser.add_argument("--roles", type=Path, required=True, help="folder of roles.yml and roles_mapping.yml")
    parser.add_argument("--passwords", type=Path, required=True, help="folder with a file for each user")
    return parser


if __name__ == "__main__":
    sys.exit(main())
