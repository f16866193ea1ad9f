"""Settings that have another name now, and are still read by the old one until the next minor version."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from pydantic_settings import PydanticBaseSettingsSource, SecretsSettingsSource

from shared.setting_sources import OtherSource


@dataclass(frozen=True, slots=True)
class Renamed:
    """A setting called `new` since version `since`, and `old` before; names as the environment has them."""

    old: str
    new: str
    since: str

    @property
    def told(self) -> str:
        """What to say to whoever still uses the old name."""
        return f"{self.old} is called {self.new} since {self.since}, and will not be read by its old name for long"


RENAMED: Final[tuple[Renamed, ...]] = ()
"""An entry stays for the minor version it came with; a test says when it has to go."""


class WithOldNames(OtherSource):
    """Another source that also finds what stands under an old name, where nothing stands under the new one."""

    def __call__(self) -> dict[str, Any]:
        values = self._source()
        for renamed, value in self.old():
            if values.get(name := renamed.new.lower()) in (None, ""):
                values[name] = value
        return values

    def old(self) -> Iterator[tuple[Renamed, Any]]:
        """What stands under old names of settings that this program has."""
        if isinstance(self._source, SecretsSettingsSource):
            if self._source.secrets_dir is None:
                return
            # It knows where single values are only once it was asked for all.
            self._source()
        fields = self.settings_cls.model_fields
        for renamed in RENAMED:
            name = renamed.new.lower()
            if name in fields:
                value, _, is_complex = self.get_field_value(fields[name], renamed.old.lower())
                if value not in (None, ""):
                    yield renamed, self._source.prepare_field_value(name, fields[name], value, is_complex)


def outdated(sources: Iterable[PydanticBaseSettingsSource]) -> tuple[Renamed, ...]:
    """The old names that any of `sources` uses."""
    used = {renamed for source in sources for renamed, _ in WithOldNames(source).old()}
    return tuple(renamed for renamed in RENAMED if renamed in used)


def renaming_mistakes(sources: Iterable[PydanticBaseSettingsSource]) -> Iterator[str]:
    """Settings that stand under both names, with different values. sources: the strongest first."""
    sources = tuple(sources)
    said: dict[str, Any] = {}
    for source in sources:
        said = {name: value for name, value in source().items() if value not in (None, "")} | said
    for renamed in RENAMED:
        old = next(
            (value for source in sources for found, value in WithOldNames(source).old() if found == renamed), None
        )
        if old is not None and said.get(renamed.new.lower(), old) != old:
            yield f"{renamed.old}: {renamed.told}; {renamed.new} is set too, and differs: unset {renamed.old}"
