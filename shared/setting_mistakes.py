"""What is wrong with settings, by the names the environment has for them; no value is ever repeated."""

from collections.abc import Iterator

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from shared.errors import ConfigurationError
from shared.mistakes import mistakes_of
from shared.tls import trust


def value_mistakes(error: ValidationError, *, known: type[BaseSettings]) -> Iterator[str]:
    """Single values that cannot be used. known: the settings that were to be read."""
    for place, wrong in mistakes_of(error, known=known, table="a JSON object"):
        name, dot, within = place.partition(".")
        yield f"{name.upper()}{dot}{within}: {wrong}"


def cluster_mistakes(settings: BaseSettings) -> Iterator[str]:
    """What keeps a cluster from being spoken to: half a login, an authority's file that cannot be read.

    A cluster is whatever has an address `…OPENSEARCH_URL`.
    """
    for name in type(settings).model_fields:
        if name.endswith("opensearch_url"):
            prefix = name.removesuffix("url")
            yield from _half_logins(settings, f"{prefix}username", f"{prefix}password")
            yield from _unreadable_files(settings, f"{prefix}ca_file")


def _half_logins(settings: BaseSettings, *halves: str) -> Iterator[str]:
    missing = [name.upper() for name in halves if getattr(settings, name) is None]
    given = [name.upper() for name in halves if getattr(settings, name) is not None]
    if missing and given:
        yield f"{missing[0]}: {given[0]} is set and this is not; set both, or neither"


def _unreadable_files(settings: BaseSettings, name: str) -> Iterator[str]:
    ca_file = getattr(settings, name)
    if ca_file is None:
        return
    try:
        trust(ca_file, setting=name.upper())
    except ConfigurationError as exc:
        yield from exc.problems
