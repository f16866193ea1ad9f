"""Why a product stands where it stands, as the wire's `Product` tells a merchant who asked with `explain`. Pure."""

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, Field

from runtime.retrieval.reasons import Explanation, ReasonKind
from shared import catalog


def is_none(value: object) -> bool:
    """Whether a member is left out of the answer."""
    return value is None


class LegPlace(BaseModel):
    """What one leg of the search made of the product."""

    rank: int = Field(description="Place among what this leg found, from 1.")
    score: float = Field(description="The leg's own score: BM25 for words, likeness of the vectors for meaning.")
    share: float = Field(description="What the rank gives to the fused score.")


class Legs(BaseModel):
    """The product's place in each leg that found it; in none where the order is by price."""

    bm25: LegPlace | None = Field(None, description="By words.", exclude_if=is_none)
    knn: LegPlace | None = Field(None, description="By meaning.", exclude_if=is_none)


class WordsByField(BaseModel):
    """Words as the query has them, whatever their form in the product."""

    name: list[str]
    specs: list[str] = Field(description="In the values of attributes.")
    categories: list[str]
    text: list[str] = Field(description="Elsewhere in its text and in none of the other fields.")

    @classmethod
    def of(cls, words: Mapping[str, tuple[str, ...]]) -> Self:
        """words: by field of runtime.retrieval.matches.SEARCHED."""
        fields = (catalog.NAME, catalog.SPECS, catalog.CATEGORIES, catalog.BODY)
        name, specs, categories, text = (list(words.get(field, ())) for field in fields)
        return cls(name=name, specs=specs, categories=categories, text=text)


class StatedReason(BaseModel):
    """What put the product where it stands, or had no part in it."""

    kind: ReasonKind
    text: str = Field(description="The reason in words, in the store's language.")


class ProductExplanation(BaseModel):
    """Why the product stands where it stands."""

    fused: float = Field(
        description=(
            "What the legs give together; the product's score is this, with 1 added where a code names it, or a part "
            "of it where it is out of stock. 0 where the order is by price."
        )
    )
    legs: Legs
    words: WordsByField = Field(description="Words of the query, mended where understood says so, that it has.")
    synonyms: WordsByField = Field(description="Words it has that only the shop's synonyms put into the query.")
    reasons: list[StatedReason] = Field(description="In words, the strongest first.")


def product_explanation(explained: Explanation) -> ProductExplanation:
    """The wire form of an explanation."""
    return ProductExplanation(
        fused=explained.fused,
        legs=Legs.model_validate(explained.places, from_attributes=True),
        words=WordsByField.of(explained.words),
        synonyms=WordsByField.of(explained.synonyms),
        reasons=[StatedReason.model_validate(reason, from_attributes=True) for reason in explained.reasons],
    )
