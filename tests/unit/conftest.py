"""Unit tests are pure: no socket is opened below this folder (Unix sockets aside, which event loops are made of)."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture
def bare_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working directory of the test's own, without `.env`, and no setting at all.

    What the machine exports is gone already (tests/conftest.py), but for the cache that the session shares.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VITRINA_CACHE_DIR", raising=False)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.disable_socket)
