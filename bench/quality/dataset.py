"""A catalogue with questions and graded judgments, as three files of a folder.

`products.jsonl` (id, title or name; optional: description, bullet_points, brand, color, price, category, attrs, ean),
`queries.jsonl` (id, text; optional: class), `qrels.tsv` (query, anything, product, grade; TREC's own format).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from shared.errors import Terminal

T = TypeVar("T")

PRODUCTS: Final = "products.jsonl"
QUERIES: Final = "queries.jsonl"
QRELS: Final = "qrels.tsv"

NEGATION: Final = "negation"
PLAIN: Final = "plain"

_NEGATION: Final = re.compile(r"\b(?:without|no|not|non|except|без|не|кроме)\b|\w-free\b", re.IGNORECASE)

Grades = Mapping[str, Mapping[str, int]]
"""Query id -> product id -> grade, 0 is irrelevant."""


class DatasetUnusable(Terminal):
    """A file cannot be read as what it should be; the text names file, line and fix."""


def _texts(value: Any) -> Any:
    """A text, or several, as a tuple of lines; nothing is no line."""
    values = [] if value is None else value if isinstance(value, list) else str(value).split("\n")
    return tuple(line for one in values if (line := str(one).strip()))


def _labels(value: Any) -> Any:
    """Attribute values by code, each as a tuple; what is no object is left for pydantic to refuse."""
    given = value or {}
    return {str(code): _texts(found) for code, found in given.items()} if isinstance(given, Mapping) else given


def _id(value: Any) -> Any:
    return str(value) if isinstance(value, int) else value


def _said(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return value


Id = Annotated[str, BeforeValidator(_id), AfterValidator(_said)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]


class Product(BaseModel):
    """A line of `products.jsonl`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Id
    title: str | None = None
    name: str | None = None
    description: str | None = None
    bullet_points: Texts = ()
    brand: str | None = None
    color: Texts = ()
    price: float | None = None
    category: Texts = ()
    attrs: Annotated[Mapping[str, tuple[str, ...]], BeforeValidator(_labels)] = {}
    ean: Texts = ()

    @property
    def shown_name(self) -> str:
        """Whichever of title and name there is."""
        return (self.title or self.name or "").strip()


class Query(BaseModel):
    """A question. kind: the class its figures are reported under."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Id
    text: str
    kind: Annotated[str, Field(validation_alias="class")] = ""


@dataclass(frozen=True, slots=True)
class Dataset:
    """All three, checked against each other."""

    name: str
    products: tuple[Product, ...]
    queries: tuple[Query, ...]
    grades: Grades

    @property
    def is_russian(self) -> bool:
        """Whether most of its products have Cyrillic names."""
        cyrillic = sum(bool(re.search("[а-яё]", product.shown_name, re.IGNORECASE)) for product in self.products)
        return 2 * cyrillic > len(self.products)


def read_dataset(folder: Path) -> Dataset:
    """The data set in `folder`. Raises DatasetUnusable."""
    products = tuple(_read_lines(folder / PRODUCTS, _product))
    queries = tuple(_classed(query) for query in _read_lines(folder / QUERIES, Query.model_validate_json))
    for path, ids in ((PRODUCTS, [one.id for one in products]), (QUERIES, [one.id for one in queries])):
        _refuse_repeated(folder / path, ids)
    grades = _read_grades(folder / QRELS)
    unknown = {query.id for query in queries} - grades.keys()
    if unknown:
        raise DatasetUnusable(
            f"{folder / QRELS}: no judgment of query {sorted(unknown)[0]!r}; leave it out or judge it"
        )
    return Dataset(name=folder.resolve().name, products=products, queries=queries, grades=grades)


def _product(line: bytes) -> Product:
    product = Product.model_validate_json(line)
    if not product.shown_name:
        raise ValueError("has neither `title` nor `name`")
    return product


def _classed(query: Query) -> Query:
    """What a data set does not class is at least told apart by whether it says what is not wanted."""
    kind = query.kind or (NEGATION if _NEGATION.search(query.text) else PLAIN)
    return query.model_copy(update={"kind": kind})


def _read_lines(path: Path, read: Callable[[bytes], T]) -> Iterator[T]:
    for number, line in enumerate(_content(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield read(line)
        except ValidationError as exc:
            first = exc.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise DatasetUnusable(f"{path}:{number}: {f'`{where}` ' if where else ''}{first['msg']}") from exc
        except ValueError as exc:
            raise DatasetUnusable(f"{path}:{number}: {exc}") from exc


def _read_grades(path: Path) -> Grades:
    grades: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_content(path).decode(errors="replace").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            query, _, product, grade = line.split("\t")
            grades.setdefault(query, {})[product] = max(0, int(grade))
        except ValueError as exc:
            raise DatasetUnusable(f"{path}:{number}: must be query, 0, product, grade, with tabs between") from exc
    return grades


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise DatasetUnusable(f"{path}: {exc.strerror or exc}; DATA must name a folder with this file") from exc


def _refuse_repeated(path: Path, ids: Sequence[str]) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise DatasetUnusable(f"{path}: id {one!r} is there twice")
        seen.add(one)
