"""The user the server runs as: OpenSearch refuses to run as root, so root starts it as `nobody`."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Account:
    """`uid` and `gid` are None when the server runs as the current user."""

    uid: int | None
    gid: int | None

    def own(self, path: Path) -> None:
        """Give `path` to this account; does nothing for the current user."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    @property
    def groups(self) -> list[int] | None:
        """Supplementary groups for `subprocess`: none at all when the user changes, so that root's are dropped."""
        return None if self.uid is None else []

    def blocked_by(self, path: Path) -> Path | None:
        """The first directory on the way to `path` (itself included) that this account may not enter, if any."""
        if self.uid is None:
            return None
        resolved = path.resolve()
        for directory in (*reversed(resolved.parents), resolved):
            status = directory.stat()
            if status.st_uid != self.uid and not status.st_mode & 0o001:
                return directory
        return None


CURRENT_USER = Account(uid=None, gid=None)


def server_account() -> Account:
    """`nobody` for root, else the current user."""
    if os.geteuid() != 0:
        return CURRENT_USER
    nobody = pwd.getpwnam("nobody")
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid)
