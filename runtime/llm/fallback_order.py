"""In which order providers are asked: that of the file, or the one that their `fallback` lists say. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence


def asked_order(
    names: Sequence[object], fallbacks: Mapping[str, Sequence[str]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names in the order they are asked, and what is wrong with it.

    names: of all providers, as the file has them, even where they are none. Once any provider has `fallback`, the
    first one is asked, then each of its fallbacks followed by that one's own, nobody twice.
    """
    known = [name for name in names if isinstance(name, str)]
    mistakes = [*_repeated(known), *_unknown(known, fallbacks), *_cycles(fallbacks)]
    if not fallbacks or mistakes or not known:
        return tuple(known), tuple(mistakes)
    order = _asked_from(known[0], fallbacks)
    left = [name for name in known if name not in order]
    return tuple(order), tuple(
        f"provider {name!r} is in nobody's fallback and would never be asked; add it to one, or remove it"
        for name in left
    )


def _asked_from(first: str, fallbacks: Mapping[str, Sequence[str]]) -> dict[str, None]:
    """`first` and what it falls back to, each followed by its own, nobody twice: the keys, in order."""
    order: dict[str, None] = {}
    waiting = [first]
    while waiting:
        name = waiting.pop()
        if name not in order:
            order[name] = None
            waiting.extend(reversed(fallbacks.get(name, ())))
    return order


def _repeated(names: Sequence[str]) -> Iterator[str]:
    for name, times in Counter(names).items():
        if times > 1:
            yield f"provider {name!r} is there {times} times; each needs a name of its own"


def _unknown(names: Sequence[str], fallbacks: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for name, following in fallbacks.items():
        for other in following:
            if other not in names:
                yield f"provider {name!r}, fallback: there is no provider {other!r}; known: {', '.join(names)}"


def _cycles(fallbacks: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """One sentence for each ring of providers that fall back to each other."""
    done: set[str] = set()
    told: set[frozenset[str]] = set()
    for start in fallbacks:
        # A path down the fallbacks, with what is left to look at of each provider on it.
        path = {start: iter(fallbacks[start])} if start not in done else {}
        while path:
            name = next(reversed(path))
            following = next(path[name], None)
            if following is None:
                del path[name]
                done.add(name)
            elif following in path:
                names = tuple(path)
                ring = names[names.index(following) :]
                if frozenset(ring) not in told:
                    told.add(frozenset(ring))
                    yield f"fallback goes round in a circle: {' > '.join((*ring, following))}; take one of them out"
            elif following not in done:
                path[following] = iter(fallbacks.get(following, ()))
