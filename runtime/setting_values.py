"""How the values of settings are written: keys and the files that hold them, origins, rates, addresses of proxies."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Final, Literal, NamedTuple, get_args
from urllib.parse import urlsplit

from limits import parse as parse_limit

from shared.errors import ConfigurationError
from shared.setting_sources import split

_KEY = re.compile(r"(?P<name>[\w.-]+)(?:@(?P<store>[a-z][a-z0-9_]*))?:(?P<digest>[0-9a-f]{64})", re.ASCII)
_USUAL_PORTS: Final = {"http": ":80", "https": ":443"}

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
"""Hosts that are this machine itself."""

KeysName = Literal["action_api_keys", "chat_api_keys"]
KEYS_NAMES: Final[tuple[KeysName, ...]] = get_args(KeysName)


class KeySetting(NamedTuple):
    """One accepted key: `name:sha256hex`, or `name@store:sha256hex` for a key that sees one store view."""

    name: str
    store: str | None
    digest: str


@dataclass(frozen=True, slots=True)
class SecretFile:
    """The file of the secrets directory that holds `setting`, found as pydantic-settings finds it at the start.

    It is looked up by name at every read, because Kubernetes swaps what lies behind the name.
    """

    directory: Path
    setting: KeysName

    def read(self) -> str | None:
        """Its text, None where there is no such file. Raises ConfigurationError when it cannot be read."""
        try:
            found = self.find()
            return None if found is None else found.read_text(encoding="utf-8").strip()
        except OSError as exc:
            raise ConfigurationError([f"{self._named} cannot be read: {exc.strerror}; check owner and rights"]) from exc
        except UnicodeDecodeError as exc:
            raise ConfigurationError([f"{self._named} is no UTF-8 text; write name:sha256hex"]) from exc

    def find(self) -> Path | None:
        """Where it is, None where there is no such file. Raises OSError."""
        found = [path for path in self.directory.iterdir() if path.name.lower() == self.setting]
        return next((path for path in found if path.is_file() and self._holds(path)), None)

    @property
    def _named(self) -> str:
        return f"{self.setting.upper()}: its file in SECRETS_DIR"

    def _holds(self, path: Path) -> bool:
        """Whether `path`, links followed, lies in the directory."""
        return self.directory.resolve() in path.resolve().parents


def parse_public_url(value: str) -> str:
    """Where this service is reached, without its last slash. Raises ValueError for what is no such address."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an http:// or https:// address without query and fragment")
    return value.rstrip("/")


def parse_keys(setting: KeysName, text: str, *, stores: Sequence[str]) -> tuple[KeySetting, ...]:
    """The keys that `text` gives `setting`. stores: every store code a key may name.

    Raises ConfigurationError naming the mistakes, and nothing that may be a secret.
    """
    try:
        keys = keys_of(text)
    except ValueError as exc:
        raise ConfigurationError([f"{setting.upper()}: {exc}"]) from exc
    if problems := foreign_scopes(setting, keys, stores=stores):
        raise ConfigurationError(problems)
    return keys


def foreign_scopes(setting: KeysName, keys: Sequence[KeySetting], *, stores: Sequence[str]) -> list[str]:
    """What is wrong with the store views that `keys` name."""
    return [
        f"{setting.upper()}: key {key.name!r} names store {key.store!r}; known: {', '.join(stores)}"
        for key in keys
        if key.store is not None and key.store not in stores
    ]


def keys_of(text: str) -> tuple[KeySetting, ...]:
    """Comma-separated keys. Raises ValueError."""
    keys = tuple(map(_parse_key, split(text)))
    names = [key.name for key in keys]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"names {', '.join(repeated)} twice; during a rotation give the two keys two names")
    return keys


def _parse_key(text: str) -> KeySetting:
    found = _KEY.fullmatch(text)
    if found is None:
        raise ValueError("must be name:sha256hex or name@store:sha256hex; `vitrina-runtime key new NAME` prints one")
    return KeySetting(name=found["name"], store=found["store"], digest=found["digest"])


def parse_origin(text: str) -> str:
    """An origin as browsers send it. Raises ValueError."""
    parts = urlsplit(text)
    origin = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError(f"{text!r} is no origin; write https://shop.example")
    if text != origin:
        raise ValueError(f"{text!r} has more than scheme, host and port; write {origin}")
    if origin != origin.lower():
        raise ValueError(f"{text!r} must be written in lower case, as browsers send it")
    if origin.endswith(usual := _USUAL_PORTS[parts.scheme]):
        raise ValueError(f"{text!r} names the usual port, which browsers leave out; write {origin.removesuffix(usual)}")
    return origin


def parse_proxy(text: str) -> str:
    """The address or network of a proxy. Raises ValueError."""
    try:
        ip_network(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is no address and no network; write 10.0.0.5 or 10.0.0.0/8, and never `*`"
        ) from None
    return text


def is_one_rate(text: str) -> bool:
    """Whether `text` is a rate such as 20/minute, and only one."""
    try:
        return re.search(r"[;,|]", text) is None and parse_limit(text).amount >= 1
    except ValueError:
        return False


def is_redis(text: str) -> bool:
    """Whether `text` is the address of a Redis."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("redis", "rediss") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
