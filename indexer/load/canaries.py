"""`canaries.toml`: questions whose answer the operator knows; an index that fails one does not go live.

[[canary]]
query = "waterproof jacket for men"
sku = "MJ02"                      # the product, or one of its variants, that has to be among the first five
store = "default"                 # only in this store view; in every one without it
price_max = 80                    # filters, as a shopper may set them: price_min, price_max in the store's
in_stock = true                   # currency, in_stock, categories by name,
categories = ["Jackets"]
attributes = { color = ["Blue"] } # attribute code -> any of these values
"""

import tomllib
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, Self

from opensearchpy import AsyncOpenSearch
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from indexer.cluster import request
from indexer.load.search import DEPTH, Found, Question, code_key, fetch_answers
from shared import catalog
from shared.embedding.embedder import Embedder, Vector
from shared.errors import ConfigurationError
from shared.hybrid.filters import ProductFilter, build_filter
from shared.mistakes import mistakes_of
from shared.retry import Backoff, retry
from shared.stores import NotBlank, StoreCode

FILE_NAME: Final = "canaries.toml"

WITHIN: Final = 5
"""The last place at which a canary's product still counts as found."""

MOST: Final = 200
"""Canaries of one file: each costs an embedding and a search in every run."""

_Words = Annotated[str, Field(max_length=500), NotBlank]
_Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Canary(BaseModel):
    """One question and the SKU that has to be among the first answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    query: _Words
    sku: _Words
    store: StoreCode | None = None
    price_min: _Price | None = None
    price_max: _Price | None = None
    in_stock: bool | None = None
    categories: tuple[_Words, ...] = ()
    attributes: dict[_Words, tuple[_Words, ...]] = Field(default_factory=dict)

    @field_validator("store")
    @classmethod
    def _is_known(cls, store: str | None, info: ValidationInfo) -> str | None:
        known = (info.context or {}).get("stores")
        if known is not None and store is not None and store not in known:
            raise ValueError(f"there is no store view {store!r}; known: {', '.join(sorted(known))}")
        return store

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.price_min is not None and self.price_max is not None and self.price_min > self.price_max:
            raise ValueError("price_min is above price_max")
        return self

    def is_for(self, store: str) -> bool:
        """Whether it is asked in this store view."""
        return self.store in (None, store)

    def wanted(self) -> ProductFilter:
        """Its hard conditions."""
        return ProductFilter(
            price_min=self.price_min,
            price_max=self.price_max,
            in_stock=self.in_stock,
            categories=self.categories,
            attributes=self.attributes,
        )


class CanaryFile(BaseModel):
    """`canaries.toml`: a list of `[[canary]]` tables."""

    model_config = ConfigDict(extra="forbid")

    canary: Annotated[list[Canary], Field(max_length=MOST)]


def load_canaries(path: Path, *, stores: Collection[str] | None) -> tuple[Canary, ...]:
    """The canaries of the file. stores: codes of the store views there are; None where nobody can say.

    Raises ConfigurationError naming every mistake: file, canary, key.
    """
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as exc:
        raise ConfigurationError([f"{FILE_NAME}: cannot read {str(path)!r}: {exc.strerror}"]) from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise ConfigurationError([f"{FILE_NAME}: {str(path)!r} is no valid TOML: {exc}"]) from exc
    try:
        canaries = CanaryFile.model_validate(content, context={"stores": stores}).canary
    except ValidationError as exc:
        found = mistakes_of(exc, known=CanaryFile)
        raise ConfigurationError([f"{FILE_NAME}: {str(path)!r}, {place}: {wrong}" for place, wrong in found]) from exc
    return tuple(canaries)


@dataclass(frozen=True, slots=True)
class Asked:
    """Canaries of one store view, ready to be asked. questions: of each canary; tokens: embedded for them."""

    canaries: Sequence[Canary] = ()
    questions: Sequence[Question] = ()
    tokens: int = 0

    async def fetch_missed(self, client: AsyncOpenSearch, index: str, *, backoff: Backoff) -> tuple[str, ...]:
        """A sentence for each canary whose product is not where it should be."""
        missed = []
        answers = await fetch_answers(client, index, self.questions, backoff=backoff)
        for canary, found in zip(self.canaries, answers, strict=True):
            place = _place(canary, found)
            if place is not None and place <= WITHIN:
                continue
            known = place is not None or await _exists(client, index, canary.sku, backoff=backoff)
            missed.append(f"canary {canary.query!r}: {_complaint(canary.sku, place, known=known)}")
        return tuple(missed)


Insist = Callable[[Callable[[], Awaitable[Vector]]], Awaitable[Vector]]
"""Makes an attempt until it succeeds, within reason."""


async def retried(attempt: Callable[[], Awaitable[Vector]]) -> Vector:
    """`attempt` as often as is usual."""
    return await retry(attempt, Backoff())


async def embed_canaries(
    canaries: Sequence[Canary], embedder: Embedder, *, store: str, language: str, insist: Insist = retried
) -> Asked:
    """The canaries of one store view with their vectors; by words alone where the model does not know the language.

    insist: how a question is asked again when the model is busy. Raises what the embedder raises.
    """
    own = [canary for canary in canaries if canary.is_for(store)]
    by_vector = embedder.model.knows(language)
    questions = []
    for canary in own:
        embed = partial(embedder.embed_query, canary.query)
        questions.append(
            Question(
                text=canary.query,
                vector=await insist(embed) if by_vector else None,
                filters=build_filter(canary.wanted()),
                codes_first=True,
            )
        )
    tokens = sum(embedder.count_tokens(canary.query) for canary in own) if by_vector else 0
    return Asked(canaries=own, questions=questions, tokens=tokens)


def _place(canary: Canary, found: Sequence[Found]) -> int | None:
    """From 1; None when the product is not among the answers."""
    wanted = code_key(canary.sku)
    return next((place for place, one in enumerate(found, start=1) if wanted in one.codes), None)


def _complaint(sku: str, place: int | None, *, known: bool) -> str:
    if place is not None:
        return f"{sku} is at place {place}, not among the first {WITHIN}"
    if known:
        return f"{sku} is not among the first {DEPTH} by words or by meaning that pass its filters"
    return f"the index has no product {sku}"


async def _exists(client: AsyncOpenSearch, index: str, sku: str, *, backoff: Backoff) -> bool:
    body = {"query": {"terms": {catalog.IDENTIFIERS: [sku]}}}
    answer = await request(f"index {index!r}", partial(client.count, index=index, body=body), backoff=backoff)
    return bool(answer["count"])
