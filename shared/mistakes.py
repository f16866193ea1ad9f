"""What is wrong with an operator's file or setting, in an operator's words instead of pydantic's."""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from inspect import isclass
from typing import Any, get_args

from pydantic import AfterValidator, BaseModel, ValidationError


def written(form: str, expected: str) -> AfterValidator:
    """A text that has `form`, a regular expression, as a whole. expected: what to write, with an example."""
    pattern = re.compile(form)

    def check(value: str) -> str:
        if pattern.fullmatch(value) is None:
            raise ValueError(f"must be {expected}")
        return value

    return AfterValidator(check)


def mistakes_of(error: ValidationError, *, known: type[BaseModel], table: str = "a table") -> Iterator[tuple[str, str]]:
    """Place and mistake, one pair for each; no value is repeated.

    known: the model that was to be read. table: what whoever writes it calls a model or a mapping.
    """
    for found in error.errors(include_input=False, include_url=False):
        path = [part for part in found["loc"] if part != "[key]"]
        place = ".".join(map(str, path))
        if found["type"] == "extra_forbidden":
            *parents, key = path
            similar = get_close_matches(str(key), _keys_at(parents, known), n=1)
            yield place, "there is no such key" + (f"; did you mean {similar[0]}?" if similar else "")
        elif found["type"] in ("dict_type", "model_type"):
            yield place, f"must be {table}"
        else:
            yield place, found["msg"].removeprefix("Value error, ")


def _keys_at(path: Sequence[int | str], known: Any) -> list[str]:
    """The keys there are at `path`, through models and through lists and mappings of them."""
    for part in path:
        known = known.model_fields[part].annotation if _is_model(known) else get_args(known)[-1]
    return list(known.model_fields) if _is_model(known) else []


def _is_model(found: Any) -> bool:
    return isclass(found) and issubclass(found, BaseModel)
