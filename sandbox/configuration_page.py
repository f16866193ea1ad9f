"""docs/configuration.md, made from the settings classes: `python -m sandbox.configuration_page --write FILE`."""

import argparse
import ast
import inspect
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from types import NoneType
from typing import Any, Final, Literal, get_args, get_origin

import annotated_types as bounds
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from indexer.settings import IndexerSettings
from runtime.settings import RuntimeSettings
from shared.stores import ProductRules, WebAddress

PROGRAMS: Final[Mapping[str, type[BaseSettings]]] = {"indexer": IndexerSettings, "runtime": RuntimeSettings}

SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "The cluster of Vitrina's own index": ("OPENSEARCH_",),
    "The cluster of Magento's index": ("SOURCE_OPENSEARCH_",),
    "The shop": ("MAGENTO_INDEX", "STORE_", "STORES_FILE"),
    "Embeddings": ("EMBEDDING_",),
    "The language model": ("OPENAI_", "CHAT_MODEL", "CHAT_TEMPERATURE", "CHAT_PROVIDERS", "CHAT_CONDENSE"),
    "The run": ("INDEXER_", "RAG_", "SOURCE_SLICES"),
    "Where the runtime is": ("HOST", "PORT", "PUBLIC_URL", "METRICS_", "FORWARDED_ALLOW_IPS"),
    "Who may ask, how often, for how much": (
        "CORS_", "CHAT_", "ACTION_API_KEYS", "VISITOR_SECRET", "RATE_LIMIT_", "BUDGET_",
    ),
    "Answers": ("LIVE_PRICES", "MASK_", "ANSWER_EVENTS", "TRACE_CONTENT"),
    "The rest": ("",),
}  # fmt: skip
"""Heading -> how names below it begin; a setting stands below the first that fits."""

_FRAME: Final = Path(__file__).with_suffix(".md")
"""What stands around the tables; where they go is `{{SETTINGS}}`."""


def page() -> str:
    """The whole page."""
    fields = _fields()
    sections = "\n".join(_section(heading, fields) for heading in SECTIONS)
    return _FRAME.read_text(encoding="utf-8").replace("{{SETTINGS}}", sections)


def meanings(settings: type[BaseSettings]) -> dict[str, str]:
    """What stands below each field of `settings` and of what it is made from, in one line; fields without it are
    missing."""
    found: dict[str, str] = {}
    for part in reversed(settings.__mro__):
        if issubclass(part, BaseSettings) and part is not BaseSettings:
            found |= dict(_documented(part))
    return found


def _documented(settings: type[BaseSettings]) -> Iterator[tuple[str, str]]:
    (written,) = ast.parse(inspect.getsource(settings)).body
    statements = written.body if isinstance(written, ast.ClassDef) else []
    for field, below in pairwise(statements):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, " ".join(text.split())
            case _:
                continue


def _fields() -> dict[str, FieldInfo]:
    return {name: field for settings in PROGRAMS.values() for name, field in settings.model_fields.items()}


def _section(heading: str, fields: Mapping[str, FieldInfo]) -> str:
    rows = "\n".join(_row(name, field) for name, field in fields.items() if _heading_of(name) == heading)
    return f"## {heading}\n\n| setting | read by | type | default | meaning |\n|---|---|---|---|---|\n{rows}\n"


def _heading_of(name: str) -> str:
    return next(heading for heading, begins in SECTIONS.items() if name.upper().startswith(begins))


def _row(name: str, field: FieldInfo) -> str:
    readers = [program for program, settings in PROGRAMS.items() if name in settings.model_fields]
    said = {program: meanings(PROGRAMS[program])[name] for program in readers}
    told = set(said.values()) if len(set(said.values())) == 1 else {f"{who}: {what}" for who, what in said.items()}
    columns = (
        f"`{name.upper()}`",
        "both" if len(readers) == len(PROGRAMS) else readers[0],
        ", ".join((_type_in_words(field.annotation, field.metadata), *_bounds_in_words(field))),
        _default_in_words(field.get_default(call_default_factory=True)),
        " ".join(sorted(told)).replace("|", "\\|"),
    )
    return f"| {' | '.join(columns)} |"


def _type_in_words(annotation: Any, metadata: list[Any]) -> str:
    inner = [part for part in get_args(annotation) if part is not NoneType]
    if get_args(WebAddress)[1] in (*metadata, *inner[1:]):
        return "address"
    match get_origin(annotation) or annotation:
        case kind if kind in _WORDS:
            return _WORDS[kind]
        case kind if kind is Literal:
            return " or ".join(f"`{choice}`" for choice in inner)
        case _:
            return _type_in_words(inner[0], [])


_WORDS: Final[Mapping[Any, str]] = {
    bool: "`true` or `false`",
    int: "whole number",
    float: "number",
    str: "text",
    Path: "path",
    SecretStr: "text, *secret*",
    tuple: "list, comma-separated",
    dict: "JSON object",
    ProductRules: "JSON object",
}


def _bounds_in_words(field: FieldInfo) -> Iterator[str]:
    for bound in _constraints(field.metadata, field.annotation):
        match bound:
            case bounds.Ge(ge=least):
                yield f"at least {_number(least)}"
            case bounds.Gt(gt=least):
                yield f"more than {_number(least)}"
            case bounds.Le(le=most):
                yield f"at most {_number(most)}"
            case bounds.MinLen(min_length=least) if least > 1:
                yield f"{least} characters or more"
            case bounds.MaxLen(max_length=most):
                yield f"{most} characters at most"
            case _:
                continue


def _constraints(metadata: list[Any], annotation: Any) -> Iterator[Any]:
    """Those of a field, and those its type has by itself."""
    for told in metadata:
        yield from told.metadata if isinstance(told, FieldInfo) else (told,)
    if get_origin(annotation) is not Literal:
        for part in get_args(annotation):
            yield from _constraints(list(getattr(part, "__metadata__", ())), None)


def _number(value: Any) -> str:
    return f"{value:,}"


def _default_in_words(value: Any) -> str:
    match value:
        case bool():
            return f"`{str(value).lower()}`"
        case None | "" | () | {} | ProductRules():
            return "–"
        case _:
            return f"`{value}`"


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.configuration_page", description=__doc__)
    parser.add_argument("--write", type=Path, required=True, help="the file")
    parser.parse_args().write.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
