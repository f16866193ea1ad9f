"""Memory that is given back: pages, answers and bulk bodies of some megabytes come and go all the time."""

import ctypes
from typing import Final

_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8
"""Parameters of glibc's mallopt(3)."""

_OWN_MAPPING_BYTES: Final = 256 * 1024
_ARENAS: Final = 2


def map_large_blocks() -> bool:
    """Have blocks of 256 KiB and more mapped by themselves, so that freeing one gives its memory back to the system.

    glibc does so too until the first one is freed; then it raises the size, up to 32 MiB, and keeps such blocks in a
    heap, where small ones that outlive them pin them down. Whether it was done: other C libraries have no such call.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(_M_MMAP_THRESHOLD, _OWN_MAPPING_BYTES)) and bool(mallopt(_M_ARENA_MAX, _ARENAS))
