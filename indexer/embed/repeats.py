"""Which texts a run has met already, in memory that hardly grows with the catalogue. Pure."""

from typing import Final

_BITS_A_TEXT: Final = 24
_FEWEST_BITS: Final = 1 << 13
_PROBES: Final = 4
_PROBE_BITS: Final = 32
"""A text hash has 128 bits: four independent positions of 32."""


class MetTexts:
    """A set of text hashes that may say yes to a new one (B. H. Bloom, "Space/Time Trade-offs in Hash Coding with
    Allowable Errors", 1970), never no to an old one: at least 3 bytes a text, and fewer than one wrong yes in
    1,500 once it is full.

    A wrong yes costs one search, and never a vector or a product.
    """

    def __init__(self, expected: int) -> None:
        """`expected`: texts that will be added; more of them only raise the share of wrong answers."""
        bits = _FEWEST_BITS
        while bits < expected * _BITS_A_TEXT:
            bits *= 2
        self._mask = bits - 1
        self._bits = bytearray(bits // 8)

    def add(self, text_hash: str) -> bool:
        """Remember a hash of 32 hexadecimal digits; whether it was there already."""
        rest = int(text_hash, 16)
        met = True
        for _ in range(_PROBES):
            byte, bit = divmod(rest & self._mask, 8)
            if not self._bits[byte] >> bit & 1:
                met = False
                self._bits[byte] |= 1 << bit
            rest >>= _PROBE_BITS
        return met
