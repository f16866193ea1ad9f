"""What is no mistake in the settings, and yet nobody may have meant: warned of at the start, and told by `doctor`."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args
from urllib.parse import urlsplit

from runtime.setting_values import KEYS_NAMES, LOOPBACK
from runtime.settings import RuntimeSettings
from shared.setting_sources import secrets_directory

SECRET_FILES: Final = (*KEYS_NAMES, "visitor_secret")
"""Files of SECRETS_DIR that open doors of our own."""


Topic = Literal["names of settings", "who may ask", "secret files", "public address", "visitors"]
TOPICS: Final[tuple[Topic, ...]] = get_args(Topic)


@dataclass(frozen=True, slots=True)
class Caution:
    """check: what it is about. event: in the log. seen, fix: in words. grave: nobody should go into production so."""

    check: Topic
    event: str
    seen: str
    fix: str
    grave: bool


def cautions_of(settings: RuntimeSettings) -> Iterator[Caution]:
    """Everything to warn of."""
    for told in settings.old_names():
        yield Caution("names of settings", "setting_renamed", told, "give it by its new name", grave=False)
    yield from _openness(settings)
    yield from _file_modes()
    yield from _behind_a_proxy(settings)
    if settings.visitor_secret is None and settings.rate_limit_storage != "memory":
        yield Caution(
            "visitors",
            "visitor_secret_made_up",
            "VISITOR_SECRET is unset, so replicas do not know each other's visitors, and a restart forgets them",
            "set it to the same 32 random bytes or more for all replicas (`openssl rand -base64 32`)",
            grave=False,
        )


def _openness(settings: RuntimeSettings) -> Iterator[Caution]:
    if settings.open_beyond_loopback:
        yield Caution(
            "who may ask",
            "chat_open_to_everyone",
            f"CHAT_OPEN answers anyone who reaches HOST={settings.host}"
            + (f" or PUBLIC_URL={settings.public_url}" if settings.public_url else "")
            + ": a free language model at the shop's expense",
            "unset CHAT_OPEN and name the shop in CORS_ALLOWED_ORIGINS, or set HOST=127.0.0.1 and no PUBLIC_URL",
            grave=True,
        )
    if settings.chat_open or settings.cors_allowed_origins or settings.chat_api_keys or not settings.chat_enabled:
        return
    if settings.key_file("chat_api_keys") and _mode_of("chat_api_keys") is not None:
        # Empty for now, and filled without a restart.
        return
    yield Caution(
        "who may ask",
        "chat_for_nobody",
        "no origin and no key may ask the chat, so it refuses everyone",
        "set CORS_ALLOWED_ORIGINS to the shop's origin, or CHAT_API_KEYS (`vitrina-runtime key new NAME`)",
        grave=not settings.action_api_keys,
    )


def _file_modes() -> Iterator[Caution]:
    for setting in SECRET_FILES:
        mode = _mode_of(setting)
        if mode is None or not mode & (stat.S_IWGRP | stat.S_IRWXO):
            continue
        others = "write" if mode & (stat.S_IWGRP | stat.S_IWOTH) else "read"
        yield Caution(
            "secret files",
            "secret_file_open_to_others",
            f"{setting.upper()}: other users of this machine can {others} its file in SECRETS_DIR (mode {mode:04o})",
            "chmod 0440 or less; in Kubernetes `defaultMode: 0440` of the volume and `fsGroup` of the pod",
            grave=True,
        )


def _behind_a_proxy(settings: RuntimeSettings) -> Iterator[Caution]:
    if settings.public_url is None:
        return
    scheme, host = urlsplit(settings.public_url).scheme, urlsplit(settings.public_url).hostname
    if scheme == "http" and host not in LOOPBACK:
        yield Caution(
            "public address",
            "public_url_not_https",
            f"PUBLIC_URL={settings.public_url} is not https: keys and questions can be read on the way",
            "put a proxy with TLS in front, and write https://",
            grave=True,
        )
    if scheme == "https" and not settings.forwarded_allow_ips:
        # We speak no TLS ourselves.
        yield Caution(
            "public address",
            "proxy_not_named",
            "PUBLIC_URL is https, so a proxy is in front, and FORWARDED_ALLOW_IPS does not name it: all shoppers have "
            "the proxy's address, and share its limits",
            "set FORWARDED_ALLOW_IPS to the address the proxy connects from, such as 127.0.0.1",
            grave=False,
        )


def _mode_of(setting: str) -> int | None:
    """Permissions of the setting's secrets file, links followed; None where there is none."""
    directory = secrets_directory()
    if directory is None:
        return None
    for name in os.listdir(directory):
        path = Path(directory, name)
        if name.lower() == setting and path.is_file():
            return stat.S_IMODE(path.stat().st_mode)
    return None
