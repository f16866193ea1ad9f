"""The product as the wire shows it, in chat (`vitrina.products`) and Action answers alike."""

from typing import Any

from pydantic import BaseModel, Field

from runtime.retrieval.hits import Hit
from runtime.retrieval.product_explanation import ProductExplanation, is_none, product_explanation
from runtime.retrieval.reasons import Explanation


class ProductAttribute(BaseModel):
    """One characteristic as a shopper reads it."""

    label: str = Field(description="Name of the characteristic, in the store's language.")
    values: list[str]


class Product(BaseModel):
    """One product of the store, as it was indexed."""

    id: str
    sku: str
    variant_skus: list[str] = Field(description="SKUs of the variants (sizes, colours) sold under this product.")
    name: str
    short_text: str
    price_from: float | None = Field(description="Lowest price in `currency`; null means on request.")
    price_to: float | None = Field(description="Highest price in `currency`; null means on request.")
    currency: str = Field(description="ISO 4217 code.")
    price_text: str = Field(description="The price as the store writes it; quote this one.")
    in_stock: bool
    url: str | None = Field(description="Product page; null when the store has not told its address.")
    image: str | None
    categories: list[str]
    # GPT Actions want `properties` on every object, on one with free keys too.
    attributes: dict[str, ProductAttribute] = Field(
        description="Characteristics by attribute code.", json_schema_extra={"properties": {}}
    )
    score: float = Field(description="Relevance within this answer; higher is better. 0 where the order is by price.")
    explain: ProductExplanation | None = Field(
        None,
        description="Why it stands where it stands; only where an Action request asked for it.",
        exclude_if=is_none,
    )


def product_of(hit: Hit, explained: Explanation | None = None) -> Product:
    """The wire form of a hit, with its explanation where one was asked for."""
    document = hit.document
    # Not validated: the values are those of a document that was, and ten products of thirty attributes take their time.
    return Product.model_construct(
        id=document.id,
        sku=document.sku,
        variant_skus=list(document.variant_skus),
        name=document.name,
        short_text=document.short_text,
        price_from=document.price_from,
        price_to=document.price_to,
        currency=document.currency,
        price_text=document.price_text,
        in_stock=document.in_stock,
        url=document.url,
        image=document.image,
        categories=list(document.categories),
        attributes={
            code: ProductAttribute.model_construct(label=found.label, values=list(found.values))
            for code, found in document.attributes.items()
        },
        score=hit.score,
        explain=None if explained is None else product_explanation(explained),
    )


def wire_form(hit: Hit) -> dict[str, Any]:
    """What orjson makes the wire form of `hit` from, as of its `Product`: for the first chunk of an answer, which a
    shopper waits for.
    """
    document = hit.document
    return {
        "id": document.id,
        "sku": document.sku,
        "variant_skus": document.variant_skus,
        "name": document.name,
        "short_text": document.short_text,
        "price_from": document.price_from,
        "price_to": document.price_to,
        "currency": document.currency,
        "price_text": document.price_text,
        "in_stock": document.in_stock,
        "url": document.url,
        "image": document.image,
        "categories": document.categories,
        # Dataclasses of just the two fields that go out.
        "attributes": dict(document.attributes),
        "score": hit.score,
    }
