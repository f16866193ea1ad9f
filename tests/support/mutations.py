"""What an embedding service may get wrong in an answer, so that it shows: no answer can be told from a right one here.

A vector of another text, finite and of the right dimension under the right number, is not among them: nobody could
tell. Randomness is an argument, so that a property draws it and a fault test seeds it.
"""

import base64
import json
import random
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

import numpy as np

Mutation = Callable[[Any, random.Random], Any]
"""Changes an answer's body, or as much of it as is still there, and returns what is left."""

NO_NUMBERS = (None, "NaN", "0.5", True, False, [], {}, 1e39, -1e308, float("nan"), float("inf"))


def mutated(body: dict[str, Any], randomness: random.Random) -> bytes:
    """`body` with one to three things wrong, or unusual, in it, as a server would write it.

    Its numbering suffers once at most: two mistakes could make a permutation of it.
    """
    body = deepcopy(body)
    if randomness.random() < 0.5:
        pack(body)
    kinds = randomness.choice([(VALUES,), (NUMBERINGS,), (VALUES, NUMBERINGS), (BODIES,), (VALUES, NUMBERINGS, BODIES)])
    for mutations in kinds:
        body = randomness.choice(mutations)(body, randomness)
    encoded = as_written(body)
    return encoded[: randomness.randint(0, len(encoded) - 1)] if randomness.random() < 0.1 else encoded


def as_written(body: Any) -> bytes:
    """As servers in Python write it, with NaN and numbers of any size."""
    return json.dumps(body).encode()


def pack(body: dict[str, Any]) -> None:
    """Vectors as base64, in place."""
    for entry in body["data"]:
        entry["embedding"] = packed(entry["embedding"])


def packed(vector: Sequence[float]) -> str:
    return base64.b64encode(np.array(vector, dtype="<f4").tobytes()).decode()


def unpacked(given: str | list[Any]) -> list[Any]:
    return np.frombuffer(base64.b64decode(given), dtype="<f4").tolist() if isinstance(given, str) else given


def junk(randomness: random.Random, depth: int = 2) -> Any:
    """Any JSON."""
    simple = [None, True, False, 0, -1, 3, 0.5, "", "vector", "AAAA", 10**30]
    if depth == 0 or randomness.random() < 0.6:
        return randomness.choice(simple)
    inner = [junk(randomness, depth - 1) for _ in range(randomness.randint(0, 3))]
    return inner if randomness.random() < 0.5 else {f"key {number}": one for number, one in enumerate(inner)}


def drop(body: Any, randomness: random.Random) -> Any:
    body["data"].pop(randomness.randrange(len(body["data"])))
    return body


def double(body: Any, randomness: random.Random) -> Any:
    body["data"].insert(randomness.randrange(len(body["data"])), dict(randomness.choice(body["data"])))
    return body


def renumber(body: Any, randomness: random.Random) -> Any:
    entry = randomness.choice(body["data"])
    others = [other["index"] for other in body["data"] if other is not entry]
    entry["index"] = randomness.choice([*others, -1, len(body["data"]), 1 << 70, str(entry["index"]), None, []])
    return body


def count_from_one(body: Any, randomness: random.Random) -> Any:
    for entry in body["data"]:
        entry["index"] += 1
    return body


def unnumber(body: Any, randomness: random.Random) -> Any:
    for entry in body["data"]:
        del entry["index"]
    return body


def shuffle(body: Any, randomness: random.Random) -> Any:
    """No mistake: the numbers say what belongs where."""
    randomness.shuffle(body["data"])
    return body


def spoil(body: Any, randomness: random.Random) -> Any:
    """A vector that is none."""
    entry = randomness.choice(body["data"])
    length = len(unpacked(entry["embedding"]))
    zeros = [0.0] * length
    entry["embedding"] = randomness.choice([junk(randomness), zeros, packed(zeros), [entry["embedding"]], []])
    return body


def spoil_number(body: Any, randomness: random.Random) -> Any:
    entry = randomness.choice(body["data"])
    entry["embedding"] = [*unpacked(entry["embedding"])]
    entry["embedding"][randomness.randrange(len(entry["embedding"]))] = randomness.choice(NO_NUMBERS)
    return body


def spoil_bytes(body: Any, randomness: random.Random) -> Any:
    entry = randomness.choice(body["data"])
    bad = packed([randomness.choice([np.nan, np.inf, 0.0])] * len(unpacked(entry["embedding"])))
    entry["embedding"] = bad[: randomness.randint(0, len(bad))]
    return body


def resize(body: Any, randomness: random.Random) -> Any:
    """One vector, or all of them, of another dimension."""
    entries = randomness.choice([body["data"], [randomness.choice(body["data"])]])
    longer = randomness.random() < 0.5
    for entry in entries:
        vector = unpacked(entry["embedding"])
        entry["embedding"] = [*vector, 0.5] if longer else vector[:-1]
    return body


def scale(body: Any, randomness: random.Random) -> Any:
    """No mistake: some services do not normalise, and the direction is what counts."""
    factor = randomness.choice([0.001, 3.0, 1000.0])
    for entry in body["data"]:
        entry["embedding"] = [number * factor for number in unpacked(entry["embedding"])]
    return body


def replace_field(body: Any, randomness: random.Random) -> Any:
    body[randomness.choice(["data", "usage", "object"])] = junk(randomness)
    return body


def replace_all(body: Any, randomness: random.Random) -> Any:
    return junk(randomness)


NUMBERINGS: Sequence[Mutation] = (drop, double, renumber, count_from_one, unnumber, shuffle)
VALUES: Sequence[Mutation] = (scale, spoil, spoil_number, spoil_bytes, resize)
BODIES: Sequence[Mutation] = (replace_field, replace_all)
