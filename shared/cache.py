"""Where files that can be made again are kept, outside the repository and the installation."""

from collections.abc import Mapping
from pathlib import Path


def cache_directory(environ: Mapping[str, str], *, is_root: bool) -> Path:
    """`VITRINA_CACHE_DIR`, else /var/cache/vitrina for root, else `vitrina` in the user's XDG cache directory.

    Root's home is often closed to the users that root's children run as.
    """
    if chosen := environ.get("VITRINA_CACHE_DIR"):
        return Path(chosen).absolute()
    if is_root:
        return Path("/var/cache/vitrina")
    base = environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "vitrina"
