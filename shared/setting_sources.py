"""Where settings are read from, beside the environment and `.env`, and what of it counts."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

from shared.errors import ConfigurationError


class OtherSource(PydanticBaseSettingsSource):
    """What stands around another source, and says of all values together what is to be made of them."""

    def __init__(self, source: PydanticBaseSettingsSource) -> None:
        super().__init__(source.settings_cls)
        self._source = source

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """As the other source gives it."""
        return self._source.get_field_value(field, field_name)


class WithoutEmpty(OtherSource):
    """Another source as if what is empty were not there, so that a weaker source has its say."""

    def __call__(self) -> dict[str, Any]:
        return _without_empty(self._source())


def secrets_directory() -> Path | None:
    """The directory of secret files, a file a setting. Raises ConfigurationError when `SECRETS_DIR` names none."""
    named = os.environ.get("SECRETS_DIR")
    if not named:
        return None
    if not Path(named).is_dir():
        raise ConfigurationError([f"SECRETS_DIR: {named!r} is no directory"])
    return Path(named)


def _without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    """An empty value means unset; only a URL suffix is a word of its own when it is empty."""
    return {name: value for name, value in values.items() if value != "" or name == "store_url_suffix"}


def split(value: str) -> tuple[str, ...]:
    """The parts of a comma-separated setting."""
    return tuple(part.strip() for part in value.split(",") if part.strip())
