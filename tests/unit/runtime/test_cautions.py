"""What is warned of at the start: doors nobody meant to open, and files others can read."""

from pathlib import Path

import pytest
from support.runtime import ACTION_KEY

from runtime.cautions import cautions_of
from runtime.settings import RuntimeSettings
from runtime.web.auth import hash_key

pytestmark = pytest.mark.usefixtures("bare_settings")

SHOP = {"CORS_ALLOWED_ORIGINS": "https://shop.example"}
SECRET = "a-secret-of-visitors-with-more-than-32-characters"
ENTRY = f"gpt:{hash_key(ACTION_KEY)}"


def events(monkeypatch: pytest.MonkeyPatch, **settings: str) -> dict[str, bool]:
    """Event -> whether it is grave."""
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    found = list(cautions_of(RuntimeSettings.read()))
    assert all(SECRET not in caution.seen + caution.fix and caution.fix for caution in found)
    return {caution.event: caution.grave for caution in found}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (SHOP, {}),
        ({**SHOP, "CHAT_OPEN": "true"}, {}),
        ({"CHAT_OPEN": "true", "HOST": "0.0.0.0"}, {"chat_open_to_everyone": True}),
        ({"CHAT_OPEN": "true", "HOST": "10.0.0.5"}, {"chat_open_to_everyone": True}),
        ({"CHAT_OPEN": "true", "HOST": "::1"}, {}),
        ({"CHAT_OPEN": "true", "PUBLIC_URL": "http://127.0.0.1:8000"}, {}),
        (
            {"CHAT_OPEN": "true", "PUBLIC_URL": "https://shop.example/a", "FORWARDED_ALLOW_IPS": "127.0.0.1"},
            {"chat_open_to_everyone": True},
        ),
        ({}, {"chat_for_nobody": True}),
        ({"CHAT_ENABLED": "false"}, {}),
        ({"ACTION_API_KEYS": ENTRY}, {"chat_for_nobody": False}),
        ({"CHAT_API_KEYS": ENTRY}, {}),
        ({**SHOP, "PUBLIC_URL": "http://shop.example"}, {"public_url_not_https": True}),
        ({**SHOP, "PUBLIC_URL": "https://shop.example"}, {"proxy_not_named": False}),
        ({**SHOP, "PUBLIC_URL": "https://shop.example", "FORWARDED_ALLOW_IPS": "10.0.0.0/8"}, {}),
        ({**SHOP, "RATE_LIMIT_STORAGE": "redis://127.0.0.1:6379/0"}, {"visitor_secret_made_up": False}),
        ({**SHOP, "RATE_LIMIT_STORAGE": "redis://127.0.0.1:6379/0", "VISITOR_SECRET": SECRET}, {}),
    ],
)
def test_what_nobody_may_have_meant_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], expected: dict[str, bool]
) -> None:
    assert events(monkeypatch, **settings) == expected


@pytest.mark.parametrize(
    ("mode", "warned"), [(0o400, False), (0o440, False), (0o600, False), (0o644, True), (0o604, True), (0o660, True)]
)
@pytest.mark.parametrize("setting", ["CHAT_API_KEYS", "action_api_keys", "VISITOR_SECRET"])
def test_secret_file_that_others_can_read_or_write_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, setting: str, mode: int, warned: bool
) -> None:
    file = tmp_path / setting
    file.write_text(SECRET if setting == "VISITOR_SECRET" else ENTRY)
    file.chmod(mode)
    found = events(monkeypatch, SECRETS_DIR=str(tmp_path), **SHOP)
    assert found == ({"secret_file_open_to_others": True} if warned else {})


def test_file_that_a_link_leads_to_is_looked_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # As Kubernetes mounts secrets.
    (tmp_path / "..data").mkdir()
    held = tmp_path / "..data" / "CHAT_API_KEYS"
    held.write_text(ENTRY)
    held.chmod(0o644)
    (tmp_path / "CHAT_API_KEYS").symlink_to(held)
    assert events(monkeypatch, SECRETS_DIR=str(tmp_path)) == {"secret_file_open_to_others": True}


def test_empty_file_of_keys_may_be_filled_while_the_chat_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "CHAT_API_KEYS"
    file.write_text("")
    file.chmod(0o400)
    assert events(monkeypatch, SECRETS_DIR=str(tmp_path)) == {}
