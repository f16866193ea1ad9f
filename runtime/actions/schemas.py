"""The Action API's wire: what a Custom GPT sends and reads."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from runtime.retrieval.facts_query import MAX_CATEGORIES
from runtime.retrieval.hits import MAX_TEXT
from runtime.retrieval.product import Product
from runtime.web.numbers import whole
from shared.hybrid.filters import ProductFilter
from shared.hybrid.query import MAX_COUNTED, Sort

MAX_LIMIT: Final = 50
MAX_LIST: Final = 100
MAX_NAME: Final = 200
MAX_VALUES: Final = 20
FREE_FORM: Final[dict[str, Any]] = {"properties": {}}
"""GPT Actions want `properties` on every object, on one with free keys too."""


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "must hold more than spaces")
    return text


def _is_none(value: Any) -> bool:
    return value is None


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(_not_blank)]
Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT), AfterValidator(_not_blank)]
Price = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
AttributeValues = Annotated[
    Annotated[list[Name], Field(min_length=1, max_length=MAX_VALUES)],
    BeforeValidator(_as_list),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1, "maxLength": MAX_NAME},
                {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": MAX_VALUES,
                    "items": {"type": "string", "minLength": 1, "maxLength": MAX_NAME},
                },
            ]
        }
    ),
]


class _Request(BaseModel):
    """Types are taken as they are sent: `"5"` is no number and 1 is no boolean. A member nobody knows is refused,
    because a misspelt condition that is dropped in silence shows the wrong products."""

    model_config = ConfigDict(strict=True, extra="forbid")


class ProductFilters(_Request):
    """Hard conditions; a product that misses one is left out."""

    price_min: Price | None = Field(None, description="Lowest price, in the store's currency.")
    price_max: Price | None = Field(None, description="Highest price, in the store's currency.")
    in_stock: bool | None = Field(None, description="true: only products in stock; false: only those that are not.")
    category: Name | None = Field(
        None,
        description=(
            "Category name as the categories of found products have it; case does not matter. An unknown one gives no "
            "products, and the closest names in message."
        ),
    )
    attributes: Annotated[dict[Name, AttributeValues], Field(max_length=MAX_VALUES)] = Field(
        default_factory=dict,
        description=(
            "Attribute code to wanted value or values, such as {'color': ['Black', 'Gray']}: any of the values of "
            "each code. Codes and values stand in the attributes of found products."
        ),
        json_schema_extra=FREE_FORM,
    )

    @field_validator("price_max")
    @classmethod
    def _is_a_range(cls, price_max: float | None, info: ValidationInfo) -> float | None:
        price_min = info.data.get("price_min")
        if price_min is not None and price_max is not None and price_min > price_max:
            raise PydanticCustomError("price_range", "is below price_min; swap them or leave one out")
        return price_max


class RetrieveProductsRequest(_Request):
    """Which products are wanted."""

    query: Text = Field(description="What the shopper looks for, in their own words and language; a SKU works too.")
    store: Name | None = Field(None, description="Store code; leave out for the default store.")
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT), BeforeValidator(whole)] = Field(
        10, description="Most products to return."
    )
    filters: ProductFilters = Field(default_factory=ProductFilters, description="Hard conditions.")
    sort: Sort = Field(
        "relevance",
        description=(
            "Order of the products. By price, everything that the words of the query mean takes part, within the "
            "category where one is given, and all of a category that they only name; so leave words such as 'cheap' "
            "out of the query. A product named by its code comes first, products on request come last."
        ),
    )
    exclude_ids: Annotated[list[Name], Field(max_length=MAX_LIST)] = Field(
        default_factory=list, description="Ids of products not wanted again, such as those already shown."
    )
    drop: Annotated[list[Name], Field(max_length=MAX_LIST)] = Field(
        default_factory=list, description="Ids of understood conditions that the shopper took back."
    )

    explain: bool = Field(
        False,
        description=(
            "true: each product says why it stands where it stands, by legs, words and reasons, for the merchant; "
            "changes neither products nor order. Leave out when answering shoppers."
        ),
    )

    def product_filter(self) -> ProductFilter:
        """The conditions as retrieval takes them."""
        wanted = self.filters
        return ProductFilter(
            price_min=wanted.price_min,
            price_max=wanted.price_max,
            in_stock=wanted.in_stock,
            categories=(wanted.category.strip(),) if wanted.category is not None else (),
            attributes={code: tuple(values) for code, values in wanted.attributes.items()},
            exclude_ids=tuple(self.exclude_ids),
        )


class GetProductRequest(_Request):
    """Which product is wanted: `id` or `sku`, exactly one of them."""

    id: Name | None = Field(None, description="Product id, as retrieveProducts gives it.")
    sku: Name | None = Field(None, description="SKU of the product or of one of its variants, EAN or part number.")
    store: Name | None = Field(None, description="Store code; leave out for the default store.")

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.id is None) == (self.sku is None):
            raise PydanticCustomError("id_or_sku", "Send either id or sku")
        return self


class PriceBounds(BaseModel):
    """Bounds of a price, included, in the store's currency unless the condition's text names another."""

    min: float | None = None
    max: float | None = None


class UnderstoodCondition(BaseModel):
    """A condition read out of the query."""

    id: str = Field(description="Send it in `drop` to search without this condition.")
    kind: str
    field: str
    value: str | float | bool | PriceBounds | None
    text: str = Field(description="The condition in words, in the store's language.")


class CategoryFigures(BaseModel):
    """One category, as far as the query is about it."""

    name: str
    count: int
    price_min: float | None
    price_max: float | None


class Figures(BaseModel):
    """What is true of all products that the query is about, those in `products` and the others."""

    count: int = Field(description="How many there are; what is only similar is not among them.")
    exact: bool = Field(
        description="false when a part of the catalogue did not answer: there are at least so many, and the prices are "
        "only some of them."
    )
    in_stock: int = Field(description="How many of them are in stock.")
    on_request: int = Field(description="How many of them are priced on request.")
    price_min: float | None = Field(
        description="Lowest price_from, in stock or not, in the store's currency; null when none is above 0."
    )
    price_max: float | None = Field(description="Highest price_from, likewise.")
    categories: list[CategoryFigures] = Field(
        description=f"The largest categories among them, {MAX_CATEGORIES} at most; a product counts in each of its own."
    )


class ActionAnswer(BaseModel):
    """Products found, in the order asked for."""

    store: str = Field(description="Store code the products belong to.")
    as_of: datetime = Field(description="When prices and stock were read from the store.")
    total: int = Field(
        description=(
            "How many products match, whatever the limit: those that share a word with the query and meet all "
            "conditions; by price, those that take part in the order. 0 where products holds only similar ones; by "
            "relevance it may hold similar ones beyond the total. Variants sold beside their product, and the same "
            "product listed twice, take one place in products and are each counted. Where the query asks how many "
            f"there are or what they cost, the same as facts.count. Exact up to {MAX_COUNTED:,}."
        )
    )
    understood: Sequence[UnderstoodCondition]
    message: str = Field(
        description="Explains an empty, odd or shortened result, or tells how many there are where the query asks "
        "for it; tell the shopper. Empty otherwise."
    )
    # ChatGPT's dialect has no word for "these members or null", so that it is left out instead.
    facts: Figures | None = Field(
        None,
        exclude_if=_is_none,
        description=(
            "Figures of all products that the query is about, where it asks how many there are, what they cost or for "
            "an order by price; left out otherwise. Answer such questions by them; products holds only the first ones."
        ),
    )
    products: list[Product]
