"""The widget's one file: its bytes, and what they are called by."""

import hashlib
import zlib
from base64 import b64encode
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

from shared.errors import Terminal

BUILT: Final = Path(__file__).with_name("widget.js")
"""Where `make widget` puts it."""

PATH: Final = "/widget.js"
PINNED_PATH: Final = "/widget/{build}/widget.js"

_DIGITS: Final = 12
"""Of the digest in a name: 48 bits, so that no two builds share one."""
_HARDEST: Final = 9
_MEMORY_LEVELS: Final = range(5, 10)
"""Of zlib: how much it looks at before it writes a block; which packs best is to be tried."""
_GZIP: Final = 16 + zlib.MAX_WBITS


class WidgetNotBuilt(Terminal):
    """There is no build of the widget here."""

    def __init__(self) -> None:
        super().__init__(
            "The widget is not built here, so /widget.js is 404: run `make widget`, then start the runtime."
        )


@dataclass(frozen=True, slots=True)
class WidgetScript:
    """A build of the widget. release: the program's version. gzipped: `body`, compressed once for everybody."""

    body: bytes
    release: str
    gzipped: bytes = field(init=False, repr=False)
    digest: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "gzipped", min(map(partial(_packed, self.body), _MEMORY_LEVELS), key=len))
        object.__setattr__(self, "digest", hashlib.sha384(self.body).digest())

    @property
    def name(self) -> str:
        """Of this build and no other: `0.1.0-3f786850e387`."""
        return f"{self.release}-{self.digest.hex()[:_DIGITS]}"

    @property
    def integrity(self) -> str:
        """What a browser compares the bytes with (W3C Subresource Integrity): `sha384-…`."""
        return f"sha384-{b64encode(self.digest).decode()}"

    @property
    def etag(self) -> str:
        """Weak, because it is the same for the compressed bytes."""
        return f'W/"{self.name}"'


def read_script() -> WidgetScript | None:
    """What is BUILT; None where nothing is."""
    try:
        body = BUILT.read_bytes()
    except FileNotFoundError:
        return None
    return WidgetScript(body, version("vitrina"))


def _packed(body: bytes, memory_level: int) -> bytes:
    """As gzip (RFC 1952), without a time in it, so that replicas send the same bytes."""
    packing = zlib.compressobj(_HARDEST, zlib.DEFLATED, _GZIP, memory_level)
    return packing.compress(body) + packing.flush()
