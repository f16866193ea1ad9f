"""Large blocks are given back although small ones were allocated behind them."""

import subprocess
import sys

PROGRAM = """
from indexer.memory import map_large_blocks

def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096

assert map_large_blocks()
bytearray(1 << 20)  # The first one freed is what raises the size from which glibc maps a block.
before = resident()
pins = []
blocks = []
for _ in range(64):
    blocks.append(bytearray(b"x") * (1 << 20))
    pins.append(bytearray(b"y") * 4096)
del blocks
print(resident() - before)
"""


def test_large_blocks_are_given_back() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    assert int(ended.stdout) < 8 << 20
