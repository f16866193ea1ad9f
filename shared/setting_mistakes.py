"""What is wrong with settings, by the names the environment has for them; no value is ever repeated."""

from collections.abc import Iterator

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from shared.mistakes import mistakes_of


def value_mistakes(error: ValidationError, *, known: type[BaseSettings]) -> Iterator[str]:
    """Single values that cannot be used. known: the settings that were to be read."""
    for place, wrong in mistakes_of(error, known=known, table="a JSON object"):
        name, dot, within = place.partition(".")
        yield f"{name.upper()}{dot}{within}: {wrong}"
