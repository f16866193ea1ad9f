"""Where files that can be made again are kept."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from shared.cache import cache_directory


@pytest.mark.parametrize(
    ("environ", "is_root", "expected"),
    [
        ({"VITRINA_CACHE_DIR": "/data/cache", "XDG_CACHE_HOME": "/xdg"}, True, "/data/cache"),
        ({"XDG_CACHE_HOME": "/xdg"}, True, "/var/cache/vitrina"),
        ({"XDG_CACHE_HOME": "/xdg"}, False, "/xdg/vitrina"),
        ({"VITRINA_CACHE_DIR": ""}, True, "/var/cache/vitrina"),
    ],
    ids=["chosen", "root", "xdg", "empty is unset"],
)
def test_cache_directory_follows_the_environment(environ: Mapping[str, str], is_root: bool, expected: str) -> None:
    assert cache_directory(environ, is_root=is_root) == Path(expected)


def test_cache_directory_of_a_user_is_in_the_home() -> None:
    assert cache_directory({}, is_root=False) == Path.home() / ".cache" / "vitrina"
