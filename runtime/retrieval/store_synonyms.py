"""The synonyms of each store view: the operator's files, and what its live index says of Magento's own."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from runtime.retrieval.index import LiveIndex
from runtime.retrieval.synonym_file import SynonymFile
from runtime.retrieval.synonyms import Synonyms, build_synonyms
from runtime.web.metrics import count_cached
from shared.errors import ConfigurationError
from shared.synonyms import Rule, parse_rules

MAX_AGE_SECONDS: Final = 5.0
"""A changed file is seen after this long at most."""

COMMON_FILE: Final = "synonyms.txt"
"""The rules of every store view; those of one alone are in `synonyms-<store code>.txt`."""

Version = tuple[str, tuple[int, ...]]
"""A live index, and the version of each file."""


@dataclass(slots=True)
class _Files:
    """The files of one store view, its own first. looked_at: when they were last read."""

    files: tuple[SynonymFile, ...]
    looked_at: float

    @property
    def versions(self) -> tuple[int, ...]:
        return tuple(file.version for file in self.files)

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(rule for file in self.files for rule in file.rules)


class StoreSynonyms:
    """The index of synonyms of each store view, built anew when its live index or one of its files changes.

    Safe to share between requests, which share the building too.
    """

    def __init__(
        self,
        find: Callable[[str], Path | None],
        *,
        stores: Iterable[str],
        max_age: float = MAX_AGE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """find: file name -> where the file is now, None where there is none. stores: every store code. clock: seconds,
        monotonic.

        Reads the files. Raises ConfigurationError naming every mistake in them, by file and line.
        """
        common = SynonymFile(COMMON_FILE, find)
        now = clock()
        self._files: Mapping[str, _Files] = {
            store: _Files((SynonymFile(f"synonyms-{store}.txt", find), common), looked_at=now) for store in stores
        }
        self._max_age = max_age
        self._clock = clock
        self._built: dict[str, tuple[Version, asyncio.Task[Synonyms]]] = {}
        _load({common, *(file for files in self._files.values() for file in files.files)})

    async def get(self, live: LiveIndex) -> Synonyms:
        """What holds for a question to `live` now; the operator's rules before Magento's."""
        store = live.store.code
        files = self._look(store)
        version = (live.index, files.versions)
        known, building = self._built.get(store, (None, None))
        failed = building is not None and building.done() and (building.cancelled() or building.exception() is not None)
        fresh = known == version and not failed
        count_cached("synonyms", hit=fresh)
        if building is None or not fresh:
            building = asyncio.create_task(_build(files.rules, live.meta.synonyms))
            self._built[store] = (version, building)
        return building.result() if building.done() else await asyncio.shield(building)

    def _look(self, store: str) -> _Files:
        """The files of `store`, read again once they are too old."""
        files = self._files[store]
        now = self._clock()
        if now - files.looked_at >= self._max_age:
            files.looked_at = now
            for file in files.files:
                file.look()
        return files


def _load(files: Iterable[SynonymFile]) -> None:
    problems: list[str] = []
    for file in files:
        try:
            file.load()
        except ConfigurationError as exc:
            problems += exc.problems
    if problems:
        raise ConfigurationError(sorted(problems))


async def _build(operators: tuple[Rule, ...], magentos: tuple[str, ...]) -> Synonyms:
    """The index of both. What of Magento's rules cannot be read was told by the run that recorded them."""

    def build() -> Synonyms:
        return build_synonyms((*operators, *parse_rules(magentos).rules))

    # Some tenths of a second for thousands of rules, which other requests need not wait for.
    return await asyncio.to_thread(build)
